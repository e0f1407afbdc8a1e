from .base import Addressed, Content, DatePrecision
from .deployment import DeploymentOption, Provider
from .figures import KeyFigure
from .licensing import License, LicenseRule, UseCase
from .releases import Modality, Qualifier, Release, Variant
from .sources import FACT_MODELS, Citation, Correction, Source
from .timeline import TimelineEvent

__all__ = [
    "FACT_MODELS",
    "Addressed",
    "Citation",
    "Content",
    "Correction",
    "DatePrecision",
    "DeploymentOption",
    "KeyFigure",
    "License",
    "LicenseRule",
    "Modality",
    "Provider",
    "Qualifier",
    "Release",
    "Source",
    "TimelineEvent",
    "UseCase",
    "Variant",
]
