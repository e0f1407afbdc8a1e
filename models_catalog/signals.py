"""The one signal that says content changed.

Everything derived from content (caches, search index, purge hooks) listens to
``content_changed`` and to nothing else. It is sent once per changed row, after
the transaction has committed, so that a listener never sees a write that is
later rolled back.

Arguments: ``sender`` is the model class, ``pk`` the primary key of the row,
``deleted`` whether the row is gone. When everything has changed at once (a
backup was restored), it is sent a single time, with ``Content`` and no key.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import Signal

from .models.base import Content

content_changed = Signal()


def _announce(instance: Model, *, using: str | None, deleted: bool) -> None:
    if isinstance(instance, Content):
        transaction.on_commit(
            partial(content_changed.send, sender=type(instance), pk=instance.pk, deleted=deleted),
            using=using,
        )


def announce(instances: Iterable[Model], *, using: str | None = None) -> None:
    """For what writes many rows at once: Django’s own signals are not sent then."""
    for instance in instances:
        _announce(instance, using=using, deleted=False)


def _saved(instance: Model, using: str, **kwargs: Any) -> None:
    _announce(instance, using=using, deleted=False)


def _deleted(instance: Model, using: str, **kwargs: Any) -> None:
    _announce(instance, using=using, deleted=True)


def _related(instance: Model, action: str, using: str, **kwargs: Any) -> None:
    if action in {"post_add", "post_remove", "post_clear"}:
        _announce(instance, using=using, deleted=False)


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(_saved, dispatch_uid="content_saved")
    post_delete.connect(_deleted, dispatch_uid="content_deleted")
    m2m_changed.connect(_related, dispatch_uid="content_related")
