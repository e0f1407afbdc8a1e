from .articles import article, articles
from .glossary import glossary
from .hub import about, hub
from .notices import notices
from .people import author, topic

__all__ = ["about", "article", "articles", "author", "glossary", "hub", "notices", "topic"]
