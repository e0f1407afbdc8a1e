"""What an editor gets wrong is answered beside the field, with the remedy; nothing is half-saved, nothing typed is lost."""

import pytest

from editorial.models import Edition, HelpLine
from models_catalog.models import (
    Citation,
    Correction,
    KeyFigure,
    License,
    LicenseRule,
    Machine,
    PublishedMemory,
    Release,
    Source,
    TimelineEvent,
    UseCase,
    Variant,
)
from tests.factories import (
    make_edition,
    make_event,
    make_figure,
    make_help_line,
    make_license,
    make_release,
    make_rule,
    make_source,
    make_use_case,
    make_user,
    make_variant,
)
from tests.llamahub.admin.entries import MAKERS, address, errors_of, filled_in, make_citation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def editor(client):
    user = make_user("Editor")
    client.force_login(user)
    return user


def submit(client, entry, **typed):
    """Open the entry’s form, type, and save."""
    url = address(type(entry), "change", entry.pk)
    form = filled_in(client.get(url), type(entry))
    return client.post(url, {**form, **{name.replace("__", "-"): value for name, value in typed.items()}})


def add(client, model, **typed):
    url = address(model, "add")
    form = filled_in(client.get(url), model)
    return client.post(url, {**form, **{name.replace("__", "-"): value for name, value in typed.items()}})


def row(prefix, index, **fields):
    return {f"{prefix}-{index}-{name}": value for name, value in fields.items()}


