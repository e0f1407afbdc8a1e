"""Orders, searches and rare filters of the admin begin at an index, however long a list is."""

from django.db import migrations, models

from models_catalog.building import BuildIndex
from models_catalog.finding import Words, WordsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("editorial", "0012_site_time_zone"),
        ("models_catalog", "0010_words_of_a_text"),
    ]

    operations = [
        BuildIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", False)), fields=["withdrawn_at"], name="article_withdrawn"
            ),
        ),
        BuildIndex(
            model_name="article",
            index=WordsIndex(Words("slug"), fastupdate=False, name="article_words"),
        ),
        BuildIndex(
            model_name="edition",
            index=models.Index(fields=["-updated_at", "-id"], name="edition_last_changed"),
        ),
        BuildIndex(
            model_name="edition",
            index=models.Index(
                condition=models.Q(("status", "approved"), _negated=True),
                fields=["-updated_at", "-id"],
                name="edition_open",
            ),
        ),
        BuildIndex(
            model_name="edition",
            index=models.Index(fields=["publish_at"], name="edition_by_time"),
        ),
        BuildIndex(
            model_name="edition",
            index=models.Index(
                condition=models.Q(("body__contains", "/media/images/")),
                fields=["article"],
                name="edition_with_pictures",
            ),
        ),
        BuildIndex(
            model_name="edition",
            index=WordsIndex(Words("title"), fastupdate=False, name="edition_titles"),
        ),
        BuildIndex(
            model_name="edition",
            index=WordsIndex(Words("title", "standfirst", "body"), fastupdate=False, name="edition_words"),
        ),
        BuildIndex(
            model_name="image",
            index=models.Index(fields=["-created_at", "slug"], name="image_newest_first"),
        ),
        BuildIndex(
            model_name="image",
            index=WordsIndex(Words("alt", "slug", "credit", "license"), fastupdate=False, name="image_words"),
        ),
    ]
