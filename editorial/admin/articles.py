"""Articles, with the open draft of their text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from editorial import publishing
from editorial.forms import EditionForm, WithdrawForm
from editorial.models import Article, Edition
from models_catalog.admin.base import ContentAdmin
from models_catalog.admin.choosing import FirstRelatedFilter
from models_catalog.admin.conflicts import MindfulInline, refuse_if_changed
from models_catalog.conflicts import versions_of, written
from models_catalog.forms import ContentFormSet

from .standing import mark, moment, standing_of
from .writing import ChecksWriting, Panel, WritesProse, new_edition

if TYPE_CHECKING:
    StackedInline = admin.StackedInline[Any, Any]
else:
    StackedInline = admin.StackedInline

TEXT_FIELDS = ("title", "standfirst", "body", ("as_of", "image"), "change_note", "publish_at")


class DraftInline(MindfulInline, WritesProse, StackedInline):
    """The article’s text: its one open draft."""

    model = Edition
    form = EditionForm
    formset = ContentFormSet
    fields = TEXT_FIELDS
    max_num = 1
    can_delete = False
    show_change_link = True
    verbose_name = "draft"
    verbose_name_plural = "text: the open draft"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return Edition.objects.open().select_related("article", "image")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if self._is_first(obj) else 0

    def get_max_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if self._is_first(obj) or obj.editions.open().exists() else 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the first edition is written here; later ones start as copies."""
        return super().has_add_permission(request, obj) and self._is_first(obj)

    @staticmethod
    def _is_first(article: Article | None) -> bool:
        return article is None or article.pk is None or not article.editions.exists()  # type: ignore[arg-type]


