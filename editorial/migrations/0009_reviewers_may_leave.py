"""The account of a reviewer may be deleted like those of the author and the approver; nothing else of a published edition changes."""

from importlib import import_module

from django.db import migrations

fixed = import_module("editorial.migrations.0002_editions_are_fixed")

OLD = "ARRAY['created_by_id', 'approved_by_id']"
NEW = "ARRAY['created_by_id', 'approved_by_id', 'reviewer_id']"
OLD_REST = "(NEW.approved_by_id IS NULL OR NEW.approved_by_id = OLD.approved_by_id)"
NEW_REST = f"{OLD_REST} AND (NEW.reviewer_id IS NULL OR NEW.reviewer_id = OLD.reviewer_id)"

BEFORE = fixed.FUNCTION.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
AFTER = BEFORE.replace(OLD, NEW).replace(OLD_REST, NEW_REST)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0008_review")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
