"""A session that ends while someone writes loses nothing, and gives nothing to anybody else."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from llamahub.accounts.models import Session
from llamahub.desk.models import UnsavedForm
from models_catalog.models import Release
from tests.factories import make_edition
from tests.llamahub.admin.entries import address

from .conftest import is_offered, open_form, page_of, save, signed_in, tell

pytestmark = pytest.mark.django_db


def end_session(client):
    Session.objects.filter(user=client.user).delete()


def sign_in_again(client, response):
    return client.post(response["Location"], {"username": client.user.username, "password": "secret"}, follow=True)


def test_a_form_that_comes_too_late_is_offered_after_signing_in(ann, release):
    form = open_form(ann, release)
    end_session(ann)
    response = save(ann, release, form, summary="Long work.")
    assert response["Location"].startswith("/admin/login/?next=")
    assert "What you typed is kept" in ann.get(response["Location"]).content.decode()
    page = sign_in_again(ann, response).content.decode()
    number = re.search(r'name="_restore" value="(\d+)"', page)[1]
    again = ann.post(address(Release, "change", release.pk), {"_restore": number})
    assert "Long work." in again.content.decode()
    release.refresh_from_db()
    assert release.summary == "As it was."


def test_sent_twice_it_is_offered_once(ann, release):
    form = open_form(ann, release)
    end_session(ann)
    save(ann, release, form, summary="Long work.")
    save(ann, release, form, summary="Long work.")
    assert UnsavedForm.objects.count() == 1


def test_whoever_signs_in_instead_sees_nothing_of_it(ann, ben, release):
    form = open_form(ann, release)
    end_session(ann)
    response = save(ann, release, form, summary="Long work.")
    page = ann.post(response["Location"], {"username": "ben", "password": "secret"}, follow=True).content.decode()
    assert "Long work." not in page
    assert not is_offered(page)


@pytest.mark.parametrize("spoil", ["nothing", "forged", "of another"])
def test_without_the_mark_of_its_writer_nothing_is_kept(ann, ben, release, spoil):
    form = open_form(ann, release)
    form["_owner"] = {"nothing": "", "forged": form["_owner"][0][:-2] + "xx", "of another": "WzEsInMiLDEsIiJd:x:y"}[
        spoil
    ]
    end_session(ann)
    save(ann, release, form, summary="Forged.")
    assert not UnsavedForm.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "md5$a$b"}])
def test_nor_for_an_account_that_has_changed(ann, release, change):
    form = open_form(ann, release)
    for name, value in change.items():
        setattr(ann.user, name, value)
    ann.user.save()
    end_session(ann)
    save(ann, release, form, summary="Long work.")
    assert not UnsavedForm.objects.exists()


def test_a_comment_that_comes_too_late_is_shown_again_to_be_copied(ann):
    draft = make_edition()
    page = page_of(ann, draft)
    owner = re.findall(r'name="_owner" value="([^"]+)"', page)[-1]
    end_session(ann)
    url = reverse("admin:editorial_edition_comment", args=[draft.pk])
    response = ann.post(url, {"text": "A long remark.", "_owner": owner})
    page = sign_in_again(ann, response).content.decode()
    assert "A long remark.</textarea>" in page
    assert not is_offered(page)
    number = UnsavedForm.objects.get().pk
    tell(ann, draft, "discard", number=number)
    assert not UnsavedForm.objects.exists()


def strict(name):
    return signed_in(name, enforce_csrf_checks=True)


def test_a_token_that_signing_in_has_replaced_costs_no_text(release):
    ann = strict("ann")
    form = open_form(ann, release)
    response = save(ann, release, {**form, "csrfmiddlewaretoken": "a" * 64}, summary="Long <b>work</b>.")
    page = response.content.decode()
    assert response.status_code == 403
    assert f'<a href="{address(Release, "change", release.pk)}">open the form</a>' in page
    assert is_offered(page_of(ann, release))
    release.refresh_from_db()
    assert release.summary == "As it was."


def test_another_site_gains_nothing_by_a_forged_form(release):
    ann = strict("ann")
    response = ann.post(
        address(Release, "change", release.pk),
        {"summary": "<script>alert(1)</script> forged", "_owner": "forged", "_tab": "33333333"},
        headers={"origin": "https://evil.example"},
    )
    assert response.status_code == 403
    assert "forged" not in response.content.decode()
    assert not UnsavedForm.objects.exists()


def test_a_form_that_is_no_form_of_content_is_not_kept(ann):
    url = address(type(ann.user), "change", ann.user.pk)
    end_session(ann)
    assert ann.post(url, {"username": "x"}).status_code == 302
    assert not UnsavedForm.objects.exists()


def test_what_was_saved_already_is_not_kept_again(ann, release):
    form = open_form(ann, release)
    save(ann, release, form, summary="Saved.")
    end_session(ann)
    save(ann, release, form, summary="Saved.")
    assert not UnsavedForm.objects.exists()


def test_a_session_that_ran_out_counts_as_ended(ann, release):
    form = open_form(ann, release)
    Session.objects.filter(user=ann.user).update(expire_date=timezone.now())
    save(ann, release, form, summary="Long work.")
    assert UnsavedForm.objects.get().user == ann.user


def test_without_cookies_nobody_is_anybody(release):
    assert Client().post(address(Release, "change", release.pk), {"summary": "x"}).status_code == 302
    assert not UnsavedForm.objects.exists()
