"""Django’s admin, its start page arranged by what people come to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse


@dataclass(frozen=True)
class Room:
    """A group on the start page: plain name, and the kinds of entry kept there."""

    key: str
    name: str
    models: tuple[str, ...]


ROOMS = (
    Room(
        "family", "Facts: the family", ("models_catalog.Release", "models_catalog.Variant", "models_catalog.KeyFigure")
    ),
    Room("timeline", "Facts: timeline", ("models_catalog.TimelineEvent",)),
    Room(
        "licensing",
        "Facts: licensing",
        ("models_catalog.License", "models_catalog.UseCase", "models_catalog.LicenseRule"),
    ),
    Room("running", "Facts: running the models", ("models_catalog.DeploymentOption", "models_catalog.Provider")),
    Room(
        "evidence", "Facts: evidence", ("models_catalog.Source", "models_catalog.Citation", "models_catalog.Correction")
    ),
    Room("articles", "Newsroom: articles", ("editorial.Article", "editorial.Edition", "editorial.Topic")),
    Room("hub", "Newsroom: hub page", ("editorial.HubSettings", "editorial.HubSection", "editorial.Persona")),
    Room(
        "reference",
        "Newsroom: glossary and notices",
        ("editorial.GlossaryTerm", "editorial.Notice", "editorial.HelpLine"),
    ),
    Room(
        "house",
        "House",
        (
            "editorial.StyleRule",
            "editorial.Author",
            "editorial.Image",
            "redirects.Redirect",
            "auth.User",
            "auth.Group",
        ),
    ),
)


class HubAdminSite(admin.AdminSite):
    site_header = "LlamaHub newsroom"
    site_title = "LlamaHub"
    index_title = "What to work on"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By room rather than by app. What no room claims comes last, so that nothing hides."""
        apps: dict[str, Any] = self._build_app_dict(request, app_label)
        if app_label:
            return super().get_app_list(request, app_label)
        models = {entry["model"]._meta.label: entry for app in apps.values() for entry in app["models"]}
        start = reverse("admin:index", current_app=self.name)
        rooms = [
            self._room(start, room.key, room.name, [models.pop(label) for label in room.models if label in models])
            for room in ROOMS
        ]
        rooms.append(self._room(start, "other", "Other", list(models.values())))
        return [room for room in rooms if room["models"]]

    @staticmethod
    def _room(start: str, key: str, name: str, models: list[Any]) -> dict[str, Any]:
        return {
            "name": name,
            "app_label": key,
            "app_url": f"{start}#{key}",
            "has_module_perms": True,
            "models": models,
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        # Here, because the site is made before the models are ready.
        from editorial.admin.needs_doing import panels

        return super().index(request, {"panels": list(panels(request.user)), **(extra_context or {})})
