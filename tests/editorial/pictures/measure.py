"""What taking a file in costs: ``python -m tests.editorial.pictures.measure`` prints one JSON object for all.

A process of its own, because memory is measured by the kernel for a whole process: the highest it ever was, counted
anew for each file. Seconds are those of the processor, whatever else the machine is doing.
"""

from __future__ import annotations

import json
import re
import sys
import time
from io import BytesIO
from pathlib import Path

from editorial.pictures import Refused, read

from .hostile import HOSTILE, LARGEST, plain, saved

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def memory(name: str) -> int:
    """``VmHWM`` or ``VmRSS`` in megabytes."""
    match = re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text())
    assert match
    return int(match[1]) // 1024


def measure(data: bytes) -> dict[str, object]:
    FORGET.write_text("5")
    before, start = memory("VmRSS"), time.process_time()
    try:
        master = read(BytesIO(data))
        outcome = f"{master.kind} {master.width}×{master.height}"
    except Refused as refusal:
        outcome = refusal.messages[0]
    return {
        "seconds": round(time.process_time() - start, 2),
        "megabytes": memory("VmHWM") - before,
        "outcome": outcome,
    }


def main() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        read(BytesIO(saved(plain(), kind)))  # decoders are loaded once
    files = {name: file.make for name, file in HOSTILE.items()} | LARGEST
    json.dump({name: measure(make()) for name, make in files.items()}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
