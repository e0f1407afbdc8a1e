"""What happened to links between entries is read in the order of time, though it lies in several tables."""

from django.db import migrations, models

from models_catalog.building import BuildIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("models_catalog", "0011_indexes_for_long_lists"),
    ]

    operations = [
        BuildIndex(
            model_name="recordedchange",
            index=models.Index(
                condition=models.Q(("row__created_at__isnull", True)), fields=["-at", "-id"], name="recorded_links"
            ),
        ),
    ]
