"""What the records of measurements say."""

from __future__ import annotations

import json

from tests.bench.record import MARGIN, changes, compare, newest_kept

BEFORE = {
    "commit": "abc1234",
    "measured": "2026-01-01T00:00:00+00:00",
    "rates": {"a bare view": 9000},
    "ratios": {"stored page to nginx": 0.5},
    "kilobytes": {"hub": 100},
}


def worse(**now):
    return [name for name, _, _, is_worse in changes(now, BEFORE) if is_worse]


def test_a_ratio_that_fell_by_more_than_the_margin_is_worse():
    assert worse(ratios={"stored page to nginx": 0.5 * (1 - MARGIN) - 0.01}) == ["ratios: stored page to nginx"]


def test_within_the_margin_or_better_nothing_is_worse():
    for ratio in (0.5 * (1 - MARGIN) + 0.01, 0.5, 5):
        assert worse(ratios={"stored page to nginx": ratio}) == []


def test_more_bytes_are_worse_and_fewer_are_not():
    assert worse(kilobytes={"hub": 200}) == ["kilobytes: hub"]
    assert worse(kilobytes={"hub": 50}) == []


def test_rates_are_not_compared_since_machines_differ():
    assert list(changes({"rates": {"a bare view": 1}}, BEFORE)) == []


def test_what_only_one_of_the_records_has_is_not_compared():
    assert list(changes({"ratios": {"stored page to a bare view": 1}}, BEFORE)) == []


def test_the_verdict_names_what_is_worse(capsys):
    assert not compare({"ratios": {"stored page to nginx": 0.1}}, BEFORE)
    assert "Worse than the kept record by more than 20%: ratios: stored page to nginx." in capsys.readouterr().out
    assert compare({"ratios": {"stored page to nginx": 0.6}}, BEFORE)


def test_the_newest_kept_record_is_the_one_measured_last(tmp_path):
    assert newest_kept(tmp_path) is None
    for name, day in (("b", "2026-01-02"), ("a", "2026-01-03")):
        (tmp_path / f"{name}.json").write_text(json.dumps({**BEFORE, "measured": f"{day}T00:00:00+00:00"}))
    assert (newest_kept(tmp_path) or {})["measured"].startswith("2026-01-03")
