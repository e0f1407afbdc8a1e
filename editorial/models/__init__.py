from .articles import Article, Edition
from .glossary import GlossaryTerm
from .hub import HubSection, HubSettings
from .media import Image
from .notices import HelpLine, Notice
from .people import Author, Persona, Topic
from .previews import PreviewLink, PreviewPeriod
from .review import ReviewComment
from .search import SearchEntry, SearchWord
from .style import StyleRule
from .uses import FactUse

__all__ = [
    "Article",
    "Author",
    "Edition",
    "FactUse",
    "GlossaryTerm",
    "HelpLine",
    "HubSection",
    "HubSettings",
    "Image",
    "Notice",
    "Persona",
    "PreviewLink",
    "PreviewPeriod",
    "ReviewComment",
    "SearchEntry",
    "SearchWord",
    "StyleRule",
    "Topic",
]
