"""Which text uses which fact: derived from the texts, kept so that a fact in use stays."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("editorial", "0004_search"), ("models_catalog", "0009_published_memory_is_checked")]

    operations = [
        migrations.CreateModel(
            name="FactUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_field", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=250)),
                ("field", models.CharField(max_length=40)),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fact_uses",
                        to="editorial.edition",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_in_prose",
                        to="models_catalog.timelineevent",
                    ),
                ),
                (
                    "hub_section",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fact_uses",
                        to="editorial.hubsection",
                    ),
                ),
                (
                    "hub_settings",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fact_uses",
                        to="editorial.hubsettings",
                    ),
                ),
                (
                    "key_figure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_in_prose",
                        to="models_catalog.keyfigure",
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_in_prose",
                        to="models_catalog.license",
                    ),
                ),
                (
                    "license_rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_in_prose",
                        to="models_catalog.licenserule",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fact_uses",
                        to="editorial.notice",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_in_prose",
                        to="models_catalog.release",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_in_prose",
                        to="models_catalog.variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "use in prose",
                "verbose_name_plural": "uses in prose",
                "ordering": ("pk",),
                "default_permissions": (),
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            models.Func(
                                "edition",
                                "hub_section",
                                "notice",
                                "hub_settings",
                                function="num_nonnulls",
                                output_field=models.IntegerField(),
                            ),
                            1,
                        ),
                        name="fact_use_is_in_exactly_one_text",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            models.Func(
                                "release",
                                "variant",
                                "license",
                                "license_rule",
                                "event",
                                "key_figure",
                                function="num_nonnulls",
                                output_field=models.IntegerField(),
                            ),
                            1,
                        ),
                        name="fact_use_has_exactly_one_target",
                    ),
                    models.UniqueConstraint(
                        fields=("edition", "hub_section", "notice", "hub_settings", "text_field", "name"),
                        name="one_use_per_text_and_name",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
