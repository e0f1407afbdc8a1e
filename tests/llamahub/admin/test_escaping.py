"""No text of an editor becomes markup on any page of the admin."""

from html.parser import HTMLParser

import pytest
from django.db import models
from django.urls import reverse

from models_catalog.models.base import Content
from tests.factories import make_citation, make_user

from .entries import ENTRIES, MAKERS, address, filled_in, name_of

pytestmark = pytest.mark.django_db

PAYLOADS = {
    "tag": "<xss-probe>",
    "attribute": '"><xss-probe a="',
    "quote": "'><xss-probe b='",
    "close": "</textarea></script></title><xss-probe>",
    "handler": '" onfocus="probe()" x="',
}


class Probe(HTMLParser):
    """Elements and attributes that only a payload can have made."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name.startswith("on") or name == "style" or (value or "").strip().lower().startswith("javascript:"):
                self.found.append((tag, name, value))
        if tag == "xss-probe" or (tag in {"script", "style"} and tag == "style"):
            self.found.append((tag,))


def markup_in(response):
    probe = Probe()
    probe.feed(response.content.decode())
    return probe.found


# The database takes these only with other fields, or in a form of their own.
NOT_FREE = {"moved_to", "wording", "group"}


def text_fields(model):
    return [
        field
        for field in model._meta.fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in {"slug", "url", "acceptable_use_url", "field", "kind", *NOT_FREE}
    ]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_every_text_of_an_entry_is_escaped(client, model, payload):
    client.force_login(make_user(is_superuser=True))
    entry = MAKERS[model]()
    values = {field.name: payload[: field.max_length] if field.max_length else payload for field in text_fields(model)}
    model.objects.filter(pk=entry.pk).update(**{name: value for name, value in values.items() if value})
    if issubclass(model, Content) and model.__name__ == "Release":
        make_citation(release=entry, field="summary", locator=payload)
    change = address(model, "change", entry.pk)
    pages = [client.get(change), client.get(address(model, "changelist"), {"q": payload}, follow=True)]
    pages.append(client.get(address(model, "changelist"), follow=True))
    # Saving makes a message, an entry in the history, and a line among the recent actions.
    saved = client.post(change, {**filled_in(pages[0], model), "_continue": "1"}, follow=True)
    pages += [saved, client.get(address(model, "history", entry.pk)), client.get(reverse("admin:index"))]
    pages += [client.get(address(model, "delete", entry.pk))]
    bulk = {"action": "delete_selected", "_selected_action": str(entry.pk)}
    pages += [client.post(address(model, "changelist"), bulk, follow=True)]
    pages += [client.get(address(model, "change", entry.pk) + "?_popup=1")]
    for page in pages:
        assert markup_in(page) == [], page.request["PATH_INFO"]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_refused_form_shows_what_was_typed_escaped(client, payload):
    client.force_login(make_user(is_superuser=True))
    for model in ENTRIES:
        entry = MAKERS[model]()
        change = address(model, "change", entry.pk)
        form = filled_in(client.get(change), model)
        page = client.post(change, {name: value if "_FORMS" in name else payload for name, value in form.items()})
        if page.status_code == 200:
            assert markup_in(page) == [], model
