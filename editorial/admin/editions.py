"""Editions: every version of every text, drafts to write and published ones to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from editorial import publishing
from editorial.forms import EditionForm
from editorial.models import Article, Edition
from editorial.moments import in_both_zones
from editorial.publication import compared_fields, publication
from models_catalog.admin.base import ContentAdmin
from models_catalog.admin.choosing import FirstRelatedFilter
from models_catalog.admin.conflicts import refuse_if_changed

from .articles import TEXT_FIELDS
from .previewing import Previewing
from .standing import moment, standing_of
from .writing import ChecksWriting, Panel, WritesProse

APPROVE, SUBMIT = "_approve", "_submit"


@admin.register(Edition)
class EditionAdmin(Previewing, WritesProse, ChecksWriting, ContentAdmin):
    form = EditionForm
    list_display = ("title", "article", "number", "standing", "as_of", "written_by", "updated_at")
    list_filter = ("status", ("reviewer", FirstRelatedFilter), "article__topic", "publish_at")
    list_select_related = ("article", "created_by")
    search_fields = ("title", "standfirst", "body")
    search_help_text = "By title or text."
    date_hierarchy = "publish_at"
    ordering = ("-updated_at", "-pk")
    readonly_fields = ("article", "number", "standing", "written_by", "reviewer", "approved_by")
    change_form_template = "admin/editorial/edition/change_form.html"
    change_list_template = "admin/editorial/edition/change_list.html"
    instead_of_deleting = "Only drafts are deleted. What readers have seen stays on record."
    fieldsets = (
        (None, {"fields": (("article", "number", "standing"), *TEXT_FIELDS)}),
        ("Who", {"fields": (("written_by", "reviewer", "approved_by"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("article", "created_by", "reviewer", "approved_by")

    @admin.display(description="standing", ordering="status")
    def standing(self, edition: Edition) -> Any:
        return standing_of(edition)

    @admin.display(description="written by", ordering="created_by")
    def written_by(self, edition: Edition) -> str:
        return str(edition.created_by) if edition.created_by else "—"

    def view_on_site(self, entry: Any) -> str | None:
        return entry.get_absolute_url() if Edition.objects.live().filter(pk=entry.pk).exists() else None

    # --- Who may do what ---------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An edition starts from its article: the first in the article’s form, later ones as copies."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.status in Edition.OPEN)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.status in Edition.OPEN)

    # --- Steps -------------------------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        edition = self.get_object(request, object_id) if object_id else None
        may_approve_this = edition is not None and publishing.may_approve_this(request.user, edition)
        if APPROVE in request.POST and not may_approve_this:
            raise PermissionDenied
        is_open = edition is not None and edition.status in Edition.OPEN
        context = {
            "may_approve": publishing.may_approve(request.user),
            "may_approve_this": may_approve_this,
            "is_open": is_open,
            "is_draft": edition is not None and edition.status == Edition.Status.DRAFT,
            "is_in_review": edition is not None and edition.status == Edition.Status.IN_REVIEW,
            "reviewers": publishing.reviewers(edition) if edition is not None and is_open else [],
            "comments": list(edition.comments.for_reading()) if edition is not None else [],
            "is_public": edition is not None and edition.is_public,
            "goes_out": in_both_zones(edition.publish_at) if edition and edition.publish_at and not is_open else [],
            "may_start_draft": request.user.has_perms(("editorial.add_edition", "editorial.change_article")),
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """After “Save and approve” or “Save and send to review”: the next step, in the same transaction as the save."""
        if (SUBMIT in request.POST or APPROVE in request.POST) and (
            changed := getattr(request, "changed_meanwhile", "")
        ):
            # Saved field by field, so nothing is lost; but the step would concern a text that its writer has not read.
            step = "sent" if SUBMIT in request.POST else "approved"
            words = f"The draft is saved but not {step}, because it has changed since you opened it: {changed}."
            self.message_user(request, f"{words} Read it as it is now, then decide again.", messages.ERROR)
            return self._to_form(obj)
        if SUBMIT in request.POST:
            return self._submit(request, obj)
        if APPROVE not in request.POST:
            return super().response_change(request, obj)
        try:
            edition = publishing.approve(
                edition=obj,
                at=obj.publish_at,
                by=request.user,  # type: ignore[arg-type]
                # The button that says “in spite of 2 warnings” carries which ones.
                acknowledged=request.POST[APPROVE].split(),
            )
        except publishing.NotPossible as error:
            self.message_user(request, f"The draft is saved but not approved. {error.message}", messages.ERROR)
            return self._to_form(obj)
        assert edition.publish_at is not None
        words = "Readers see it now." if edition.is_public else f"Readers will see it on {moment(edition.publish_at)}."
        self.log_change(request, edition, f"Approved. {words}")
        self.message_user(request, f"Approved “{edition.title}”. {words}", messages.SUCCESS)
        return self._to_form(edition)

    def _submit(self, request: HttpRequest, edition: Any) -> HttpResponse:
        chosen = request.POST.get("send_to", "")
        reviewer = next((user for user in publishing.reviewers(edition) if str(user.pk) == chosen), None)
        if chosen and reviewer is None:
            self.message_user(
                request, "The draft is saved but not sent: choose a reviewer from the list.", messages.ERROR
            )
            return self._to_form(edition)
        try:
            publishing.submit(edition=edition, reviewer=reviewer, by=request.user)  # type: ignore[arg-type]
        except publishing.NotPossible as error:
            self.message_user(request, f"The draft is saved but not sent. {error.message}", messages.ERROR)
        else:
            to = f"to {reviewer}" if reviewer else "to whoever has time"
            self.log_change(request, edition, f"Sent to review, {to}.")
            self.message_user(request, f"Sent “{edition.title}” to review, {to}.", messages.SUCCESS)
            panel = Panel.of(edition)
            if panel.findings:
                words = f"The content check finds {panel.counted.lower()}: see beside the text."
                self.message_user(request, words, messages.WARNING)
        return self._to_form(edition)

    def get_urls(self) -> list[URLPattern]:
        def step(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
            return path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"editorial_edition_{name.replace('-', '_')}",
            )

        return [
            step("take-back", self.take_back_view),
            step("send-back", self.send_back_view),
            step("comment", self.comment_view),
            step("resolve", self.resolve_view),
            step("compare", self.compare_view),
            step("for-readers", self.for_readers_view),
            step("bring-back", self.bring_back_view),
            *super().get_urls(),
        ]

    def _step(
        self, request: HttpRequest, object_id: str, step: Callable[[Any], Any], done: str, *, minds_changes: bool = True
    ) -> HttpResponse:
        """Take one step of the review, log it, and return to the form with what happened."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, edition):
            raise PermissionDenied
        try:
            with transaction.atomic():
                if minds_changes:
                    self.as_seen(request, edition)
                step(edition)
        except ValidationError as error:
            words = " ".join(error.messages)
            if text := request.POST.get("text", "").strip():
                words += f" You wrote: “{text}”"
            self.message_user(request, words, messages.ERROR)
        else:
            self.log_change(request, edition, done)
            self.message_user(request, done, messages.SUCCESS)
        return self._to_form(edition)

    def lock(self, keys: list[Any]) -> None:
        """After their articles, which is the order of `publishing` and of the article’s own form."""
        list(Article.objects.select_for_update(of=("self",)).filter(editions__in=keys).order_by("pk"))
        super().lock(keys)

    def as_seen(self, request: HttpRequest, edition: Any) -> None:
        """Lock it for a step, which is refused if the edition has changed since its page was opened."""
        self.lock([edition.pk])
        refuse_if_changed(request, [edition])

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """This edition beside another of the same article, word by word; by default the one before it."""
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, edition):
            raise PermissionDenied
        others = [other for other in edition.article.editions.order_by("-number") if other.pk != edition.pk]
        asked = request.GET.get("with", "")
        other = next((o for o in others if str(o.number) == asked), None)
        if other is None and not asked:
            other = next((o for o in others if o.number < edition.number), others[0] if others else None)
        old, new = sorted((edition, other), key=lambda e: e.number) if other else (edition, edition)
        context = {
            **self.admin_site.each_context(request),
            "title": "Compare editions",
            "opts": self.opts,
            "original": edition,
            "others": others,
            "other": other,
            "unknown": bool(asked) and other is None,
            "old": old,
            "new": new,
            "fields": compared_fields(old, new) if other else [],
        }
        return TemplateResponse(request, "admin/editorial/edition/compare.html", context)

    def for_readers_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the edition changes against the one that readers saw before it."""
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, edition):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "What changes for readers",
            "opts": self.opts,
            "original": edition,
            "publication": publication(edition),
            "standing": standing_of(edition),
        }
        return TemplateResponse(request, "admin/editorial/edition/for_readers.html", context)

    def bring_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The text of an earlier edition, as a new draft."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                self.as_seen(request, edition)
                draft = publishing.start_draft(article=edition.article, by=request.user, copy_of=edition)  # type: ignore[arg-type]
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return self._to_form(edition)
        self.log_change(request, draft, f"Began as a copy of edition {edition.number}.")
        self.message_user(
            request,
            f"Started a new draft with the text of edition {edition.number}. Readers see it once it is approved.",
            messages.SUCCESS,
        )
        return self._to_form(draft)

    def send_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From review back to the author, with what should change."""
        text = request.POST.get("text", "")
        return self._step(
            request,
            object_id,
            lambda edition: publishing.send_back(edition=edition, text=text, by=request.user),  # type: ignore[arg-type]
            "Sent the draft back to its author.",
        )

    def comment_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = request.POST.get("text", "")
        return self._step(
            request,
            object_id,
            lambda edition: publishing.comment(edition=edition, text=text, by=request.user),  # type: ignore[arg-type]
            "Added your comment.",
            # It overwrites nothing.
            minds_changes=False,
        )

    def resolve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Settle the comment that the form names."""

        def settle(edition: Any) -> None:
            chosen = request.POST.get("comment", "")
            remark = next((c for c in edition.comments.all() if str(c.pk) == chosen), None)
            if remark is None:
                raise ValidationError("That comment is gone. Look at the list again.")
            publishing.resolve(remark=remark, by=request.user)  # type: ignore[arg-type]

        return self._step(request, object_id, settle, "Settled the comment.", minds_changes=False)

    def take_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A scheduled edition becomes a draft again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not publishing.may_approve(request.user):
            raise PermissionDenied
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                self.as_seen(request, edition)
                publishing.take_back(edition=edition, by=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.log_change(request, edition, "Taken back to draft.")
            self.message_user(
                request, "Took the edition back: it is a draft again and will not go out.", messages.SUCCESS
            )
        return self._to_form(edition)

    def _to_form(self, edition: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:editorial_edition_change", args=[edition.pk]))
