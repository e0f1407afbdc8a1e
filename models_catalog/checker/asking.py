"""Reads a question from a query string, or says which parameter is wrong and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from models_catalog import formatting
from models_catalog.models import Got, License, ModelKind, Release, UseCase, Users, Who

from .places import GROUPS, PLACES
from .weighing import Reader, concerns, kind_under

if TYPE_CHECKING:
    from django.http import QueryDict

# A question written in this order, with nothing empty, is its canonical address.
PARAMETERS = ("release", "license", "model", "who", "place", "users", "got", "activity")
SEVERAL = frozenset({"activity"})
# Every person on Earth, and some: a larger number is a slip of the finger.
MOST_USERS = 10_000_000_000
SHOWN = 60  # characters of a wrong value that a message repeats

GOT_LABELS = (
    (Got.MODEL.value, "The model itself: I downloaded it, or I run it somewhere"),
    (Got.PRODUCT.value, "Inside a finished product or service that somebody else built"),
)
WHO_LABELS = ((Who.PERSON.value, "A person"), (Who.COMPANY.value, "A company or other organization"))
MODEL_LABELS = (
    (ModelKind.TEXT.value, "A model that takes only text"),
    (ModelKind.MULTIMODAL.value, "A model that takes images too"),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What can be asked about: rows that the public may see."""

    licenses: Sequence[License]
    releases: Sequence[Release]
    activities: Sequence[UseCase]
    kinds: dict[int, frozenset[ModelKind]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        licenses: Sequence[License],
        releases: Sequence[Release],
        activities: Sequence[UseCase],
        licensed: Iterable[Release] | None = None,
    ) -> Options:
        """``licensed`` has a release of each kind under each license where not all ``releases`` are offered."""
        kinds: dict[int, set[ModelKind]] = {license.pk: set() for license in licenses}
        for release in releases if licensed is None else licensed:
            if release.license_id in kinds:
                kinds[release.license_id].add(kind_of(release))
        return cls(licenses, releases, activities, {key: frozenset(found) for key, found in kinds.items()})

    @property
    def licensed(self) -> list[Release]:
        return [release for release in self.releases if release.license_id is not None]

    def groups(self) -> list[tuple[str, list[UseCase]]]:
        """The activities under the headings of the form."""
        return [
            (str(group.label), found)
            for group in UseCase.Group
            if (found := [activity for activity in self.activities if activity.group == group])
        ]

    def models_for(self, asked: ModelKind | None) -> dict[int, ModelKind | None]:
        """For each version the kind of model that the question can be about."""
        return {key: kind_under(kinds, asked) for key, kinds in self.kinds.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asked, understood."""

    license: License
    release: Release | None
    model: ModelKind | None
    reader: Reader
    activities: tuple[UseCase, ...]
    stated_model: ModelKind | None = None

    @property
    def subject(self) -> str:
        return self.release.name if self.release else f"{self.license.name}"

    @property
    def is_above(self) -> bool:
        """Above the license's user threshold."""
        return self.reader.users_under(self.license) == Users.ABOVE

    @property
    def query(self) -> str:
        """The question in its canonical form."""
        reader = self.reader
        pairs = [
            ("release", self.release.slug) if self.release else ("license", self.license.slug),
            ("model", self.stated_model.value if self.stated_model and not self.release else ""),
            ("who", reader.who.value),
            ("place", reader.place.code),
            ("users", str(reader.users)),
            ("got", reader.got.value if reader.got != Got.MODEL else ""),
            *(("activity", activity.slug) for activity in self.activities),
        ]
        return urlencode([pair for pair in pairs if pair[1]])


def kind_of(release: Release) -> ModelKind:
    return ModelKind.MULTIMODAL if release.is_multimodal else ModelKind.TEXT


def was_asked(query: QueryDict) -> bool:
    """Anything at all was filled in."""
    return any(value for name in PARAMETERS for value in query.getlist(name))


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"


def _choose(
    label: str, choices: Any, *, unknown: str, missing: str = "", help_text: str = "", widget: Any = forms.Select
) -> forms.ChoiceField:
    """A choice that must be made if there are words for its being missing."""
    messages = {"required": missing, "invalid_choice": unknown}
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=widget,
        required=bool(missing),
        help_text=help_text,
        error_messages=messages,
    )


