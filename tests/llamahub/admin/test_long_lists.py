"""No list of the admin forgets its indexes: kinds that grow are read in order, searched and filtered by one."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.redirects.models import Redirect
from django.db.models import Index

from editorial import models as editorial
from llamahub.accounts.models import SecurityPolicy
from llamahub.backup.models import BackupPolicy, Export
from models_catalog import models as catalog
from models_catalog.admin.listing import LongList
from models_catalog.admin.one_row import OneRow
from models_catalog.finding import index_for, related_model

# Kinds of which there are hundreds at most, whatever becomes of the site: reading all of them is as fast.
FEW = {
    Group: "Django’s, with a list of its own",
    User: "people of one newsroom",
    Redirect: "Django’s own table, whose addresses it indexes",
    SecurityPolicy: "one row",
    BackupPolicy: "one row",
    Export: "a page of its own, which shows the newest",
    editorial.HubSettings: "one row",
    editorial.HubSection: "one of each kind",
    editorial.Topic: "what a newsroom writes about",
    editorial.Author: "who writes",
    editorial.Persona: "cards on the hub",
    editorial.Notice: "on one page",
    editorial.HelpLine: "on one page",
    editorial.GlossaryTerm: "on one page",
    editorial.StyleRule: "the house’s own words",
    catalog.License: "one a generation",
    catalog.UseCase: "on one page",
    catalog.LicenseRule: "a use case and a license each",
    catalog.DeploymentOption: "on one page",
    catalog.Provider: "on one page",
    catalog.KeyFigure: "on one page",
    catalog.Machine: "on one page",
    catalog.PublishedMemory: "on one page",
    catalog.CheckInterval: "one a kind of fact",
}
GROWING = [model for model in admin.site._registry if model not in FEW]


def name_of(model):
    return model.__name__


def in_order(model, names):
    """Whether an index reads rows in this order; a last key that only breaks ties may be missing."""
    wanted = [(name.lstrip("-"), name.startswith("-")) for name in names]
    wanted = [(model._meta.pk.name if name == "pk" else name, descends) for name, descends in wanted]
    for field in model._meta.concrete_fields:
        if field.unique and wanted[0][0] == field.name:
            return True
    for index in model._meta.indexes:
        if type(index) is not Index or index.condition is not None:
            continue
        columns = [(name, way == "DESC") for name, way in index.fields_orders]
        backwards = [(name, not descends) for name, descends in columns]
        long_enough = wanted[: len(columns)]
        rest = wanted[len(columns) :]
        if long_enough in (columns[: len(long_enough)], backwards[: len(long_enough)]) and rest in (
            [], [(model._meta.pk.name, True)], [(model._meta.pk.name, False)],
        ):  # fmt: skip
            return True
    return False


@pytest.mark.parametrize("model", admin.site._registry, ids=name_of)
def test_every_list_is_one_that_counts_and_searches_as_long_ones_do(model):
    model_admin = admin.site._registry[model]
    assert isinstance(model_admin, LongList) or model is Group
    assert model not in FEW or FEW[model]
    if isinstance(model_admin, OneRow):
        assert model in FEW


@pytest.mark.parametrize("model", GROWING, ids=name_of)
def test_every_kind_that_grows_is_listed_in_the_order_of_an_index(rf, model):
    model_admin = admin.site._registry[model]
    ordering = tuple(model_admin.get_ordering(rf.get("/")) or model._meta.ordering)
    first = model._meta.get_field(ordering[0].lstrip("-")) if ordering[0].lstrip("-") != "pk" else None
    if first is not None and first.is_relation:
        # In the order of what it belongs to: from that one’s index to the rows that lead there.
        assert first.db_index
        assert in_order(first.related_model, first.related_model._meta.ordering)
    else:
        assert in_order(model, ordering), f"{model.__name__} is listed by {ordering}: give its model an index for that."


@pytest.mark.parametrize("model", GROWING, ids=name_of)
def test_every_kind_that_grows_is_searched_by_indexes_of_words(model):
    by_path: dict[str, list[str]] = {}
    for field in admin.site._registry[model].search_fields:
        path, _, name = field.rpartition("__")
        by_path.setdefault(path, []).append(name)
    assert by_path
    for path, names in by_path.items():
        related = related_model(model, path)
        index = index_for(related, names)
        assert index or related in FEW, f"No index of words of {related.__name__} has {', '.join(names)}: add one."
        # A list’s own search finds what it says and no more.
        assert path or index is None or index.words == set(names)


@pytest.mark.parametrize("model", GROWING, ids=name_of)
def test_every_day_that_a_list_is_entered_by_is_indexed(model):
    day = admin.site._registry[model].date_hierarchy
    if day is None:
        pytest.skip("has no days")
    field = model._meta.get_field(day)
    begins = [index.fields_orders[0][0] for index in model._meta.indexes if index.fields_orders and not index.condition]
    assert field.db_index or day in begins
