"""The catalogue by context window is read from an index, and so are the generations that it can be filtered by."""

import django.db.models.functions.comparison
from django.db import migrations, models

from models_catalog.building import BuildIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("models_catalog", "0012_index_of_links_on_the_record"),
    ]

    operations = [
        BuildIndex(
            model_name="release",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        "context_tokens", 0, output_field=models.PositiveBigIntegerField()
                    ),
                    descending=True,
                ),
                models.F("name"),
                name="release_longest_context",
            ),
        ),
        BuildIndex(
            model_name="release",
            index=models.Index(
                condition=models.Q(("is_listed", True)), fields=["generation"], name="release_listed_generations"
            ),
        ),
    ]
