import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from llamahub import preparation
from llamahub.preparation import HOST


class Command(BaseCommand):
    help = (
        "Sets up whatever is missing (database, tables, content, static files, an account) and serves the hub on this "
        "machine, through the server that production uses. For the site itself, see README.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reload", action="store_true", help="Start again when a source file changes.")

    def handle(self, *args: Any, reload: bool, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError(
                "serve is for one's own machine and LLAMAHUB_LOCAL is off: use `make run`, or see README.md on production."
            )
        # The reloader starts this command anew after every change; all is set up by then.
        if os.environ.get("RUN_MAIN") != "true":
            self.prepare(collect=not reload)
        connections.close_all()
        if reload:
            call_command("runserver", f"{HOST}:{settings.PORT}", use_static_handler=False, skip_checks=True)
        else:
            serve()

    def prepare(self, *, collect: bool) -> None:
        preparation.check_port()
        preparation.check_data_dir()
        with self.step("Database") as done:
            done(preparation.connect())
        with self.step("Tables") as done:
            number = preparation.migrate()
            done(f"{number} migrations applied" if number else "up to date")
        with self.step("Content") as done:
            loaded = preparation.load_content()
            done("kept as it is" if loaded is None else f"{loaded:,} entries loaded")
        if collect:
            with self.step("Static files") as done:
                done("collected and compressed" if preparation.collect_static() else "unchanged")
        with self.step("Account") as done:
            account = preparation.make_account()
            done("there is one" if account is None else f"{account[0]!r} made")
        self.say(f"\nThe hub is on       http://{HOST}:{settings.PORT}/")
        self.say(f"Its editors sign in http://{HOST}:{settings.PORT}/admin/")
        if account and account[1]:
            self.say(f"                    as {account[0]} with the password {account[1]} (shown this once)")
        self.say("Ctrl-C stops it.\n")

    @contextmanager
    def step(self, name: str) -> Iterator[Any]:
        """One line: what is being done, then what came of it and how long it took."""
        started = perf_counter()
        self.say(f"{name + ' …':<16}", end="")
        outcome: list[str] = []
        try:
            yield outcome.append
        except BaseException:
            self.say("failed")
            raise
        self.say(f"{outcome[0]} ({perf_counter() - started:.1f} s)")

    def say(self, text: str, end: str = "\n") -> None:
        self.stdout.write(text, ending=end)
        self.stdout.flush()


def serve() -> None:
    """Until interrupted. This process stays the parent of the workers, and with it the embedded database stays up."""
    from granian import Granian  # takes a moment to load, and only this needs it
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target="llamahub.wsgi:application",
        address=HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=1,
        # Each may hold a database connection.
        blocking_threads=4,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()
    sys.exit(0)