@pytest.mark.parametrize(
    ("model", "typed", "field", "remedy"),
    [
        (Variant, {"parameters_active": "9000000000", "experts": "8"}, "parameters_active", "cannot exceed the total"),
        (Variant, {"parameters_active": "1000"}, "experts", "at least two experts"),
        (Variant, {"parameters_total": "0"}, "parameters_total", "above zero"),
        (Variant, {"parameters_total": "12x"}, "parameters_total", "whole number in digits"),
        (Variant, {"parameters_total": "9" * 30}, "parameters_total", "less than or equal to"),
        (Variant, {"kv_heads": "64", "attention_heads": "8"}, "kv_heads", "more key-value heads"),
        (Variant, {"local_layers": "5"}, "local_layers", "enter both or neither"),
        (Variant, {"layers": "8", "local_layers": "9", "local_window": "8192"}, "local_layers", "Check both numbers"),
        (Machine, {"memory_gb": "lots"}, "memory_gb", "whole number in digits"),
        (Machine, {"usable_percent": "120"}, "usable_percent", "less than or equal to 100"),
        (PublishedMemory, {"kind": "devices"}, "devices", "Enter how many accelerators"),
        (PublishedMemory, {"devices": "2"}, "devices", "and for nothing else"),
        (PublishedMemory, {"kind": "cache"}, "context_tokens", "enter the tokens"),
        (PublishedMemory, {"weight_format": "2-bit"}, "weight_format", "not one of the available choices"),
        (Release, {"released_on": "2024-02-30"}, "released_on", "a date that exists"),
        (Release, {"released_on": "99999-01-01"}, "released_on", "a date that exists"),
        (Release, {"released_on": "2024-04-18", "date_precision": "month"}, "released_on", "first day"),
        (Release, {"knowledge_cutoff": "2030-01-01"}, "knowledge_cutoff", "cannot lie after the release"),
        (Release, {"knowledge_cutoff": "2023-12-09"}, "knowledge_cutoff", "enter its first day"),
        (Release, {"license": ""}, "license", "Choose the license"),
        (Release, {"license": "999999"}, "license", "Choose another"),
        (Release, {"slug": "compare"}, "slug", "belongs to another page"),
        (Release, {"slug": "Llama 4"}, "slug", "lower-case letters"),
        (Release, {"modalities_in": ["smell"]}, "modalities_in", "not one of the available choices"),
        (Release, {"modalities_in": []}, "modalities_in", "required"),
        (Release, {"branch": "forged"}, "branch", "not one of the available choices"),
        (Release, {"languages": "x" * 50}, "languages", "at most 40"),
        (License, {"user_threshold": "0"}, "user_threshold", "above zero"),
        (License, {"url": "javascript:alert(1)"}, "url", "whole web address"),
        (Source, {"url": "not a url"}, "url", "whole web address"),
        (TimelineEvent, {"happened_on": "soon"}, "happened_on", "a date that exists"),
        (KeyFigure, {"value": "NaN"}, "value", "Enter a number"),
        (KeyFigure, {"value": "1e400"}, "value", ""),
        (HelpLine, {"url": "javascript:alert(1)"}, "url", "tel:"),
        (LicenseRule, {"verdict": "conditions", "conditions": ""}, "conditions", "what the reader must do"),
        (LicenseRule, {"verdict": "allowed", "clause": ""}, "clause", "Name the clause"),
        (UseCase, {"role": "activity", "group": "use"}, "wording", "needs words for the checker"),
        (UseCase, {"wording": "Do it"}, "wording", "a question for the matrix only has none"),
        (UseCase, {"role": "activity", "wording": "Do it"}, "group", "belongs to a group"),
        (UseCase, {"role": "circumstance", "wording": "You are"}, "only_who", "at least one of the fields"),
        (UseCase, {"by_end_user": "on"}, "by_end_user", "Only an activity"),
        (UseCase, {"only_place": "moon"}, "only_place", "not one of the available choices"),
        (UseCase, {"role": "verdict"}, "role", "not one of the available choices"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_a_mistake_is_answered_beside_its_field(client, model, typed, field, remedy):
    entry = MAKERS[model]()
    before = model.objects.filter(pk=entry.pk).values().get()
    response = submit(client, entry, **typed)
    errors = errors_of(response)
    assert list(errors) == [field], errors
    assert remedy in errors[field][0]
    assert model.objects.filter(pk=entry.pk).values().get() == before


def test_what_was_typed_is_still_there(client):
    release = make_release()
    response = submit(client, release, summary="A long and careful summary.", released_on="2024-02-30")
    page = response.content.decode()
    assert "A long and careful summary." in page
    assert "2024-02-30" in page


@pytest.mark.parametrize("model", [Release, License, Source, TimelineEvent, Correction])
def test_a_taken_address_is_answered_with_what_to_do(client, model):
    first, second = MAKERS[model](), MAKERS[model]()
    errors = errors_of(submit(client, second, slug=first.slug))
    assert list(errors) == ["slug"]
    assert "Choose a different one" in errors["slug"][0]


@pytest.mark.parametrize("field", ["name", "slug"])
def test_a_taken_address_of_a_checkpoint_is_answered_in_its_row(client, field):
    taken = make_variant()
    release = make_release()
    typed = row(
        "variants", 0, name="New", slug="new", size_label="8B", kind="base", quantization="none", parameters_total="8"
    )
    typed[f"variants-0-{field}"] = getattr(taken, field)
    errors = errors_of(submit(client, release, **{**typed, "variants-TOTAL_FORMS": "1"}))
    assert list(errors) == [f"variants-0-{field}"]
    assert release.variants.count() == 0


def test_active_above_total_in_a_row_keeps_the_release_as_it_was(client):
    release = make_release(name="Before")
    typed = row(
        "variants",
        0,
        name="New",
        slug="new",
        size_label="8B",
        kind="base",
        quantization="none",
        parameters_total="8",
        parameters_active="9",
        experts="2",
    )
    errors = errors_of(submit(client, release, **{**typed, "variants-TOTAL_FORMS": "1", "name": "After"}))
    assert list(errors) == ["variants-0-parameters_active"]
    release.refresh_from_db()
    assert (release.name, release.variants.count()) == ("Before", 0)


def test_the_same_repository_twice_among_new_rows_is_refused(client):
    release = make_release()
    typed = {"variants-TOTAL_FORMS": "2"}
    for n in (0, 1):
        typed |= row(
            "variants",
            n,
            name=f"New {n}",
            slug=f"new-{n}",
            size_label="8B",
            kind="base",
            quantization="none",
            parameters_total="8",
            repository_id="meta-llama/New",
        )
    errors = errors_of(submit(client, release, **typed))
    assert "Another checkpoint already names this repository." in str(errors)
    assert release.variants.count() == 0


# --- Rules ------------------------------------------------------------------------------------------------------------


def test_the_grid_has_a_row_for_every_use_case(client):
    license_ = make_license()
    decided, open_ = make_use_case(question="May I decide?"), make_use_case(question="May I wait?")
    make_rule(license=license_, use_case=decided)
    page = client.get(address(License, "change", license_.pk)).content.decode()
    assert page.index("May I decide?") < page.index("May I wait?")
    assert filled_in(client.get(address(License, "change", license_.pk)), License)["rules-1-use_case"] == [
        str(open_.pk)
    ]


def test_rows_left_open_make_no_rules(client):
    license_ = make_license()
    make_use_case()
    assert submit(client, license_, name="Renamed").status_code == 302
    assert license_.rules.count() == 0


def test_a_row_filled_in_makes_a_rule(client):
    license_, use_case = make_license(), make_use_case()
    response = submit(client, license_, rules__0__verdict="allowed", rules__0__clause="§1.a")
    assert response.status_code == 302
    rule = license_.rules.get()
    assert (rule.use_case, rule.verdict) == (use_case, "allowed")


def test_a_row_half_filled_in_says_what_is_missing(client):
    license_ = make_license()
    make_use_case()
    errors = errors_of(submit(client, license_, rules__0__conditions="Display it."))
    assert "Choose a verdict" in errors["rules-0-verdict"][0]
    errors = errors_of(submit(client, license_, rules__0__verdict="prohibited"))
    assert set(errors) == {"rules-0-conditions", "rules-0-clause"}
    assert license_.rules.count() == 0


def test_the_same_grid_from_the_use_case(client):
    use_case, license_ = make_use_case(), make_license()
    assert submit(client, use_case, rules__0__verdict="allowed", rules__0__clause="§1.a").status_code == 302
    assert use_case.rules.get().license == license_


def test_a_rule_given_twice_is_refused(client):
    rule = make_rule()
    errors = errors_of(
        add(client, LicenseRule, use_case=rule.use_case_id, license=rule.license_id, verdict="allowed", clause="§1")
    )
    assert "already has a rule for this use case" in errors["use_case"][0]


def test_a_rule_given_twice_in_the_grid_is_refused(client):
    """Forged, or a colleague was faster: the second row names the use case of the first."""
    license_, use_case = make_license(), make_use_case()
    make_use_case()
    url = address(License, "change", license_.pk)
    form = filled_in(client.get(url), License)
    twice = row("rules", 0, verdict="allowed", clause="§1") | row("rules", 1, verdict="allowed", clause="§2")
    response = client.post(url, {**form, **twice, "rules-0-use_case": use_case.pk, "rules-1-use_case": use_case.pk})
    assert response.status_code == 200
    assert license_.rules.count() == 0

    make_rule(license=license_, use_case=use_case)
    response = client.post(url, {**form, **row("rules", 0, verdict="allowed", clause="§1")})
    assert response.status_code == 200
    assert license_.rules.get().clause == "§1.a"


# --- Citations --------------------------------------------------------------------------------------------------------


def cite(**fields):
    return row("citations", 0, **{"status": "verified", "checked_on": "2026-11-24", **fields}) | {
        "citations-TOTAL_FORMS": "1"
    }


def test_a_citation_beside_its_fact_needs_no_target(client):
    release, source = make_release(), make_source()
    response = submit(client, release, **cite(field="context_tokens", source=source.pk, locator="Table 1"))
    assert response.status_code == 302
    assert release.citations.get().source == source


def test_a_citation_of_a_fact_that_the_entry_does_not_have_is_refused(client):
    release, source = make_release(), make_source()
    errors = errors_of(submit(client, release, **cite(field="verdict", source=source.pk)))
    assert "Choose a fact of this entry" in errors["citations-0-field"][0]


def test_the_same_place_cited_twice_is_refused_saved_or_not(client):
    release, source = make_release(), make_source()
    twice = cite(field="context_tokens", source=source.pk, locator="Table 1")
    twice |= {name.replace("-0-", "-1-"): value for name, value in twice.items()} | {"citations-TOTAL_FORMS": "2"}
    assert "already cites this place" in str(errors_of(submit(client, release, **twice)))
    make_citation(release=release, field="context_tokens", source=source, locator="Table 1")
    again = {
        name.replace("-0-", "-1-"): value
        for name, value in cite(field="context_tokens", source=source.pk, locator="Table 1").items()
    }
    errors = errors_of(submit(client, release, **{**again, "citations-TOTAL_FORMS": "2"}))
    assert "already cites this place" in str(errors)
    assert release.citations.count() == 1


def test_a_citation_without_a_target_is_refused(client):
    errors = errors_of(add(client, Citation, field="context_tokens", source=make_source().pk, checked_on="2026-11-24"))
    assert errors == {"release": ["A citation supports exactly one entry: choose one, and only one."]}


def test_a_citation_with_two_targets_is_refused(client):
    errors = errors_of(
        add(
            client,
            Citation,
            release=make_release().pk,
            event=make_event().pk,
            field="summary",
            source=make_source().pk,
            checked_on="2026-11-24",
        )
    )
    assert errors == {"event": ["A citation supports exactly one entry: choose one, and only one."]}
    assert not Citation.objects.exists()


def test_a_correction_with_two_targets_is_refused(client):
    typed = {"slug": "c", "what_we_said": "a", "what_is_right": "b", "why": "c", "published_on": "2026-11-24"}
    typed["source"] = make_source().pk
    errors = errors_of(add(client, Correction, **typed, release=make_release().pk, key_figure=make_figure().pk))
    assert list(errors) == ["key_figure"]


def test_a_citation_of_another_kinds_field_names_the_right_ones(client):
    errors = errors_of(
        add(
            client,
            Citation,
            release=make_release().pk,
            field="verdict",
            source=make_source().pk,
            checked_on="2026-11-24",
        )
    )
    assert list(errors) == ["field"]
    assert "context_tokens" in errors["field"][0] or "Choose a field" in errors["field"][0]


# --- Hostile input ----------------------------------------------------------------------------------------------------

PROSE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "<div><p><b>never closed",
    "</textarea><img src=x onerror=alert(1)>",
    "x" * 200_000,
    "[" * 20_000,
    "<![CDATA[" * 100,
    "\r\n" * 5_000,
]


@pytest.mark.parametrize("text", PROSE, ids=lambda text: text[:16].strip() or "blank lines")
def test_prose_of_any_kind_is_saved_or_answered(client, text):
    edition = make_edition()
    response = submit(client, edition, body=text)
    edition.refresh_from_db()
    if response.status_code == 302:
        assert edition.body.strip() in text.replace("\r\n", "\n").strip() or edition.body == text
    else:
        assert response.status_code == 200
        assert list(errors_of(response)) == ["body"]
        assert edition.body.startswith("## A section")


def test_a_null_character_is_turned_away_before_anything_is_saved(client):
    edition = make_edition()
    assert submit(client, edition, title="Changed", body="a\x00b").status_code == 400
    assert Edition.objects.get().title == edition.title


@pytest.mark.parametrize("model", [Release, Citation, Edition, Source, TimelineEvent])
@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 5000,
        "q=%27%3B+DROP+TABLE",
        "p=-1",
        "p=99999999999999999999",
        "p=x",
        "o=99.-1.x",
        "e=1",
        "all=",
        "is_listed__exact=%00",
        "status__exact=forged",
        "source__id__exact=x",
        "created_at__year=99999999",
        "slug__regex=(a%2B)%2B%24",
        "password__startswith=x",
        "created_by__password__startswith=x",
        "_facets=x",
        "%00=1",
        "q=%ff%fe",
        "_popup=x&_to_field=password",
    ],
)
def test_nonsense_in_the_address_of_a_list_is_no_error_of_ours(client, model, query):
    MAKERS[model]()
    response = client.get(f"{address(model, 'changelist')}?{query}")
    assert response.status_code in {200, 302, 400}


