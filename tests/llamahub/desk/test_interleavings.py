"""Two people save the same thing at the same moment: whatever the order, no update is lost.

A few rounds of each kind by default; LOST_UPDATE_ROUNDS=240 plays as many, with a random lead of one over the other.
"""

import os
import random
import re
import threading
import time

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from editorial.models import Edition
from models_catalog.models import KeyFigure, RecordedChange, Release
from tests.factories import make_edition, make_figure, make_release
from tests.llamahub.admin.entries import address

from .conftest import open_form, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("LOST_UPDATE_ROUNDS", "18"))
LONGEST_LEAD = 0.06  # seconds: about as long as a save takes


def change(client, entry, **typed):
    """A form that is open, ready to be sent."""
    form = {**open_form(client, entry), **typed}
    return lambda: client.post(address(type(entry), "change", entry.pk), form)


def delete(client, entry):
    url = address(type(entry), "delete", entry.pk)
    form = {"post": "yes", "_versions": versions_in(client.get(url))}
    return lambda: client.post(url, form, follow=True)


def delete_in_bulk(client, entry):
    url, form = address(type(entry), "changelist"), {"action": "delete_selected", "_selected_action": str(entry.pk)}
    form |= {"post": "yes", "_versions": versions_in(client.post(url, form))}
    return lambda: client.post(url, form, follow=True)


def edit_in_list(client, entry, position):
    url = address(KeyFigure, "changelist")
    form = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": entry.pk,
        "form-0-position": position,
        "_versions": versions_in(client.get(url)),
        "_save": "Save",
    }
    return lambda: client.post(url, form)


def versions_in(response):
    return re.search(r'name="_versions" value="([^"]+)"', response.content.decode())[1]


def at_once(first, second, lead):
    """Both answers. Each runs in a connection of its own, one of them a little later."""
    answers = {}

    def run(name, request, wait):
        try:
            time.sleep(wait)
            answers[name] = request()
        finally:
            connection.close()

    waits = (0, lead) if lead > 0 else (-lead, 0)
    threads = [threading.Thread(target=run, args=each) for each in zip("ab", (first, second), waits, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers["a"], answers["b"]


def text_of(response):
    return response.content.decode()


# Each plays one round and checks that what was accepted stands, and that what was not is on the page.


def save_and_save(ann, ben, lead):
    release = make_release(summary="As it was.")
    answers = at_once(change(ann, release, summary="Ann’s text."), change(ben, release, summary="Ben’s text."), lead)
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    winner = [answer.status_code for answer in answers].index(302)
    texts = ["Ann’s text.", "Ben’s text."]
    assert Release.objects.get(pk=release.pk).summary == texts[winner]
    # The second sees both.
    assert all(text in text_of(answers[1 - winner]) for text in texts)


def save_different_fields(ann, ben, lead):
    release = make_release(summary="As it was.")
    answers = at_once(change(ann, release, summary="Ann’s text."), change(ben, release, context_tokens="4321"), lead)
    assert [answer.status_code for answer in answers] == [302, 302]
    release.refresh_from_db()
    assert (release.summary, release.context_tokens) == ("Ann’s text.", 4321)


def save_and_publish(ann, ben, lead):
    edition = make_edition(title="As it was")
    saved, published = at_once(change(ann, edition, title="Ann’s title"), change(ben, edition, _approve="1"), lead)
    edition.refresh_from_db()
    assert published.status_code == 302
    if edition.status == Edition.Status.APPROVED:
        # Published as Ben saw it; Ann has her words.
        assert (edition.title, saved.status_code) == ("As it was", 409)
        assert "Ann’s title" in text_of(saved)
    else:
        assert (edition.title, saved.status_code) == ("Ann’s title", 302)


def save_in_article_and_publish(ann, ben, lead):
    edition = make_edition(title="As it was")
    form = change(ann, edition.article, **{"editions-0-title": "Ann’s title"})
    saved, published = at_once(form, change(ben, edition, _approve="1"), lead)
    edition.refresh_from_db()
    assert (saved.status_code in {200, 302}, published.status_code) == (True, 302)
    if edition.status == Edition.Status.APPROVED:
        assert edition.title == "As it was"
        assert "Ann’s title" in text_of(saved)
    else:
        assert (edition.title, saved.status_code) == ("Ann’s title", 302)


def save_and_delete(ann, ben, lead, remove=delete):
    release = make_release(summary="As it was.")
    saved, deleted = at_once(change(ann, release, summary="Ann’s text."), remove(ben, release), lead)
    if left := Release.objects.filter(pk=release.pk).first():
        assert (left.summary, saved.status_code) == ("Ann’s text.", 302)
        assert "ann changed summary" in text_of(deleted)
    else:
        assert saved.status_code == 409
        assert "Ann’s text." in text_of(saved)
        assert not RecordedChange.objects.filter(row_id=release.pk, row__summary="Ann’s text.").exists()


def save_and_delete_in_bulk(ann, ben, lead):
    save_and_delete(ann, ben, lead, delete_in_bulk)


def save_and_edit_in_list(ann, ben, lead):
    KeyFigure.objects.all().delete()
    figure = make_figure(position=1)
    answers = at_once(change(ann, figure, position="5"), edit_in_list(ben, figure, "9"), lead)
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    figure.refresh_from_db()
    assert figure.position == (5 if answers[0].status_code == 302 else 9)


KINDS = (
    save_and_save,
    save_different_fields,
    save_and_publish,
    save_in_article_and_publish,
    save_and_delete,
    save_and_delete_in_bulk,
    save_and_edit_in_list,
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_update_is_lost(kind):
    ann, ben = signed_in("ann"), signed_in("ben")
    chance = random.Random(kind.__name__)
    for _ in range(-(-ROUNDS // len(KINDS))):
        kind(ann, ben, chance.uniform(-LONGEST_LEAD, LONGEST_LEAD))


def test_two_steps_at_once_are_one_step():
    """Of two publishers who take the same edition back, one does."""
    ann, ben = signed_in("ann"), signed_in("ben")
    edition = make_edition()
    change(ann, edition, _approve="1", publish_at_0="2099-01-01", publish_at_1="12:00:00")()
    url = reverse("admin:editorial_edition_take_back", args=[edition.pk])
    form = {"_versions": versions_in(ann.get(address(Edition, "change", edition.pk)))}

    def take_back(client: Client):
        return lambda: client.post(url, form, follow=True)

    pages = [text_of(answer) for answer in at_once(take_back(ann), take_back(ben), 0.0)]
    assert sum("Took the edition back" in page for page in pages) == 1
    assert sum("Nothing was done" in page for page in pages) == 1
