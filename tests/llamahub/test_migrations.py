"""Models and migrations agree, and every migration can be undone."""

import pytest
from django.core.management import call_command
from django.db import connection

APPS = ("accounts", "editorial", "models_catalog", "page_store")
# Everything that a migration of ours may make: columns, constraints, indexes, triggers and functions.
SCHEMA = """
    SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default, character_maximum_length)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""


def schema() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return cursor.fetchall()


@pytest.mark.django_db
def test_migrations_match_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_every_migration_goes_back_and_forth():
    before = schema()
    try:
        for app in APPS:
            call_command("migrate", app, "zero", verbosity=0)
        left = [line for line in schema() if any(f"{app}_" in line[1] for app in APPS)]
        assert not left
    finally:
        call_command("migrate", verbosity=0)
    assert schema() == before
