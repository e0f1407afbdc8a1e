"""Which articles mention an entry, for the pages that ask before deleting."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from editorial.models import Edition
from models_catalog.admin.mentions import Mention, finder
from models_catalog.models import Content

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
