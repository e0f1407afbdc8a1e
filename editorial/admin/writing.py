"""Writing Markdown in the admin: its field, what is inserted into it, and what is said about it beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from editorial.content_check.entries import PLAIN, check_entry
from editorial.content_check.findings import Finding, Level, counted
from editorial.inserting import KINDS
from editorial.live_facts.reading import Length, length_of
from editorial.models import Article, Edition
from editorial.models.prose import WithProse
from editorial.models.uses import TEXT_MODELS
from editorial.prose import MAX_CHARACTERS, WORDS_PER_MINUTE
from models_catalog.admin.base import ForEditors

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

MAX_QUERY = 200
# What the links of the field say, in the order of the toolbar.
INSERT = {"fact": "Insert a fact…", "image": "Insert a picture…", "source": "Cite a source…", "link": "Link to a page…"}


def may_write(user: User | AnonymousUser) -> bool:
    """May change some text that can refer to facts."""
    return any(user.has_perm(f"editorial.change_{model._meta.model_name}") for model in TEXT_MODELS.values())


# --- What is inserted -------------------------------------------------------------------------------------------------


def insert_view(request: HttpRequest, site: AdminSite, name: str) -> HttpResponse:
    """What matches ``q``: as JSON for the search in the form, else as a page to copy from."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not may_write(request.user):
        raise PermissionDenied
    kind = KINDS.get(name)
    if kind is None:
        raise Http404("There is nothing of this kind to insert.")
    query = request.GET.get("q", "")[:MAX_QUERY].strip()
    found = kind.find(query)
    add = reverse("admin:editorial_image_add") if request.user.has_perm("editorial.add_image") else ""
    upload = add if name == "image" else ""
    if request.GET.get("as") == "json":
        return JsonResponse({"query": query, "found": [each.as_json() for each in found], "upload": upload})
    context = {
        **site.each_context(request),
        "title": kind.title,
        "kind": kind,
        "query": query,
        "found": found,
        "upload": upload,
    }
    return TemplateResponse(request, "admin/insert.html", context)


class ProseTextarea(AdminTextareaWidget):
    """Room for Markdown, with ways to find what to insert: pages to copy from, which the scripts open in place."""

    class Media:
        css = {"all": ("admin_site/writing.css",)}
        js = (Script("admin_site/writing/field.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 16, **(attrs or {}), "class": "vLargeTextField prose"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        html_id = (attrs or {}).get("id", "")
        links = format_html_join(
            " ",
            '<a class="insert" href="{}" target="_blank" data-insert="{}" data-for="{}">{}</a>',
            ((reverse("admin:insert", args=[kind]), kind, html_id, words) for kind, words in INSERT.items()),
        )
        textarea = super().render(name, value, attrs, renderer)
        return format_html('<div class="prose-field">{} <p class="prose-field__links">{}</p></div>', textarea, links)


# --- What is said beside it -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Panel:
    """What the content check finds in an entry as it is in a form, and how long its texts are."""

    entry: WithProse
    findings: list[Finding]
    length: Length
    prefix: str = ""

    @classmethod
    def of(cls, entry: WithProse, prefix: str = "") -> Panel:
        return cls(entry, check_entry(entry), length_of(entry), prefix)

    @property
    def kind(self) -> str:
        return next(name for name, model in TEXT_MODELS.items() if type(self.entry) is model)

    @property
    def is_article(self) -> bool:
        return isinstance(self.entry, Edition)

    @property
    def fields(self) -> tuple[str, ...]:
        return checked_fields(type(self.entry))

    @property
    def errors(self) -> int:
        return sum(finding.level == Level.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors

    @property
    def counted(self) -> str:
        return capfirst(counted(self.findings))

    @property
    def keys(self) -> str:
        """What someone acknowledges who approves the text in spite of its warnings."""
        return " ".join(dict.fromkeys(finding.key for finding in self.findings))

    @property
    def words_per_minute(self) -> int:
        return WORDS_PER_MINUTE

    def rows(self) -> list[dict[str, Any]]:
        """For people: each with its level in words, and its place in the form."""
        return [
            {
                "level": finding.level.value,
                "label": finding.level.label,
                "field": finding.place.field,
                "line": finding.line,
                "place": self._name_of(finding.place.field),
                "message": finding.message,
            }
            for finding in self.findings
        ]

    def _name_of(self, field: str) -> str:
        """As the form calls it."""
        of_model: Any = self.entry._meta.get_field(field)
        return capfirst(str(of_model.verbose_name))

    def as_json(self) -> dict[str, Any]:
        return {
            "findings": self.rows(),
            "errors": self.errors,
            "warnings": self.warnings,
            "counted": self.counted,
            "keys": self.keys,
            "words": self.length.words,
            "minutes": self.length.minutes,
        }


def checked_fields(model: type[Any]) -> tuple[str, ...]:
    return (*PLAIN[model], *model.prose_fields)


def check_view(request: HttpRequest) -> HttpResponse:
    """The content check of a text that is being written, by the code that checks what is saved. Stores nothing."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not may_write(request.user):
        raise PermissionDenied
    model = TEXT_MODELS.get(request.POST.get("kind", ""))
    if model is None or not request.user.has_perm(f"editorial.change_{model._meta.model_name}"):
        raise PermissionDenied
    entry = _entry(model, request.POST.get("key", ""))
    for name in checked_fields(model):
        # A browser sends every line end as two characters; the form stores one.
        setattr(entry, name, request.POST.get(name, "").replace("\r\n", "\n"))
    is_too_long = any(len(getattr(entry, name)) > MAX_CHARACTERS for name in checked_fields(model))
    return JsonResponse(Panel.of(entry).as_json(), status=400 if is_too_long else 200)


def _entry(model: type[WithProse], key: str) -> WithProse:
    """The entry that is being changed; a new one without a key."""
    if key:
        rows: models.QuerySet[Any] = model._default_manager.all()
        if model is Edition:
            rows = rows.select_related("article")
        entry: WithProse | None = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 10 else None
        if entry is None:
            raise Http404("This entry is gone.")
        return entry
    return new_edition() if model is Edition else model()


def new_edition() -> Edition:
    """For the form in which an article begins, before it has an address."""
    return Edition(article=Article(slug="new"), number=1)


class WritesProse(ForEditors):
    """An admin whose Markdown fields have a toolbar, and whose form has the content check beside it."""

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name in getattr(self.model, "prose_fields", ()):
            kwargs["widget"] = ProseTextarea
            return db_field.formfield(**kwargs)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class ChecksWriting(ForEditors):
    """A form beside which stands what the content check finds in the text."""

    def writing(self, request: HttpRequest, entry: Any) -> Panel | None:
        """What to show beside the form of ``entry`` (None: of a new one)."""
        if entry is not None and not self.has_change_permission(request, entry):
            return None
        return Panel.of(self.model() if entry is None else entry)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *where: Any, **more: Any) -> Any:
        entry = more.get("obj")
        return super().render_change_form(  # type: ignore[misc]
            request, {"writing": self.writing(request, entry), **context}, *where, **more
        )
