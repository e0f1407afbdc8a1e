"""Every fact that can be cited: its label, how it is written, and what vouches for it.

``fact(obj, "context_tokens")`` gathers the value, its sources and its
corrections. It reads prefetched relations only and refuses to query, so that a
page's cost never depends on how many facts it shows: fetch with ``with_facts()``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import TextChoices

from . import formatting
from .formatting import NOT_STATED, Form, Value
from .models import (
    Citation,
    Content,
    Correction,
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    MemoryUnit,
    Modality,
    Provider,
    PublishedMemory,
    Release,
    TimelineEvent,
    Variant,
)

if TYPE_CHECKING:
    from datetime import date

Links: TypeAlias = tuple[tuple[str, str], ...]

HUGGING_FACE = "https://huggingface.co/"


class FactStatus(TextChoices):
    """How well a fact is founded, over all its citations."""

    VERIFIED = "verified", "verified"
    DISPUTED = "disputed", "disputed"
    UNVERIFIED = "unverified", "unverified"
    UNSOURCED = "unsourced", "no source yet"


@dataclass(frozen=True, slots=True)
class FactField:
    """How one field is called and written.

    ``links`` is for values that have pages: they are shown instead of the text.
    ``inherited`` names a field that a checkpoint takes from its release when
    its own is empty.
    """

    label: str
    write: Callable[[Any], Value | None]
    links: Callable[[Any], Links] | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one entry, with all that vouches for it."""

    obj: Content
    field: str
    label: str
    value: Value | None
    links: Links
    citations: tuple[Citation, ...]
    corrections: tuple[Correction, ...]

    @property
    def text(self) -> str:
        return self.value.text if self.value else NOT_STATED

    @property
    def is_stated(self) -> bool:
        return self.value is not None

    def said(self, form: Form) -> Fact:
        """The fact with its value as running text has it."""
        return replace(self, value=self.value.said(form)) if self.value else self

    @property
    def status(self) -> FactStatus:
        """Disputed if any source disputes it; verified if one was read; otherwise unverified."""
        statuses = {citation.status for citation in self.citations}
        if not statuses:
            return FactStatus.UNSOURCED
        if Citation.Status.DISPUTED in statuses:
            return FactStatus.DISPUTED
        return FactStatus.VERIFIED if Citation.Status.VERIFIED in statuses else FactStatus.UNVERIFIED

    @property
    def due_on(self) -> date | None:
        """The first day on which one of its sources is due for another look; None where nothing sets a limit."""
        days = [day for citation in self.citations if (day := due_day(citation))]
        return min(days, default=None)

    @property
    def subject(self) -> str:
        """What the fact is about, for “context window of Llama 4 Scout”."""
        return subject_of(self.obj)


class FactsNotFetched(RuntimeError):
    """A fact was asked of a row whose sources were not fetched with it."""


def subject_of(obj: Content) -> str:
    if isinstance(obj, LicenseRule):
        return f"“{obj.use_case.label}” under version {obj.license.version}"
    if isinstance(obj, TimelineEvent):
        return f"“{obj}”"
    return str(obj)


def due_day(citation: Citation) -> date | None:
    """When a citation read ``with_due_day()`` is due for another check; never a query."""
    try:
        return citation.due_on
    except AttributeError:
        raise FactsNotFetched(
            "When a citation is due is not fetched: read it with Citation.objects.for_reading(), "
            "or the facts of an entry with with_facts()."
        ) from None


def fetched(obj: Content, relation: str) -> list[Any]:
    """The rows of a relation that was prefetched; never a query."""
    try:
        return list(obj._prefetched_objects_cache[relation])  # type: ignore[attr-defined]
    except (AttributeError, KeyError):
        raise FactsNotFetched(
            f"“{relation}” of {type(obj).__name__} “{obj}” is not fetched: "
            f"read it with {type(obj).__name__}.objects.with_facts() and prefetch “{relation}”."
        ) from None


def fact(obj: Content, field: str) -> Fact:
    """The fact in ``obj.field``. Raises KeyError for a field that cannot be cited."""
    spec = FACTS[type(obj)][field]
    value = spec.write(obj)
    holder = obj
    if value is None and spec.inherited and isinstance(obj, Variant):
        holder = obj.release
        value = FACTS[Release][field].write(holder)
    return Fact(
        obj=obj,
        field=field,
        label=spec.label,
        value=value,
        links=spec.links(obj) if spec.links else (),
        citations=tuple(c for c in fetched(holder, "citations") if c.field == field),
        corrections=tuple(c for c in fetched(holder, "corrections") if c.field == field),
    )


