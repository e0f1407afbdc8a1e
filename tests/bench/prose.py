"""How long the Markdown renderer takes on hostile and on ordinary input, as it doubles.

``python -m tests.bench.prose`` prints for each input the time at a quarter, a half and one million characters, the
growth at each doubling, and what the form said. Texts beyond the limits are refused by `validate`; then the time is
that of the refusal.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

FULL = 1_000_000


def repeated(piece: str) -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece))


def numbered(piece: str) -> Callable[[int], str]:
    return lambda size: "".join(piece.replace("%", str(n)) for n in range(size // (len(piece) + 12)))


SENTENCE = "The quick brown fox jumps over the *lazy* dog and [reads](/models/) about it & more. "
GENERATORS: dict[str, Callable[[int], str]] = {
    "ordinary text": repeated(SENTENCE * 8 + "\n\n"),
    "one line": repeated("x"),
    "one long sentence": repeated("word "),
    "[": repeated("["),
    "[[a](": repeated("[[a]("),
    "[a](": repeated("[a]("),
    "](": repeated("]("),
    "![": repeated("!["),
    "![a](/media/": repeated("![a](/media/"),
    "(": repeated("("),
    "*": repeated("*"),
    "*a ": repeated("*a "),
    "**a *": repeated("**a *"),
    "_a **b ": repeated("_a **b "),
    "a**b": repeated("a**b"),
    "~~a": repeated("~~a"),
    "`": repeated("`"),
    "`a ``": repeated("`a ``"),
    "``` unclosed": repeated("```\na\n"),
    ">": repeated(">"),
    "> > a": repeated("> > a\n"),
    "- deeper": lambda size: "".join(" " * (2 * n) + "- a\n" for n in range(int(size**0.5) - 2)),
    "- a": repeated("- a\n"),
    "1. a": repeated("1. a\n"),
    "# a": repeated("# a\n"),
    "5,000 headings": lambda size: "".join(f"## Heading {n}\n\n{'word ' * 36}\n\n" for n in range(size // 200)),
    "2,000 links": lambda size: "".join(f"[link {n}](/models/{n}/) {'word ' * 90}\n\n" for n in range(size // 480)),
    "same heading": repeated("## a\n\n"),
    "<![": repeated("<!["),
    "<!--": repeated("<!--"),
    "<a ": repeated("<a "),
    "<div>": repeated("<div>\n\n"),
    "<?": repeated("<?"),
    "&": repeated("&"),
    "&amp;": repeated("&amp;"),
    "&#1": repeated("&#1"),
    "<": repeated("< "),
    '"': repeated('"'),
    "\\": repeated("\\*"),
    "wide table": lambda size: (
        "|a" * (size // 6 - 1) + "|\n" + "|-" * (size // 6 - 1) + "|\n" + "|b" * (size // 6 - 1) + "|\n"
    ),
    "long table": lambda size: "|a|b|\n|-|-|\n" + "|x|y|\n" * (size // 6 - 3),
    "references": numbered("[a%]: /u\n\n[a%]\n\n"),
    "unused references": repeated("[a]: /u\n"),
    "footnotes": numbered("x[^%]\n\n[^%]: y\n\n"),
    "one footnote": lambda size: "[^a]: note\n\n" + "x[^a] " * (size // 6 - 3),
    "autolinks": repeated("<http://a.b> "),
    "spaces": repeated(" "),
    "blank lines": repeated("\n"),
    "tabs": repeated("\ta\n"),
    "hard breaks": repeated("a  \n"),
    "rules": repeated("---\n\n"),
    "right to left": repeated("שלום עולם "),
    "combining marks": repeated("e\u0301\u0323"),
    "terms": repeated("mixture of experts "),
    "nearly terms": repeated("mixture of expert "),
    "e-mail": repeated("<a@b.c> "),
    "NUL": repeated("\x00"),
}


def main() -> None:
    from django.core.exceptions import ValidationError

    from editorial.prose import render, validate

    glossary = {f"term {n}": f"/glossary/#term-{n}" for n in range(60)} | {"mixture of experts": "/glossary/#moe"}
    render("warm up")
    print(f"{'input':20} {'250 k':>8} {'500 k':>8} {'1 M':>8}  growth       peak  result")
    worst = 0.0
    for name, generate in GENERATORS.items():
        times = []
        outcome = "rendered"
        for size in (FULL // 4, FULL // 2, FULL):
            text = generate(size)
            started = time.perf_counter()
            try:
                validate(text)
            except ValidationError as error:
                outcome = f"refused: {error.messages[0][:40]}…"
            else:
                outcome = "rendered"
                render(text, glossary=glossary)
            times.append(time.perf_counter() - started)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        worst = max(worst, times[-1])
        growth = " ".join(f"{b / a:5.2f}" for a, b in zip(times, times[1:], strict=False))
        print(f"{name:20} " + " ".join(f"{t:7.3f}s" for t in times) + f"  {growth} {peak:4} MB  {outcome}", flush=True)
    print(f"slowest at 1 M: {worst:.3f} s; peak memory {peak} MB")


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure()
    django.setup()
    main()
