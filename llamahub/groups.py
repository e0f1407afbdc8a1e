"""The groups Editor and Publisher, kept in step with this file after every migration.

Editors write and check; publishers also decide what readers see and what goes
for good. Neither touches accounts. Rights that a group lacks are granted and
rights that it should not have are taken away, so that an upgrade which narrows
them takes effect: to give people more, make another group.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models.signals import post_migrate

EDITOR = "Editor"
PUBLISHER = "Publisher"

CONTENT_APPS = ("models_catalog", "editorial")
# What an editor may delete: nothing that has an address, and nothing that other entries rest on.
EDITOR_DELETES = frozenset({"citation", "edition", "glossaryterm", "helpline", "stylerule"})
# There is one set of hub settings and one section of each kind; nobody deletes them by mistake.
NEVER_DELETED = frozenset({"hubsettings"})
# Written by the database alone.
ONLY_READ = frozenset({"recordedchange"})


def rights(group: str, app_label: str) -> set[str]:
    """The codenames that a group has in one app, for every permission that the app knows."""
    known = Permission.objects.filter(content_type__app_label=app_label).select_related("content_type")
    return {permission.codename for permission in known if _may(group, permission)}


def _may(group: str, permission: Permission) -> bool:
    app, model = permission.content_type.app_label, permission.content_type.model
    action = permission.codename.removesuffix(f"_{model}")
    if app == "redirects":
        return group == PUBLISHER
    if app not in CONTENT_APPS or (action == "delete" and model in NEVER_DELETED):
        return False
    if model in ONLY_READ:
        return action == "view"
    if action in {"add", "change", "view"}:
        return True
    return group == PUBLISHER or (action == "delete" and model in EDITOR_DELETES)


def grant_rights(app_config: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """Give both groups exactly their rights in one app."""
    if app_config.label not in {*CONTENT_APPS, "redirects"}:
        return
    # Django makes them in a receiver of the same signal, which may run after this one.
    create_permissions(app_config, using=using, verbosity=0)
    of_app = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    for name in (EDITOR, PUBLISHER):
        group, _ = Group.objects.using(using).get_or_create(name=name)
        wanted = rights(name, app_config.label)
        group.permissions.remove(*of_app.exclude(codename__in=wanted))
        group.permissions.add(*of_app.filter(codename__in=wanted))


def connect() -> None:
    """Called once, when the app is ready."""
    post_migrate.connect(grant_rights, dispatch_uid="grant_rights")
