"""Machines, and published figures, that estimates of memory are held against."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("models_catalog", "0006_checkpoint_shape"),
    ]

    operations = [
        migrations.CreateModel(
            name="Machine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "slug",
                    models.CharField(
                        help_text="Names the entry in links, anchors and exports.",
                        max_length=80,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens, for example “llama-4-scout”.",
                            )
                        ],
                        verbose_name="short name",
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="A class, no product: “Laptop with 16 GB”.", max_length=80, unique=True),
                ),
                (
                    "memory_gb",
                    models.PositiveIntegerField(
                        help_text="As it is sold, in GB. Memory sold as 24 GB holds 24 × 2³⁰ bytes; the page counts it so.",
                        verbose_name="memory of one device",
                    ),
                ),
                (
                    "devices",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="How many such devices share the model: 8 for 8 × 80 GB."
                    ),
                ),
                (
                    "usable_percent",
                    models.PositiveSmallIntegerField(
                        help_text="Percent of the memory that a model may take: about 65 to 75 where the system shares it, 90 on a card of its own.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="usable share",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(db_index=True, default=0, verbose_name="order")),
            ],
            options={
                "ordering": ("position", "slug"),
            },
        ),
        migrations.CreateModel(
            name="PublishedMemory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "slug",
                    models.CharField(
                        help_text="Names the entry in links, anchors and exports.",
                        max_length=80,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(-[a-z0-9]+)*\\Z",
                                "Use lower-case letters, digits and single hyphens, for example “llama-4-scout”.",
                            )
                        ],
                        verbose_name="short name",
                    ),
                ),
                (
                    "weight_format",
                    models.CharField(
                        choices=[
                            ("16-bit", "16-bit"),
                            ("8-bit", "8-bit"),
                            ("4-bit", "4-bit"),
                            ("fp8-mixed", "FP8 by Meta’s recipe"),
                            ("int4-mixed", "Int4 by Meta’s recipe"),
                            ("int8", "Int8 as published"),
                            ("int4", "Int4 as published"),
                            ("spinquant", "Int4 (SpinQuant) as published"),
                            ("qlora", "Int4 (QLoRA) as published"),
                        ],
                        max_length=12,
                        verbose_name="format of the weights",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("weights", "Size of the weights"),
                            ("cache", "Key-value cache"),
                            ("running", "Memory while running"),
                            ("devices", "Accelerators needed"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="The number as the source has it. For accelerators needed: the memory of one of them.",
                        max_digits=9,
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("MB", "MB (10⁶ bytes)"),
                            ("GB", "GB (10⁹ bytes)"),
                            ("MiB", "MiB (2²⁰ bytes)"),
                            ("GiB", "GiB (2³⁰ bytes)"),
                        ],
                        help_text="What the number counts, whatever letters the source uses. Say in the citation’s note how one can tell.",
                        max_length=3,
                    ),
                ),
                (
                    "devices",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How many accelerators the source says it takes; only for that kind.",
                        null=True,
                    ),
                ),
                (
                    "context_tokens",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="In tokens, if the source says how long the text was.",
                        null=True,
                        verbose_name="context",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(db_index=True, default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "published memory figure",
                "ordering": ("position", "slug"),
            },
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(("memory_gb__isnull", True), ("memory_gb__gt", 0), _connector="OR"),
                name="machine_memory_is_positive",
                violation_error_message="Memory gb must be above zero, or empty if unknown.",
            ),
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(("devices__isnull", True), ("devices__gt", 0), _connector="OR"),
                name="machine_devices_are_positive",
                violation_error_message="Devices must be above zero, or empty if unknown.",
            ),
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(("usable_percent__gte", 1), ("usable_percent__lte", 100)),
                name="machine_usable_share_is_a_percentage",
                violation_error_message="The usable share is a percentage from 1 to 100.",
            ),
        ),
        migrations.AddField(
            model_name="publishedmemory",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="published_memory",
                to="models_catalog.variant",
                verbose_name="checkpoint",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "weight_format__in",
                        ["16-bit", "8-bit", "4-bit", "fp8-mixed", "int4-mixed", "int8", "int4", "spinquant", "qlora"],
                    )
                ),
                name="published_memory_format_is_known",
                violation_error_message="Choose one of the listed values for weight format.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["weights", "cache", "running", "devices"])),
                name="published_memory_kind_is_known",
                violation_error_message="Choose one of the listed values for kind.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__in", ["MB", "GB", "MiB", "GiB"])),
                name="published_memory_unit_is_known",
                violation_error_message="Choose one of the listed values for unit.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__isnull", True), ("value__gt", 0), _connector="OR"),
                name="published_memory_is_positive",
                violation_error_message="Value must be above zero, or empty if unknown.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(("context_tokens__isnull", True), ("context_tokens__gt", 0), _connector="OR"),
                name="published_memory_context_is_positive",
                violation_error_message="Context tokens must be above zero, or empty if unknown.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("devices__gt", 0), ("devices__isnull", False), ("kind", "devices")),
                    models.Q(models.Q(("kind", "devices"), _negated=True), ("devices__isnull", True)),
                    _connector="OR",
                ),
                name="published_memory_counts_devices_where_it_should",
                violation_error_message="Enter how many accelerators for “accelerators needed”, and for nothing else.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedmemory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "cache"), _negated=True), ("context_tokens__isnull", False), _connector="OR"
                ),
                name="published_cache_has_a_context",
                violation_error_message="The size of a cache means nothing without its context: enter the tokens.",
            ),
        ),
    ]
