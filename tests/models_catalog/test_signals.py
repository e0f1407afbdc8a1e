"""One signal says that content changed, after the commit."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from models_catalog.models import Release
from models_catalog.signals import content_changed
from tests.factories import make_event, make_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """The changes announced so far, as (model, deleted)."""
    changes = []

    def listen(sender, pk, deleted, **kwargs):
        changes.append((sender.__name__, deleted))

    content_changed.connect(listen)
    yield changes
    content_changed.disconnect(listen)


def test_saving_and_deleting_content_is_announced(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        event = make_event()
    with django_capture_on_commit_callbacks(execute=True):
        event.delete()
    assert heard == [("TimelineEvent", False), ("TimelineEvent", True)]


def test_a_changed_relation_is_announced(heard, django_capture_on_commit_callbacks):
    event, release = make_event(), make_release()
    heard.clear()
    with django_capture_on_commit_callbacks(execute=True):
        event.releases.add(release)
    assert heard == [("TimelineEvent", False)]


@pytest.mark.django_db(transaction=True)
def test_a_write_that_is_rolled_back_is_not_announced(heard):
    release = make_release()
    heard.clear()
    with transaction.atomic():
        release.save()
        transaction.set_rollback(True)
    assert heard == []
    assert Release.objects.filter(pk=release.pk).exists()


def test_what_is_not_content_is_not_announced(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        User.objects.create_user("somebody")
    assert heard == []
