"""Deleting: what would break is said first, and nothing goes that nobody has looked at."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from models_catalog.conflicts import versions_of, written
from models_catalog.models import Content

from .conflicts import ChangedMeanwhile, Reconciling, refuse_if_changed
from .mentions import held_by, mentions_of
from .refusals import say_refusal


class Deleting(Reconciling):
    # What an editor can do instead of deleting, shown where deleting is refused or costly.
    instead_of_deleting = ""
    delete_selected_confirmation_template = "admin/delete_selected_confirmation.html"

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Not what someone has changed since the question was asked."""
        entries = list(queryset.order_by("pk"))
        self.lock([entry.pk for entry in entries])
        refuse_if_changed(request, entries)
        super().delete_queryset(request, queryset)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id)
        context = {
            "mentions": mentions_of(entry) if entry and self.has_delete_permission(request, entry) else [],
            "instead_of_deleting": self.instead_of_deleting,
            "versions": written(versions_of([entry])) if entry else "",
            **(extra_context or {}),
        }
        try:
            with transaction.atomic():
                if request.method == "POST" and (current := self.get_object(request, object_id)):
                    refuse_if_changed(request, [current])
                return super().delete_view(request, object_id, context)
        except IntegrityError as error:
            return say_refusal(self, request, error)
        except ChangedMeanwhile as changed:
            self.message_user(request, changed.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Without the rows that only join two entries: nobody knows them by name."""
        deleted, counts, perms, protected = super().get_deleted_objects(objs, request)
        joins = {
            str(model._meta.verbose_name)
            for model in apps.get_models(include_auto_created=True)
            if model._meta.auto_created
        }
        plural = {
            str(model._meta.verbose_name_plural)
            for model in apps.get_models(include_auto_created=True)
            if model._meta.auto_created
        }

        def prune(branch: Any) -> Any:
            if isinstance(branch, list):
                return [prune(leaf) for leaf in branch if not _is_join(leaf, joins)]
            return branch

        return (
            [leaf for leaf in prune(deleted) if leaf != []],
            {name: count for name, count in counts.items() if name not in plural},
            perms,
            _linked(protected, list(objs)) if protected else protected,
        )


def _linked(protected: list[Any], entries: list[Content]) -> list[Any]:
    """What is in the way, with a link to the form in which it can be taken out of it."""
    held = held_by(entries)
    return [
        format_html('<a href="{}">{}</a>', mention.url, text) if (mention := held.get(str(text))) else text
        for text in protected
    ]


def _is_join(leaf: Any, joins: set[str]) -> bool:
    return isinstance(leaf, str) and leaf.split(": ")[0].casefold() in {name.casefold() for name in joins}
