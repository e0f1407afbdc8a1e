"""The kinds of entry that hold facts."""

from __future__ import annotations

from django.db import models

from .base import Content
from .deployment import DeploymentOption, Provider
from .figures import KeyFigure
from .licensing import License, LicenseRule
from .memory import PublishedMemory
from .releases import Release, Variant
from .timeline import TimelineEvent

# What a citation or a correction can be about: field of the arc → model.
# Each model names the fields that can be cited in ``citable``.
FACT_MODELS: dict[str, type[Content]] = {
    "release": Release,
    "variant": Variant,
    "event": TimelineEvent,
    "license": License,
    "license_rule": LicenseRule,
    "deployment_option": DeploymentOption,
    "provider": Provider,
    "key_figure": KeyFigure,
    "published_memory": PublishedMemory,
}


class FactKind(models.TextChoices):
    """The same kinds, as an editor chooses one: the values are the arcs of ``FACT_MODELS``."""

    RELEASE = "release", "releases"
    VARIANT = "variant", "checkpoints"
    EVENT = "event", "timeline events"
    LICENSE = "license", "licenses"
    LICENSE_RULE = "license_rule", "license rules"
    DEPLOYMENT_OPTION = "deployment_option", "ways to run"
    PROVIDER = "provider", "providers"
    KEY_FIGURE = "key_figure", "key figures"
    PUBLISHED_MEMORY = "published_memory", "published memory figures"
