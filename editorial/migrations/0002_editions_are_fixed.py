"""Published editions never change.

A trigger, because the rule must also hold for bulk updates, SQL and the shell.
An edition that is approved but whose time has not come may be taken back to
draft or moved in time, but its text may not change under the approval.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION editorial_edition_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'approved' AND OLD.publish_at <= statement_timestamp() THEN
        -- The account that wrote or approved it may be deleted; nothing else may change.
        IF TG_OP = 'UPDATE' AND
           to_jsonb(NEW) - ARRAY['created_by_id', 'approved_by_id'] =
           to_jsonb(OLD) - ARRAY['created_by_id', 'approved_by_id'] AND
           (NEW.created_by_id IS NULL OR NEW.created_by_id = OLD.created_by_id) AND
           (NEW.approved_by_id IS NULL OR NEW.approved_by_id = OLD.approved_by_id) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'Edition % of article % is published and never changes: start a new edition.',
            OLD.number, OLD.article_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF OLD.status = 'approved' AND NEW.status = 'approved' AND
       (NEW.title, NEW.standfirst, NEW.body, NEW.as_of, NEW.image_id, NEW.article_id, NEW.number) IS DISTINCT FROM
       (OLD.title, OLD.standfirst, OLD.body, OLD.as_of, OLD.image_id, OLD.article_id, OLD.number) THEN
        RAISE EXCEPTION 'Edition % of article % is approved: take it back to draft before changing its text.',
            OLD.number, OLD.article_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER edition_is_fixed BEFORE UPDATE OR DELETE ON editorial_edition
    FOR EACH ROW EXECUTE FUNCTION editorial_edition_is_fixed();
"""

UNDO = """
DROP TRIGGER edition_is_fixed ON editorial_edition;
DROP FUNCTION editorial_edition_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("editorial", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION, UNDO)]
