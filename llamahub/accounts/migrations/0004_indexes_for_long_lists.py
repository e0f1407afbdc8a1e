"""Orders, searches and rare filters of the admin begin at an index, however long a list is."""

from django.db import migrations, models

from models_catalog.building import BuildIndex, DropIndex
from models_catalog.finding import Words, WordsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0003_time_zones"),
        ("models_catalog", "0010_words_of_a_text"),
    ]

    operations = [
        BuildIndex(
            model_name="auditentry",
            index=models.Index(fields=["-at", "-id"], name="audit_newest_first"),
        ),
        BuildIndex(
            model_name="auditentry",
            index=models.Index(fields=["kind", "-at", "-id"], name="audit_by_kind"),
        ),
        BuildIndex(
            model_name="auditentry",
            index=WordsIndex(Words("actor", "subject", "request_id"), fastupdate=False, name="audit_words"),
        ),
        DropIndex(
            model_name="auditentry",
            name="audit_by_time",
        ),
    ]
