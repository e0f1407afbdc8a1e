from .articles import Article, Edition
from .glossary import GlossaryTerm
from .hub import HubSection, HubSettings
from .media import Image
from .notices import HelpLine, Notice
from .people import Author, Persona, Topic
from .style import StyleRule

__all__ = [
    "Article",
    "Author",
    "Edition",
    "GlossaryTerm",
    "HelpLine",
    "HubSection",
    "HubSettings",
    "Image",
    "Notice",
    "Persona",
    "StyleRule",
    "Topic",
]
