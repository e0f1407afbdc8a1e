"""What /run/ shows: one checkpoint's needs, the machines that hold it, and what fits into a given memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models_catalog import formatting
from models_catalog.formatting import Value
from models_catalog.models import Machine, Variant, WeightFormat

from . import formulas, worked
from .formulas import Shape
from .question import Question, window_of

# The share of the usable memory from which on a model only just fits.
TIGHT_PERCENT = 90
# A card of its own: what the reverse question supposes.
USABLE_PERCENT = 90


@dataclass(frozen=True, slots=True)
class FormatNeed:
    """One row of “what it takes”: a format of the weights, with each part as readers see it and worked out."""

    stored: WeightFormat
    meaning: str
    weights: Value
    weights_worked: str
    allowance: Value
    allowance_worked: str
    total: Value


@dataclass(frozen=True, slots=True)
class Needs:
    """What a checkpoint takes. ``cache`` is None where its shape is not published: the rows are then weights alone."""

    rows: list[FormatNeed]
    cache: Value | None
    cache_worked: str
    windowed: Value | None
    per_token: Value | None


def needs(question: Question, variant: Variant) -> Needs:
    shape = Shape.of(variant)
    asked = {"tokens": question.context, "batch": question.batch, "cache_bits": question.cache_bits}
    rows = []
    for stored in formulas.formats_of(variant):
        needed = formulas.need(shape, stored, **asked)
        if needed:
            rows.append(
                FormatNeed(
                    stored,
                    worked.MEANING[stored],
                    formatting.gigabytes(needed.weights),
                    worked.weights_worked(shape, stored),
                    formatting.gigabytes(needed.allowance),
                    worked.allowance_worked(needed.weights),
                    formatting.gigabytes(needed.total),
                )
            )
    cache, windowed = formulas.cache(shape, **asked), formulas.windowed_cache(shape, **asked)
    per_token = formulas.cache_of_a_token(shape, question.cache_bits)
    return Needs(
        rows,
        None if cache is None else formatting.gigabytes(cache),
        worked.cache_worked(shape, **asked) if cache is not None else "",
        None if windowed is None or windowed == cache else formatting.gigabytes(windowed),
        None if per_token is None else formatting.count(per_token),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether it fits, by a word and the shape of a verdict, and by how much."""

    verdict: str
    word: str
    detail: str


def _cell(variant: Variant, stored: WeightFormat, machine: Machine, question: Question) -> Cell | None:
    shape, room = Shape.of(variant), formulas.usable_of(machine)
    needed = formulas.need(
        shape,
        stored,
        tokens=question.context,
        batch=question.batch,
        cache_bits=question.cache_bits,
        devices=machine.devices,
    )
    if needed is None:
        return None
    if needed.total > room:
        return Cell("prohibited", "Too large", f"{formatting.gigabytes(needed.total - room)} short")
    spare = f"{formatting.gigabytes(room - needed.total)} spare"
    if needed.cache is None:
        return Cell("not_covered", "Weights fit", f"{spare} for the cache")
    if needed.total * 100 > room * TIGHT_PERCENT:
        return Cell("conditions", "Just fits", spare)
    return Cell("allowed", "Fits", spare)


@dataclass(frozen=True, slots=True)
class Grid:
    """Machines by formats: which of them hold the checkpoint as it is asked for."""

    formats: list[WeightFormat]
    rows: list[tuple[Machine, Value, list[tuple[WeightFormat, Cell]]]]


def grid(question: Question, variant: Variant, machines: Sequence[Machine]) -> Grid:
    shape = Shape.of(variant)
    formats = [stored for stored in formulas.formats_of(variant) if formulas.weights(shape, stored) is not None]
    rows = []
    for machine in machines:
        cells = [
            (stored, cell) for stored in formats if (cell := _cell(variant, stored, machine, question)) is not None
        ]
        rows.append((machine, formatting.gigabytes(formulas.usable_of(machine)), cells))
    return Grid(formats, rows)


FIT_COLUMNS = (WeightFormat.BITS16, WeightFormat.BITS8, WeightFormat.BITS4)


@dataclass(frozen=True, slots=True)
class Fit:
    """The longest context of one checkpoint in one format; ``whole`` if it is all that the model was made for.

    ``label`` names the format where the column and the checkpoint's name do not.
    """

    label: str
    tokens: int
    context: Value
    whole: bool


@dataclass(frozen=True, slots=True)
class FitRow:
    """A checkpoint that stands for all of the same shape, with a place for each of the usual formats and one for its own."""

    variant: Variant
    fits: list[tuple[str, Fit | None]]


@dataclass(frozen=True, slots=True)
class Fits:
    """What a memory holds: rows in the order of the catalogue, what it cannot hold, and what cannot be worked out."""

    room: Value
    rows: list[FitRow]
    too_large: list[Variant]
    unknown: list[Variant]


def _one_of_each(variants: Iterable[Variant]) -> list[Variant]:
    """One checkpoint of each shape of a release: the instruct one where there is one."""
    found: dict[tuple[object, ...], Variant] = {}
    for variant in variants:
        key = (variant.release_id, Shape.of(variant), variant.quantization, window_of(variant))
        if key not in found or variant.kind == Variant.Kind.INSTRUCT:
            found[key] = variant
    return list(found.values())


def fits(question: Question, variants: Sequence[Variant]) -> Fits | None:
    """The answer to “I have so much memory”; None where that was not asked."""
    if not question.memory:
        return None
    room = formulas.usable(question.memory, devices=question.devices, percent=USABLE_PERCENT)
    rows, too_large, unknown = [], [], []
    for variant in _one_of_each(variants):
        shape, window = Shape.of(variant), window_of(variant)
        formats = formulas.formats_of(variant)
        if not shape.has_cache or all(formulas.weights(shape, stored) is None for stored in formats):
            unknown.append(variant)
            continue
        found: dict[WeightFormat, Fit] = {}
        for stored in formats:
            longest = formulas.largest_context(
                shape,
                stored,
                memory=room,
                window=window,
                batch=question.batch,
                cache_bits=question.cache_bits,
                devices=question.devices,
            )
            if longest is not None:
                label = "" if stored in FIT_COLUMNS or len(formats) == 1 else str(stored.label)
                found[stored] = Fit(label, longest, formatting.tokens(longest), longest == window)
        if not found:
            too_large.append(variant)
            continue
        others = [fit for stored, fit in found.items() if stored not in FIT_COLUMNS]
        own = max(others, key=lambda fit: fit.tokens, default=None)
        cells = [(str(stored.label), found.get(stored)) for stored in FIT_COLUMNS]
        rows.append(FitRow(variant, [*cells, ("Meta’s own format", own)]))
    return Fits(formatting.gigabytes(room), rows, too_large, unknown)
