"""What every row with Markdown has in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models, transaction

REFERENCE_HELP = (
    "Refer to a number of the catalogue instead of copying it: “{{ llama-4-scout.context_tokens }}”. Add “| short” to "
    "write it as tables do, “| exact” in full. Works everywhere but in code, addresses and titles of links."
)


class WithProse(models.Model):
    """A row with Markdown in the fields that ``prose_fields`` names.

    Saving it also records which facts its texts refer to.
    """

    prose_fields: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        from editorial.live_facts import uses

        with transaction.atomic():
            super().save(*args, **kwargs)
            uses.record(self)
