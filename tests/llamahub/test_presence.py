"""A part that is away is tried by one thread, until it is back."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from llamahub import presence
from llamahub.presence import Presence
from tests.llamahub.page_store.conftest import eventually


class Part:
    """Away until it is said to answer."""

    def __init__(self) -> None:
        self.answer: bool | Exception = False
        self.tries = 0
        self.was_away: list[float] = []
        self.presence = Presence("a part", self.answers, self.was_away.append)

    def answers(self) -> bool:
        self.tries += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def part(monkeypatch) -> Iterator[Part]:
    monkeypatch.setattr(presence, "PAUSE", 0.02)
    part = Part()
    yield part
    part.presence.stop()


def trying() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "a part"]


def test_it_is_taken_to_be_there_and_not_tried(part):
    assert not part.presence.is_away
    assert not trying()


def test_it_is_away_until_it_answers_and_then_the_thread_ends(part):
    began = time.monotonic()
    assert part.presence.lost()
    assert eventually(lambda: part.tries > 2)
    assert part.presence.is_away
    assert not part.was_away
    part.answer = True
    assert eventually(lambda: not part.presence.is_away)
    assert eventually(lambda: not trying())
    [seconds] = part.was_away
    assert 0 < seconds <= time.monotonic() - began


def test_of_many_who_miss_it_one_is_told_that_it_is_news(part):
    assert [part.presence.lost() for _ in range(5)] == [True, False, False, False, False]
    assert len(trying()) == 1


def test_it_may_be_lost_again(part):
    for _ in range(3):
        part.answer = False
        assert part.presence.lost()
        assert part.presence.is_away
        part.answer = True
        assert eventually(lambda: not part.presence.is_away)
    assert len(part.was_away) == 3


def test_a_try_that_fails_in_any_way_is_one_without_an_answer(part):
    part.answer = ArithmeticError("nonsense")
    part.presence.lost()
    assert eventually(lambda: part.tries > 2)
    assert part.presence.is_away
    part.answer = True
    assert eventually(lambda: not part.presence.is_away)


def test_the_thread_can_be_ended(part):
    part.presence.lost()
    part.presence.stop()
    assert not trying()
    assert not part.presence.is_away


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_that_is_forked_off_finds_out_and_tries_by_itself(part):
    """It is born without the thread: what its parent misses would be away for ever."""
    part.presence.lost()
    child = os.fork()
    if not child:
        is_there = not part.presence.is_away
        is_news = part.presence.lost()
        part.answer = True
        is_back = eventually(lambda: not part.presence.is_away)
        os._exit(0 if is_there and is_news and is_back else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert part.presence.is_away
    assert len(trying()) == 1
