"""The admin of the facts; one module a subject, named as in models."""

from . import citations, deployment, figures, licensing, releases, sources, timeline

__all__ = ["citations", "deployment", "figures", "licensing", "releases", "sources", "timeline"]
