"""The shipped content, read once: the checker's functions ask the database for nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction

from models_catalog.checker import PLACES, Answer, Options, Reader, check, compare
from models_catalog.checker.asking import kind_of
from models_catalog.checker.weighing import Comparison, kind_under
from models_catalog.models import Got, License, LicenseRule, ModelKind, Release, UseCase, Who
from tests import shipped_content


@dataclass
class Shelf:
    """All license versions with their rules. ``ask`` puts a question to one, ``everywhere`` to all."""

    options: Options
    rules: list[LicenseRule]

    def subject(self, name: str) -> tuple[License, ModelKind | None]:
        """By the slug of a release, or that of a license with “license:” before it."""
        if name.startswith("license:"):
            license = next(each for each in self.options.licenses if each.slug == name.removeprefix("license:"))
            return license, kind_under(self.options.kinds[license.pk], None)
        release = next(each for each in self.options.licensed if each.slug == name)
        license = next(each for each in self.options.licenses if each.pk == release.license_id)
        return license, kind_of(release)

    def activities(self, *names: str) -> list[UseCase]:
        known = {activity.slug: activity for activity in self.options.activities}
        return [known[name] for name in names]

    @staticmethod
    def reader(who: str = "company", place: str = "us", users: int = 25_000, got: str = "model") -> Reader:
        return Reader(Who(who), PLACES[place], users, Got(got))

    def ask(self, name: str, *activities: str, model: str = "", **reader) -> Answer:
        license, kind = self.subject(name)
        kind = ModelKind(model) if model else kind
        return check(license, self.rules, self.activities(*activities), self.reader(**reader), kind)

    def everywhere(self, activity: str, kind: str = "text", **reader) -> Comparison:
        models = self.options.models_for(ModelKind(kind))
        _, [row] = compare(self.options.licenses, self.rules, self.activities(activity), self.reader(**reader), models)
        return row


@pytest.fixture(scope="session")
def shelf(django_db_setup, django_db_blocker) -> Shelf:
    with django_db_blocker.unblock(), transaction.atomic():
        shipped_content.load()
        options = Options.of(
            list(License.objects.oldest_first().with_facts()),
            list(Release.objects.listed().newest_first()),
            list(UseCase.objects.activities()),
        )
        every = [activity.slug for activity in options.activities]
        rules = list(LicenseRule.objects.for_check(every).prefetch_related("citations__source", "corrections__source"))
        transaction.set_rollback(True)
    return Shelf(options, rules)
