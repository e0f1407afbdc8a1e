"""What reviewers and authors say to each other about a draft."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Now

from .articles import Edition


class ReviewCommentQuerySet(models.QuerySet["ReviewComment"]):
    def open(self) -> Self:
        """Those that nobody has settled yet."""
        return self.filter(resolved_at__isnull=True)

    def for_reading(self) -> Self:
        return self.select_related("author", "resolved_by").order_by("pk")


class ReviewComment(models.Model):
    """One remark on a draft, for its authors and reviewers only."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="comments")
    author = models.ForeignKey("auth.User", models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey("auth.User", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ReviewCommentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="review_comment_says_something",
                violation_error_message="Write what should change, or why it is good as it is.",
            ),
        )

    def __str__(self) -> str:
        return self.text
