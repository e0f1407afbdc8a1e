"""One of each kind of entry, and forms filled in as a browser fills them."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.contrib.redirects.models import Redirect
from django.urls import reverse

from editorial import models as editorial
from models_catalog import models as catalog
from tests import factories as make


def make_citation(**fields):
    return make.make_citation(**{"release": make.make_release(), "field": "context_tokens", **fields})


def make_section(**fields):
    taken = editorial.HubSection.objects.values_list("kind", flat=True)
    free = next(kind for kind in editorial.HubSection.Kind.values if kind not in taken)
    return make.make_section(**{"kind": free, **fields})


def make_settings(**fields):
    defaults = {"name": "LlamaHub", "tagline": "T", "standfirst": "S", "independence": "I", "about": "A"}
    return editorial.HubSettings.objects.create(**{**defaults, **fields})


# Every kind of entry in the admin and how tests make one.
MAKERS: dict[type, Callable[..., Any]] = {
    catalog.Source: make.make_source,
    catalog.Citation: make_citation,
    catalog.Correction: make.make_correction,
    catalog.CheckInterval: make.make_check_interval,
    catalog.Release: make.make_release,
    catalog.Variant: make.make_variant,
    catalog.TimelineEvent: make.make_event,
    catalog.License: make.make_license,
    catalog.UseCase: make.make_use_case,
    catalog.LicenseRule: make.make_rule,
    catalog.DeploymentOption: make.make_option,
    catalog.Provider: make.make_provider,
    catalog.KeyFigure: make.make_figure,
    catalog.Machine: make.make_machine,
    catalog.PublishedMemory: make.make_published_memory,
    editorial.Article: make.make_article,
    editorial.Edition: make.make_edition,
    editorial.Topic: make.make_topic,
    editorial.Author: make.make_author,
    editorial.Persona: make.make_persona,
    editorial.Notice: make.make_notice,
    editorial.HelpLine: make.make_help_line,
    editorial.GlossaryTerm: make.make_term,
    editorial.StyleRule: make.make_style_rule,
    editorial.Image: make.make_image,
    editorial.HubSection: make_section,
    editorial.HubSettings: make_settings,
}
ENTRIES = [model for model in admin.site._registry if model in MAKERS]


def make_redirect(**fields):
    return Redirect.objects.create(**{"site_id": 1, "old_path": "/old/", "new_path": "/new/", **fields})


def name_of(model: type) -> str:
    return model._meta.label


def address(model: type, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


class _Fields(HTMLParser):
    """What a browser would send if the page’s main form were submitted untouched."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.values: dict[str, list[str]] = {}
        self.select: str | None = None
        self.area: str | None = None

    def add(self, name: str | None, value: str) -> None:
        if name:
            self.values.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        at = dict(attributes)
        if tag == "form":
            self.inside = at.get("id") == self.form_id
        if not self.inside or "disabled" in at:
            return
        if tag == "input":
            kind = at.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in at:
                return
            if kind not in {"submit", "file", "button"}:
                self.add(at.get("name"), at.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self.area = at["name"] or ""
            self.add(self.area, "")
        elif tag == "select":
            self.select = at["name"]
        elif tag == "option" and self.select and "selected" in at:
            self.add(self.select, at.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area is not None and self.area in self.values:
            # The parser’s newline after <textarea> is the one that HTML says to drop.
            self.values[self.area][-1] += data


def filled_in(response: Any, model: type) -> dict[str, list[str]]:
    """The fields of an add or change page, with the values that they hold."""
    fields = _Fields(f"{model._meta.model_name}_form")
    fields.feed(response.content.decode())
    fields.values.pop("csrfmiddlewaretoken", None)
    return {
        name: [value.removeprefix("\r\n").removeprefix("\n") for value in values]
        for name, values in fields.values.items()
        if "__prefix__" not in name
    }


def errors_of(response: Any) -> dict[str, list[str]]:
    """Every error on a form page by field, of the inlines too: “variants-0-parameters_active”."""
    if response.status_code != 200:
        return {}
    form = response.context["adminform"].form
    found = {name: list(messages) for name, messages in form.errors.items()}
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        for row in formset.forms:
            found |= {f"{row.prefix}-{name}": list(messages) for name, messages in row.errors.items()}
        if formset.non_form_errors():
            found[formset.prefix] = list(formset.non_form_errors())
    return found
