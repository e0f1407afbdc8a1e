"""When administrators are told that the last export is old."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from llamahub.backup.models import BackupPolicy, Export, Verification, reminder
from tests.factories import make_export

pytestmark = pytest.mark.django_db


def exported(days, *, verification=Verification.SOUND, content=b"zip", **fields):
    made_at = timezone.now() - timedelta(days=days)
    verified_at = None if verification == Verification.NONE else made_at
    return make_export(made_at=made_at, verification=verification, verified_at=verified_at, content=content, **fields)


def test_a_site_without_any_export_is_reminded():
    assert reminder() == "There is no good export of this site."


def test_a_recent_one_is_enough():
    exported(6.9)
    assert reminder() is None


def test_an_old_one_is_not():
    exported(9.5)
    assert reminder() == "The last good export is 9 days old; the site asks for one every 7 days."


def test_the_site_says_what_is_old():
    exported(9.5)
    policy = BackupPolicy.objects.create(warn_after_days=10)
    assert reminder() is None
    policy.warn_after_days = 1
    policy.save()
    assert reminder() == "The last good export is 9 days old; the site asks for one every day."


def test_nobody_is_reminded_where_nobody_wants_it():
    BackupPolicy.objects.create(warn_after_days=0)
    assert reminder() is None


@pytest.mark.parametrize("verification", [Verification.NONE, Verification.DAMAGED])
def test_only_what_was_read_back_counts(verification):
    exported(9)
    exported(1, verification=verification)
    assert "9 days old" in reminder()


def test_a_lost_file_does_not_count():
    exported(9)
    exported(1, content=None)
    assert "9 days old" in reminder()


def test_one_on_a_disk_that_is_away_counts():
    exported(1, content=None, folder="/mnt/away")
    assert reminder() is None


def test_one_query_for_the_policy_and_one_for_the_exports(django_assert_num_queries):
    for days in range(30):
        exported(days)
    with django_assert_num_queries(2):
        reminder()


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("verification_is_known", {"verification": "fine", "verified_at": timezone.now()}),
        ("verified_export_says_when", {"verification": "sound"}),
        ("verified_export_says_when", {"verified_at": timezone.now()}),
        ("only_damaged_exports_have_a_problem", {"problem": "Something."}),
        ("export_file_is_a_name", {"file": "../secret_key"}),
        ("export_file_is_a_name", {"file": ""}),
    ],
)
def test_the_database_refuses_a_record_that_makes_no_sense(constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_export(**fields)


def test_there_is_one_policy_and_one_record_for_a_file():
    with pytest.raises(IntegrityError, match="backup_policy_is_one_row"), transaction.atomic():
        BackupPolicy.objects.create(id=2)
    with pytest.raises(IntegrityError, match="exports_are_due_within_a_year"), transaction.atomic():
        BackupPolicy.objects.create(warn_after_days=366)
    export = make_export()
    with pytest.raises(IntegrityError, match="one_record_per_export_file"), transaction.atomic():
        make_export(file=export.file)


@pytest.mark.parametrize("fields", [{"folder": "/etc"}, {"file": "passwd"}, {"file": "llamahub.zip"}, {"file": ".."}])
def test_no_record_leads_a_download_elsewhere(settings, fields):
    export = make_export(**fields)
    settings.BACKUP_DIR.mkdir(exist_ok=True)
    (settings.BACKUP_DIR / "passwd").write_text("not for everyone")
    assert Export.objects.get(pk=export.pk).download_path is None


def test_no_link_leads_a_download_elsewhere(settings, tmp_path):
    export = make_export(content=b"zip")
    assert export.download_path == export.path
    (tmp_path / "secret").write_text("secret")
    export.path.unlink()
    export.path.symlink_to(tmp_path / "secret")
    assert export.download_path is None
