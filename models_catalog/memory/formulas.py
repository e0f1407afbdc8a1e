"""How much memory a checkpoint takes, from its shape numbers. Pure functions; every size is in bytes.

The page /run/ shows these formulas with the numbers put in and states what they
leave out; `published.py` holds them against figures that others published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from models_catalog.models import Machine, Variant, WeightFormat

GIB = 2**30
# What a program needs besides weights and cache: activations, buffers, its own code on each device.
ALLOWANCE_SHARE = Fraction(5, 100)
ALLOWANCE_PER_DEVICE = 10**9
# A context shorter than this is of no use to anybody.
LEAST_CONTEXT = 1024
# How many accelerators a model can be divided among: heads and layers divide by powers of two.
DEVICE_COUNTS = (1, 2, 4, 8, 16, 32, 64)

# Four-bit weights come in groups of 32 that share a scale; half a bit a weight if the scale has 16 bits, one if it has 32.
BITS4 = Fraction(9, 2)
BITS4_WIDE_SCALE = Fraction(5)
# Groups of 256 with a scale of 32 bits (Llama Guard 3 1B).
BITS4_LARGE_GROUPS = 4 + Fraction(32, 256)
LORA_RANK = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a checkpoint that its memory follows from. None where no source states one."""

    parameters: int
    active: int | None = None
    experts: int | None = None
    layers: int | None = None
    attention_heads: int | None = None
    kv_heads: int | None = None
    head_size: int | None = None
    vocabulary: int | None = None
    local_layers: int | None = None
    local_window: int | None = None

    @classmethod
    def of(cls, variant: Variant) -> Shape:
        return cls(
            parameters=variant.parameters_total,
            active=variant.parameters_active,
            experts=variant.experts,
            layers=variant.layers,
            attention_heads=variant.attention_heads,
            kv_heads=variant.kv_heads,
            head_size=variant.head_size,
            vocabulary=variant.vocabulary_size,
            local_layers=variant.local_layers,
            local_window=variant.local_window,
        )

    @property
    def has_cache(self) -> bool:
        """All that the cache follows from is known."""
        return None not in (self.layers, self.kv_heads, self.head_size)

    @property
    def width(self) -> int | None:
        """Numbers per token between layers: all attention heads side by side."""
        return self.attention_heads * self.head_size if self.attention_heads and self.head_size else None

    @property
    def embedding(self) -> int | None:
        """Parameters of the table of tokens; the output layer is as large."""
        return self.vocabulary * self.width if self.vocabulary and self.width else None

    @property
    def attention(self) -> int | None:
        """Parameters of attention in one layer: queries and output, keys and values."""
        if not (self.width and self.kv_heads and self.head_size):
            return None
        return 2 * self.width * (self.width + self.kv_heads * self.head_size)

    @property
    def routed(self) -> int | None:
        """Parameters in routed experts. One expert works on each token, so total less active is all experts but one."""
        if not (self.active and self.experts):
            return None
        return (self.parameters - self.active) * self.experts // (self.experts - 1)


def _at(bits: Fraction | int) -> Callable[[Shape], int | None]:
    return lambda shape: int(shape.parameters * Fraction(bits) / 8)


def _fp8_mixed(shape: Shape) -> int | None:
    """Feed-forward weights (of a mixture: its routed experts) at 8 bits except in the first and last layer; the rest at 16."""
    if not shape.layers:
        return None
    forward = shape.routed
    if forward is None:
        if not (shape.embedding and shape.attention):
            return None
        forward = shape.parameters - 2 * shape.embedding - shape.layers * shape.attention
    eight = forward * (shape.layers - 2) // shape.layers
    return eight + 2 * (shape.parameters - eight)


def _int4_mixed(shape: Shape) -> int | None:
    """Routed experts at 4 bits with one scale a row, which is nothing beside it; the rest at 16."""
    routed = shape.routed
    return None if routed is None else routed // 2 + 2 * (shape.parameters - routed)


def _int8(shape: Shape) -> int | None:
    """All layers at 8 bits; the table of tokens and the output layer at 16."""
    return None if shape.embedding is None else shape.parameters + 2 * shape.embedding


def _int4(shape: Shape) -> int | None:
    """4 bits in groups of 256, without the output layer, of which 20 rows are kept."""
    if shape.embedding is None:
        return None
    return int((shape.parameters - shape.embedding) * BITS4_LARGE_GROUPS / 8)


def _spinquant(shape: Shape) -> int | None:
    """Layers at 4 bits in groups of 32; the table of tokens and the output layer at 8, stored once each."""
    if shape.embedding is None:
        return None
    # One table serves as both in these models, and is counted once among the parameters.
    return int((shape.parameters - shape.embedding) * BITS4_WIDE_SCALE / 8) + 2 * shape.embedding


