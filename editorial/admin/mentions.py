"""Which articles mention an entry, for the pages that ask before deleting."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.text import capfirst

from editorial.live_facts.names import BY_MODEL
from editorial.models import Edition, FactUse
from models_catalog.admin.mentions import Mention, finder, holder
from models_catalog.models import Content, License, Release, UseCase

# An entry mentioned everywhere needs no complete list to be kept.
LIMIT = 20


@finder
def in_articles(entry: Content) -> Iterable[Mention]:
    """Articles whose newest edition links to the entry’s page."""
    if not hasattr(entry, "get_absolute_url"):
        return
    path = entry.get_absolute_url()
    newest = Edition.objects.filter(article=OuterRef("article")).order_by("-number").values("pk")[:1]
    links = Q(body__contains=f"({path}") | Q(body__contains=f"]: {path}")
    for edition in (
        Edition.objects.filter(links, pk=Subquery(newest)).select_related("article").order_by("title")[:LIMIT]
    ):
        yield Mention(
            f"The article “{edition.title}” links to its page.",
            reverse("admin:editorial_article_change", args=[edition.article_id]),
        )


@holder
def quoted_in_prose(entries: list[Content]) -> Iterable[Mention]:
    """Texts that refer to a fact of an entry, or of a checkpoint or rule that would go with it."""
    mine = Q(pk__in=())
    for entry in entries:
        if kind := BY_MODEL.get(type(entry)):
            mine |= Q(**{kind.arc: entry})
        if isinstance(entry, Release):
            mine |= Q(variant__release=entry)
        elif isinstance(entry, License):
            mine |= Q(license_rule__license=entry)
        elif isinstance(entry, UseCase):
            mine |= Q(license_rule__use_case=entry)
    for use in FactUse.objects.filter(mine):
        yield Mention(f"{capfirst(use._meta.verbose_name)}: {use}", use.admin_url)


@finder
def in_relations(entry: Content) -> Iterable[Mention]:
    """Entries that list this one and would list one fewer."""
    for relation in entry._meta.related_objects:
        if not relation.many_to_many or relation.get_accessor_name() is None:
            continue
        model = relation.related_model
        for other in getattr(entry, str(relation.get_accessor_name())).all()[:LIMIT]:
            yield Mention(
                f"The {model._meta.verbose_name} “{other}” would no longer list it.",
                reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[other.pk]),
            )
