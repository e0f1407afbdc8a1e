"""Drafts as readers will see them: in the admin beside the form, and for someone with a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from editorial import previews
from editorial.models import Edition

from .articles import article_page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

# Nobody keeps a draft, finds it by searching, or learns its address from the pages that it links to.
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}
GUEST = "This text is not published and may still change."


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page of a draft says about itself. In the pane it says nothing, and has no script."""

    words: str = ""
    until: datetime | None = None
    in_pane: bool = False


def draft_page(request: HttpRequest, edition: Edition, preview: Preview) -> HttpResponse:
    """The article’s page with a text that may not be saved yet; nothing is written."""
    public = Edition.objects.public().filter(article=edition.article).exclude(pk=edition.pk)
    edition.publish_at = edition.publish_at or timezone.now()
    # The address that the page will have: the one it has now may be a secret, and belongs into no link.
    context = {"preview": preview, "page_path": edition.article.get_absolute_url()}
    return private(article_page(request, edition, public=public, **context))


def private(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A draft for whoever has the link.

    What was never a link of ours is as unknown as any mistyped address. A link
    that has ended says so, to whoever was given it: the signature shows that
    it was right once. Once the draft is public, the link leads to the article.
    """
    try:
        link = previews.opened(token)
    except previews.UnknownLink:
        raise Http404 from None
    except previews.LinkIsOver:
        return private(
            render(request, "editorial/preview_over.html", {"preview": Preview(), "page_path": None}, status=404)
        )
    edition = link.edition
    if edition.is_public:
        return private(HttpResponseRedirect(edition.get_absolute_url()))
    return draft_page(request, edition, Preview(GUEST, until=link.expires_at))
