from .articles import article, articles
from .glossary import glossary
from .hub import about, hub
from .notices import notices
from .people import author, topic
from .previews import preview
from .search import description, search, suggest

__all__ = [
    "about",
    "article",
    "articles",
    "author",
    "description",
    "glossary",
    "hub",
    "notices",
    "preview",
    "search",
    "suggest",
    "topic",
]
