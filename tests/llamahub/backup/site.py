"""A site to export, what it holds in a few bytes, and archives that are made by hand."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.redirects.models import Redirect
from django.core.management import call_command
from django.db import connection

from editorial.models import Article, GlossaryTerm, Image, ReviewComment
from llamahub.accounts.models import RecoveryCode, SecondFactor, SecurityPolicy, Session
from llamahub.backup.tables import is_local, tables, through
from models_catalog.history import attributed
from models_catalog.models import Release
from tests import factories as make

# What gets lost where text is cleaned up, numbers become floating and times are cut.
AWKWARD = "é (one) é (two) “quotes” \\ \" ' \t \u2028 \u200f \U0001f999 <b>&amp; %s {0} \\u0041 \\N"
MICROSECONDS = datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=UTC)


def plant() -> None:
    """A few rows of every sort that is hard to bring back."""
    editor = make.make_user("Editor", username="ann", first_name="Ann", email="ann@example.org")
    editor.user_permissions.add(Permission.objects.get(codename="delete_article"))
    make.make_user("Publisher", username="bob", last_login=MICROSECONDS)
    Group.objects.create(name="Zoë’s “group”").permissions.add(*Permission.objects.order_by("-codename")[:3])
    with attributed(who="ann", why=AWKWARD):
        release = make.make_release(slug="awkward", summary=AWKWARD, languages=["a,b", 'c"d', "", "é"])
        release.name = "Changed"
        release.save()
        gone = make.make_release(slug="gone")
        gone.delete()
    first, second = make.make_author(user=editor), make.make_author()
    article = make.make_article(slug="awkward")
    # In another order than that of their numbers.
    article.authors.clear()
    article.authors.add(second)
    article.authors.add(first)
    term = make.make_term(slug="one-term", aliases=[AWKWARD, ""])
    term.see_also.add(make.make_term(slug="other-term"))
    GlossaryTerm.objects.filter(pk=term.pk).update(updated_at=MICROSECONDS)
    edition = make.make_edition(article=article, body=f"{AWKWARD}\r\n\r\nThe window: {{{{ awkward.context_tokens }}}}.")
    ReviewComment.objects.create(edition=edition, author=editor, text=AWKWARD)
    make.make_image(slug="picture", focal_x="0.10", focal_y="0.50")
    Redirect.objects.create(site_id=1, old_path="/é/", new_path="")
    SecurityPolicy.objects.create(second_factor_for="publishers")
    factor = SecondFactor.objects.create(
        user=editor, sealed_secret=bytes(range(256)), last_step=2**40, added_at=MICROSECONDS
    )
    RecoveryCode.objects.create(factor=factor, digest="0" * 64, used_at=None)
    Session.objects.create(
        session_key="k" * 32, expire_date=MICROSECONDS, user=editor, started_at=MICROSECONDS, last_seen_at=MICROSECONDS
    )
    LogEntry.objects.create(
        user=editor,
        content_type=ContentType.objects.get_for_model(Article),
        object_id=str(article.pk),
        object_repr=AWKWARD,
        action_flag=2,
        change_message=json.dumps([{"changed": {"fields": ["Title"]}}]),
    )


def empty() -> None:
    """As after migrating, but for the numbers of rows, which go on."""
    call_command("flush", verbosity=0, interactive=False)
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def fingerprint() -> dict[str, str]:
    """Every row of every table that an export holds, the triggers, and every file, each kind in a few bytes."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for table in tables(apps, with_accounts=True):
            for model in (table.model, *(through(field) for field in table.lists if not is_local(field))):
                name = model._meta.db_table
                # Kinds of entry have other numbers on every site.
                row = "(to_jsonb(t) - 'content_type_id')::text"
                cursor.execute(f'SELECT md5(string_agg({row}, chr(10) ORDER BY {row})) FROM "{name}" t')
                found[name] = cursor.fetchone()[0]
        cursor.execute(
            "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (SELECT tgname, tgenabled, tgrelid FROM pg_trigger) t"
        )
        found["triggers"] = cursor.fetchone()[0]
    return found | media()


def media() -> dict[str, str]:
    root = Path(settings.MEDIA_ROOT)
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def names_of_pictures() -> set[str]:
    return set(Image.objects.values_list("file", flat=True))


def sequences() -> dict[str, tuple[int, int]]:
    """By table: the number that the next row gets, and the highest that there is."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table, column = model._meta.db_table, model._meta.pk.column
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
            name = cursor.fetchone()[0]
            if name:
                cursor.execute(
                    f'SELECT last_value + is_called::int, (SELECT coalesce(max("{column}"), 0) FROM "{table}") FROM {name}'
                )
                found[table] = cursor.fetchone()
    return found


def rows_of(archive: Path, member: str) -> list[Any]:
    import zipfile

    with zipfile.ZipFile(archive) as file:
        return json.loads(file.read(member))


def is_there(slug: str) -> bool:
    return Release.objects.filter(slug=slug).exists()
