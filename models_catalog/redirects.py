"""Addresses are forever: an entry whose slug changes leaves a redirect behind."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.db import transaction
from django.db.models.signals import post_save

from .models.base import Addressed


def leave_redirect(*, old_path: str, new_path: str) -> None:
    """Send readers of ``old_path`` to ``new_path`` for good.

    Older redirects that led to ``old_path`` are turned to ``new_path`` too, so
    that a reader never takes two hops, and a redirect away from ``new_path`` is
    dropped, so that moving back makes no loop.
    """
    with transaction.atomic():
        ours = Redirect.objects.filter(site_id=settings.SITE_ID)
        ours.filter(old_path=new_path).delete()
        ours.filter(new_path=old_path).update(new_path=new_path)
        Redirect.objects.update_or_create(site_id=settings.SITE_ID, old_path=old_path, defaults={"new_path": new_path})


def _on_save(instance: Any, created: bool, raw: bool, **kwargs: Any) -> None:
    if raw or not isinstance(instance, Addressed):
        return
    if not created and instance.loaded_slug and instance.loaded_slug != instance.slug:
        leave_redirect(old_path=instance.path_of(instance.loaded_slug), new_path=instance.get_absolute_url())
    instance.loaded_slug = instance.slug


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(_on_save, dispatch_uid="leave_redirect")
