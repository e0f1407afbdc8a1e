"""A form that arrives twice is saved once, and nobody is told of a conflict with themselves."""

import threading

import pytest
from django.db import connection

from editorial.models import Edition, HelpLine
from llamahub.desk.models import SavedForm
from models_catalog.models import RecordedChange, Release, Variant
from tests.factories import make_edition, make_help_line, make_notice
from tests.llamahub.admin.entries import address, errors_of, filled_in

from .conftest import open_form, save, signed_in

pytestmark = pytest.mark.django_db


def test_a_new_entry_that_arrives_twice_is_made_once(ann):
    notice = make_notice()
    line = {
        "notice": notice.pk,
        "name": "A line",
        "slug": "a-line",
        "contact": "116 123",
        "region": "EU",
        "url": "tel:116123",
    }
    form = {**filled_in(ann.get(address(HelpLine, "add")), HelpLine), **line}
    first, second = (ann.post(address(HelpLine, "add"), form) for _ in range(2))
    assert (errors_of(first), first.status_code, second.status_code) == ({}, 302, 302)
    assert HelpLine.objects.count() == 1
    assert "it was saved once" in ann.get(second["Location"]).content.decode()


def test_a_row_that_is_added_in_a_form_is_added_once(ann, release):
    form = open_form(ann, release)
    row = {
        "variants-TOTAL_FORMS": "1",
        "variants-0-id": "",
        "variants-0-release": release.pk,
        "variants-0-name": "Base",
        "variants-0-slug": "base",
        "variants-0-size_label": "8B",
        "variants-0-kind": "base",
        "variants-0-quantization": next(iter(Variant._meta.get_field("quantization").choices))[0],
        "variants-0-parameters_total": "8000000000",
    }
    first, second = (save(ann, release, form, **row) for _ in range(2))
    assert (errors_of(first), first.status_code, second.status_code) == ({}, 302, 302)
    assert release.variants.count() == 1


def test_the_same_change_twice_is_one_change(ann, release):
    form = open_form(ann, release)
    assert save(ann, release, form, summary="New.").status_code == 302
    count = RecordedChange.objects.count()
    assert save(ann, release, form, summary="New.").status_code == 302
    assert RecordedChange.objects.count() == count


def test_approving_twice_is_no_conflict(ann):
    edition = make_edition()
    form = open_form(ann, edition)
    first, second = (save(ann, edition, form, _approve="1") for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == address(Edition, "change", edition.pk)


def test_a_second_tab_that_saves_without_changes_is_no_conflict_and_undoes_nothing(ann, release):
    first, second = open_form(ann, release), open_form(ann, release)
    assert save(ann, release, first, summary="From the first tab.").status_code == 302
    assert save(ann, release, second).status_code == 302
    release.refresh_from_db()
    assert release.summary == "From the first tab."


def test_a_form_that_was_refused_may_be_sent_again(ann, release):
    refused = save(ann, release, open_form(ann, release), name="")
    assert refused.status_code == 200
    assert not SavedForm.objects.exists()
    assert save(ann, release, filled_in(refused, Release), name="Right").status_code == 302


def test_the_number_of_another_persons_form_stops_nobody(ann, ben, release):
    form = open_form(ann, release)
    save(ann, release, form, summary="Ann’s.")
    bens = {**open_form(ben, release), "_once": form["_once"]}
    assert save(ben, release, bens, summary="Ben’s.").status_code == 302
    release.refresh_from_db()
    assert release.summary == "Ben’s."


@pytest.mark.parametrize("nonsense", ["", "x", "1" * 400, "00000000-0000-0000-0000-00000000000g"])
def test_a_forged_number_fails_nothing(ann, release, nonsense):
    assert save(ann, release, {**open_form(ann, release), "_once": nonsense}, summary="New.").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["add", "change", "approve"])
def test_of_many_copies_that_arrive_together_one_is_saved(what):
    ann = signed_in("ann")
    entry = make_help_line() if what == "add" else make_edition()
    url = address(type(entry), "change", entry.pk) if what != "add" else address(HelpLine, "add")
    form = filled_in(ann.get(url), type(entry))
    if what == "add":
        line = filled_in(ann.get(address(HelpLine, "change", entry.pk)), HelpLine)
        form = {**line, **{name: form[name] for name in ("_once", "_owner")}, "name": ["Another"], "slug": ["another"]}
    elif what == "approve":
        form["_approve"] = ["1"]
    else:
        form["title"] = ["New"]
    statuses = []

    def send() -> None:
        try:
            client = type(ann)()
            client.cookies = ann.cookies
            statuses.append(client.post(url, form).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 5
    assert HelpLine.objects.count() == (2 if what == "add" else 0)
    changes = RecordedChange.objects.filter(table="editorial_edition", row_id=entry.pk, action="update")
    # Approving saves first, and a save that changes nothing is not recorded.
    assert changes.count() == (0 if what == "add" else 1)
