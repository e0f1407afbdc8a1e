"""Numbers of a checkpoint that its memory follows from: vocabulary, and layers that see only a window."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("models_catalog", "0005_license_checker"),
    ]

    operations = [
        migrations.AddField(
            model_name="variant",
            name="local_layers",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="How many of the layers see only a stretch of the text. Empty if every layer sees all of it.",
                null=True,
                verbose_name="layers with local attention",
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="local_window",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="In tokens: how long that stretch is.",
                null=True,
                verbose_name="local attention window",
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="vocabulary_size",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Tokens that the model knows: 128256 for Llama 3.",
                null=True,
                verbose_name="vocabulary",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("vocabulary_size__isnull", True), ("vocabulary_size__gt", 0), _connector="OR"),
                name="variant_vocabulary_is_positive",
                violation_error_message="Vocabulary size must be above zero, or empty if unknown.",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("local_window__isnull", True), ("local_window__gt", 0), _connector="OR"),
                name="variant_local_window_is_positive",
                violation_error_message="Local window must be above zero, or empty if unknown.",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("local_layers__isnull", True), ("local_window__isnull", True)),
                    models.Q(("local_layers__gt", 0), ("local_layers__isnull", False), ("local_window__isnull", False)),
                    _connector="OR",
                ),
                name="variant_local_layers_go_with_a_window",
                violation_error_message="Layers with local attention and its window go together: enter both or neither.",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("local_layers__isnull", True),
                    models.Q(("layers__isnull", False), ("local_layers__lte", models.F("layers"))),
                    _connector="OR",
                ),
                name="variant_local_layers_are_layers",
                violation_error_message="There cannot be more layers with local attention than layers. Check both numbers.",
            ),
        ),
    ]
