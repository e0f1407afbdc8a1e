from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from llamahub.accounts import second_factor
from models_catalog.history import attributed


class Command(BaseCommand):
    help = (
        "Removes the second factor of an account and ends its sessions, for whoever lost both phone and recovery codes "
        "and has no administrator to ask. It is recorded in the audit log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The name the account signs in with.")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account {name!r}: give the name as it is typed to sign in.")
        with attributed(who="reset_second_factor"):
            removed = second_factor.reset(user)
        self.stdout.write(
            f"{name} signs in with the password alone now; all its sessions are ended."
            if removed
            else f"{name} has no second factor; its sessions are ended."
        )
