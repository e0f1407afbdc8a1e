"""A token for addresses and a digest of the pixels, for pictures that are taken in rather than kept as they came.

The defaults are the database's, so that the old code can go on adding rows while this is being rolled out.
"""

import django.contrib.postgres.functions
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

import editorial.models.media


class Migration(migrations.Migration):
    dependencies = [("editorial", "0009_reviewers_may_leave")]

    operations = [
        migrations.AddField(
            model_name="image",
            name="token",
            field=models.CharField(
                db_default=django.db.models.functions.text.Substr(
                    django.db.models.functions.comparison.Cast(
                        django.contrib.postgres.functions.RandomUUID(), models.CharField()
                    ),
                    25,
                ),
                editable=False,
                help_text="Stands for the picture in addresses, whatever file it has.",
                max_length=12,
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="image",
            name="digest",
            field=models.CharField(
                blank=True, db_default="", editable=False, help_text="Of the pixels.", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="image",
            name="file",
            field=models.FileField(
                help_text="JPEG, PNG or WebP, at most 20 megabytes.",
                upload_to=editorial.models.media.nowhere,
                verbose_name="picture",
            ),
        ),
        migrations.AlterField(
            model_name="image",
            name="focal_x",
            field=models.DecimalField(
                decimal_places=2,
                default=0.5,
                help_text="What must stay in view when cropped: 0 is left, 1 is right.",
                max_digits=3,
                verbose_name="focal point, across",
            ),
        ),
        migrations.AlterField(
            model_name="image",
            name="focal_y",
            field=models.DecimalField(
                decimal_places=2,
                default=0.5,
                help_text="0 is top, 1 is bottom.",
                max_digits=3,
                verbose_name="focal point, down",
            ),
        ),
        migrations.AddConstraint(
            model_name="image",
            constraint=models.UniqueConstraint(
                condition=~models.Q(digest=""),
                fields=("digest",),
                name="picture_is_kept_once",
                violation_error_message="This picture is in the library already. Find it there and use that one.",
            ),
        ),
    ]
