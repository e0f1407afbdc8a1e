"""The draft as readers will see it, beside its form; and links for those without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from editorial import previews, publishing
from editorial.forms import PREVIEWED, PreviewForm
from editorial.models import Edition, PreviewPeriod
from editorial.views.previews import Preview, draft_page, private

from .standing import moment

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

SAVED = "This is the text as it was last saved. Readers do not see it."
TYPED = "This is what stands in the form now; nothing is saved by looking at it. Readers do not see it."

# The form’s page may frame pages of ours: the preview is one.
FORM_POLICY = {**settings.SECURE_CSP, "frame-src": ["'self'"]}
# The preview in the form’s pane runs nothing, sends nothing, and can be framed by our own pages alone. It keeps its
# origin, without which it would get neither styles nor pictures, and the pane could not see how far it is scrolled.
PANE_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "base-uri": ["'none'"],
    "sandbox": ["allow-same-origin"],
}


class Previewing(ModelAdmin):
    """An edition’s form with its preview beside it, and with links to share it by."""

    class Media:
        css = {"all": ("admin_site/preview.css",)}
        js = (Script("admin_site/preview.js", type="module"), Script("admin_site/sharing.js", type="module"))

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            return path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"editorial_edition_{name.replace('-', '_')}",
            )

        return [
            page("preview", self.preview_view),
            page("share", self.share_view),
            page("revoke-links", self.revoke_links_view),
            *super().get_urls(),
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None and not obj.is_public:
            context |= {"may_preview": True, "previewed_fields": " ".join(PREVIEWED)}
            if previews.may_share(request.user, obj):
                links = obj.preview_links.working().select_related("made_by")
                context |= {
                    "may_share": True,
                    "periods": PreviewPeriod,
                    "usual_period": PreviewPeriod.WEEK,
                    "preview_links": [(link, settings.SITE_URL + previews.address_of(link)) for link in links],
                }
        response = super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)
        response._csp_config = FORM_POLICY  # type: ignore[attr-defined]
        return response

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows the saved text, POST what was typed; with ``in=pane`` for the frame beside the form.

        ``as=json`` answers the pane that could not show something: whether its
        owner is still signed in and may still write this draft, and with which
        token forms are sent by now.
        """
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            raise Http404
        typed = request.method == "POST"
        if not (self.has_change_permission if typed else self.has_view_permission)(request, edition):
            raise PermissionDenied
        if request.GET.get("as") == "json":
            may_write = self.has_change_permission(request, edition)
            return private(JsonResponse({"token": get_token(request), "may_write": may_write}))
        in_pane = request.GET.get("in") == "pane"
        response = self._typed(request, edition, in_pane) if typed else self._saved(request, edition, in_pane)
        if in_pane:
            response._csp_config = PANE_POLICY  # type: ignore[attr-defined]
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def _saved(self, request: HttpRequest, edition: Edition, in_pane: bool) -> HttpResponse:
        if edition.is_public:
            return HttpResponseRedirect(edition.get_absolute_url())
        return draft_page(request, edition, Preview("" if in_pane else SAVED, in_pane=in_pane))

    def _typed(self, request: HttpRequest, edition: Edition, in_pane: bool) -> HttpResponse:
        form = PreviewForm(request.POST, instance=edition)
        if form.is_valid():
            return draft_page(request, edition, Preview("" if in_pane else TYPED, in_pane=in_pane))
        context = {"preview": Preview(in_pane=in_pane), "page_path": None, "problems": form.problems()}
        # A browser would complain of an error in the pane, where a text that is being written often has one.
        status = 200 if in_pane else 422
        return private(render(request, "admin/editorial/edition/preview_problems.html", context, status=status))

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new link for someone without an account."""
        edition = self._to_share(request, object_id)
        if not isinstance(edition, Edition):
            return edition
        chosen = next((one for one in PreviewPeriod if str(one.value) == request.POST.get("period")), None)
        if chosen is None:
            self.message_user(request, "Choose from the list for how long the link shall work.", messages.ERROR)
            return self._to_sharing(edition)
        try:
            link = previews.share(edition=edition, period=chosen, by=request.user)  # type: ignore[arg-type]
        except publishing.NotPossible as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            said = f"Made a link to the draft that works until {moment(link.expires_at)}."
            self.log_change(request, edition, said)
            self.message_user(request, said, messages.SUCCESS)
        return self._to_sharing(edition)

    def revoke_links_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """No link to the draft works from now on."""
        edition = self._to_share(request, object_id)
        if not isinstance(edition, Edition):
            return edition
        ended = previews.revoke(edition=edition, by=request.user)  # type: ignore[arg-type]
        said = f"Revoked {ended} link{'' if ended == 1 else 's'} to the draft: none works any more."
        self.log_change(request, edition, said)
        self.message_user(request, said, messages.SUCCESS)
        return self._to_sharing(edition)

    def _to_share(self, request: HttpRequest, object_id: str) -> Edition | HttpResponse:
        """The edition whose links the request may change, or the answer to one that may not."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not request.user.has_perm("editorial.change_edition"):
            raise PermissionDenied
        found: Edition = edition
        return found

    def _to_sharing(self, edition: Edition) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:editorial_edition_change", args=[edition.pk]) + "#sharing")
