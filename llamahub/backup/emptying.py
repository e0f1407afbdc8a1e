"""What the site holds now: locked against writers, looked through, emptied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, LiteralString

from django.apps import apps as today
from django.apps.registry import Apps
from psycopg import sql

from .errors import NotEmpty
from .tables import Model, left_out, tables, through

# Tables with rows on every site that has been migrated, and what comes with making the first account.
BEGUN: Final = {
    "accounts.auditentry",
    "accounts.recoverycode",
    "accounts.secondfactor",
    "accounts.securitypolicy",
    "models_catalog.checkinterval",
    "models_catalog.recordedchange",
    "sites.site",
}
KEEP_PASSWORDS: Final = """
CREATE TEMPORARY TABLE kept_password ON COMMIT DROP AS SELECT username, password FROM auth_user;
CREATE TEMPORARY TABLE kept_factor ON COMMIT DROP AS
    SELECT u.username, f.* FROM accounts_secondfactor f JOIN auth_user u ON u.id = f.user_id;
CREATE TEMPORARY TABLE kept_code ON COMMIT DROP AS SELECT * FROM accounts_recoverycode;
"""
BRING_BACK_PASSWORDS: Final = """
UPDATE auth_user u SET password = k.password FROM kept_password k WHERE k.username = u.username;
INSERT INTO accounts_secondfactor (id, user_id, sealed_secret, last_step, added_at)
    SELECT k.id, u.id, k.sealed_secret, k.last_step, k.added_at FROM kept_factor k JOIN auth_user u USING (username);
INSERT INTO accounts_recoverycode (id, factor_id, digest, used_at)
    SELECT k.id, k.factor_id, k.digest, k.used_at FROM kept_code k JOIN accounts_secondfactor f ON f.id = k.factor_id;
"""


class SiteTables:
    """Every table that an export holds or whose rows refer to such, in the state that ``apps`` describes."""

    def __init__(self, cursor: Any, *, with_accounts: bool, apps: Apps = today) -> None:
        self.cursor, self.keeps_passwords = cursor, not with_accounts
        self.exported = tables(apps, with_accounts=True)
        models = {table.model for table in self.exported}
        referring = [model for model in left_out(apps, with_accounts=True) if _refers_to(model, models)]
        links = [through(field) for table in self.exported for field in table.lists]
        self.names = [model._meta.db_table for model in (*referring, *links, *(t.model for t in self.exported))]

    def lock(self) -> None:
        """Nobody writes until the end, everybody reads; and the triggers, which would record the restore, are still."""
        self._each("ALTER TABLE {} DISABLE TRIGGER USER")

    def unlock(self) -> None:
        self._each("ALTER TABLE {} ENABLE TRIGGER USER")

    def check_empty(self) -> None:
        """Raises NotEmpty, naming what is there."""
        from llamahub.groups import EDITOR, PUBLISHER

        for table in self.exported:
            rows = table.model._base_manager
            if table.label == "auth.user":
                is_begun = rows.count() > 1
            elif table.label == "auth.group":
                is_begun = rows.exclude(name__in=(EDITOR, PUBLISHER)).exists()
            else:
                is_begun = table.label not in BEGUN and rows.exists()
            if is_begun:
                raise NotEmpty(
                    f"The site has {table.model._meta.verbose_name_plural} already: restore into an empty site, or "
                    "replace everything with --replace."
                )

    def empty(self) -> None:
        if self.keeps_passwords:
            self.cursor.execute(KEEP_PASSWORDS)
        self._each("DELETE FROM {}")
        # Now, since a table whose checks are pending cannot be altered.
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def bring_back_passwords(self) -> None:
        """Whoever could sign in before and is in the archive still can, where the archive has no passwords."""
        if not self.keeps_passwords:
            return
        self._each_of(("auth_user", "accounts_secondfactor"), "ALTER TABLE {} DISABLE TRIGGER USER")
        self.cursor.execute(BRING_BACK_PASSWORDS)
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        self._each_of(("auth_user", "accounts_secondfactor"), "ALTER TABLE {} ENABLE TRIGGER USER")

    def _each(self, statement: LiteralString) -> None:
        self._each_of(self.names, statement)

    def _each_of(self, names: Iterable[str], statement: LiteralString) -> None:
        for name in names:
            self.cursor.execute(sql.SQL(statement).format(sql.Identifier(name)).as_string())


def _refers_to(model: Model, models: set[Model]) -> bool:
    return any(field.related_model in models for field in model._meta.concrete_fields if field.is_relation)
