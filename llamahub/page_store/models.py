"""How often the content has changed, as the database counts it, and which state of it the CDN has heard of."""

from __future__ import annotations

from django.db import models


class ContentChange(models.Model):
    """Transactions that changed content, written by a trigger on every table of content.

    The version of the content is the sum of all rows that can be seen: one number for every state that a reader can
    meet. A single row would do if it were not for two editors who save at once: the second would wait for the first,
    and two transactions could wait for each other. So each adds a row of its own, and takes up those that nobody else
    is holding.
    """

    steps = models.BigIntegerField(help_text="How many changes the row stands for.")
    # A database that was put back to an earlier state counts the same numbers again, for other content.
    mark = models.BigIntegerField(help_text="By chance, so that a number that comes again is told apart.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(steps__gt=0),
                name="content_change_counts_at_least_one",
                violation_error_message="A row stands for at least one change.",
            ),
        )


class Purge(models.Model):
    """What was last purged from the network that keeps copies of our pages; see `purging`. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    state = models.CharField(
        max_length=200, blank=True, default="", help_text="The state of the content whose coming was confirmed."
    )
    release = models.CharField(
        max_length=64, blank=True, default="", help_text="The release of the program whose pages came with it."
    )
    again_at = models.DateTimeField(null=True, blank=True, help_text="When the second purge of this state is due.")
    not_before = models.DateTimeField(null=True, blank=True, help_text="After a purge or a failure: not sooner.")
    failures = models.PositiveIntegerField(default=0, help_text="Since the last one that was confirmed.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="purges_are_recorded_in_one_row",
                violation_error_message="What was purged is recorded in one row.",
            ),
        )
