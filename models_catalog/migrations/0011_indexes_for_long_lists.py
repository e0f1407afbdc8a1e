"""Orders, searches and rare filters of the admin begin at an index, however long a list is."""

from django.db import migrations, models

from models_catalog.building import BuildIndex, DropIndex
from models_catalog.finding import Words, WordsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("models_catalog", "0010_words_of_a_text"),
    ]

    operations = [
        BuildIndex(
            model_name="citation",
            index=models.Index(fields=["checked_on", "id"], name="citation_longest_unchecked"),
        ),
        BuildIndex(
            model_name="citation",
            index=models.Index(
                condition=models.Q(("status", "verified"), _negated=True),
                fields=["status", "checked_on", "id"],
                name="citation_in_doubt",
            ),
        ),
        BuildIndex(
            model_name="citation",
            index=models.Index(fields=["source", "id"], name="citation_by_source"),
        ),
        BuildIndex(
            model_name="citation",
            index=WordsIndex(Words("locator", "note"), fastupdate=False, name="citation_words"),
        ),
        BuildIndex(
            model_name="correction",
            index=WordsIndex(
                Words("slug", "what_we_said", "what_is_right", "why"), fastupdate=False, name="correction_words"
            ),
        ),
        BuildIndex(
            model_name="recordedchange",
            index=models.Index(fields=["-at", "-id"], name="recorded_newest_first"),
        ),
        BuildIndex(
            model_name="recordedchange",
            index=models.Index(
                condition=models.Q(("action", "delete")), fields=["-at", "-id"], name="recorded_deletions"
            ),
        ),
        BuildIndex(
            model_name="recordedchange",
            index=models.Index(
                condition=models.Q(("is_correction", True)), fields=["-at", "-id"], name="recorded_corrections"
            ),
        ),
        BuildIndex(
            model_name="recordedchange",
            index=models.Index(fields=["table", "-at", "-id"], name="recorded_by_kind"),
        ),
        BuildIndex(
            model_name="recordedchange",
            index=WordsIndex(Words("actor", "reason"), fastupdate=False, name="recorded_words"),
        ),
        BuildIndex(
            model_name="release",
            index=WordsIndex(Words("name", "slug", "generation", "summary"), fastupdate=False, name="release_words"),
        ),
        BuildIndex(
            model_name="variant",
            index=WordsIndex(Words("name", "slug", "repository_id"), fastupdate=False, name="variant_words"),
        ),
        BuildIndex(
            model_name="source",
            index=models.Index(fields=["publisher", "title", "slug"], name="source_by_publisher"),
        ),
        BuildIndex(
            model_name="source",
            index=models.Index(fields=["published_on"], name="source_by_day"),
        ),
        BuildIndex(
            model_name="source",
            index=WordsIndex(Words("title", "slug", "publisher", "url", "note"), fastupdate=False, name="source_words"),
        ),
        BuildIndex(
            model_name="timelineevent",
            index=models.Index(
                condition=models.Q(("is_headline", True)), fields=["-happened_on", "slug"], name="event_all_headlines"
            ),
        ),
        BuildIndex(
            model_name="timelineevent",
            index=models.Index(
                condition=models.Q(("is_listed", False)), fields=["-happened_on", "slug"], name="event_unlisted"
            ),
        ),
        BuildIndex(
            model_name="timelineevent",
            index=WordsIndex(Words("title", "slug", "summary"), fastupdate=False, name="event_words"),
        ),
        DropIndex(
            model_name="citation",
            name="citation_by_check_day",
        ),
        DropIndex(
            model_name="recordedchange",
            name="recorded_by_time",
        ),
    ]
