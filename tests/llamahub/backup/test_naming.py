"""Names of exports, and what is none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from llamahub.backup.naming import ExportName

MOMENT = datetime(2026, 11, 26, 1, 17, 5, tzinfo=UTC)


@pytest.mark.parametrize("with_accounts", [False, True])
def test_a_name_says_when_and_whether_accounts_are_in_it(with_accounts):
    name = ExportName(MOMENT, with_accounts)
    assert str(name) == f"llamahub-20261126T011705Z{'-accounts' if with_accounts else ''}.zip"
    assert ExportName.read(str(name)) == name


def test_it_is_the_same_in_every_zone():
    assert str(ExportName(MOMENT.astimezone(timezone(timedelta(hours=9))))) == "llamahub-20261126T011705Z.zip"


@pytest.mark.parametrize(
    "name",
    [
        "", "llamahub.zip", "llamahub-20261126T011705Z", "llamahub-20261126T011705Z.zip.part", "llamahub-20261126T011705.zip",
        "Llamahub-20261126T011705Z.zip", "llamahub-20260231T011705Z.zip", "llamahub-20261126T251705Z.zip",
        "llamahub-20261126T011760Z.zip", "llamahub-20261126T011705Z.zip\n", "llamahub-٢0261126T011705Z.zip",
        "../llamahub-20261126T011705Z.zip", "before-import-20261126T011705Z.zip", "llamahub-20261126T011705Z-mine.zip",
    ],
)  # fmt: skip
def test_what_is_named_otherwise_is_none_of_ours(name):
    assert ExportName.read(name) is None
