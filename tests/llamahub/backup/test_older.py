"""Archives of every schema that was ever released restore in this version: one of each is kept in ``archives/``.

To keep one of today's: ``manage.py export_fixtures tests/llamahub/backup/archives/<date>.zip`` on a small site.
"""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.redirects.models import Redirect
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from editorial.models import Article, FactUse, Image
from llamahub.backup import NotEmpty, export, restore, verify
from models_catalog.models import Citation, RecordedChange, Release
from tests.llamahub.test_migrations import schema

from . import site

pytestmark = pytest.mark.django_db(transaction=True)

ARCHIVES = sorted((Path(__file__).parent / "archives").glob("*.zip"))
FIRST = Path(__file__).parent / "archives" / "2026-11-first.zip"


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.stem)
def test_every_kept_archive_restores(archive, tmp_path):
    before, counts = schema(), verify(archive).counts
    restore(archive)
    assert sorted(schema()) == sorted(before)
    assert MigrationLoader(connection).applied_migrations.keys() >= set(MigrationLoader(connection).graph.leaf_nodes())
    assert counts["models_catalog.citation"] == Citation.objects.count()
    assert counts["editorial.article"] == Article.objects.count()
    assert not [table for table, (following, highest) in site.sequences().items() if following <= highest]
    for release in Release.objects.listed():
        assert Client().get(release.get_absolute_url()).status_code == 200
    # What is exported from here on is of today's schema.
    export(tmp_path / "again.zip")
    assert verify(tmp_path / "again.zip").counts["models_catalog.citation"] == counts["models_catalog.citation"]


def test_the_first_schema_gets_what_came_later(tmp_path):
    restore(FIRST)
    assert RecordedChange.objects.count() >= Citation.objects.count()
    assert set(RecordedChange.objects.filter(action="insert").values_list("reason", flat=True)) >= {
        "The record begins."
    }
    assert set(site.media()) == {Image.objects.get().file.name}
    assert User.objects.get().groups.get().name == "Editor"
    assert Redirect.objects.get().new_path == "/models/llama-4-scout/"
    assert FactUse.objects.count() == 0
    assert b"llama-4-scout" in Client().get("/search/?q=scout").content


def test_an_older_archive_that_is_damaged_leaves_the_site_as_it_is(tmp_path):
    site.plant()
    before = site.fingerprint()
    shutil.copy(FIRST, tmp_path / "broken.zip")
    from .test_damage import members_of, packed, signed

    members = members_of(FIRST)
    name = "fixtures/models_catalog.release.json"
    members[name] = members[name].replace(b'"status": "available"', b'"status": "imaginary"')
    packed(signed(members), tmp_path / "broken.zip")
    with pytest.raises(Exception, match="Nothing was changed"):
        restore(tmp_path / "broken.zip", replace=True)
    assert site.fingerprint() == before
    with pytest.raises(NotEmpty):
        restore(FIRST)
    assert site.fingerprint() == before
    assert settings.MEDIA_ROOT.is_dir()
