"""The formulas with the numbers put in, as a reader can check them with a calculator.

A test computes every line and compares it with what `formulas` says.
"""

from __future__ import annotations

from models_catalog.formatting import grouped
from models_catalog.models import WeightFormat

from .formulas import ALLOWANCE_PER_DEVICE, LORA_RANK, Shape, weights


def weights_worked(shape: Shape, stored: WeightFormat) -> str:
    """“8,000,000,000 parameters × 2 bytes”. Only for a format whose weights can be worked out."""
    n, embedding = shape.parameters, shape.embedding or 0
    simple = {
        WeightFormat.BITS16: f"{grouped(n)} parameters × 2 bytes",
        WeightFormat.BITS8: f"{grouped(n)} parameters × 1 byte",
        WeightFormat.BITS4: f"{grouped(n)} parameters × 4.5 bits ÷ 8",
        WeightFormat.INT8: f"({grouped(n)} − 2 × {grouped(embedding)}) × 1 byte + 2 × {grouped(embedding)} × 2 bytes",
        WeightFormat.INT4: f"({grouped(n)} − {grouped(embedding)}) × 4.125 bits ÷ 8",
        WeightFormat.SPINQUANT: f"({grouped(n)} − {grouped(embedding)}) × 5 bits ÷ 8 + 2 × {grouped(embedding)} × 1 byte",
    }
    if stored in simple:
        return simple[stored]
    total = weights(shape, stored) or 0
    if stored == WeightFormat.QLORA:
        adaptors = total - (weights(shape, WeightFormat.SPINQUANT) or 0)
        count = grouped(adaptors // 4)
        return f"{weights_worked(shape, WeightFormat.SPINQUANT)} + {count} parameters in adaptors × 4 bytes"
    part = "parameters in routed experts" if shape.routed else "parameters in feed-forward layers"
    if stored == WeightFormat.INT4_MIXED:
        return f"{grouped(shape.routed or 0)} {part} × 0.5 bytes + {grouped(n - (shape.routed or 0))} others × 2 bytes"
    eight = 2 * n - total
    return f"{grouped(eight)} {part} × 1 byte + {grouped(n - eight)} others × 2 bytes"


def cache_worked(shape: Shape, *, tokens: int, batch: int, cache_bits: int) -> str:
    """Only for a shape that is known."""
    size = "2 bytes" if cache_bits == 16 else "1 byte"
    return (
        f"2 × {shape.layers} layers × {shape.kv_heads} key-value heads × {shape.head_size} numbers × {size}"
        f" × {grouped(tokens)} tokens × {grouped(batch)} at once"
    )


def allowance_worked(of_weights: int, devices: int = 1) -> str:
    return f"0.05 × {grouped(of_weights)} bytes + {devices} × {grouped(ALLOWANCE_PER_DEVICE)} bytes"


# What each format means, for the page; the ones by recipe say where it comes from.
MEANING = {
    WeightFormat.BITS16: "two bytes a parameter, as Meta publishes most checkpoints",
    WeightFormat.BITS8: "one byte a parameter; the scales, one a row, are left out as too small to show",
    WeightFormat.BITS4: "four bits a parameter and a 16-bit scale for each 32 of them",
    WeightFormat.FP8_MIXED: (
        "8 bits for the feed-forward weights (of a mixture: for its routed experts) outside the first and last layer, "
        "16 for all else"
    ),
    WeightFormat.INT4_MIXED: "4 bits for the routed experts, 16 for all else; made while loading",
    WeightFormat.INT8: "8 bits for all layers, 16 for the table of tokens and the output layer",
    WeightFormat.INT4: "4 bits in groups of 256 with a 32-bit scale; all but 20 rows of the output layer are dropped",
    WeightFormat.SPINQUANT: (
        "4 bits in groups of 32 with a 32-bit scale for all layers, 8 for the table of tokens and the output layer"
    ),
    WeightFormat.QLORA: f"as SpinQuant, with 32-bit adaptors of rank {LORA_RANK} beside every layer",
}