class Standing(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("live", "Readers see it"),
            ("scheduled", "Something is scheduled"),
            ("draft", "Has an open draft"),
            ("withdrawn", "Withdrawn"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "live":
                return queryset.filter(pk__in=Article.objects.live())
            case "scheduled":
                return queryset.filter(editions__in=Edition.objects.scheduled())
            case "draft":
                return queryset.filter(editions__in=Edition.objects.open())
            case "withdrawn":
                return queryset.filter(withdrawn_at__isnull=False)
        return queryset


@admin.register(Article)
class ArticleAdmin(ChecksWriting, ContentAdmin):
    list_display = ("newest_title", "topic", "signed_by", "standing", "draft", "changed")
    list_filter = (Standing, "topic", ("authors", FirstRelatedFilter))
    list_select_related = ("topic",)
    search_fields = ("slug", "editions__title")
    search_help_text = "By title or address."
    inlines = (DraftInline,)
    readonly_fields = ("editions_so_far", "standing")
    change_form_template = "admin/editorial/article/change_form.html"
    instead_of_deleting = (
        "What readers have seen stays on record. To take an article from readers, withdraw it: "
        "its address then answers “gone”."
    )
    fieldsets = (
        (None, {"fields": ("slug", ("topic", "authors"), "releases")}),
        ("Editions", {"fields": ("standing", "editions_so_far")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        editions = Edition.objects.filter(article=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                title=Subquery(editions.order_by("-number").values("title")[:1]),
                live_since=Subquery(editions.public().values("publish_at")[:1], output_field=DateTimeField()),
                next_at=Subquery(editions.scheduled().values("publish_at")[:1], output_field=DateTimeField()),
                has_draft=Exists(editions.open()),
                text_changed_at=Subquery(editions.order_by("-updated_at").values("updated_at")[:1]),
            )
            .prefetch_related("authors")
        )

    def writing(self, request: HttpRequest, entry: Any) -> Panel | None:
        """Of the draft below the article’s own fields, if there is one to write."""
        if not request.user.has_perm("editorial.change_edition"):
            return None
        draft = entry.editions.open().select_related("article").first() if entry else None
        if draft is None and entry is not None and entry.editions.exists():
            return None
        return Panel.of(draft or new_edition(), prefix="editions-0-")

    @admin.display(description="title", ordering="title")
    def newest_title(self, article: Any) -> str:
        return article.title or article.slug

    @admin.display(description="by")
    def signed_by(self, article: Article) -> str:
        return ", ".join(author.name for author in article.authors.all())

    @admin.display(description="standing", ordering="live_since")
    def standing(self, article: Any) -> Any:
        if article.withdrawn_at and article.withdrawn_at <= timezone.now():
            return mark("bad", f"Withdrawn {moment(article.withdrawn_at)}")
        parts = []
        if article.live_since:
            parts.append(mark("good", f"Public since {moment(article.live_since)}"))
        if article.next_at:
            parts.append(mark("plain", f"Goes out {moment(article.next_at)}"))
        if article.withdrawn_at:
            parts.append(mark("warn", f"Leaves {moment(article.withdrawn_at)}"))
        return format_html_join(" ", "{}", ((part,) for part in parts)) if parts else mark("warn", "Not public yet")

    @admin.display(description="open draft", boolean=True, ordering="has_draft")
    def draft(self, article: Any) -> bool:
        return bool(article.has_draft)

    @admin.display(description="text changed", ordering="text_changed_at")
    def changed(self, article: Any) -> str | None:
        return moment(article.text_changed_at) if article.text_changed_at else None

    @admin.display(description="all editions")
    def editions_so_far(self, article: Article) -> Any:
        return format_html(
            '<ol class="editions" reversed>{}</ol>',
            format_html_join(
                "",
                '<li value="{}"><a href="{}">{}</a> {}</li>',
                (
                    (
                        edition.number,
                        reverse("admin:editorial_edition_change", args=[edition.pk]),
                        edition.title,
                        standing_of(edition),
                    )
                    for edition in article.editions.all()  # type: ignore[arg-type]
                ),
            ),
        )

    def view_on_site(self, entry: Any) -> str | None:
        return entry.get_absolute_url() if Article.objects.live().filter(pk=entry.pk).exists() else None

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not Edition:
            super().save_formset(request, form, formset, change)
            return
        for edition in formset.save(commit=False):
            if edition._state.adding:
                publishing.add_draft(edition=edition, by=request.user)  # type: ignore[arg-type]
            else:
                edition.save()
        formset.save_m2m()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Public editions are kept: by the database, which says so only when it is too late."""
        deleted, counts, perms, protected = super().get_deleted_objects(objs, request)
        public = Edition.objects.filter(article__in=list(objs)).public().select_related("article")
        kept = [f"{edition} of “{edition.article.slug}”: readers have seen it" for edition in public]
        scheduled = Edition.objects.filter(article__in=list(objs)).scheduled().select_related("article")
        kept += [f"{edition} of “{edition.article.slug}”: it is scheduled; take it back first" for edition in scheduled]
        if kept:
            return deleted, counts, set(), [*protected, *kept]
        return deleted, counts, perms, protected

    # --- Steps -------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def step(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
            return path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"editorial_article_{name.replace('-', '_')}",
            )

        return [
            step("start-draft", self.start_draft_view),
            step("withdraw", self.withdraw_view),
            step("restore", self.restore_view),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        article = self.get_object(request, object_id)
        steps: dict[str, Any] = {}
        if article and self.has_change_permission(request, article):
            has_editions = article.editions.exists()
            steps = {
                "may_start_draft": has_editions
                and not article.has_draft
                and request.user.has_perm("editorial.add_edition"),
                "may_withdraw": publishing.may_withdraw(request.user)
                and article.live_since
                and not article.withdrawn_at,
                "may_restore": publishing.may_withdraw(request.user) and article.withdrawn_at,
                "leaves_later": article.withdrawn_at and article.withdrawn_at > timezone.now(),
            }
        return super().change_view(request, object_id, form_url, {**steps, **(extra_context or {})})

    def start_draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new edition, as a copy of the newest."""
        return self._step(
            request,
            object_id,
            lambda article: publishing.start_draft(article=article, by=request.user),  # type: ignore[arg-type]
            "Started a new edition: a copy of the newest, below. Readers keep the old one until it is approved.",
        )

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks first: says what readers will see, and who links here."""
        form = WithdrawForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            at, moved_to = form.cleaned_data["at"], form.cleaned_data["moved_to"]
            return self._step(
                request,
                object_id,
                lambda article: publishing.withdraw(article=article, at=at, moved_to=moved_to, by=request.user),  # type: ignore[arg-type]
                _said_of_withdrawal(at, moved_to),
            )
        article = self._article(request, object_id)
        if not publishing.may_withdraw(request.user):
            raise PermissionDenied
        if article is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": "Withdraw this article?",
            "opts": self.opts,
            "original": article,
            "personas": article.personas.all(),
            "form": form,
            "media": self.media + form.media,
            # After a mistake in the form: what its first showing had seen.
            "versions": request.POST.get("_versions") or written(versions_of([article, *article.editions.all()])),  # type: ignore[arg-type]
        }
        return TemplateResponse(request, "admin/editorial/article/withdraw.html", context)

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request,
            object_id,
            lambda article: publishing.restore(article=article, by=request.user),  # type: ignore[arg-type]
            "Brought the article back: readers see its newest public edition.",
        )

    def _article(self, request: HttpRequest, object_id: str) -> Article | None:
        article = self.get_object(request, object_id)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        return article

    def _step(self, request: HttpRequest, object_id: str, step: Callable[[Article], Any], done: str) -> HttpResponse:
        """Take one step, log it, and return to the form with what happened."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        article = self._article(request, object_id)
        if article is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                self.lock([article.pk])
                refuse_if_changed(request, [article, *article.editions.order_by("pk")])  # type: ignore[arg-type]
                step(article)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.log_change(request, article, done.split(":")[0] + ".")
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:editorial_article_change", args=[article.pk]))


def _said_of_withdrawal(at: datetime | None, moved_to: str) -> str:
    then = "readers are sent to another page" if moved_to.strip() else "its address answers “gone”"
    if at is not None and at > timezone.now():
        return f"Planned the withdrawal: from {moment(at)} on, {then}."
    return f"Withdrew the article: {then} now."
