"""The content that ships with the code."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from llamahub import content
from models_catalog.models import License, Release
from tests.factories import make_source

pytestmark = pytest.mark.django_db


def run(command: str, capsys) -> str:
    call_command(command)
    return capsys.readouterr().out


def test_the_shipped_content_comes_back_byte_for_byte(tmp_path, monkeypatch):
    shipped = {model: content.fixture(model) for model in content.content_models() if content.fixture(model).exists()}
    assert shipped
    content.load()
    monkeypatch.setattr(content, "fixture", lambda model: tmp_path / f"{model._meta.label_lower}.json")
    written = dict(content.dump())
    for model, file in shipped.items():
        assert content.fixture(model).read_text() == file.read_text(), file.name
    assert sum(written.values()) == sum(len(json.loads(file.read_text())) for file in shipped.values())


def test_loading_twice_says_so_and_changes_nothing(capsys):
    run("load_content", capsys)
    release = Release.objects.first()
    Release.objects.filter(pk=release.pk).update(name="Changed by an editor")
    assert "Nothing loaded" in run("load_content", capsys)
    release.refresh_from_db()
    assert release.name == "Changed by an editor"


def test_one_entry_of_an_editor_is_reason_enough_not_to_load(capsys):
    make_source()
    assert "Nothing loaded" in run("load_content", capsys)
    assert not Release.objects.exists()


def test_a_fixture_that_breaks_a_rule_leaves_the_database_empty(tmp_path, monkeypatch):
    shipped = content.fixture

    def fixture(model):
        if model is not Release:
            return shipped(model)
        entries = json.loads(shipped(Release).read_text())
        entries[-1]["fields"]["status"] = "imaginary"
        changed = tmp_path / "release.json"
        changed.write_text(json.dumps(entries))
        return changed

    monkeypatch.setattr(content, "fixture", fixture)
    with pytest.raises(IntegrityError):
        content.load()
    assert not License.objects.exists()


def test_an_empty_database_does_not_empty_the_fixtures():
    with pytest.raises(CommandError, match="no content"):
        call_command("dump_content")
