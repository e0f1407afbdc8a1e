"""Export and import of lists, for the kinds of entry whose admin says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify

from models_catalog import bulk
from models_catalog.bulk.comparing import Comparison, Problem, Row, Standing
from models_catalog.bulk.exporting import explained
from models_catalog.bulk.files import MAX_BYTES, MAX_ROWS, TOO_LARGE
from models_catalog.bulk.uploads import Upload, seal, unseal
from models_catalog.history.attribution import MAX_REASON
from models_catalog.models import Content

from .base import ModelAdmin
from .refusals import refusal

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

PROBLEMS_SHOWN = 100
ROWS_SHOWN = 300  # of a file with errors
OPEN_AT_MOST = 20  # new rows whose values are shown without asking
TONES = {Standing.ERROR: "bad", Standing.NEW: "good", Standing.CHANGED: "warn", Standing.UNCHANGED: ""}
GONE = "The upload has expired or is not yours. Choose the file again."


class UploadForm(forms.Form):
    file = forms.FileField(
        label="file",
        help_text=(
            f"CSV (UTF-8) or .xlsx, at most {MAX_ROWS:,} rows and {MAX_BYTES // 1024**2} MB. "
            "Nothing is changed yet: first you see what would be."
        ),
        error_messages={
            "required": "Choose the file to import.",
            "empty": "The file is empty. Export the list first to see which columns it needs.",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


class ReasonForm(forms.Form):
    """Named as in every form of the admin, so that the change is signed in the same way."""

    change_reason = forms.CharField(
        label="why",
        max_length=MAX_REASON,
        widget=AdminTextInputWidget,
        help_text="One sentence, kept in the history of every entry that changes; readers see it beside the facts.",
        error_messages={"required": "Say why, in one sentence: it is kept in the history."},
    )


@dataclass(frozen=True)
class DryRun:
    """What the page of a dry run shows."""

    comparison: Comparison
    sealed: str
    name: str
    alert: str = ""

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """How many rows are what, with the tone of it."""
        words = {Standing.ERROR: "with errors"}
        return [
            (words.get(standing, standing.label), TONES[standing] if count else "", count)
            for standing, count in self.comparison.counts.items()
        ]

    @property
    def problems(self) -> list[Problem]:
        return self.comparison.problems[:PROBLEMS_SHOWN]

    @property
    def problems_left(self) -> int:
        return max(len(self.comparison.problems) - PROBLEMS_SHOWN, 0)

    @cached_property
    def rows(self) -> list[tuple[Row, str]]:
        """Everything that would be written; of a file that cannot be imported yet, only so much as is of use."""
        rows = [(row, TONES[row.standing]) for row in self.comparison.shown()]
        return rows if self.comparison.is_ready else rows[:ROWS_SHOWN]

    @property
    def rows_left(self) -> int:
        return sum(1 for _ in self.comparison.shown()) - len(self.rows)

    @property
    def unchanged(self) -> list[Row]:
        return [row for row in self.comparison.rows if row.standing is Standing.UNCHANGED]

    @cached_property
    def opens_new(self) -> bool:
        """Asked for each row."""
        return self.comparison.counts[Standing.NEW] <= OPEN_AT_MOST

    @property
    def left_alone(self) -> list[str]:
        """Columns that the file does not have."""
        return [column.name for column in self.comparison.table.columns if column not in self.comparison.columns]


class InBulk(ModelAdmin):
    """A list that is exported to a spreadsheet and imported from one. Importing adds and changes; it never deletes."""

    change_list_template = "admin/bulk/change_list.html"
    actions = ("export_selected_csv", "export_selected_xlsx")

    @property
    def table(self) -> bulk.Table:
        model: type[Content] = self.model
        return bulk.table_of(model)

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("export/<str:kind>/", view(self.export_view), name=f"{name}_export"),
            path("import/", view(self.import_view), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def may_import(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(
            request,
            {
                "may_import": self.may_import(request),
                "exports": [(kind.name, self._address("export", kind.value)) for kind in bulk.FileKind],
                "import_url": self._address("import"),
                **(extra_context or {}),
            },
        )

    def _address(self, page: str, *args: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    # --- Export ------------------------------------------------------------------------------------------------

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
        """The entries of the list as it is filtered, searched and sorted, on all its pages."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            file_kind = bulk.FileKind(kind)
        except ValueError:
            raise Http404("No such format.") from None
        try:
            entries = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self._address('changelist')}?{ERROR_FLAG}=1")
        return self._file(entries, file_kind)

    @admin.action(description="Export the selected entries as CSV", permissions=["view"])
    def export_selected_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> StreamingHttpResponse:
        return self._file(queryset, bulk.FileKind.CSV)

    @admin.action(description="Export the selected entries as XLSX", permissions=["view"])
    def export_selected_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> StreamingHttpResponse:
        return self._file(queryset, bulk.FileKind.XLSX)

    def _file(self, entries: QuerySet[Any], kind: bulk.FileKind) -> StreamingHttpResponse:
        pks = list(entries.values_list("pk", flat=True))
        name = f"{slugify(self.table.names)}-{timezone.localdate():%Y-%m-%d}.{kind.value}"
        return StreamingHttpResponse(
            bulk.export(self.table, pks, kind),
            content_type=kind.content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    # --- Import ------------------------------------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Choosing a file; then what it would change; then changing it."""
        if not self.may_import(request):
            raise PermissionDenied
        if request.method == "POST" and "upload" in request.POST:
            return self._confirmed(request)
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_bound and form.is_valid():
            file: UploadedFile[Any] = form.cleaned_data["file"]
            try:
                if (file.size or 0) > MAX_BYTES:
                    raise bulk.FileError(TOO_LARGE)
                data = file.read()
                comparison = bulk.compare(self.table, bulk.read(data))
            except bulk.FileError as error:
                form.add_error("file", ValidationError(error.messages))
            else:
                return self._dry_run(request, self._ready(request, file.name or "", data, comparison), ReasonForm())
        context = {
            "form": form,
            "columns": list(explained(self.table)),
            "exports": [(kind.name, self._address("export", kind.value)) for kind in bulk.FileKind],
        }
        return self._page(request, "import", f"Import {self.table.names}", context)

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        upload = unseal(request.POST["upload"], whose=self._who(request), kind=self.opts.label)
        if upload is None:
            self.message_user(request, f"Nothing was imported. {GONE}", messages.ERROR)
            return HttpResponseRedirect(self._address("import"))
        form = ReasonForm(request.POST)
        alert = ""
        try:
            sheet = bulk.read(upload.data)
            if form.is_valid():
                try:
                    with transaction.atomic():
                        done = bulk.apply(
                            table=self.table,
                            sheet=sheet,
                            shown=upload.shown,
                            who=request.user.get_username(),
                            why=form.cleaned_data["change_reason"],
                        )
                        self._log(request, done, upload.name)
                    return self._done(request, done)
                except bulk.ChangedMeanwhile as changed:
                    comparison = changed.comparison
                    alert = (
                        "Nothing was imported: the entries changed since you looked. Below is what the file would do "
                        "now; the rows that differ are marked. Look at them, then import again."
                    )
                except IntegrityError as error:
                    comparison = bulk.compare(self.table, sheet)
                    alert = f"Nothing was imported. {refusal(error)[1]}"
            else:
                comparison = bulk.compare(self.table, sheet)
                comparison.mark_news(upload.shown)
        except bulk.FileError as error:
            # The columns of the table changed with a new version of the site.
            self.message_user(request, f"Nothing was imported. {' '.join(error.messages)}", messages.ERROR)
            return HttpResponseRedirect(self._address("import"))
        return self._dry_run(request, self._ready(request, upload.name, upload.data, comparison, alert), form)

    def _ready(self, request: HttpRequest, name: str, data: bytes, comparison: Comparison, alert: str = "") -> DryRun:
        sealed = ""
        if comparison.is_ready:
            shown = comparison.fingerprints()
            sealed = seal(Upload(self._who(request), self.opts.label, name, shown, data))
        return DryRun(comparison, sealed, name, alert)

    @staticmethod
    def _who(request: HttpRequest) -> int:
        return int(request.user.pk or 0)

    def _dry_run(self, request: HttpRequest, dry_run: DryRun, form: ReasonForm) -> HttpResponse:
        return self._page(request, "dry_run", f"What {dry_run.name} would change", {"dry_run": dry_run, "form": form})

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/bulk/{template}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "media": self.media,
                "title": title,
                "list_url": self._address("changelist"),
                "import_url": self._address("import"),
                **context,
            },
        )

    def _done(self, request: HttpRequest, done: Comparison) -> HttpResponse:
        counts = done.counts
        self.message_user(
            request,
            f"Imported {self.table.names}: {counts[Standing.NEW]:,} new, {counts[Standing.CHANGED]:,} changed, "
            f"{counts[Standing.UNCHANGED]:,} as they were.",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(self._address("changelist"))

    def _log(self, request: HttpRequest, done: Comparison, name: str) -> None:
        """Django’s list of what was done in the admin: one entry for each row, as if it had been saved in its form."""
        kind = ContentType.objects.get_for_model(self.model)
        LogEntry.objects.bulk_create(
            [
                LogEntry(
                    user_id=self._who(request),
                    content_type=kind,
                    object_id=str(row.entry.pk),
                    object_repr=row.name[:200],
                    action_flag=ADDITION if row.is_new else CHANGE,
                    change_message=f"Imported from {name}: {', '.join(c.column.label for c in row.changes)}.",
                )
                for row in done.to_write
            ],
            batch_size=500,
        )