def difference(old: Content, new: Content, field: str) -> tuple[str, str] | None:
    """How readers see a field of an entry change; None if they do not. In full where the short forms are the same.

    For fields that are columns of the entry’s own row (`in_columns`): no relation is fetched for it.
    """
    was, now = (FACTS[type(obj)][field].write(obj) for obj in (old, new))
    if was == now:
        return None
    if was and now and was.text == now.text:
        return was.exact or was.text, now.exact or now.text
    return was.text if was else NOT_STATED, now.text if now else NOT_STATED


def in_columns(model: type[Content]) -> list[str]:
    """The citable fields whose values are in the entry’s own row, in the order in which the entry lists them."""
    columns = {field.name for field in model._meta.concrete_fields}
    return [name for name in model.citable if name in columns]


def address_of(obj: Content, field: str) -> str:
    """Where readers see the fact: its place on the page of its entry."""
    page: Any = obj  # every kind of entry that can be cited has an address
    url: str = page.get_absolute_url()
    return url if "#" in url or not _is_listed_on_its_page(type(obj), field) else f"{url}#{anchor_of(field)}"


def anchor_of(field: str) -> str:
    """The id of a fact in the list on its entry’s page."""
    return f"fact-{field.replace('_', '-')}"


def _is_listed_on_its_page(model: type[Content], field: str) -> bool:
    """Whether the entry’s page lists the fact under its label, rather than showing it as text."""
    return model in {Release, License} and field != "summary"


def label_of(model: type[Content], field: str) -> str:
    """What readers call a field: “context window”."""
    return FACTS[model][field].label


def _number_format(obj: Variant) -> Value | None:
    return None if obj.quantization == Variant.Quantization.UNSTATED else Value(obj.get_quantization_display())


def _text(attribute: str) -> Callable[[Any], Value | None]:
    def write(obj: Any) -> Value | None:
        text = getattr(obj, attribute)
        return Value(text) if text else None

    return write


def _choice(attribute: str) -> Callable[[Any], Value | None]:
    def write(obj: Any) -> Value:
        label = getattr(obj, f"get_{attribute}_display")()
        return Value(label, sentence=label[:1].lower() + label[1:])

    return write


def _figure(obj: KeyFigure) -> Value:
    value = formatting.amount(obj.value, obj.qualifier)
    return replace(value, sentence=f"{value} {obj.unit}", exact=f"{value.exact} {obj.unit}" if value.exact else "")


def _number(attribute: str, write: Callable[[Any], Value]) -> Callable[[Any], Value | None]:
    def written(obj: Any) -> Value | None:
        number = getattr(obj, attribute)
        return write(number) if number is not None else None

    return written


def _qualified(attribute: str, qualifier: str, write: Callable[[Any, str], Value]) -> Callable[[Any], Value | None]:
    def written(obj: Any) -> Value | None:
        number = getattr(obj, attribute)
        return write(number, getattr(obj, qualifier)) if number is not None else None

    return written


def _modalities(attribute: str) -> Callable[[Any], Value | None]:
    return lambda obj: Value(formatting.in_words(Modality(value).label for value in getattr(obj, attribute)))


def _languages(obj: Release) -> Value | None:
    return Value(formatting.in_words(obj.languages)) if obj.languages else None


def _names(relation: str) -> Callable[[Any], Value | None]:
    def write(obj: Any) -> Value | None:
        names = [str(related) for related in fetched(obj, relation)]
        return Value(formatting.in_words(names)) if names else None

    return write


def _pages(relation: str) -> Callable[[Any], Links]:
    return lambda obj: tuple((str(related), related.get_absolute_url()) for related in fetched(obj, relation))


def _license(obj: Release) -> Value | None:
    return Value(obj.license.name) if obj.license else None


def _license_page(obj: Release) -> Links:
    return ((obj.license.name, obj.license.get_absolute_url()),) if obj.license else ()


def _repository_page(obj: Variant) -> Links:
    return ((obj.repository_id, HUGGING_FACE + obj.repository_id),) if obj.repository_id else ()


