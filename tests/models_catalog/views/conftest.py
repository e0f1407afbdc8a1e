"""A catalogue with one of everything, and a guard against queries from templates."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection

from models_catalog.models import Release
from tests.factories import (
    make_activity,
    make_citation,
    make_correction,
    make_event,
    make_figure,
    make_license,
    make_live_article,
    make_machine,
    make_option,
    make_provider,
    make_published_memory,
    make_release,
    make_rule,
    make_source,
    make_variant,
)


def grow(count: int, **shared) -> None:
    """``count`` more of everything that the pages list, each with a source and a correction."""
    source = shared["source"]
    license = shared["license"]
    release = shared["release"]
    for n in range(count):
        another = make_release(
            license=license, context_tokens=2048 * 2 ** (n % 12), released_on=date(2023, 1, 1) + timedelta(days=25 * n)
        )
        another.based_on.add(release)
        for target in (another, release):
            variant = make_variant(release=target, layers=32, parameters_total=10**9 + n)
            make_citation(variant=variant, field="parameters_total", source=source)
        make_citation(release=another, field="context_tokens", source=source)
        make_correction(release=another, field="context_tokens", source=source)
        event = make_event(happened_on=date(2023, 1, 1) + timedelta(days=25 * n))
        event.releases.add(release, another)
        make_citation(event=event, field="happened_on", source=source)
        for rule in (make_rule(license=license), make_rule(license=shared["older"])):
            make_citation(license_rule=rule, field="verdict", source=source)
        option = make_option()
        make_citation(deployment_option=option, field="summary", source=source)
        provider = make_provider(option=option, note="Hosts it.")
        provider.releases.add(release, another)
        make_citation(provider=provider, field="releases", source=source)
        make_citation(key_figure=make_figure(), field="value", source=source)
        make_machine()
        make_citation(published_memory=make_published_memory(variant=variant), field="value", source=source)
        make_live_article().releases.add(release)
        make_source()


@pytest.fixture
def world(db) -> dict:
    """The shared rows of a small catalogue; ``grow(n, **world)`` adds to it."""
    older = make_license(slug="llama-old", version="0", effective_on=date(2022, 1, 1))
    license = make_license(slug="llama-test", version="9", effective_on=date(2026, 1, 1))
    source = make_source(slug="card", title="The card")
    release = make_release(slug="llama-test", name="Llama Test", license=license)
    for field in ("context_tokens", "released_on"):
        make_citation(release=release, field=field, source=source)
    make_event(slug="it-happened")
    case = make_activity(slug="sell", question="May I sell it?", is_headline=True)
    make_rule(use_case=case, license=license)
    rows = {"older": older, "license": license, "source": source, "release": release}
    grow(1, **rows)
    return rows


PAGES = (
    "/models/",
    "/models/?branch=core&sort=parameters",
    "/models/llama-test/",
    "/models/compare/",
    "/timeline/",
    "/timeline/it-happened/",
    "/licensing/",
    "/licensing/llama-test/",
    "/licensing/check/",
    "/run/",
    "/run/?memory=24&devices=2",
    "/figures/",
    "/sources/",
    "/sources/card/",
    "/corrections/",
)


@pytest.fixture(params=PAGES)
def page(request, world) -> str:
    return request.param


@pytest.fixture
def no_queries_while_rendering():
    """Fails when a template asks the database. The hub's name is fetched lazily, once, for every page."""

    def refuse(execute, sql, params, many, context):
        frame = sys._getframe()
        while frame and "editorial_hubsettings" not in sql:
            assert not frame.f_code.co_filename.endswith("django/template/base.py"), f"a template queries: {sql[:300]}"
            frame = frame.f_back
        return execute(sql, params, many, context)

    @contextmanager
    def guard() -> Iterator[None]:
        with connection.execute_wrapper(refuse):
            yield

    return guard


@pytest.fixture
def unlisted(world) -> Release:
    """A release and an event that readers must not see, tied to everything that they see."""
    secret = make_release(name="Llama Secret", slug="llama-secret", is_listed=False, license=world["license"])
    variant = make_variant(release=secret, name="Secret 8B", parameters_total=8_000_000_000)
    event = make_event(title="Secret event", slug="secret-event", is_listed=False)
    event.releases.add(world["release"])
    make_event(slug="open-event").releases.add(secret)
    secret.based_on.add(world["release"])
    world["release"].based_on.add(secret)
    make_provider(name="Host").releases.add(secret)
    for target, field in (
        ({"release": secret}, "context_tokens"),
        ({"variant": variant}, "layers"),
        ({"event": event}, "summary"),
    ):
        make_citation(**target, field=field, source=world["source"])
        make_correction(**target, field=field, source=world["source"], what_is_right="Secret correction")
    return secret
