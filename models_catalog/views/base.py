"""What every page for readers has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from models_catalog.models import Release
from models_catalog.together import letting_go

if TYPE_CHECKING:
    from django.http import QueryDict

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Anybody may keep a page but asks before showing it again, so that an editor's change and a withdrawal are seen at
# once. While we are down, a cache between may show what it has.
MAX_AGE = 0
STALE_IF_ERROR = 86_400
# The tag that all pages have, for caches that forget by tag.
ALL_PAGES = "content"
# As long as the slug of any entry can be.
LONGEST_SLUG = Release._meta.get_field("slug").max_length


def one_or_404(found: Iterable[M]) -> M:
    """The one row of a queryset that was fetched together with others."""
    for row in found:
        return row
    raise Http404


def named_in(query: QueryDict, parameter: str) -> str:
    """The slug that a parameter names, cut down to what a database can be asked for; empty for none."""
    return query.get(parameter, "")[:LONGEST_SLUG].replace("\x00", "")


@dataclass(frozen=True, slots=True)
class Page:
    """What a view declares of its page: what may be kept of it, and under which parameters.

    ``parameters`` are those that a kept page is told apart by. ``questions`` are too, but hold what readers make up:
    those who ask the same at once get the same answer, which is forgotten after a moment. An answer to one of
    ``never_kept_with`` is made for the reader who asks. All others do not exist for the page: asked with them, it is
    the page without them. ``by_accept`` is for a view that gives something else than HTML to those who prefer it.
    ``kind`` says what is shown.
    """

    parameters: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    never_kept_with: frozenset[str] = frozenset()
    by_accept: bool = False
    kind: str = ""

    @property
    def all_parameters(self) -> frozenset[str]:
        return self.parameters | self.questions | self.never_kept_with

    def tags(self, slug: str | None) -> list[str]:
        """What a cache may be told to forget it by: “content”, “kind-release”, “release-llama-4-scout”."""
        return [ALL_PAGES, f"kind-{self.kind}", *([f"{self.kind}-{slug}"] if slug else [])]


def declared(view: Any) -> Page | None:
    """What the view declares; None for one that is no public page."""
    return getattr(view, "page", None)


@overload
def public_page(
    view: View[P],
    *,
    parameters: Iterable[str] = (),
    questions: Iterable[str] = (),
    never_kept_with: Iterable[str] = (),
    by_accept: bool = False,
    kind: str = "",
) -> View[P]: ...


@overload
def public_page(
    *,
    parameters: Iterable[str] = (),
    questions: Iterable[str] = (),
    never_kept_with: Iterable[str] = (),
    by_accept: bool = False,
    kind: str = "",
) -> Callable[[View[P]], View[P]]: ...


def public_page(
    view: View[P] | None = None,
    *,
    parameters: Iterable[str] = (),
    questions: Iterable[str] = (),
    never_kept_with: Iterable[str] = (),
    by_accept: bool = False,
    kind: str = "",
) -> Any:
    """A page that is the same for everyone: GET and HEAD only, cacheable by anybody.

    The view must not touch the session, the user or cookies: the answer would
    then vary by visitor, and a cache would hand one visitor's page to another.
    It declares every parameter that it reads (see `Page`). The kind of page is
    the view's own name where none is given, its subject the ``slug`` in the address.
    Answers other than 200 are left alone; a mistyped address is nobody's to keep.
    """
    if view is None:
        return partial(
            public_page,
            parameters=parameters,
            questions=questions,
            never_kept_with=never_kept_with,
            by_accept=by_accept,
            kind=kind,
        )

    inner = declared(view) or Page()
    declaration = Page(
        inner.parameters | frozenset(parameters),
        inner.questions | frozenset(questions),
        inner.never_kept_with | frozenset(never_kept_with),
        by_accept,
        kind or inner.kind or view.__name__.replace("_", "-"),
    )

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with letting_go():
            response = view(request, *args, **kwargs)
        # The request stays until garbage is looked for: what the page was made of need not.
        vars(request).pop("fact_notes", None)
        if response.status_code == 200:
            patch_cache_control(
                response,
                public=True,
                max_age=MAX_AGE,
                stale_if_error=STALE_IF_ERROR,
            )
            slug = kwargs.get("slug")
            tags = declaration.tags(slug if isinstance(slug, str) else None)
            # The first for Fastly and Varnish, the second for Cloudflare and others.
            response.headers["Surrogate-Key"], response.headers["Cache-Tag"] = " ".join(tags), ",".join(tags)
        return response

    page.page = declaration  # type: ignore[attr-defined]
    return page
