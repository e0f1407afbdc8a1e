"""What an edition changes for readers, against the one that they saw before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from models_catalog.history.between import Place, facts_between
from models_catalog.history.changes import FactChange

from .comparison import Row, compare
from .live_facts.names import BY_ARC
from .models import Edition, FactUse

# What readers see of an edition, by the words for it.
READ = {
    "title": "Title",
    "standfirst": "Standfirst",
    "body": "Body",
    "as_of": "Facts as of",
    "image": "Image",
    "change_note": "Change note",
}


def compared_fields(old: Edition, new: Edition) -> list[tuple[str, list[Row]]]:
    """Each field that differs, with its rows side by side."""
    pairs = ((label, str(getattr(old, n) or ""), str(getattr(new, n) or "")) for n, label in READ.items())
    return [(label, compare(was, now)) for label, was, now in pairs if was != now]


@dataclass(frozen=True, slots=True)
class Publication:
    """``before``: the edition that readers had, None for a first one. ``facts``: quoted facts that changed since it went out.

    Readers see a fact change at once, wherever it is quoted: `facts` came to them one by one, not with the edition.
    """

    edition: Edition
    before: Edition | None
    fields: list[tuple[str, list[Row]]]
    facts: list[FactChange]


def previous(edition: Edition) -> Edition | None:
    """What readers saw of the article just before this edition went out, goes out, or would if it went out now."""
    others = Edition.objects.filter(article=edition.article).exclude(pk=edition.pk).select_related("image")
    if edition.status == Edition.Status.APPROVED and edition.publish_at is not None:
        # Of two that go out in the same moment, the one with the higher number stands.
        same = others.filter(publish_at=edition.publish_at, status=Edition.Status.APPROVED, number__lt=edition.number)
        return same.order_by("-number").first() or others.public(edition.publish_at - timedelta(microseconds=1)).first()
    return others.public().first()


def publication(edition: Edition) -> Publication:
    before = previous(edition)
    if before is None or before.publish_at is None:
        return Publication(edition, None, [], [])
    until = min(edition.publish_at or timezone.now(), timezone.now())
    places: list[Place] = [
        (BY_ARC[use.target_kind].model, use.target_id, use.field) for use in FactUse.objects.in_texts([before, edition])
    ]
    return Publication(
        edition, before, compared_fields(before, edition), facts_between(places, before.publish_at, until)
    )


def went_out(since: datetime, until: datetime) -> list[Edition]:
    """The editions that readers saw come from ``since`` to before ``until``, oldest first."""
    public = Edition.objects.public().filter(publish_at__gte=since, publish_at__lt=until)
    return list(public.select_related("article").order_by("publish_at", "pk"))
