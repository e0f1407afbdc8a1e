"""What the license texts say, clause by clause, and what the checker answers.

Each line was written from the text named by its clause, in our words; not from the rules in the fixtures. A reader is a
company in the United States with 25,000 monthly users that has the model itself, unless the line says otherwise.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db  # has the database made; the answers themselves need none

ALLOWED, CONDITIONS, ASK, NO, SILENT = "allowed", "conditions", "ask_meta", "prohibited", "not_covered"
AUP = "AUP, paragraph on multimodal models"
ABOVE = {"users": 700_000_001}
PERSON = {"who": "person", "users": 0}

# (what, activity, verdict, clause, who asks, what the text says)
CASES = [
    # --- LLaMA license (2023): a grant for non-commercial research ---
    ("llama-1", "research-and-personal-use", CONDITIONS, "§1.a", PERSON, "the grant is for non-commercial research"),
    ("llama-1", "commercial-product", NO, "§2.a(i)", {}, "no commercial or production purposes"),
    ("llama-1", "host-as-a-service", NO, "§2.a(i)", {}, "hosting for others is a production purpose"),
    ("llama-1", "use-outputs", NO, "§2.a(i)", {}, "the ban includes data produced by the software"),
    ("llama-1", "redistribute-weights", CONDITIONS, "§3", {}, "copies carry the license and the notice"),
    ("llama-1", "relicense", NO, "§2.d", {}, "no terms that alter the license"),
    ("llama-1", "remove-safeguards", NO, "§2.c", {}, "no circumventing of protections"),
    ("llama-1", "military-use", NO, "§2.a(ii)", {}, "no military purposes"),
    ("llama-1", "use-the-trademarks", ASK, "§9", {}, "marks only with written permission"),
    ("llama-1", "name-a-derivative", SILENT, None, {}, "no name is prescribed"),
    ("llama-1", "commercial-product", NO, "§2.a(i)", ABOVE, "no threshold: size changes nothing"),
    ("llama-1", "commercial-product", NO, "§2.a(i)", {"got": "product"}, "no clause on finished products"),
    # --- §1.a, the grant, from Llama 2 on ---
    ("llama-2", "research-and-personal-use", ALLOWED, "§1.a", PERSON, "use, copy and modify, free of royalties"),
    ("llama-2", "internal-use", ALLOWED, "§1.a", {}, "the grant does not ask what the use is for"),
    ("llama-3-1", "on-premises", ALLOWED, "§1.a", {}, "worldwide, wherever it runs"),
    ("llama-2", "fine-tune", ALLOWED, "§1.a", {}, "modifications and derivative works"),
    ("llama-4-scout", "fine-tune", ALLOWED, "§1.a", {}, "modifications and derivative works"),
    ("llama-2", "relicense", CONDITIONS, "§5.b", {}, "you own your changes, not what comes from Meta"),
    # --- §1.b.i, copy of the agreement, display, name ---
    ("llama-2", "redistribute-weights", CONDITIONS, "§1.b.i", {}, "a copy of the agreement to third parties"),
    ("llama-2", "name-a-derivative", SILENT, None, {}, "version 2 prescribes no name"),
    ("llama-3", "name-a-derivative", CONDITIONS, "§1.b.i", {}, "“Llama 3” at the beginning of the name"),
    ("llama-3-1", "name-a-derivative", CONDITIONS, "§1.b.i", {}, "“Llama” at the beginning of the name"),
    ("llama-4-scout", "name-a-derivative", CONDITIONS, "§1.b.i", {}, "“Llama” at the beginning of the name"),
    ("llama-2", "commercial-product", CONDITIONS, "§1.b.i", {}, "a copy of the agreement; no display line yet"),
    ("llama-3", "commercial-product", CONDITIONS, "§1.b.i", {}, "display “Built with Meta Llama 3”"),
    ("llama-3-3", "commercial-product", CONDITIONS, "§1.b.i", {}, "display “Built with Llama”"),
    ("llama-3-1", "host-as-a-service", CONDITIONS, "§1.b.i", {}, "making a service available asks for the display"),
    ("llama-3", "publish-derivative", CONDITIONS, "§1.b.i", {}, "name, display, copy of the agreement"),
    # --- §1.b.iii, the Notice file ---
    ("llama-2", "quantize-and-reupload", CONDITIONS, "§1.b.iii", {}, "the notice in all copies distributed"),
    ("llama-3-2", "quantize-and-reupload", CONDITIONS, "§1.b.iii", {}, "the notice in all copies distributed"),
    ("llama-4-scout", "ship-in-device-or-app", CONDITIONS, "§1.b.iii", {}, "copies travel with the product"),
    # --- §1.b.v, outputs to improve other models: 2 and 3 only ---
    ("llama-2", "outputs-for-other-models", NO, "§1.b.v", {}, "not for any other large language model"),
    ("code-llama", "outputs-for-other-models", NO, "§1.b.v", {}, "Code Llama is under the license of version 2"),
    ("llama-3", "outputs-for-other-models", NO, "§1.b.v", {}, "not for any other large language model"),
    ("llama-guard-2", "outputs-for-other-models", NO, "§1.b.v", {}, "Llama Guard 2 is under that of version 3"),
    ("llama-3-1", "outputs-for-other-models", CONDITIONS, "§1.b.i", {}, "the ban is gone, the name remains"),
    ("llama-3-2", "outputs-for-other-models", CONDITIONS, "§1.b.i", {}, "the ban is gone, the name remains"),
    ("llama-3-3", "outputs-for-other-models", CONDITIONS, "§1.b.i", {}, "the ban is gone, the name remains"),
    ("llama-4-maverick", "outputs-for-other-models", CONDITIONS, "§1.b.i", {}, "the ban is gone, the name remains"),
    ("llama-2", "distill-or-synthetic-data", NO, "§1.b.v", {}, "a student is another language model"),
    ("llama-3-1", "distill-or-synthetic-data", CONDITIONS, "§1.b.i", {}, "the student’s name begins with “Llama”"),
    ("llama-2", "outputs-for-llama-models", CONDITIONS, "§1.b.v", {}, "Llama 2 and its derivatives are excepted"),
    ("llama-3", "outputs-for-llama-models", CONDITIONS, "§1.b.v", {}, "Llama 3 and its derivatives are excepted"),
    ("llama-2", "outputs-for-non-language-models", SILENT, "§1.b.v", {}, "the ban speaks of language models only"),
    ("llama-3-2", "outputs-for-non-language-models", CONDITIONS, "§1.b.i", {}, "the name rule speaks of any AI model"),
    # --- §2, the user threshold ---
    ("llama-2", "commercial-product", ASK, "§2", ABOVE, "greater than 700 million: no rights until Meta grants them"),
    ("llama-3", "internal-use", ASK, "§2", ABOVE, "none of the rights, in-house use included"),
    ("llama-3-1", "research-and-personal-use", ASK, "§2", ABOVE, "none of the rights, research included"),
    ("llama-4-scout", "fine-tune", ASK, "§2", ABOVE, "none of the rights"),
    ("llama-2", "commercial-product", CONDITIONS, "§1.b.i", {"users": 700_000_000}, "exactly 700 million is not greater"),
    ("llama-4-scout", "fine-tune", ALLOWED, "§1.a", {"users": 700_000_000}, "exactly 700 million is not greater"),
    ("llama-3-1", "fine-tune", ASK, "§2", {"who": "person", **ABOVE}, "the clause knows no exception for people"),
    ("llama-3", "outputs-for-other-models", NO, "§1.b.v", ABOVE, "what is prohibited stays so"),
    ("llama-3-3", "use-outputs", ASK, "§2", ABOVE, "no use without the rights, though outputs are not mentioned"),
    # --- §1.b.ii, the recipient of an integrated end-user product ---
    ("llama-2", "internal-use", ALLOWED, "§1.b.ii", {"got": "product", **ABOVE}, "section 2 does not apply to the recipient"),
    ("llama-4-scout", "internal-use", ALLOWED, "§1.b.ii", {"got": "product", **ABOVE}, "section 2 does not apply"),
    ("llama-3", "outputs-for-other-models", NO, "§1.b.v", {"got": "product", **ABOVE}, "the other terms still apply"),
    ("llama-3-1", "military-use", NO, "AUP, item 2.a", {"got": "product"}, "the policy still applies"),
    # --- the acceptable use policies: the European Union and multimodal models, from 3.2 on ---
    ("llama-3-2-vision", "fine-tune", NO, AUP, {"place": "de"}, "a company based in the Union: rights not granted"),
    ("llama-3-2-vision", "research-and-personal-use", NO, AUP, {"place": "fr", **PERSON}, "a person domiciled there too"),
    ("llama-4-scout", "commercial-product", NO, AUP, {"place": "ie"}, "multimodal models of version 4"),
    ("llama-4-maverick", "image-input", NO, AUP, {"place": "eu"}, "multimodal models of version 4"),
    ("llama-4-scout", "use-outputs", NO, AUP, {"place": "es"}, "sending it only text does not help"),
    ("llama-guard-4", "internal-use", NO, AUP, {"place": "it"}, "Llama Guard 4 takes images too"),
    ("license:llama-3-2", "image-input", NO, AUP, {"place": "at"}, "images need a multimodal model"),
    ("llama-3-2", "fine-tune", ALLOWED, "§1.a", {"place": "de"}, "the 1B and 3B models take text only"),
    ("llama-3-3", "commercial-product", CONDITIONS, "§1.b.i", {"place": "de"}, "version 3.3 has no multimodal model"),
    ("llama-3-1", "fine-tune", ALLOWED, "§1.a", {"place": "de"}, "the policy of 3.1 has no such paragraph"),
    ("llama-3-2-vision", "fine-tune", ALLOWED, "§1.a", {"place": "no"}, "Norway is in the EEA, not in the Union"),
    ("llama-4-scout", "fine-tune", ALLOWED, "§1.a", {"place": "ch"}, "nor is Switzerland"),
    ("llama-4-scout", "image-input", ALLOWED, "§1.a", {"place": "gb"}, "nor the United Kingdom"),
    ("llama-4-scout", "internal-use", ALLOWED, AUP, {"place": "de", "got": "product"}, "end users of a product are spared"),
    ("llama-3-2-vision", "image-input", ALLOWED, AUP, {"place": "de", "got": "product"}, "end users are spared"),
    ("llama-4-scout", "fine-tune", NO, AUP, {"place": "de", "got": "product"}, "fine-tuning is no end use"),
    ("llama-4-scout", "fine-tune", NO, AUP, {"place": "de", **ABOVE}, "not granted weighs more than ask"),
    ("llama-3-1", "image-input", SILENT, None, {}, "no model of 3.1 takes images; the text does not speak of it"),
    # --- the policies' prohibited uses ---
    ("llama-2", "military-use", NO, "AUP, item 2.a", {}, "military, warfare, nuclear, espionage"),
    ("llama-4-scout", "military-use", NO, "AUP, item 2.a", {}, "military, warfare, nuclear, espionage"),
    ("llama-3-3", "critical-infrastructure", NO, "AUP, item 2.d", {}, "operation of critical infrastructure"),
    ("llama-3", "regulated-advice", CONDITIONS, "AUP, item 1.d", {}, "no unlicensed practice of a profession"),
    ("llama-4-scout", "outputs-as-human", NO, "AUP, item 3.e", {}, "not to be presented as human-generated"),
    ("llama-3-1", "remove-safeguards", SILENT, "AUP, item 4", {}, "no sentence on it before 3.2"),
    ("llama-3-2", "remove-safeguards", NO, "AUP, item 1.h", {}, "no circumventing of safety measures"),
    ("llama-4-maverick", "remove-safeguards", NO, "AUP, item 1.h", {}, "no circumventing of safety measures"),
    # --- §5.a, marks; §1.a, transfer ---
    ("llama-2", "use-the-trademarks", CONDITIONS, "§5.a", {}, "reasonable and customary description only"),
    ("llama-4-scout", "use-the-trademarks", CONDITIONS, "§5.a", {}, "“Llama” only for the required name"),
    ("llama-3-1", "affiliates", CONDITIONS, "§1.a", {}, "the license is not transferable"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "activity", "verdict", "clause", "reader", "says"),
    CASES,
    ids=[f"{what}-{activity}-{'-'.join(f'{k}={v}' for k, v in who.items())}" for what, activity, _, _, who, _ in CASES],
)
def test_the_answer_is_that_of_the_text(shelf, what, activity, verdict, clause, reader, says):
    answer = shelf.ask(what, activity, **reader)
    [found] = answer.activities
    assert found.verdict == verdict, f"the text says: {says}"
    assert (clause in found.clauses) if clause else (found.clauses == []), found.clauses


def test_there_are_enough_cases_from_every_version(shelf):
    assert len(CASES) >= 60
    asked = {shelf.subject(what)[0].slug for what, *_ in CASES}
    assert asked == {license.slug for license in shelf.options.licenses}


@pytest.mark.parametrize(
    ("what", "activity", "words"),
    [
        ("llama-3", "name-a-derivative", "“Llama 3”"),
        ("llama-3-1", "name-a-derivative", "“Llama”"),
        ("llama-3", "commercial-product", "“Built with Meta Llama 3”"),
        ("llama-4-scout", "commercial-product", "“Built with Llama”"),
        ("llama-2", "commercial-product", "No “Built with” line"),
    ],
)
def test_the_conditions_name_what_the_version_asks_for(shelf, what, activity, words):
    [found] = shelf.ask(what, activity).activities
    assert words in found.conditions


@pytest.mark.parametrize(
    ("place", "field"),
    [("de", "licensor_eea"), ("no", "licensor_eea"), ("ch", "licensor_eea"), ("us", "licensor"), ("gb", "licensor")],
)
def test_another_company_grants_the_license_in_the_eea_and_switzerland(shelf, place, field):
    assert shelf.ask("llama-2", "fine-tune", place=place).licensor_field == field
    assert shelf.ask("llama-1", "fine-tune", place=place).licensor_field == "licensor"


def in_short(row) -> list[tuple[str, str]]:
    return [(run.versions, run.answer.verdict.value) for run in row.in_short]


def test_outputs_for_other_models_across_the_versions(shelf):
    assert in_short(shelf.everywhere("outputs-for-other-models")) == [
        ("version 1", CONDITIONS),
        ("versions 2 and 3", NO),
        ("version 3.1 and later", CONDITIONS),
    ]
    newest = shelf.everywhere("outputs-for-other-models").in_words[-1]
    assert newest.versions == "version 3.1 and later"
    assert "begins with “Llama”" in newest.answer.conditions


def test_image_input_in_the_union_across_the_versions(shelf):
    assert in_short(shelf.everywhere("image-input", "multimodal", place="de")) == [
        ("versions 1, 2, 3, and 3.1", SILENT),
        ("version 3.2 and later", NO),
    ]


def test_a_text_model_in_the_union_across_the_versions(shelf):
    assert in_short(shelf.everywhere("fine-tune", "text", place="de")) == [
        ("version 1", CONDITIONS),
        ("versions 2, 3, 3.1, 3.2, and 3.3", ALLOWED),
        ("version 4", NO),
    ]


def test_the_month_that_counts_is_the_one_before_the_version(shelf):
    months = {license.slug: license.counted_month for license in shelf.options.licenses}
    assert {slug: f"{month:%Y-%m}" for slug, month in months.items() if month} == {
        "llama-2": "2023-06",
        "llama-3": "2024-03",
        "llama-3-1": "2024-06",
        "llama-3-2": "2024-08",
        "llama-3-3": "2024-11",
        "llama-4": "2025-03",
    }
    assert months["llama-1"] is None
