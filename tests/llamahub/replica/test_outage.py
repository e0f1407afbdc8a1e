"""The replica fails in every way that a server can, and readers do not notice."""

import logging
import time

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connections
from psycopg.errors import _WaitTimeout

from llamahub import presence
from llamahub.page_store.knowledge import knowledge
from llamahub.replica import base
from llamahub.replica.reading import health
from tests.llamahub.page_store.conftest import eventually

from .conftest import BOTH, asked, failing, refusing

pytestmark = BOTH

PAGE = "/models/llama-9/"
LOST = OperationalError("server closed the connection unexpectedly")
CONFLICT = OperationalError("canceling statement due to conflict with recovery")


@pytest.fixture(autouse=True)
def known(replica, release):
    assert eventually(lambda: knowledge.version is not None)


def test_one_that_refuses_is_noticed_once_and_found_again(visitor, caplog, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE", 0.1)
    with caplog.at_level(logging.INFO, logger="llamahub.replica"):
        with refusing("replica"):
            for target in [PAGE, "/models/", "/search/?q=llama", "/about/"]:
                with asked() as count:
                    assert visitor.get(target).status == 200
                assert count["default"] > 0
            time.sleep(0.3)
            assert health.is_away
        assert eventually(lambda: not health.is_away)
    with asked() as count:
        assert visitor.get("/search/?q=herd").status == 200
    assert (count["default"], count["replica"] > 0) == (0, True)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("llamahub.replica")] == [
        "The replica fails, pages are read from the primary: connection refused",
        "The replica answers again",
    ]


@pytest.mark.parametrize(
    ("error", "after"),
    [(LOST, 0), (LOST, 4), (CONFLICT, 5), (InterfaceError("the connection is closed"), 3)],
    ids=["at once", "lost", "conflict", "closed"],
)
def test_one_that_fails_in_the_middle_of_a_page_is_passed_over(visitor, replica, caplog, error, after):
    with failing(replica, error, after=after):
        assert "Llama 9" in visitor.get(PAGE).text
    health.stop()
    with failing(replica, error, after=after):
        assert visitor.get("/search/?q=llama").status == 200
    assert health.is_away
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_one_that_lacks_a_column_yet_is_passed_over_and_asked_again(visitor, replica):
    with failing(replica, ProgrammingError("column does not exist"), after=3):
        assert visitor.get(PAGE).status == 200
    assert not health.is_away


def test_an_error_that_the_primary_has_as_well_is_shown(visitor, replica, settings):
    with failing(replica, LOST), failing(connections["default"], ProgrammingError("no such column")):
        assert visitor.get(PAGE).status == 500


def test_the_connection_is_as_it_was_afterwards(visitor, replica):
    default = connections["default"]
    with failing(replica, LOST, after=2):
        visitor.get(PAGE)
    assert connections["default"] is default
    assert not default.in_atomic_block
    assert not replica.in_atomic_block


class TestSilence:
    """A server that is stopped does not even refuse."""

    @pytest.fixture
    def connection(self, replica, monkeypatch):
        monkeypatch.setattr(base, "ANSWERS_WITHIN", 0.3)
        if replica.settings_dict["ENGINE"] == "llamahub.embedded_postgres":
            from llamahub.embedded_postgres.base import server_for

            address = server_for(replica.settings_dict).address()
            settings = {
                **replica.settings_dict,
                "HOST": address["host"],
                "PORT": address["port"],
                "USER": address["user"],
            }
            settings["OPTIONS"] = {**settings["OPTIONS"], "hostaddr": address["hostaddr"]}
        else:
            settings = dict(replica.settings_dict)
        connection = base.DatabaseWrapper({**settings, "ENGINE": "llamahub.replica"}, "replica")
        yield connection
        connection.close()

    def test_an_answer_that_does_not_come_is_not_waited_for(self, connection):
        began = time.monotonic()
        with pytest.raises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        assert time.monotonic() - began < 2
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)

    def test_before_a_page_it_is_waited_for_only_once(self, connection, monkeypatch):
        def silent(self, gen, *args, **kwargs):
            time.sleep(self.patience or base.ANSWERS_WITHIN)
            raise _WaitTimeout

        connection.settings_dict |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}
        connection.ensure_connection()
        connection.close_if_unusable_or_obsolete()
        connection.health_check_enabled, connection.health_check_done = True, False
        monkeypatch.setattr(base.psycopg.Connection, "wait", silent)
        began = time.monotonic()
        with pytest.raises(OperationalError, match="does not answer"), connection.cursor():
            pass
        assert time.monotonic() - began < 1

    def test_one_that_does_not_even_take_the_connection_is_not_waited_for(self, connection, nowhere):
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": nowhere}
        connection.settings_dict["OPTIONS"] = {"connect_timeout": 2}
        began = time.monotonic()
        with pytest.raises(OperationalError):
            connection.ensure_connection()
        assert time.monotonic() - began < 4
