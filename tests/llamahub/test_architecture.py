"""Imports go one way: models_catalog ← editorial ← llamahub."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAY_NOT_IMPORT = {"models_catalog": {"editorial", "llamahub"}, "editorial": {"llamahub"}}


def imported(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("app", MAY_NOT_IMPORT)
def test_apps_import_only_leftward(app):
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in (ROOT / app).rglob("*.py")
        for line, name in imported(file)
        if name.partition(".")[0] in MAY_NOT_IMPORT[app]
    ]
    assert not wrong


def test_the_product_does_not_import_its_tests():
    for app in ("models_catalog", "editorial", "llamahub"):
        for file in (ROOT / app).rglob("*.py"):
            assert not [name for _, name in imported(file) if name.partition(".")[0] in {"tests", "pytest"}], file


def test_only_the_settings_read_the_environment():
    """`make run` may take its account's name from the environment; all else goes through the settings."""
    allowed = {"settings.py", "environment.py", "wsgi.py", "asgi.py", "preparation.py", "serve.py"}
    for app in ("models_catalog", "editorial", "llamahub"):
        for file in (ROOT / app).rglob("*.py"):
            if file.name not in allowed and "embedded_postgres" not in file.parts:
                assert "os.environ" not in file.read_text(), file
                assert "getenv" not in file.read_text(), file


def test_pages_for_readers_go_by_the_day_and_by_the_database_not_by_the_time():
    """What the database answers as before is shown as before (`llamahub.page_store.repeating`)."""
    made_for_whoever_asks = {"previews.py", "past.py"}
    for app in ("models_catalog", "editorial"):
        for file in (ROOT / app / "views").glob("*.py"):
            if file.name not in made_for_whoever_asks:
                assert not re.search(r"timezone\.now|datetime\.now|time\.time\(", file.read_text()), file
