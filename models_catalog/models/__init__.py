from .base import Addressed, Content, DatePrecision
from .checks import CheckInterval
from .circumstances import Got, ModelKind, Region, Users, Who
from .deployment import DeploymentOption, Provider
from .figures import KeyFigure
from .history import RecordedChange
from .kinds import FACT_MODELS, FactKind
from .licensing import License, LicenseRule, RuleVerdict
from .memory import Machine, MemoryUnit, PublishedKind, PublishedMemory, WeightFormat
from .releases import Modality, Qualifier, Release, Variant
from .sources import Citation, Correction, Source
from .timeline import TimelineEvent
from .use_cases import UseCase

__all__ = [
    "FACT_MODELS",
    "Addressed",
    "CheckInterval",
    "Citation",
    "Content",
    "Correction",
    "DatePrecision",
    "DeploymentOption",
    "FactKind",
    "Got",
    "KeyFigure",
    "License",
    "LicenseRule",
    "Machine",
    "MemoryUnit",
    "Modality",
    "ModelKind",
    "Provider",
    "PublishedKind",
    "PublishedMemory",
    "Qualifier",
    "RecordedChange",
    "Region",
    "Release",
    "RuleVerdict",
    "Source",
    "TimelineEvent",
    "UseCase",
    "Users",
    "Variant",
    "WeightFormat",
    "Who",
]
