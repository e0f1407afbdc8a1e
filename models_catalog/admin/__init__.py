"""The admin of the facts; one module a subject, named as in models."""

from . import checks, citations, deployment, figures, history, licensing, memory, releases, sources, timeline

__all__ = [
    "checks",
    "citations",
    "deployment",
    "figures",
    "history",
    "licensing",
    "memory",
    "releases",
    "sources",
    "timeline",
]
