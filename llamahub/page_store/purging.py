"""Has the network that keeps copies of our pages (CDN) forget them after every change of the content.

Every process hears of a change (`listening`), whoever made it, and of what was planned when its time comes. One of
them sends the purge: whoever holds the one row of the table, which also remembers what was purged, so that a purge
that is owed outlasts a restart and is tried again until the network confirms it. A fact may show on any page, so all
of them are purged. A process that starts with another release of the program has them purged as well.

It is sent twice. A page that another process handed out just before it heard of the change may reach the network
after the first purge. No process lets others keep a page unless it knew the content to be the present one
`knowledge.SURE` seconds ago, so the second purge, after that time, finds the last of them.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now

from llamahub.cdn import Hook, PurgeFailed
from llamahub.logs import in_a_line
from models_catalog.views.base import ALL_PAGES

from .knowledge import SURE, Knowledge
from .models import Purge
from .release import release
from .versions import look

logger = logging.getLogger(__name__)

# Seconds. For the other processes to hear of a change; between two purges; until the second one.
MOMENT, BETWEEN, AGAIN = 0.1, 0.5, SURE + 0.5
# Another process has it in hand: look whether it succeeded.
BUSY = 1.0
# After a failure, twice as long each time.
SOONEST, LATEST = 0.5, 30.0
SILENT = 5.0


def _make_row() -> None:
    """By itself: who adds the row while another one does waits until the other one is done."""
    if not Purge.objects.exists():
        Purge.objects.bulk_create([Purge(id=1)], ignore_conflicts=True)


def announce_release() -> None:
    """Has all pages purged if this release is not the one that was announced last.

    Only at the start of a process: while two releases run beside each other, they do not do it in turns.
    """
    _make_row()
    Purge.objects.exclude(release=release()).update(release=release(), state="")


def purge_what_is_owed(hook: Hook) -> float | None:
    """In how many seconds to look again; None when nothing is owed until something changes."""
    _make_row()
    with transaction.atomic():
        # Held while the network is asked, so that no other process does.
        row = Purge.objects.select_for_update(skip_locked=True).annotate(now=Now()).first()
        if row is None:
            return BUSY
        now: datetime = row.now
        state = str(look().state)
        is_changed = row.state != state
        if not is_changed and row.again_at is None:
            return None
        due = max(row.not_before or now, now if is_changed else row.again_at or now)
        if due > now:
            return (due - now).total_seconds()
        try:
            hook.purge([ALL_PAGES])
        except PurgeFailed as failure:
            row.failures += 1
            wait = min(LATEST, SOONEST * 2 ** min(row.failures - 1, 10))
            row.not_before = now + timedelta(seconds=wait)
            row.save()
            logger.warning("The CDN has not purged (try %d, again in %.1f s): %s", row.failures, wait, failure)
            return wait
        logger.info("The CDN has purged all pages%s", "" if is_changed else " a second time")
        row.state, row.failures = state, 0
        row.not_before = now + timedelta(seconds=BETWEEN)
        row.again_at = now + timedelta(seconds=AGAIN) if is_changed else None
        row.save()
        return BETWEEN


class Purger:
    """One thread a process, beside the one that listens: a network that is slow delays nobody."""

    def __init__(self, hook: Hook, knowledge: Knowledge) -> None:
        self.hook, self.knowledge = hook, knowledge
        self.process: int | None = None
        self._bell = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self.process == os.getpid():
            return
        self.process = os.getpid()
        self._bell, self._ended = threading.Event(), False
        self.knowledge.tell = self._bell.set
        self._thread = threading.Thread(target=self._run, name="purges", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is None:
            return
        self.knowledge.tell = None
        self._ended = True
        self._bell.set()
        self._thread.join(10)
        self.process = self._thread = None

    def _run(self) -> None:
        wait: float | None = 0
        is_silent, is_announced = False, False
        while True:
            if self._bell.wait(wait):
                self._bell.clear()
                self._bell.wait(MOMENT)
            if self._ended:
                return
            try:
                if not is_announced:
                    announce_release()
                    is_announced = True
                wait, is_silent = purge_what_is_owed(self.hook), False
            except (DatabaseError, InterfaceError) as error:
                # Nothing changes while the database is away.
                if not is_silent:
                    logger.warning("What the CDN is to purge is not known: %s", in_a_line(error))
                wait, is_silent = SILENT, True
            except Exception:
                logger.exception("Purging failed; trying again")
                wait = SILENT
            finally:
                # It is needed a few times a day.
                connection.close()


def purger(knowledge: Knowledge) -> Purger | None:
    """None where no network keeps our pages."""
    return Purger(settings.PURGE_HOOK, knowledge) if settings.PURGE_HOOK else None
