"""References to facts in a text: ``{{ llama-4-scout.context_tokens }}``.

They are found in the source before it is parsed, and travel through the parser
as a number between two code points that mean nothing, so that no character of
a reference can be taken for Markdown. What stands in code or in an address is
put back as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from models_catalog.formatting import Form

# One line, no braces inside, of bounded length: so that finding them takes linear time. A backslash before keeps them text.
_WRITTEN = re.compile(r"(?<!\\)\{\{([^{}\n\r]{0,200})\}\}")
_PARTS = re.compile(
    r"(?:(?P<kind>[a-z]+):)?(?P<slug>[a-z0-9-]+(?:/[a-z0-9-]+)?)\.(?P<field>[a-z_]+)\s*(?:\|\s*(?P<form>[a-z]+))?",
)
# Each is shown with its sources. A text with more is not laid out (see `limits`), and no more are ever numbered.
MAX_FACTS = 500
OPEN, CLOSE = "\ue004", "\ue005"
# A reference on its way through the parser.
PLACE = re.compile(f"{OPEN}(\\d{{1,7}}){CLOSE}")
# On its way through the sanitizer it also says how it is shown: as a whole, its value alone, its mark alone.
WHOLE, VALUE, MARK = "", "v", "m"
SHOWN = re.compile(f"{OPEN}([vm]?)(\\d{{1,7}}){CLOSE}")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as it was written. ``line`` counts from 1.

    ``kind`` is empty where the author left it out; ``slug`` is empty where the
    text between the braces cannot be read.
    """

    written: str
    line: int
    kind: str = ""
    slug: str = ""
    field: str = ""
    form: Form = Form.SENTENCE
    problem: str = ""

    @property
    def name(self) -> str:
        """What is referred to, without the form: “llama-4.user_threshold”, “license:llama-4.summary”."""
        prefix = f"{self.kind}:" if self.kind else ""
        return f"{prefix}{self.slug}.{self.field}" if self.slug else ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text whose references are numbered, ready for the parser."""

    text: str
    references: tuple[Reference, ...]

    def restore(self, text: str) -> str:
        """Text of code or an address, with its references as they were written."""
        return PLACE.sub(lambda place: self._written(int(place[1])), text) if OPEN in text else text

    def pieces(self, text: str) -> Iterator[str | int]:
        """Running text and the numbers of references, in turn."""
        end = 0
        for place in PLACE.finditer(text):
            if int(place[1]) < len(self.references):
                yield text[end : place.start()]
                yield int(place[1])
                end = place.end()
        yield text[end:]

    def _written(self, number: int) -> str:
        return self.references[number].written if number < len(self.references) else ""


def prepare(markdown: str) -> Prepared:
    """Number the references of a text."""
    if OPEN in markdown or CLOSE in markdown:
        markdown = markdown.replace(OPEN, "").replace(CLOSE, "")
    if "{{" not in markdown:
        return Prepared(markdown, ())
    references: list[Reference] = []
    parts: list[str] = []
    end, line = 0, 1
    for match in islice(_WRITTEN.finditer(markdown), MAX_FACTS):
        between = markdown[end : match.start()]
        line += between.count("\n")
        parts += (between, f"{OPEN}{len(references)}{CLOSE}")
        references.append(_read(match[0], match[1].strip(), line))
        end = match.end()
    parts.append(markdown[end:])
    return Prepared("".join(parts), tuple(references))


def count(markdown: str) -> int:
    return sum(1 for _ in _WRITTEN.finditer(markdown))


def rename(markdown: str, names: Mapping[str, str]) -> str:
    """The text with references by old names turned to new ones; the form stays."""

    def renamed(match: re.Match[str]) -> str:
        reference = _read(match[0], match[1].strip(), 0)
        new = names.get(reference.name) if reference.name else None
        return write(new, reference.form) if new else match[0]

    return _WRITTEN.sub(renamed, markdown)


def write(name: str, form: Form = Form.SENTENCE) -> str:
    """How a reference is written: “{{ llama-4-scout.context_tokens | exact }}”."""
    return f"{{{{ {name} | {form} }}}}" if form else f"{{{{ {name} }}}}"


def show(html: str, as_html: Callable[[str, int], str]) -> str:
    """Sanitized HTML with each numbered reference shown by ``as_html(how, number)``."""
    return SHOWN.sub(lambda place: as_html(place[1], int(place[2])), html)


def _read(written: str, inside: str, line: int) -> Reference:
    parts = _PARTS.fullmatch(inside)
    if parts is None:
        return Reference(written, line)
    kind, slug, field, form = (parts[name] or "" for name in ("kind", "slug", "field", "form"))
    if form not in list(Form):
        problem = f"“{form}” is no form of a value: write “| short”, “| exact”, or neither."
        return Reference(written, line, kind, slug, field, problem=problem)
    return Reference(written, line, kind, slug, field, Form(form))