def _published(obj: PublishedMemory) -> Value:
    return formatting.published_memory(obj.value, MemoryUnit(obj.unit), obj.devices)


def _variant_training(obj: Variant) -> Value | None:
    """A checkpoint's own number is worded as its release words the release's."""
    if obj.pretraining_tokens is None:
        return None
    return formatting.training_tokens(obj.pretraining_tokens, obj.release.pretraining_qualifier)


FACTS: dict[type[Content], dict[str, FactField]] = {
    Release: {
        "released_on": FactField("release date", _qualified("released_on", "date_precision", formatting.day)),
        "status": FactField("status", _choice("status")),
        "architecture": FactField("architecture", _choice("architecture")),
        "context_tokens": FactField("context window", _number("context_tokens", formatting.tokens)),
        "pretraining_tokens": FactField(
            "pre-training tokens",
            _qualified("pretraining_tokens", "pretraining_qualifier", formatting.training_tokens),
        ),
        "knowledge_cutoff": FactField("knowledge cut-off", _number("knowledge_cutoff", formatting.month)),
        "modalities_in": FactField("input", _modalities("modalities_in")),
        "modalities_out": FactField("output", _modalities("modalities_out")),
        "languages": FactField("languages", _languages),
        "license": FactField("license", _license, links=_license_page),
        "based_on": FactField("based on", _names("based_on"), links=_pages("based_on")),
        "summary": FactField("summary", _text("summary")),
    },
    Variant: {
        "parameters_total": FactField(
            "parameters", _qualified("parameters_total", "parameters_qualifier", formatting.parameters)
        ),
        "parameters_active": FactField("active parameters", _number("parameters_active", formatting.parameters)),
        "experts": FactField("experts", _number("experts", formatting.count)),
        "context_tokens": FactField("context window", _number("context_tokens", formatting.tokens), inherited=True),
        "pretraining_tokens": FactField("pre-training tokens", _variant_training, inherited=True),
        "knowledge_cutoff": FactField(
            "knowledge cut-off", _number("knowledge_cutoff", formatting.month), inherited=True
        ),
        "layers": FactField("layers", _number("layers", formatting.count)),
        "attention_heads": FactField("attention heads", _number("attention_heads", formatting.count)),
        "kv_heads": FactField("key-value heads", _number("kv_heads", formatting.count)),
        "head_size": FactField("head size", _number("head_size", formatting.count)),
        "vocabulary_size": FactField("vocabulary", _number("vocabulary_size", formatting.count)),
        "local_layers": FactField("layers with local attention", _number("local_layers", formatting.count)),
        "local_window": FactField("local attention window", _number("local_window", formatting.tokens)),
        "repository_id": FactField("repository", _text("repository_id"), links=_repository_page),
        "quantization": FactField("number format", _number_format),
    },
    TimelineEvent: {
        "happened_on": FactField("date", _qualified("happened_on", "date_precision", formatting.day)),
        "summary": FactField("summary", _text("summary")),
    },
    License: {
        "effective_on": FactField("version date", _qualified("effective_on", "date_precision", formatting.day)),
        "licensor": FactField("licensor", _text("licensor")),
        "licensor_eea": FactField("licensor in the EEA and Switzerland", _text("licensor_eea")),
        "user_threshold": FactField("user threshold", _number("user_threshold", formatting.amount)),
        "threshold_measured": FactField("how users are counted", _text("threshold_measured")),
        "display_text": FactField("text to display", _text("display_text")),
        "name_prefix": FactField("model names begin with", _text("name_prefix")),
        "notice_text": FactField("notice file", _text("notice_text")),
        "governing_law": FactField("governing law", _text("governing_law")),
        "summary": FactField("summary", _text("summary")),
    },
    LicenseRule: {"verdict": FactField("verdict", _choice("verdict"))},
    DeploymentOption: {
        "summary": FactField("summary", _text("summary")),
        "conditions": FactField("conditions", _text("conditions")),
    },
    Provider: {
        "releases": FactField("releases served", _names("releases"), links=_pages("releases")),
        "note": FactField("note", _text("note")),
    },
    KeyFigure: {
        "value": FactField("value", _figure),
        "measures": FactField("what it measures", _text("measures")),
        "as_of": FactField("as of", _number("as_of", formatting.day)),
    },
    PublishedMemory: {"value": FactField("published figure", _published)},
}
