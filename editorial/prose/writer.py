"""Writes the parser’s events as HTML, from a fixed set of elements and with all text escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from .addresses import UPWARDS, safe_address
from .footnotes import Footnotes
from .pictures import SIZES, Illustration, reference_in
from .references import CLOSE, MARK, OPEN, PLACE, SHOWN, VALUE, WHOLE, Prepared
from .sanitize import STAND_INS
from .tables import Table

# Escapes, and drops what could pass for an escape.
_ESCAPE = str.maketrans(
    {**STAND_INS, **dict.fromkeys((*STAND_INS.values(), OPEN, CLOSE)), "\x00": "\ufffd"},
)
# A run of letters and digits; static/admin_site/writing/words.js counts by the same rule.
_WORD = re.compile(r"[^\W_]+")
_SIMPLE = {
    "Paragraph": "p",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
    "Item": "li",
    "TableHead": "tr",
    "TableRow": "tr",
}
# Ids of the page around the text, which a heading must not take; also what they begin with, where they are counted.
_TAKEN = {
    "main", "top", "site-nav", "contents", "contents-title", "editions-title", "fact-sources-title", "footnotes",
    "releases-title", "related-title", "sources-title",
}  # fmt: skip
_TAKEN_BEGINNINGS = ("fn", "fact-source")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    id: str


class Writer:
    """Writes one text. Afterwards holds its headings, links and number of words.

    Where the text refers to a fact, the HTML holds the number of the reference
    (see `references`); ``say`` gives the fact as plain text for the places that
    hold no more than that.
    """

    def __init__(
        self,
        glossary: Mapping[str, str],
        prefix: str,
        prepared: Prepared = Prepared("", ()),  # noqa: B008 - cannot be changed
        say: Callable[[int], str] = str,
        pictures: Mapping[str, Illustration] | None = None,
    ) -> None:
        self.headings: list[Heading] = []
        self.links: list[str] = []
        self.words = 0
        self._prefix = prefix
        self._prepared = prepared
        self._say = say
        self._marks_after_link: list[int] = []
        self._in_code_block = False
        self._out: list[str] = []
        self._ids = set(_TAKEN)
        self._repeated: dict[str, int] = {}
        self._closers: list[str] = []
        # Where glossary links may not go: how many headings, links, notes and the like are open.
        self._closed_to_glossary = 0
        self._heading: tuple[int, int] | None = None  # level, place of its opening tag in the output
        self._heading_text: list[str] = []
        self._in_link = False
        self._alt: list[str] | None = None
        self._image: dict[str, str] = {}
        self._pictures = pictures
        self._paragraphs: list[int] = []  # places of the opening tags of those that are open
        self._figure: tuple[int, str, str] | None = None  # the last picture of the library: place, element, caption
        self._image_depth = 0
        self._tables: list[Table] = []
        self._notes = Footnotes(prefix)
        addresses = {term: safe_address(address) for term, address in glossary.items() if term.strip()}
        self._glossary = {term.casefold(): address for term, address in addresses.items() if address}
        self._terms = _pattern(term for term, address in addresses.items() if address)

    @staticmethod
    def escape(text: str) -> str:
        return text.translate(_ESCAPE)

    def write(self, stream: Iterable[Any]) -> str:
        self._write(self._notes.set_aside(stream))
        return "".join(self._out) + self._footnotes()

    def _write(self, stream: Iterable[Any]) -> None:
        handlers = {
            "Text": self._text,
            "Code": self._code,
            "Html": self._text,
            "InlineHtml": self._text,
            "FootnoteReference": self._reference,
            "Start": self._start,
            "End": self._end,
        }
        for event in stream:
            if type(event) is str:
                self._mark(event)
            else:
                for name, value in event.items():
                    handlers[name](value)

    # Runs of text

    def _mark(self, name: str) -> None:
        if self._alt is not None:
            self._alt.append(" ")
            return
        if self._heading:
            self._heading_text.append(" ")
        self._out.append({"SoftBreak": "\n", "HardBreak": "<br>", "Rule": "<hr>"}.get(name, ""))

    def _text(self, text: str) -> None:
        if OPEN not in text or self._in_code_block:
            self._words(self._prepared.restore(text))
            return
        for piece in self._prepared.pieces(text):
            if isinstance(piece, int):
                self._fact(piece)
            else:
                self._words(piece)

    def _fact(self, number: int) -> None:
        text = self._say(number)
        if self._alt is not None:
            self._alt.append(text)
            return
        self.words += len(_WORD.findall(text))
        if self._heading:
            self._heading_text.append(f"{OPEN}{number}{CLOSE}")
        if self._in_link:  # the sources are links and a button, which cannot stand inside one
            self._marks_after_link.append(number)
        self._out.append(f"{OPEN}{VALUE if self._in_link else WHOLE}{number}{CLOSE}")

    def _words(self, text: str) -> None:
        if self._alt is not None:
            self._alt.append(text)
            return
        self.words += len(_WORD.findall(text))
        if self._heading:
            self._heading_text.append(text)
        if self._closed_to_glossary or self._terms is None:
            self._out.append(text.translate(_ESCAPE))
        else:
            self._link_terms(text)

    def _code(self, text: str) -> None:
        text = self._prepared.restore(text)
        if self._alt is not None:
            self._alt.append(text)
            return
        if self._heading:
            self._heading_text.append(text)
        self.words += len(_WORD.findall(text))
        self._out += ("<code>", text.translate(_ESCAPE), "</code>")

    def _link_terms(self, text: str) -> None:
        """Link the first use of each term of the glossary."""
        assert self._terms is not None
        end = 0
        for match in self._terms.finditer(text):
            address = self._glossary.get(match[0].casefold())
            if address is None:
                continue
            self._out.append(text[end : match.start()].translate(_ESCAPE))
            word = match[0].translate(_ESCAPE)
            self._out.append(f'<a class="term" href="{self.escape(address)}">{word}</a>')
            end = match.end()
            for term in [term for term, target in self._glossary.items() if target == address]:
                del self._glossary[term]
            if not self._glossary:
                self._terms = None
                break
        self._out.append(text[end:].translate(_ESCAPE))

    # Elements

    def _start(self, value: Any) -> None:
        details: Any = None  # as the parser gives them, different for each element
        name = value
        if type(value) is dict:
            [(name, details)] = value.items()
        if self._alt is not None:  # inside the description of a picture only words count
            self._closers.append("")
            self._image_depth += name == "Image"
            return
        tag = _SIMPLE.get(name)
        if tag:
            self._open(f"<{tag}>", f"</{tag}>")
            if name == "TableHead":
                self._out[-1] = "<thead><tr>"
                self._closers[-1] = "</tr></thead><tbody>"
            elif name == "TableRow":
                self._tables[-1].column = 0
            elif name == "Paragraph":
                self._paragraphs.append(len(self._out) - 1)
                self._figure = None
        elif name == "TableCell":
            self._open(self._tables[-1].open_cell(len(self._out)), "")
        elif name == "Heading":
            # The page has a heading of the first level already.
            level = min(int(details["level"][1]) + (1 if details["level"] == "H1" else 0), 6)
            self._heading, self._heading_text = (level, len(self._out)), []
            self._closed_to_glossary += 1
            self._open("", f"</h{level}>")
        elif name == "Link":
            self._closed_to_glossary += 1
            self._open(*self._link(details))
        elif name == "Image":
            self._alt, self._image, self._image_depth = [], details, 1
            self._closers.append("")
        elif name == "List":
            start = f' start="{details}"' if details not in (None, 1) else ""
            self._open(*(("<ul>", "</ul>") if details is None else (f"<ol{start}>", "</ol>")))
        elif name == "BlockQuote":
            self._open("<blockquote>", "</blockquote>")
        elif name == "CodeBlock":
            self._closed_to_glossary += 1
            self._in_code_block = True
            self._open("<pre><code>", "</code></pre>")
        elif name == "Table":
            self._tables.append(Table(details, self._plain))
            self._open('<div class="table-scroll"><table>', "</tbody></table></div>")
        else:  # raw HTML blocks: their text follows as text
            self._open("<p>" if name == "HtmlBlock" else "", "</p>" if name == "HtmlBlock" else "")

    def _open(self, opening: str, closing: str) -> None:
        self._out.append(opening)
        self._closers.append(closing)

    def _end(self, value: Any) -> None:
        name = value if type(value) is str else next(iter(value))
        closing = self._closers.pop()
        if self._alt is not None:
            self._image_depth -= name == "Image"
            if self._image_depth == 0:
                alt, self._alt = "".join(self._alt), None
                if self._heading:
                    self._heading_text.append(alt)
                self._out.append(self._picture(self._image, alt))
            return
        if name == "Heading":
            self._close_heading()
        if name == "CodeBlock":
            self._in_code_block = False
        elif name == "Paragraph":
            closing = self._close_paragraph(closing)
        if name == "TableCell":
            closing = self._tables[-1].close_cell(self._out)
        elif name == "TableHead":
            self._tables[-1].in_head = False
        elif name == "Table":
            self._tables.pop()
        elif name == "Link" and closing:
            self._in_link = False
            closing += "".join(f"{OPEN}{MARK}{number}{CLOSE}" for number in self._marks_after_link)
            self._marks_after_link.clear()
        if name in ("Heading", "Link", "CodeBlock"):
            self._closed_to_glossary -= 1
        self._out.append(closing)

    def _close_paragraph(self, closing: str) -> str:
        """A paragraph that is nothing but a picture of the library is a figure with a caption."""
        place = self._paragraphs.pop()
        if self._figure is None or self._figure[0] != place + 1 or len(self._out) != place + 2:
            return closing
        _, picture, caption = self._figure
        self._out[place:] = ['<figure class="picture">', picture]
        return f"<figcaption>{caption}</figcaption></figure>"

    def _close_heading(self) -> None:
        assert self._heading
        level, place = self._heading
        text = " ".join("".join(self._heading_text).split())
        # The id is made without the values of facts: it stays when they change.
        said = PLACE.sub(lambda found: self._say(int(found[1])), text)
        heading = Heading(level, said, self._id(PLACE.sub("", text)))
        self._out[place] = f'<h{level} id="{heading.id}">'
        self.headings.append(heading)
        self._heading = None

    def _id(self, text: str) -> str:
        base = slugify(text)[:60].strip("-") or "section"
        if base.startswith(_TAKEN_BEGINNINGS):
            base = f"section-{base}"
        name = base
        while name in self._ids:
            # The count goes on from the last one, so that a thousand equal headings take a thousand steps.
            self._repeated[base] = self._repeated.get(base, 1) + 1
            name = f"{base}-{self._repeated[base]}"
        self._ids.add(name)
        return self._prefix + name

    def _link(self, details: dict[str, str]) -> tuple[str, str]:
        url = self._prepared.restore(details["dest_url"])
        if details["link_type"] == "Email":
            url = f"mailto:{url}"
        address = safe_address(url)
        if address is None or self._in_link:  # the parser finds <http://…> in the text of a link, too
            return "", ""
        self._in_link = True
        self.links.append(address)
        title = self._title(details)
        rel = ' rel="noopener"' if address.lower().startswith(("http:", "https:")) else ""
        return f'<a href="{self.escape(address)}"{title}{rel}>', "</a>"

    def _picture(self, details: dict[str, str], alt: str) -> str:
        """Only pictures of this site: others would tell their server who reads us."""
        source = safe_address(self._prepared.restore(details["dest_url"]))
        if source is None or not source.startswith(("/media/", "/static/")) or UPWARDS.search(source):
            return self.escape(alt)
        token = reference_in(source)
        if token and self._pictures is not None:
            picture = self._pictures.get(token)
            # One that was deleted is missed by nobody more than by those who could not see it.
            return self._illustration(picture, details, alt) if picture else self.escape(alt)
        title = self._title(details)
        return f'<img src="{self.escape(source)}" alt="{self.escape(alt)}"{title} loading="lazy">'

    def _illustration(self, picture: Illustration, details: dict[str, str], alt: str) -> str:
        """A picture of the library, in the size that fits; its words are its own where the text has none."""
        element = (
            f'<picture><source type="image/webp" srcset="{self.escape(picture.srcset)}" sizes="{SIZES}">'
            f'<img src="{self.escape(picture.src)}" width="{picture.width}" height="{picture.height}" '
            f'alt="{self.escape(alt.strip() or picture.alt)}" loading="lazy" decoding="async"></picture>'
        )
        credit = f"<small>{self.escape(picture.credit)}</small>"
        title = self._prepared.restore(details["title"])
        words = f"{self.escape(title)} " if title else ""
        self._figure = (len(self._out), element, words + credit)
        return f"{element} {words}{credit}"

    def _title(self, details: dict[str, str]) -> str:
        title = self._prepared.restore(details["title"])
        return f' title="{self.escape(title)}"' if title else ""

    def _plain(self, html: str) -> str:
        return SHOWN.sub(lambda found: "" if found[1] == MARK else self.escape(self._say(int(found[2]))), html)

    # Footnotes

    def _reference(self, label: str) -> None:
        if self._alt is None:
            self._out.append(self._notes.reference(label))

    def _footnotes(self) -> str:
        headings = len(self.headings)
        self._closed_to_glossary += 1
        notes = self._notes.listed(self._note)
        del self.headings[headings:]  # those of notes are no part of the contents
        return notes

    def _note(self, events: Iterable[Any]) -> str:
        self._out = []
        self._write(events)
        return "".join(self._out)


def _pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the terms as a whole word, the longest first."""
    longest_first = sorted(terms, key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE)
