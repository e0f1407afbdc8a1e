"""The count of changes, and the function that every table of content calls when it changes.

The triggers are made after each migration by `llamahub.page_store.triggers`.
"""

from django.db import migrations, models

# Once a transaction, however many statements it has. Rows that another transaction holds are left alone, so that
# nobody waits. Under a stricter isolation than the usual one even looking at them could fail.
FUNCTION = """
CREATE FUNCTION page_store_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('llamahub.content_changed', true) = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('llamahub.content_changed', 'on', true);
    IF current_setting('transaction_isolation') = 'read committed' THEN
        WITH taken_up AS (
            DELETE FROM page_store_contentchange
            WHERE id = ANY (ARRAY(SELECT id FROM page_store_contentchange ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED))
            RETURNING steps
        )
        INSERT INTO page_store_contentchange (steps, mark)
        SELECT 1 + coalesce(sum(steps), 0), hashtextextended(gen_random_uuid()::text, 0) FROM taken_up;
    ELSE
        INSERT INTO page_store_contentchange (steps, mark) VALUES (1, hashtextextended(gen_random_uuid()::text, 0));
    END IF;
    PERFORM pg_notify('llamahub_content', '');
    RETURN NULL;
END
$$;
"""
# CASCADE: the triggers that were made after migrating.
UNDO = "DROP FUNCTION page_store_content_changed() CASCADE"


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ContentChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("steps", models.BigIntegerField(help_text="How many changes the row stands for.")),
                (
                    "mark",
                    models.BigIntegerField(help_text="By chance, so that a number that comes again is told apart."),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("steps__gt", 0)),
                        name="content_change_counts_at_least_one",
                        violation_error_message="A row stands for at least one change.",
                    )
                ],
            },
        ),
        migrations.RunSQL(FUNCTION, UNDO),
    ]
