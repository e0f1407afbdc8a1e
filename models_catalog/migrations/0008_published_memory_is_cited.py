"""Published figures and the new numbers of a checkpoint can be cited and corrected."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
from django.db import migrations, models


def forget_what_cannot_stay(apps, schema_editor):
    """On the way back: the older rules know neither published figures nor the new numbers of a checkpoint."""
    for name in ("Citation", "Correction"):
        references = apps.get_model("models_catalog", name).objects.using(schema_editor.connection.alias)
        references.filter(published_memory__isnull=False).delete()
        references.filter(variant__isnull=False, field__in=("vocabulary_size", "local_layers", "local_window")).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("models_catalog", "0007_machines_and_published_memory"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="citation",
            name="citation_has_exactly_one_target",
        ),
        migrations.RemoveConstraint(
            model_name="citation",
            name="one_citation_per_fact_source_and_place",
        ),
        migrations.RemoveConstraint(
            model_name="citation",
            name="citation_field_belongs_to_its_target",
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_has_at_most_one_target",
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_field_belongs_to_its_target",
        ),
        migrations.AddField(
            model_name="citation",
            name="published_memory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="models_catalog.publishedmemory",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="published_memory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="models_catalog.publishedmemory",
            ),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func(
                        "release",
                        "variant",
                        "event",
                        "license",
                        "license_rule",
                        "deployment_option",
                        "provider",
                        "key_figure",
                        "published_memory",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="citation_has_exactly_one_target",
                violation_error_message="A citation supports exactly one entry: choose one, and only one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.UniqueConstraint(
                fields=(
                    "release",
                    "variant",
                    "event",
                    "license",
                    "license_rule",
                    "deployment_option",
                    "provider",
                    "key_figure",
                    "published_memory",
                    "field",
                    "source",
                    "locator",
                ),
                name="one_citation_per_fact_source_and_place",
                nulls_distinct=False,
                violation_error_message="This fact already cites this place in this source.",
            ),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("release__isnull", True),
                        ("field", ""),
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
                        _connector="OR",
                    ),
                    models.Q(
                        ("variant__isnull", True),
                        ("field", ""),
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
                        _connector="OR",
                    ),
                    models.Q(
                        ("event__isnull", True),
                        ("field", ""),
                        ("field__in", ("happened_on", "summary")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("license__isnull", True),
                        ("field", ""),
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
                        _connector="OR",
                    ),
                    models.Q(
                        ("license_rule__isnull", True), ("field", ""), ("field__in", ("verdict",)), _connector="OR"
                    ),
                    models.Q(
                        ("deployment_option__isnull", True),
                        ("field", ""),
                        ("field__in", ("summary", "conditions")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("provider__isnull", True), ("field", ""), ("field__in", ("releases", "note")), _connector="OR"
                    ),
                    models.Q(
                        ("key_figure__isnull", True),
                        ("field", ""),
                        ("field__in", ("value", "measures", "as_of")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("published_memory__isnull", True), ("field", ""), ("field__in", ("value",)), _connector="OR"
                    ),
                ),
                name="citation_field_belongs_to_its_target",
                violation_error_message="Choose a field that this kind of entry has.",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    models.Func(
                        "release",
                        "variant",
                        "event",
                        "license",
                        "license_rule",
                        "deployment_option",
                        "provider",
                        "key_figure",
                        "published_memory",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="correction_has_at_most_one_target",
                violation_error_message="A correction is about one entry at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("release__isnull", True),
                        ("field", ""),
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
                        _connector="OR",
                    ),
                    models.Q(
                        ("variant__isnull", True),
                        ("field", ""),
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
                        _connector="OR",
                    ),
                    models.Q(
                        ("event__isnull", True),
                        ("field", ""),
                        ("field__in", ("happened_on", "summary")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("license__isnull", True),
                        ("field", ""),
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
                        _connector="OR",
                    ),
                    models.Q(
                        ("license_rule__isnull", True), ("field", ""), ("field__in", ("verdict",)), _connector="OR"
                    ),
                    models.Q(
                        ("deployment_option__isnull", True),
                        ("field", ""),
                        ("field__in", ("summary", "conditions")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("provider__isnull", True), ("field", ""), ("field__in", ("releases", "note")), _connector="OR"
                    ),
                    models.Q(
                        ("key_figure__isnull", True),
                        ("field", ""),
                        ("field__in", ("value", "measures", "as_of")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("published_memory__isnull", True), ("field", ""), ("field__in", ("value",)), _connector="OR"
                    ),
                ),
                name="correction_field_belongs_to_its_target",
                violation_error_message="Choose a field that this kind of entry has.",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_what_cannot_stay),
    ]
