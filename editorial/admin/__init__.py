"""The admin of the newsroom; one module a subject, named as in models."""

from . import articles, editions, glossary, hub, media, mentions, notices, people, style

__all__ = ["articles", "editions", "glossary", "hub", "media", "mentions", "notices", "people", "style"]
