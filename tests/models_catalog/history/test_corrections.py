"""A change that is marked as a correction becomes a public one in the same step."""

import pytest
from django.core.exceptions import ValidationError

from models_catalog.history import put_right
from models_catalog.models import Correction, RecordedChange, Release
from tests.factories import make_citation, make_release, make_source, make_user
from tests.llamahub.admin.entries import address, errors_of, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def editor(client):
    client.force_login(make_user("Editor", username="ann"))


@pytest.fixture
def release():
    return make_release(name="Llama Test", slug="llama-test", context_tokens=131072)


def save(client, release, **typed):
    url = address(Release, "change", release.pk)
    return client.post(url, {**filled_in(client.get(url), Release), **typed})


def test_the_change_and_the_correction_are_one_step(client, release):
    source = make_source()
    make_citation(release=release, field="context_tokens", source=source)
    response = save(
        client,
        release,
        context_tokens="8192",
        is_correction="on",
        change_reason="We took the number of a later release.",
        correction_source=source.pk,
    )
    assert response.status_code == 302
    correction = Correction.objects.get()
    assert (correction.release, correction.field, correction.source) == (release, "context_tokens", source)
    assert correction.wrong_value == "128K"
    assert correction.what_is_right == "Context window of Llama Test: 8K."
    assert correction.why == "We took the number of a later release."
    assert RecordedChange.objects.of(release).first().is_correction
    client.logout()
    page = client.get("/models/llama-test/").content.decode()
    assert "128K" in page
    assert f"/corrections/#{correction.slug}" in page
    assert "We took the number of a later release." in client.get("/corrections/").content.decode()


def test_several_facts_put_right_at_once_are_several_corrections(client, release):
    save(
        client,
        release,
        context_tokens="8192",
        status="research",
        is_correction="on",
        change_reason="A mix-up.",
        correction_source=make_source().pk,
    )
    assert set(Correction.objects.values_list("field", flat=True)) == {"context_tokens", "status"}


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"context_tokens": "8192", "change_reason": ""}, "change_reason", "how the mistake came about"),
        ({"context_tokens": "8192", "correction_source": ""}, "correction_source", "Choose the source"),
        ({"context_tokens": "8192", "correction_source": "999999"}, "correction_source", "gone"),
        ({}, "is_correction", "nothing to correct"),
    ],
    ids=["no reason", "no source", "a source that is gone", "no fact changes"],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_is_saved(client, release, typed, field, message):
    complete = {"is_correction": "on", "change_reason": "A mix-up.", "correction_source": make_source().pk}
    response = save(client, release, **{**complete, **typed})
    assert any(message in error for error in errors_of(response)[field]), errors_of(response)
    release.refresh_from_db()
    assert release.context_tokens == 131072
    assert not Correction.objects.exists()


def test_a_plain_change_makes_no_correction(client, release):
    save(client, release, context_tokens="8192")
    assert not Correction.objects.exists()
    assert not RecordedChange.objects.of(release).first().is_correction


def test_a_difference_that_the_short_form_hides_is_told_in_full(client, release):
    save(
        client,
        release,
        context_tokens="128000",
        is_correction="on",
        change_reason="The card counts in thousands.",
        correction_source=make_source().pk,
    )
    correction = Correction.objects.get()
    assert "131,072 tokens" in correction.what_we_said
    assert "128,000 tokens" in correction.what_is_right


def test_a_correction_of_nothing_is_refused_in_the_shell_too(release):
    with pytest.raises(ValidationError, match="nothing to correct"):
        put_right(old=release, new=release, fields=["context_tokens"], why="?", source=make_source())


def test_an_entry_that_is_being_added_is_not_asked_why(client):
    assert "change_reason" not in client.get(address(Release, "add")).content.decode()
