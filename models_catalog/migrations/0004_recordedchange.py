"""The record of every change, written by the database itself.

The triggers on the tables of content, and the views that show the past, are made
after each migration by `models_catalog.history.record`.
"""

import django.db.models.fields.json
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION models_catalog_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb;
    -- The transaction’s time: all that it changes changes at one moment. Never before the row’s last change, by a
    -- transaction that began later and ended sooner.
    moment timestamptz := now();
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(old_row.key, old_row.value) INTO changed
        FROM jsonb_each(to_jsonb(OLD)) old_row JOIN jsonb_each(to_jsonb(NEW)) new_row USING (key)
        WHERE old_row.value IS DISTINCT FROM new_row.value AND old_row.key <> 'updated_at';
        IF changed IS NULL THEN -- saved without a change
            RETURN NULL;
        END IF;
    END IF;
    UPDATE models_catalog_recordedchange SET superseded_at = greatest(at, moment)
    WHERE "table" = TG_TABLE_NAME AND row_id = coalesce(NEW.id, OLD.id) AND superseded_at IS NULL
    RETURNING superseded_at INTO moment;
    INSERT INTO models_catalog_recordedchange
        ("table", row_id, action, "row", before, at, actor, reason, is_correction)
    VALUES (
        TG_TABLE_NAME,
        coalesce(NEW.id, OLD.id),
        lower(TG_OP),
        CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END,
        changed,
        coalesce(moment, now()),
        coalesce(nullif(current_setting('llamahub.actor', true), ''), session_user),
        coalesce(current_setting('llamahub.reason', true), ''),
        coalesce(current_setting('llamahub.correction', true), '') = 'on'
    );
    RETURN NULL;
END
$$;

CREATE FUNCTION models_catalog_history_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND
       to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'History is never rewritten: a wrong entry is put right by a new change.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER history_is_fixed BEFORE UPDATE OR DELETE ON models_catalog_recordedchange
    FOR EACH ROW EXECUTE FUNCTION models_catalog_history_is_fixed();

CREATE SCHEMA as_of;
"""

# CASCADE: the triggers and views that were made after migrating.
UNDO = """
DROP SCHEMA as_of CASCADE;
DROP FUNCTION models_catalog_record_change() CASCADE;
DROP FUNCTION models_catalog_history_is_fixed() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("models_catalog", "0003_default_check_intervals")]

    operations = [
        migrations.CreateModel(
            name="RecordedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[("insert", "added"), ("update", "changed"), ("delete", "deleted")], max_length=6
                    ),
                ),
                (
                    "row",
                    models.JSONField(help_text="The row by column: after the change or, for a deletion, before it."),
                ),
                (
                    "before",
                    models.JSONField(
                        help_text="The old values of the columns that a change of the row changed.", null=True
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "superseded_at",
                    models.DateTimeField(help_text="When the row’s next change took its place.", null=True),
                ),
                (
                    "actor",
                    models.CharField(
                        help_text="The account or, where none is known, the database’s user.",
                        max_length=150,
                        verbose_name="by",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="why")),
                ("is_correction", models.BooleanField(default=False, verbose_name="correction")),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["table", "row_id", "-id"], name="recorded_by_row"),
                    models.Index(fields=["at"], name="recorded_by_time"),
                    models.Index(fields=["table", "superseded_at"], name="recorded_by_period"),
                    models.Index(
                        django.db.models.fields.json.KeyTransform("release_id", "row"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("table", "models_catalog_variant")),
                        name="recorded_checkpoints",
                    ),
                    models.Index(
                        django.db.models.fields.json.KeyTransform("license_id", "row"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("table", "models_catalog_licenserule")),
                        name="recorded_rules",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("table", "row_id"),
                        name="one_newest_change_per_row",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("superseded_at__isnull", True), ("superseded_at__gte", models.F("at")), _connector="OR"
                        ),
                        name="change_is_superseded_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["insert", "update", "delete"])),
                        name="recorded_action_is_known",
                        violation_error_message="Choose one of the listed values for action.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