def _qlora(shape: Shape) -> int | None:
    """As SpinQuant's, with adaptors of rank 16 beside every linear layer, at 32 bits."""
    base = _spinquant(shape)
    if base is None or not (shape.layers and shape.attention and shape.width and shape.kv_heads and shape.head_size):
        return None
    in_layers = shape.parameters - (shape.embedding or 0)
    inner = (in_layers // shape.layers - shape.attention) // (3 * shape.width)
    keys = shape.kv_heads * shape.head_size
    sides = 2 * (shape.width + shape.width) + 2 * (shape.width + keys) + 3 * (shape.width + inner)
    return base + 4 * LORA_RANK * sides * shape.layers


WEIGHTS: dict[WeightFormat, Callable[[Shape], int | None]] = {
    WeightFormat.BITS16: _at(16),
    WeightFormat.BITS8: _at(8),
    WeightFormat.BITS4: _at(BITS4),
    WeightFormat.FP8_MIXED: _fp8_mixed,
    WeightFormat.INT4_MIXED: _int4_mixed,
    WeightFormat.INT8: _int8,
    WeightFormat.INT4: _int4,
    WeightFormat.SPINQUANT: _spinquant,
    WeightFormat.QLORA: _qlora,
}

_PUBLISHED = {
    Variant.Quantization.FP8: WeightFormat.FP8_MIXED,
    Variant.Quantization.INT8: WeightFormat.INT8,
    Variant.Quantization.INT4: WeightFormat.INT4,
    Variant.Quantization.QLORA_INT4: WeightFormat.QLORA,
    Variant.Quantization.SPINQUANT_INT4: WeightFormat.SPINQUANT,
}


def formats_of(variant: Variant) -> tuple[WeightFormat, ...]:
    """The formats that a checkpoint can be run in: its own if it is quantized, otherwise the usual ones."""
    published = _PUBLISHED.get(Variant.Quantization(variant.quantization))
    if published:
        return (published,)
    usual = (WeightFormat.BITS16, WeightFormat.BITS8, WeightFormat.BITS4)
    return (*usual, WeightFormat.FP8_MIXED, WeightFormat.INT4_MIXED) if variant.experts else usual


def weights(shape: Shape, stored: WeightFormat) -> int | None:
    """The weights in memory; None where a number that the format needs is not known."""
    return WEIGHTS[stored](shape)


def cache_of_a_token(shape: Shape, cache_bits: int) -> int | None:
    """Keys and values of one token in every layer."""
    if not (shape.layers and shape.kv_heads and shape.head_size):
        return None
    return 2 * shape.layers * shape.kv_heads * shape.head_size * cache_bits // 8


def cache(shape: Shape, *, tokens: int, batch: int = 1, cache_bits: int = 16) -> int | None:
    """The key-value cache with every layer keeping the whole context, as Meta's own code does."""
    of_a_token = cache_of_a_token(shape, cache_bits)
    return None if of_a_token is None else of_a_token * tokens * batch


def windowed_cache(shape: Shape, *, tokens: int, batch: int = 1, cache_bits: int = 16) -> int | None:
    """The cache of a program whose local layers keep no more than their window; None for a model without such layers."""
    of_a_token = cache_of_a_token(shape, cache_bits)
    if of_a_token is None or not (shape.layers and shape.local_layers and shape.local_window):
        return None
    of_a_layer = of_a_token // shape.layers
    kept = shape.local_layers * min(tokens, shape.local_window) + (shape.layers - shape.local_layers) * tokens
    return of_a_layer * kept * batch


def allowance(of_weights: int, devices: int = 1) -> int:
    """For everything else: a share of the weights, and a fixed amount on each device."""
    return int(of_weights * ALLOWANCE_SHARE) + ALLOWANCE_PER_DEVICE * devices


@dataclass(frozen=True, slots=True)
class Need:
    """What one checkpoint takes in one format. ``cache`` is None where the shape is not known: the weights alone."""

    weights: int
    cache: int | None
    allowance: int

    @property
    def total(self) -> int:
        return self.weights + (self.cache or 0) + self.allowance


def need(
    shape: Shape, stored: WeightFormat, *, tokens: int, batch: int = 1, cache_bits: int = 16, devices: int = 1
) -> Need | None:
    """Weights, cache and allowance together; None where not even the weights can be worked out."""
    of_weights = weights(shape, stored)
    if of_weights is None:
        return None
    return Need(
        of_weights, cache(shape, tokens=tokens, batch=batch, cache_bits=cache_bits), allowance(of_weights, devices)
    )


def usable(memory_gb: int, *, devices: int = 1, percent: int = 90) -> int:
    """What a model may take of memory that is sold in GB and counted in units of 2³⁰ bytes."""
    return memory_gb * GIB * devices * percent // 100


def usable_of(machine: Machine) -> int:
    return usable(machine.memory_gb, devices=machine.devices, percent=machine.usable_percent)


def largest_context(
    shape: Shape,
    stored: WeightFormat,
    *,
    memory: int,
    window: int | None,
    batch: int = 1,
    cache_bits: int = 16,
    devices: int = 1,
) -> int | None:
    """The longest context, in tokens, that fits into ``memory`` bytes.

    At most the checkpoint's window; below that, whole units of 1,024. None if
    not even one unit fits, or if the shape is not known.
    """
    of_weights, of_a_token = weights(shape, stored), cache_of_a_token(shape, cache_bits)
    if of_weights is None or of_a_token is None:
        return None
    tokens = (memory - of_weights - allowance(of_weights, devices)) // (of_a_token * batch)
    if window is not None and tokens >= window:
        return window
    return tokens // LEAST_CONTEXT * LEAST_CONTEXT if tokens >= LEAST_CONTEXT else None


def fewest_devices(shape: Shape, stored: WeightFormat, *, memory_gb: int, tokens: int, percent: int = 90) -> int | None:
    """How many accelerators of a size it takes, in powers of two; None if 64 are too few or the weights are unknown."""
    for devices in DEVICE_COUNTS:
        needed = need(shape, stored, tokens=tokens, devices=devices)
        if needed and needed.total <= usable(memory_gb, devices=devices, percent=percent):
            return devices
    return None
