"""A reference that shows nothing is an error beside the field, which names it and says what was meant."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editorial import publishing
from editorial.live_facts.validation import SHOWN, problems, validate_references
from editorial.models import Article, Edition, HubSection, HubSettings, Notice
from tests.factories import (
    make_edition,
    make_event,
    make_hub,
    make_license,
    make_notice,
    make_release,
    make_rule,
    make_use_case,
    make_user,
    make_variant,
)
from tests.llamahub.admin.entries import address, errors_of, filled_in

pytestmark = pytest.mark.django_db


def why(markdown: str) -> str:
    """The one problem of a text."""
    [(_, message)] = problems(markdown)
    return message


class TestWords:
    def test_a_good_reference_is_no_problem(self):
        make_release(slug="llama-4-scout")
        validate_references("{{ llama-4-scout.context_tokens }} {{ release:llama-4-scout.context_tokens | exact }}")

    @pytest.mark.parametrize("typed", ["lama-4-scout", "llama-4-scot", "llama4-scout", "llama-scout"])
    def test_a_wrong_name_is_answered_with_the_nearest(self, typed):
        make_release(slug="llama-4-scout")
        make_release(slug="code-llama")
        message = why(f"{{{{ {typed}.context_tokens | exact }}}}")
        assert f"no entry is called “{typed}”" in message
        assert "Did you mean “{{ llama-4-scout.context_tokens | exact }}”?" in message

    def test_a_wrong_field_is_answered_with_those_that_there_are(self):
        make_event(slug="launch")
        message = why("{{ launch.happend_on }}")
        assert "“launch” has no “happend_on”. Did you mean “happened_on”?" in message
        assert "the event has happened_on, summary" in message

    def test_both_entries_of_a_name_are_named_where_the_field_does_not_decide(self):
        make_release(slug="llama-3", license=make_license(slug="llama-3", user_threshold=700))
        validate_references("{{ llama-3.context_tokens }} {{ llama-3.user_threshold }} {{ license:llama-3.summary }}")
        assert "“{{ release:llama-3.summary }}” or “{{ license:llama-3.summary }}”" in why("{{ llama-3.summary }}")

    def test_what_readers_cannot_see_is_refused(self):
        hidden = make_release(slug="secret", is_listed=False)
        make_variant(slug="secret-8b", release=hidden)
        make_event(slug="secret-event", is_listed=False)
        for name in ("secret.context_tokens", "secret-8b.parameters_total", "secret-event.happened_on"):
            assert "readers cannot see" in why(f"{{{{ {name} }}}}")

    def test_an_empty_field_is_refused_because_the_sentence_would_have_a_hole(self):
        make_release(slug="behemoth", context_tokens=None)
        assert "states no “context_tokens”" in why("{{ behemoth.context_tokens }}")

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("{{ <script> }}", "no reference to a fact"),
            ("{{ }}", "no reference to a fact"),
            ("{{ thing:scout.context_tokens }}", "Choose one of: release, checkpoint"),
            ("{{ scout.context_tokens | loud }}", "write “| short”"),
            ("[x](</{{ scout.context_tokens }}>)", "stands in an address or a title"),
        ],
    )
    def test_what_cannot_be_read_says_what_can(self, written, said):
        make_release(slug="scout")
        assert said in why(written)

    def test_code_may_have_braces(self):
        validate_references("`{{ bos_token }}`\n\n```\n{{ messages }}\n```\n\n\\{{ a.b }}")

    def test_every_problem_names_its_line(self):
        with pytest.raises(ValidationError) as refused:
            validate_references("ok\n\n{{ a.b }}\n\n{{ c.d }}")
        assert [message.partition(":")[0] for message in refused.value.messages] == ["Line 3", "Line 5"]

    def test_a_hundred_problems_are_counted_and_a_few_told(self):
        with pytest.raises(ValidationError) as refused:
            validate_references("{{ a.b }}\n" * 100)
        assert len(refused.value.messages) == SHOWN + 1
        assert "90 more" in refused.value.messages[-1]

    def test_a_hundred_references_are_checked_in_as_many_queries_as_one(self):
        for n in range(100):
            make_release(slug=f"r{n}")
            make_rule(use_case=make_use_case(slug=f"u{n}"), license=make_license(slug=f"l{n}"))
        counts = []
        for number in (1, 100):
            text = " ".join(f"{{{{ r{n}.context_tokens }}}} {{{{ u{n}/l{n}.verdict }}}}" for n in range(number))
            with CaptureQueriesContext(connection) as captured:
                validate_references(text)
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestForms:
    """Every form with Markdown asks."""

    @pytest.fixture(autouse=True)
    def publisher(self, client):
        client.force_login(make_user("Publisher", is_superuser=True))
        make_release(slug="llama-4-scout")

    @pytest.mark.parametrize("field", ["body", "about", "independence"])
    def test_the_error_stands_beside_the_text(self, client, field):
        hub = make_hub()
        rows = {"body": [make_edition(), make_notice(), HubSection.objects.first()]}.get(field, [hub])
        for row in rows:
            page = client.get(address(type(row), "change", row.pk))
            form = {**filled_in(page, type(row)), field: "Ok.\n\n{{ lama-4-scout.context_tokens }}"}
            [message] = errors_of(client.post(address(type(row), "change", row.pk), form))[field]
            assert message.startswith("Line 3: “{{ lama-4-scout.context_tokens }}” refers to nothing")
            assert "“{{ llama-4-scout.context_tokens }}”" in message

    def test_also_in_the_form_of_the_article(self, client):
        edition = make_edition()
        url = address(Article, "change", edition.article_id)
        form = {**filled_in(client.get(url), Article), "editions-0-body": "{{ gone.x }}"}
        assert "refers to nothing" in errors_of(client.post(url, form))["editions-0-body"][0]

    def test_an_edition_that_refers_to_nothing_is_not_approved(self):
        edition = make_edition(body="{{ gone.x }}")
        with pytest.raises(ValidationError, match="refers to nothing"):
            publishing.approve(edition=edition, at=None, by=make_user(is_superuser=True))

    def test_the_texts_with_references_are_all_that_have_markdown(self):
        validated = {
            model
            for model in (Edition, Notice, HubSection, HubSettings)
            for field in model.prose_fields
            if validate_references in model._meta.get_field(field).validators
        }
        assert validated == {Edition, Notice, HubSection, HubSettings}