@pytest.mark.parametrize(
    "hierarchy", ["released_on__year=0", "released_on__year=99999", "released_on__year=x", "released_on__month=13"]
)
def test_an_impossible_date_in_the_address_of_a_list_is_no_error_of_ours(client, hierarchy):
    make_release()
    assert client.get(f"{address(Release, 'changelist')}?{hierarchy}").status_code in {200, 302, 400}


@pytest.mark.parametrize("key", ["0", "-1", "x", "99999999999999999999", "%00", "%ff", "1%2Fchange%2F..", "1'--"])
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_a_key_that_names_nothing_is_no_error_of_ours(client, key, page):
    response = client.get(f"/admin/models_catalog/release/{key}/{page}/")
    assert response.status_code in {302, 400, 403, 404}


@pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "value",
    ["\x00", "x" * 100_000, "9" * 400, "-1", "NaN", "2024-13-45", "🦙" * 50],
    ids=["null", "long", "huge", "negative", "not a number", "no date", "emoji"],
)
def test_any_field_with_nonsense_is_answered(client, model, value):
    """Every field of the form at once, and every one of a list’s, and the management form too."""
    entry = MAKERS[model]()
    client.force_login(make_user("Publisher"))
    url = address(model, "change", entry.pk)
    form = filled_in(client.get(url), model)
    before = model.objects.filter(pk=entry.pk).values().get()
    spoiled = {name: value for name in form if "_FORMS" not in name and not name.endswith("-id")}
    response = client.post(url, {**form, **spoiled})
    assert response.status_code in ({400} if "\0" in value else {200, 302})
    if response.status_code != 302:
        assert model.objects.filter(pk=entry.pk).values().get() == before
    action = {"action": value[:50], "_selected_action": value[:50]}
    assert client.post(address(model, "changelist"), action).status_code in {200, 302, 400}


def test_a_forged_number_of_rows_makes_no_more_than_a_page_can_hold(client):
    release = make_release()
    response = submit(client, release, citations__TOTAL_FORMS="9" * 50)
    assert response.status_code in {200, 302}
    assert release.citations.count() == 0


def test_a_conflict_that_only_the_database_sees_comes_back_as_a_form(client, monkeypatch):
    """Two people save at the same moment: both forms were valid when they were checked."""
    from models_catalog.forms import ContentForm

    first, second = make_release(), make_release()
    monkeypatch.setattr(ContentForm, "validate_unique", lambda self: None)
    response = submit(client, second, slug=first.slug, summary="Typed with care.")
    assert response.status_code == 200
    assert "at the same moment" in str(errors_of(response))
    assert "Typed with care." in response.content.decode()


def test_a_link_of_a_help_line_can_be_followed(client):
    line = make_help_line()
    assert submit(client, line, url="sms:741741").status_code == 302
