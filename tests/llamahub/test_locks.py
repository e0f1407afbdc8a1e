"""The lock files pin what pyproject.toml asks for, with hashes, and name no index."""

import re
import tomllib

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-embedded.lock": PROJECT["dependencies"] + EXTRAS["embedded"],
    "requirements-dev.lock": PROJECT["dependencies"] + EXTRAS["embedded"] + EXTRAS["dev"],
}


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def satisfies(version: str, operator: str, wanted: str) -> bool:
    if operator == "~=":
        prefix = number(wanted)[:-1]
        return number(version) >= number(wanted) and number(version)[: len(prefix)] == prefix
    return number(version) >= number(wanted)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_asked_for_is_pinned(lock):
    found = pins(lock)
    for requirement in LOCKS[lock]:
        name, operator, wanted = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?(?:(~=|>=)([\d.]+))?", requirement).groups()
        if name != "llamahub":
            assert name.lower() in found, requirement
            assert satisfies(found[name.lower()], operator, wanted), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    for block in re.split(r"\n(?=[a-z])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in text
    assert not re.search(r"^(--|-[a-z]|#)", text, re.MULTILINE)


def test_the_locks_agree_with_each_other():
    everything = pins("requirements-dev.lock")
    for lock in LOCKS:
        assert pins(lock).items() <= everything.items()


def test_production_needs_few_packages():
    assert len(pins("requirements.lock")) <= 15


def test_versions_with_known_holes_are_not_pinned():
    found = pins("requirements.lock")
    assert number(found["django"]) >= (5, 2, 19)
    assert number(found["nh3"]) >= (0, 3, 8)
