"""Which entries of the index a changed row appears in.

An entry shows more than its own row: a release lists the sizes of its checkpoints, a license question what each
version answers. Each such row is named here with the entries to make anew. Where a row is gone, what it belonged to
is not known any more, and all entries of that kind are made anew; that is rare and they are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.db.models import Q

from editorial.models import Article, Author, Edition, GlossaryTerm, HelpLine, Notice, SearchEntry, Topic
from models_catalog.models import (
    Correction,
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Provider,
    Release,
    Source,
    TimelineEvent,
    UseCase,
    Variant,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = SearchEntry.Kind

# A kind; the rows to make entries of; the entries that there may be of them now.
Affected: TypeAlias = tuple[str, Q, Q]

# The kind of entry that shows a model’s own rows.
OWN: dict[type, str] = {
    Release: Kind.RELEASE,
    Variant: Kind.CHECKPOINT,
    License: Kind.LICENSE,
    UseCase: Kind.USE_CASE,
    Article: Kind.ARTICLE,
    TimelineEvent: Kind.EVENT,
    KeyFigure: Kind.FIGURE,
    GlossaryTerm: Kind.TERM,
    DeploymentOption: Kind.OPTION,
    Provider: Kind.PROVIDER,
    Source: Kind.SOURCE,
    Correction: Kind.CORRECTION,
    Notice: Kind.NOTICE,
}


def _texts_that_quote(target: str) -> tuple[tuple[str, str], ...]:
    """Where a fact of the entry stands in prose."""
    return ((Kind.ARTICLE, f"editions__fact_uses__{target}"), (Kind.NOTICE, f"fact_uses__{target}"))


# Further kinds that show something of a model’s rows, with the lookup from their rows to it.
SHOWN_BY: dict[type, tuple[tuple[str, str], ...]] = {
    Release: (
        (Kind.CHECKPOINT, "release"),
        (Kind.PROVIDER, "releases"),
        (Kind.CORRECTION, "release"),
        (Kind.CORRECTION, "variant__release"),
        (Kind.RELEASE, "based_on"),
        *_texts_that_quote("release"),
        *_texts_that_quote("variant__release"),
    ),
    Variant: ((Kind.RELEASE, "variants"), (Kind.CORRECTION, "variant"), *_texts_that_quote("variant")),
    TimelineEvent: ((Kind.CORRECTION, "event"), *_texts_that_quote("event")),
    KeyFigure: _texts_that_quote("key_figure"),
    License: ((Kind.USE_CASE, "rules__license"), (Kind.RELEASE, "license"), *_texts_that_quote("license")),
    LicenseRule: ((Kind.USE_CASE, "rules"), *_texts_that_quote("license_rule")),
    DeploymentOption: ((Kind.PROVIDER, "option"),),
    HelpLine: ((Kind.NOTICE, "help_lines"),),
    Edition: ((Kind.ARTICLE, "editions"),),
    Topic: ((Kind.ARTICLE, "topic"),),
    Author: ((Kind.ARTICLE, "authors"),),
}
MODELS = {kind: model for model, kind in OWN.items()}
EVERYTHING = Q()


def affected_by(model: type, pk: int, *, deleted: bool) -> Iterator[Affected]:
    """What to make anew after the row ``pk`` of ``model`` was saved or deleted."""
    if model in OWN:
        yield OWN[model], Q(pk=pk), Q(object_id=pk)
    if model is Edition and deleted:
        # Only an edition that was approved has an entry, which knows its article.
        articles = list(SearchEntry.objects.filter(kind=Kind.ARTICLE, part=pk).values_list("object_id", flat=True))
        yield Kind.ARTICLE, Q(pk__in=articles), Q(object_id__in=articles)
        return
    for kind, lookup in SHOWN_BY.get(model, ()):
        if deleted:
            yield kind, EVERYTHING, EVERYTHING
        else:
            # By key: a join would repeat rows, and the same keys name the entries.
            keys = list(MODELS[kind]._default_manager.filter(**{lookup: pk}).values_list("pk", flat=True))  # type: ignore[attr-defined]
            if keys:
                yield kind, Q(pk__in=keys), Q(object_id__in=keys)
