"""What holds whoever acts, be it a form, the shell or SQL.

The audit log is never rewritten, and neither is Django’s own log of the admin. Changes of accounts, groups, rights,
second factors, redirects and security settings are written down, without passwords and secrets. And the sessions of an
account end with the password that they began with, or when the account is switched off.
"""

from django.db import migrations

FIXED = """
CREATE FUNCTION accounts_audit_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A kind of entry that is no more: Django takes it out of its own log and keeps the rest.
    IF TG_TABLE_NAME = 'django_admin_log' AND TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) = jsonb_set(to_jsonb(OLD), '{content_type_id}', 'null') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What was logged is never changed or deleted. An account that has done something is switched off instead of deleted.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_is_fixed BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_is_fixed();
CREATE TRIGGER audit_is_fixed BEFORE UPDATE OR DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_is_fixed();
"""

NOT_FIXED = "DROP FUNCTION accounts_audit_is_fixed() CASCADE;"

RECORD = """
CREATE FUNCTION accounts_record(kind text, subject text, detail jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO accounts_auditentry (at, kind, actor, subject, address, detail, request_id) VALUES (
        now(), kind, coalesce(nullif(current_setting('llamahub.actor', true), ''), session_user),
        left(subject, 250), '', coalesce(detail, '{}'), ''
    )
$$;

-- Arguments: the beginning of the kind, the column that names the row, and columns that are not worth an entry.
CREATE FUNCTION accounts_record_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    untold text[] := TG_ARGV[2]::text[] || '{id,password}';
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    is_now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    detail jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, jsonb_build_object('was', o.value, 'now', n.value)) INTO detail
        FROM jsonb_each(was) o JOIN jsonb_each(is_now) n USING (key)
        WHERE o.value IS DISTINCT FROM n.value AND o.key <> ALL (untold);
        IF was->'password' IS DISTINCT FROM is_now->'password' THEN
            detail := coalesce(detail, '{}') || '{"password": "replaced"}';
        END IF;
        IF detail IS NULL THEN
            RETURN NULL;
        END IF;
    ELSE
        SELECT jsonb_object_agg(key, value) INTO detail FROM jsonb_each(coalesce(is_now, was))
        WHERE key <> ALL (untold) AND value NOT IN ('null', '""', 'false');
    END IF;
    PERFORM accounts_record(
        TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '_added' WHEN 'UPDATE' THEN '_changed' ELSE '_deleted' END,
        coalesce(is_now, was)->>TG_ARGV[1], detail
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_record AFTER INSERT OR UPDATE OR DELETE ON auth_user
    FOR EACH ROW EXECUTE FUNCTION accounts_record_row('account', 'username', '{username,last_login,date_joined}');
CREATE TRIGGER accounts_record AFTER INSERT OR UPDATE OR DELETE ON auth_group
    FOR EACH ROW EXECUTE FUNCTION accounts_record_row('group', 'name', '{}');
CREATE TRIGGER accounts_record AFTER INSERT OR UPDATE OR DELETE ON django_redirect
    FOR EACH ROW EXECUTE FUNCTION accounts_record_row('redirect', 'old_path', '{site_id}');

CREATE FUNCTION accounts_record_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_record('policy_changed', '', jsonb_build_object('second_factor_required_of', jsonb_build_object(
        'was', CASE WHEN TG_OP = 'INSERT' THEN 'nobody' ELSE OLD.second_factor_for END,
        'now', CASE WHEN TG_OP = 'DELETE' THEN 'nobody' ELSE NEW.second_factor_for END
    )));
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_record AFTER INSERT OR UPDATE OR DELETE ON accounts_securitypolicy
    FOR EACH ROW EXECUTE FUNCTION accounts_record_policy();

CREATE FUNCTION accounts_record_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account text;
BEGIN
    SELECT username INTO account FROM auth_user WHERE id = coalesce(NEW.user_id, OLD.user_id);
    IF TG_OP = 'INSERT' THEN
        PERFORM accounts_record('second_factor_added', account, NULL);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM accounts_record('second_factor_removed', account, NULL);
    ELSIF NEW.sealed_secret <> OLD.sealed_secret OR NEW.user_id <> OLD.user_id THEN
        PERFORM accounts_record('second_factor_added', account, '{"replaced": true}');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_record AFTER INSERT OR UPDATE OR DELETE ON accounts_secondfactor
    FOR EACH ROW EXECUTE FUNCTION accounts_record_second_factor();

-- One entry a statement and account or group: a group is given a hundred rights at once.
CREATE FUNCTION accounts_record_grants() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text := CASE TG_OP WHEN 'INSERT' THEN 'granted' ELSE 'revoked' END;
BEGIN
    IF TG_TABLE_NAME = 'auth_user_groups' THEN
        PERFORM accounts_record(kind, u.username, jsonb_build_object('groups', jsonb_agg(g.name ORDER BY g.name)))
        FROM changed c JOIN auth_user u ON u.id = c.user_id JOIN auth_group g ON g.id = c.group_id
        GROUP BY u.username;
    ELSIF TG_TABLE_NAME = 'auth_user_user_permissions' THEN
        PERFORM accounts_record(kind, u.username,
            jsonb_build_object('rights', jsonb_agg(t.app_label || '.' || p.codename ORDER BY t.app_label, p.codename)))
        FROM changed c JOIN auth_user u ON u.id = c.user_id JOIN auth_permission p ON p.id = c.permission_id
        JOIN django_content_type t ON t.id = p.content_type_id
        GROUP BY u.username;
    ELSE
        PERFORM accounts_record(kind, g.name,
            jsonb_build_object('rights', jsonb_agg(t.app_label || '.' || p.codename ORDER BY t.app_label, p.codename)))
        FROM changed c JOIN auth_group g ON g.id = c.group_id JOIN auth_permission p ON p.id = c.permission_id
        JOIN django_content_type t ON t.id = p.content_type_id
        GROUP BY g.name;
    END IF;
    RETURN NULL;
END
$$;
"""

RECORD_GRANTS = "".join(
    f"""
CREATE TRIGGER accounts_record_granted AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_record_grants();
CREATE TRIGGER accounts_record_revoked AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_record_grants();
"""
    for table in ("auth_user_groups", "auth_user_user_permissions", "auth_group_permissions")
)

NOT_RECORD = """
DROP FUNCTION accounts_record_grants() CASCADE;
DROP FUNCTION accounts_record_second_factor() CASCADE;
DROP FUNCTION accounts_record_policy() CASCADE;
DROP FUNCTION accounts_record_row() CASCADE;
DROP FUNCTION accounts_record(text, text, jsonb);
"""

END_SESSIONS = """
CREATE FUNCTION accounts_end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM accounts_session WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_end_sessions AFTER UPDATE OF password, is_active ON auth_user FOR EACH ROW
    WHEN (OLD.password <> NEW.password OR (OLD.is_active AND NOT NEW.is_active))
    EXECUTE FUNCTION accounts_end_sessions();
"""

NOT_END_SESSIONS = "DROP FUNCTION accounts_end_sessions() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("redirects", "0002_alter_redirect_new_path_help_text"),
    ]

    operations = [
        migrations.RunSQL(FIXED, NOT_FIXED),
        migrations.RunSQL(RECORD + RECORD_GRANTS, NOT_RECORD),
        migrations.RunSQL(END_SESSIONS, NOT_END_SESSIONS),
    ]
