"""Texts that nobody would write: pieces of Markdown and of the corpus, in any order."""

import random

from .audit import PAYLOADS

# The same texts in every run, so that a failure can be repeated.
SEED = 20_260_101

PIECES = [
    "[", "]", "(", ")", "](", "![", "[^", "]:", "<", ">", "</", "/>", '"', "'", "`", "```", "\n", "\n\n", "    ", "> ",
    "- ", "# ", "|", "|-|", "\n|-|\n", "~~", "**", "_", "\\", "&", "&amp;", "&quot;", "&#34;", "&lt;", "&Tab;", ":", "//",
    "/", "javascript:", "data:", "alert(1)", " onclick=", "<a href=", "<img src=x onerror=", "<!--", "-->", "<![CDATA[",
    "]]>", "<?", "<script>", "</script>", "<svg>", "<style>", "/media/", "..", "[^1]", "\n\n[^1]: ", "[r]", "\n\n[r]: ",
    "\ue000", "\ue001", "\ue002", "\ue003", "lt;", "quot;", "\u200b", "\u202e", "\t", "\r", "\x01", "\x7f", "MoE", "===",
    "<https://", "<a@b.c>", "{#main}", "fn-1", "😀", "é",
]  # fmt: skip


def mixture(chance: random.Random) -> str:
    """Pieces of the payloads and of Markdown, cut and put together at random."""
    parts = []
    for _ in range(chance.randint(2, 14)):
        if chance.random() < 0.3:
            payload = chance.choice(PAYLOADS)
            start = chance.randrange(len(payload))
            parts.append(payload[start : start + chance.randint(1, 60)] if chance.random() < 0.7 else payload)
        else:
            parts.append(chance.choice(PIECES))
    return "".join(parts)
