"""Gives a site that has content already the intervals that a new one loads with its content."""

from django.db import migrations

DAYS = {
    ("release", ""): 730,
    ("release", "status"): 180,
    ("variant", ""): 730,
    ("variant", "repository_id"): 180,
    ("event", ""): 730,
    ("license", ""): 365,
    ("license_rule", ""): 365,
    ("deployment_option", ""): 180,
    ("provider", ""): 90,
    ("key_figure", ""): 90,
}


def add_defaults(apps, schema_editor):
    database = schema_editor.connection.alias
    CheckInterval = apps.get_model("models_catalog", "CheckInterval")
    # An empty site stays empty: content is loaded only where there is none.
    if apps.get_model("models_catalog", "Source").objects.using(database).exists():
        CheckInterval.objects.using(database).bulk_create(
            [CheckInterval(about=about, field=field, days=days) for (about, field), days in DAYS.items()],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("models_catalog", "0002_check_intervals")]

    operations = [migrations.RunPython(add_defaults, migrations.RunPython.noop)]
