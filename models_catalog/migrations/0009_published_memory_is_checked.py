"""Published figures, too, are due for another look after a while."""

from django.db import migrations, models

NEW_FIELDS = ("vocabulary_size", "local_layers", "local_window")


def intervals(apps, schema_editor):
    return apps.get_model("models_catalog", "CheckInterval").objects.using(schema_editor.connection.alias)


def add_defaults(apps, schema_editor):
    """Where there is content already; a new site loads it with its content."""
    if intervals(apps, schema_editor).exists():
        intervals(apps, schema_editor).get_or_create(about="published_memory", field="", defaults={"days": 365})


def forget(apps, schema_editor):
    """On the way back: the older rules know none of these."""
    intervals(apps, schema_editor).filter(about="published_memory").delete()
    intervals(apps, schema_editor).filter(about="variant", field__in=NEW_FIELDS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("models_catalog", "0008_published_memory_is_cited"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="checkinterval",
            name="check_interval_kind_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="checkinterval",
            name="check_interval_field_belongs_to_its_kind",
        ),
        migrations.AlterField(
            model_name="checkinterval",
            name="about",
            field=models.CharField(
                choices=[
                    ("release", "releases"),
                    ("variant", "checkpoints"),
                    ("event", "timeline events"),
                    ("license", "licenses"),
                    ("license_rule", "license rules"),
                    ("deployment_option", "ways to run"),
                    ("provider", "providers"),
                    ("key_figure", "key figures"),
                    ("published_memory", "published memory figures"),
                ],
                max_length=20,
                verbose_name="kind of entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkinterval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "about__in",
                        [
                            "release",
                            "variant",
                            "event",
                            "license",
                            "license_rule",
                            "deployment_option",
                            "provider",
                            "key_figure",
                            "published_memory",
                        ],
                    )
                ),
                name="check_interval_kind_is_known",
                violation_error_message="Choose one of the listed values for about.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkinterval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("field", ""),
                    models.Q(
                        ("about", "release"),
                        (
                            "field__in",
                            (
                                "released_on",
                                "architecture",
                                "context_tokens",
                                "pretraining_tokens",
                                "knowledge_cutoff",
                                "modalities_in",
                                "modalities_out",
                                "languages",
                                "status",
                                "license",
                                "based_on",
                                "summary",
                            ),
                        ),
                    ),
                    models.Q(
                        ("about", "variant"),
                        (
                            "field__in",
                            (
                                "parameters_total",
                                "parameters_active",
                                "experts",
                                "context_tokens",
                                "pretraining_tokens",
                                "knowledge_cutoff",
                                "layers",
                                "attention_heads",
                                "kv_heads",
                                "head_size",
                                "vocabulary_size",
                                "local_layers",
                                "local_window",
                                "repository_id",
                                "quantization",
                            ),
                        ),
                    ),
                    models.Q(("about", "event"), ("field__in", ("happened_on", "summary"))),
                    models.Q(
                        ("about", "license"),
                        (
                            "field__in",
                            (
                                "effective_on",
                                "licensor",
                                "licensor_eea",
                                "user_threshold",
                                "threshold_measured",
                                "display_text",
                                "name_prefix",
                                "notice_text",
                                "governing_law",
                                "summary",
                            ),
                        ),
                    ),
                    models.Q(("about", "license_rule"), ("field__in", ("verdict",))),
                    models.Q(("about", "deployment_option"), ("field__in", ("summary", "conditions"))),
                    models.Q(("about", "provider"), ("field__in", ("releases", "note"))),
                    models.Q(("about", "key_figure"), ("field__in", ("value", "measures", "as_of"))),
                    models.Q(("about", "published_memory"), ("field__in", ("value",))),
                    _connector="OR",
                ),
                name="check_interval_field_belongs_to_its_kind",
                violation_error_message="Choose a fact that this kind of entry has, or none.",
            ),
        ),
        migrations.RunPython(add_defaults, forget),
    ]