class CheckForm(forms.Form):
    """The question's parameters are its fields; `question` is there when it is valid."""

    question: Question | None = None

    def __init__(self, data: QueryDict | None, options: Options, **kwargs: Any) -> None:
        if data is not None:
            data = data.copy()
            data.setlist("activity", [slug for slug in data.getlist("activity") if slug])
            if not data.get("got"):
                data["got"] = Got.MODEL.value
        super().__init__(data, **kwargs)
        self.options = options
        licenses = [(license.slug, license.name) for license in options.licenses]
        self.fields["release"] = _choose(
            "Release",
            [("", "None in particular"), *((release.slug, release.name) for release in options.licensed)],
            unknown="There is no release “%(value)s” to check. Choose one from the list, or a license instead.",
        )
        self.fields["license"] = _choose(
            "License",
            [("", "That of the release"), *licenses],
            help_text="Only if you have no particular release in mind.",
            unknown="There is no license “%(value)s”. Choose one from the list, or a release instead.",
        )
        self.fields["model"] = _choose(
            "Kind of model",
            [("", "As the release says"), *MODEL_LABELS],
            help_text="Only together with a license that covers both kinds.",
            unknown="“%(value)s” is no kind of model. Say “text” or “multimodal”, or leave it out.",
        )
        self.fields["who"] = _choose(
            "Who are you?",
            WHO_LABELS,
            missing="Say who you are: “person” or “company”.",
            unknown="“%(value)s” is neither “person” nor “company”. Choose one of the two.",
            widget=forms.RadioSelect,
        )
        self.fields["place"] = _choose(
            "Where are you based?",
            [("", "Choose…"), *((name, [(p.code, p.name) for p in group.values()]) for name, group in GROUPS.items())],
            help_text="A company’s principal place of business; a person’s home.",
            missing="Say where you are based: a country’s code such as “de”, “eu” for any member state, or “other”.",
            unknown="“%(value)s” is no place that the licenses tell apart. Use the code of a country in the list, “eu” or “other”.",
        )
        self.fields["users"] = forms.CharField(
            label="Monthly active users",
            required=False,
            help_text="Of all products and services of yours and of your affiliates together, in the calendar month "
            "before the license version’s date. It is counted once: what came later does not matter. A number equal to the threshold is not above it.",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )
        self.fields["got"] = _choose(
            "How did you get the model?",
            GOT_LABELS,
            unknown="“%(value)s” is no way to get a model. Say “model” for the model itself, or “product”.",
            widget=forms.RadioSelect,
        )
        self.fields["activity"] = forms.MultipleChoiceField(
            label="What do you want to do?",
            choices=[(activity.slug, activity.wording) for activity in options.activities],
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": "Choose at least one activity.",
                "invalid_choice": "There is no activity “%(value)s”. Choose from the list.",
            },
        )

    # --- one parameter at a time ---

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name in PARAMETERS:
            given = set(self.data.getlist(name)) - {""} if hasattr(self.data, "getlist") else set()
            if name not in SEVERAL and len(given) > 1:
                self.add_error(name, f"“{name}” is given {len(given)} times with different values. Give it once.")

    def add_error(self, field: str | None, error: Any) -> None:
        """No message repeats more of what was typed than a reader can take in."""
        if isinstance(error, ValidationError):
            for each in getattr(error, "error_list", []):
                if each.params and "value" in each.params:
                    each.params = {**each.params, "value": _short(str(each.params["value"]))}
        super().add_error(field, error)

    def clean_users(self) -> int | None:
        typed = self.cleaned_data["users"]
        digits = re.sub(r"[\s,_’'\u202f\u00a0]", "", typed)
        if not digits:
            return None
        if not re.fullmatch(r"[0-9]{1,15}", digits):
            raise ValidationError(
                f"“{_short(typed)}” is no number of users. Enter a whole number in digits, for example 25000 or 25,000."
            )
        number = int(digits)
        if number > MOST_USERS:
            raise ValidationError(
                f"{formatting.grouped(number)} users are more than there are people. "
                f"Enter a number up to {formatting.grouped(MOST_USERS)}."
            )
        return number

    def clean_got(self) -> Got:
        return Got(self.cleaned_data["got"])

    # --- all of them together ---

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._subject(data)
        if data.get("who") == Who.COMPANY and data.get("users") is None and "users" not in self.errors:
            self.add_error(
                "users",
                "Give the number of monthly active users, affiliates included; 0 if you have no product with users.",
            )
        if not self.errors:
            self._question(data)
        return data

    def _subject(self, data: dict[str, Any]) -> None:
        """The release and the license, which must belong together."""
        if {"release", "license"} & set(self.errors):
            return
        release = next((each for each in self.options.licensed if each.slug == data.get("release")), None)
        license = next((each for each in self.options.licenses if each.slug == data.get("license")), None)
        if release and license and release.license_id != license.pk:
            self.add_error("license", f"{release.name} is not under the {license.name}. Leave one of the two out.")
        elif not (release or license):
            self.add_error("release", "Choose a release or a license: name it in “release” or in “license”.")
        elif release and data.get("model") and kind_of(release) != data["model"]:
            takes = "takes images" if release.is_multimodal else "takes only text"
            self.add_error("model", f"{release.name} {takes}. Leave “model” out, or choose another release.")
        else:
            data["release"] = release
            data["license"] = license or next(
                each for each in self.options.licenses if release and each.pk == release.license_id
            )

    def _question(self, data: dict[str, Any]) -> None:
        license, release = data["license"], data["release"]
        stated = ModelKind(data["model"]) if data["model"] else None
        model = kind_of(release) if release else stated or kind_under(self.options.kinds[license.pk], None)
        reader = Reader(Who(data["who"]), PLACES[data["place"]], data["users"] or 0, data["got"])
        chosen = [activity for activity in self.options.activities if activity.slug in data["activity"]]
        fixed = kind_of(release) if release else stated
        for activity in chosen:
            if fixed and activity.only_model not in ("", fixed):
                other = ModelKind(activity.only_model).label
                what = release.name if release else "the kind of model that you chose"
                self.add_error(
                    "activity",
                    f"“{activity.wording}” is for {other} only, and {what} is not one. "
                    "Leave the activity out, or choose another release.",
                )
            elif not concerns(activity, license, reader, model, activity):
                self.add_error(
                    "activity",
                    f"“{activity.wording}” is only for readers {whom(activity)}. Leave it out, or change who you are.",
                )
        if not self.errors:
            self.question = Question(license, release, model, reader, tuple(chosen), stated)

    # --- for pages ---

    def activity_groups(self) -> list[tuple[str, list[Any]]]:
        """The checkboxes under the headings of their groups."""
        boxes = {box.data["value"]: box for box in self["activity"].subwidgets}
        return [(label, [boxes[each.slug] for each in found]) for label, found in self.options.groups()]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each parameter with what is wrong with it, in the order of the form."""
        return [(name, message) for name in PARAMETERS for message in map(str, self.errors.get(name, []))]


def whom(use_case: UseCase) -> str:
    """“who are a company or other organization, based in the European Union”."""
    said: Iterable[str] = (
        f"who are {use_case.get_only_who_display()}" if use_case.only_who else "",
        use_case.get_only_place_display(),
        use_case.get_only_users_display(),
        use_case.get_only_got_display(),
    )
    return formatting.in_words([words for words in said if words])
