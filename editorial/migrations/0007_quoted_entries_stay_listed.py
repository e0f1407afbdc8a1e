"""A release or event that a current text quotes stays before readers.

A trigger, because the rule must also hold for bulk updates, SQL and the shell.
Current is what readers see or are about to: sections, notices and settings,
the live edition of an article that is not withdrawn, and what is scheduled or
being written. An older edition does not hold an entry: where the site shows it
as it was, the number is left out.

Deleting needs no trigger: the foreign keys of the uses forbid it.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION editorial_quoted_entry_stays_listed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places text;
    name text := to_jsonb(OLD) ->> TG_ARGV[1];
BEGIN
    SELECT string_agg(DISTINCT COALESCE(
            'the article “' || edition.title || '” (edition ' || edition.number || ')',
            'the section “' || section.title || '”',
            'the notice “' || notice.title || '”',
            'the hub settings'), ', ')
        INTO places
        FROM editorial_factuse used
        LEFT JOIN models_catalog_variant variant ON variant.id = used.variant_id
        LEFT JOIN editorial_hubsection section ON section.id = used.hub_section_id
        LEFT JOIN editorial_notice notice ON notice.id = used.notice_id
        LEFT JOIN editorial_edition edition ON edition.id = used.edition_id
        LEFT JOIN editorial_article article ON article.id = edition.article_id
        WHERE CASE TG_ARGV[0]
                WHEN 'release' THEN used.release_id = OLD.id OR variant.release_id = OLD.id
                ELSE used.event_id = OLD.id
            END
        AND (edition.id IS NULL OR (
            (article.withdrawn_at IS NULL OR article.withdrawn_at > statement_timestamp())
            AND NOT EXISTS (
                SELECT FROM editorial_edition newer
                WHERE newer.article_id = edition.article_id AND newer.status = 'approved'
                AND newer.publish_at <= statement_timestamp()
                AND edition.status = 'approved'
                AND (newer.publish_at, newer.number) > (edition.publish_at, edition.number)
            )));
    IF places IS NOT NULL THEN
        RAISE EXCEPTION '“%” stays before readers, because prose quotes it: %. Take the references out first.',
            name, places USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER quoted_release_stays_listed BEFORE UPDATE OF is_listed ON models_catalog_release
    FOR EACH ROW WHEN (OLD.is_listed AND NOT NEW.is_listed)
    EXECUTE FUNCTION editorial_quoted_entry_stays_listed('release', 'name');
CREATE TRIGGER quoted_event_stays_listed BEFORE UPDATE OF is_listed ON models_catalog_timelineevent
    FOR EACH ROW WHEN (OLD.is_listed AND NOT NEW.is_listed)
    EXECUTE FUNCTION editorial_quoted_entry_stays_listed('event', 'title');
"""

UNDO = """
DROP TRIGGER quoted_event_stays_listed ON models_catalog_timelineevent;
DROP TRIGGER quoted_release_stays_listed ON models_catalog_release;
DROP FUNCTION editorial_quoted_entry_stays_listed();
"""


class Migration(migrations.Migration):
    dependencies = [("editorial", "0006_references_in_prose"), ("models_catalog", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION, UNDO)]
