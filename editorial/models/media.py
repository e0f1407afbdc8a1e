"""Pictures."""

from __future__ import annotations

from django.db import models

from models_catalog.models import Content
from models_catalog.models.base import ContentQuerySet, Slugged


class Image(Content, Slugged):
    """An uploaded picture, with what a reader who cannot see it needs and who made it."""

    file = models.ImageField(
        upload_to="images/%Y/%m/", width_field="width", height_field="height", help_text="JPEG, PNG or WebP."
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(
        "alternative text", max_length=250, help_text="What the picture shows, for readers who cannot see it."
    )
    credit = models.CharField(max_length=160, help_text="Who made it.")
    license = models.CharField("license", max_length=120, help_text="On which terms we use it: “CC BY 4.0”.")
    focal_x = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=0.5,
        help_text="What must stay in view when cropped: 0 is left, 1 is right.",
    )
    focal_y = models.DecimalField(max_digits=3, decimal_places=2, default=0.5, help_text="0 is top, 1 is bottom.")

    objects = ContentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(focal_x__range=(0, 1), focal_y__range=(0, 1)),
                name="image_focal_point_is_inside",
                violation_error_message="The focal point lies inside the picture: both numbers from 0 to 1.",
            ),
        )

    def __str__(self) -> str:
        return self.alt
