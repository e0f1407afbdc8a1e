"""The rights to publish and to withdraw, which only Publishers have."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("editorial", "0002_editions_are_fixed")]

    operations = [
        migrations.AlterModelOptions(
            name="article",
            options={
                "ordering": ("slug",),
                "permissions": (("withdraw_article", "Can withdraw articles and bring them back"),),
            },
        ),
        migrations.AlterModelOptions(
            name="edition",
            options={
                "ordering": ("-number",),
                "permissions": (("approve_edition", "Can approve and schedule editions"),),
            },
        ),
    ]
