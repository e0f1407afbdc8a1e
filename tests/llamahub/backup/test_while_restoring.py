"""What others see while a restore is under way."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from llamahub.backup import BackupError, export, restore
from models_catalog.models import Release

from . import site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_the_middle(tmp_path, monkeypatch):
    """Have another thread do something when all rows are in and nothing is committed yet; what came of it."""

    def run(action):
        from editorial.search import index

        results = []

        def other():
            try:
                results.append(action())
            except Exception as error:
                results.append(error)
            finally:
                connection.close()

        rebuild = index.rebuild

        def paused():
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            return rebuild()

        monkeypatch.setattr(index, "rebuild", paused)
        restore(tmp_path / "site.zip", replace=True)
        return results[0]

    site.plant()
    export(tmp_path / "site.zip", with_accounts=True)
    Release.objects.filter(slug="awkward").update(name="Quondam")
    return run


def test_readers_are_served_what_was_there(in_the_middle):
    page = in_the_middle(lambda: Client().get("/models/awkward/").content)
    assert b"Quondam" in page
    assert b"Quondam" not in Client().get("/models/awkward/").content


def test_writers_wait_and_are_told_so(in_the_middle):
    def write():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            Release.objects.filter(slug="awkward").update(name="Meanwhile")

    assert isinstance(in_the_middle(write), DatabaseError)
    assert Release.objects.get(slug="awkward").name == "Changed"


def test_a_second_restore_is_refused(in_the_middle, tmp_path):
    refused = in_the_middle(lambda: restore(tmp_path / "site.zip", replace=True))
    assert isinstance(refused, BackupError)
    assert "Another restore is under way" in str(refused)


def test_an_export_made_meanwhile_is_of_what_was_there(in_the_middle, tmp_path):
    in_the_middle(lambda: export(tmp_path / "meanwhile.zip"))
    names = [
        row["fields"]["name"]
        for row in site.rows_of(tmp_path / "meanwhile.zip", "fixtures/models_catalog.release.json")
    ]
    assert names == ["Quondam"]


def test_triggers_watch_again_afterwards(in_the_middle):
    in_the_middle(lambda: None)
    with pytest.raises(DatabaseError, match="never rewritten"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM models_catalog_recordedchange")
    with pytest.raises(DatabaseError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditentry")
