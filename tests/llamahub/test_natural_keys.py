"""Every row of content can be named without a number, so that fixtures fit any database."""

import pytest
from django.apps import apps

from models_catalog.models import Content
from tests import factories

pytestmark = pytest.mark.django_db

CONTENT_MODELS = [model for model in apps.get_models() if issubclass(model, Content)]


def make_one_of_each():
    release = factories.make_release()
    factories.make_citation(release=release, field="context_tokens")
    factories.make_correction()
    factories.make_check_interval()
    factories.make_rule()
    factories.make_variant(release=release)
    factories.make_event()
    factories.make_provider()
    factories.make_figure()
    factories.make_machine()
    factories.make_published_memory()
    factories.make_live_article()
    factories.make_persona()
    factories.make_help_line()
    factories.make_term()
    factories.make_style_rule()
    factories.make_hub()
    factories.make_image()


def test_every_model_finds_its_rows_by_natural_key():
    make_one_of_each()
    for model in CONTENT_MODELS:
        rows = list(model.objects.all())
        assert rows, f"the test makes no {model.__name__}"
        for row in rows:
            assert model.objects.get_by_natural_key(*row.natural_key()) == row


def test_every_model_with_content_is_announced_and_dated():
    for model in CONTENT_MODELS:
        assert model._meta.get_field("updated_at").db_default is not None
