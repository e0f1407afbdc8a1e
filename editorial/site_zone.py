"""The zone in which the site lives: its days begin there, and readers see its times."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from models_catalog import history, zones

from .models import HubSettings

if TYPE_CHECKING:
    from django.http import HttpRequest


def hub_of(request: HttpRequest) -> HubSettings:
    """The hub’s settings, fetched once a request; those of the past for a page of the past."""
    asked: Any = request
    if history.moment() is not None:
        return HubSettings.load()
    if not hasattr(asked, "hub_settings"):
        asked.hub_settings = HubSettings.load()
    settings: HubSettings = asked.hub_settings
    return settings


def forget_hub(request: HttpRequest) -> None:
    """What a database said that is not the one that the page will be made from."""
    vars(request).pop("hub_settings", None)


def site_zone() -> tzinfo:
    return zones.zone(HubSettings.load().time_zone)
