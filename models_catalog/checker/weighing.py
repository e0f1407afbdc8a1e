"""Answers a question from the rules alone; the order of precedence is told in the package's docstring.

Pure functions over rows that were read before. Nothing here asks the database,
and nothing knows a license by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from models_catalog.facts import fetched
from models_catalog.formatting import in_words
from models_catalog.models import Citation, Got, License, LicenseRule, ModelKind, UseCase, Users, Who
from models_catalog.models import RuleVerdict as Verdict

from .places import Place

# From the mildest to the strictest.
STRICTNESS = (Verdict.ALLOWED, Verdict.CONDITIONS, Verdict.NOT_COVERED, Verdict.ASK_META, Verdict.PROHIBITED)

# What to do next where the rule itself gives no advice.
NEXT_STEPS = {
    Verdict.ALLOWED: "Accept the license, keep the text that you accepted, and keep to its acceptable use policy.",
    Verdict.CONDITIONS: "Meet the conditions before anything leaves your hands, and note how you met them.",
    Verdict.NOT_COVERED: "The text does not settle it. Read the text, and ask Meta or a lawyer before you rely on either answer.",
    Verdict.ASK_META: "Request a license from Meta before you begin, and do not use the model until you have the answer in writing.",
    Verdict.PROHIBITED: "Do not do this under this version. Compare what the other versions say.",
}
NOT_ASSESSED = "LlamaHub has not assessed this question for this version yet."


class ModelMatters(ValueError):
    """The answer depends on whether the model is multimodal, and nobody said so."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. ``users`` is how many a month, affiliates included, in the month that the license counts."""

    who: Who
    place: Place
    users: int = 0
    got: Got = Got.MODEL

    def users_under(self, license: License) -> Users:
        """The texts say “greater than”: a number equal to the threshold is not above it."""
        threshold = license.user_threshold
        return Users.ABOVE if threshold is not None and self.users > threshold else Users.WITHIN


@dataclass(frozen=True, slots=True)
class ActivityAnswer:
    """What one license says to one activity of the reader.

    ``general`` is the license's rule for it, ``circumstances`` the rules on the
    reader that count, ``deciding`` those of both that the verdict rests on.
    """

    use_case: UseCase
    verdict: Verdict
    general: LicenseRule | None
    circumstances: tuple[LicenseRule, ...]
    deciding: tuple[LicenseRule, ...]

    @property
    def chief(self) -> LicenseRule | None:
        """Where there is room for one rule only: the first that says what the verdict says."""
        return next((rule for rule in self.deciding if rule.verdict == self.verdict), None)

    @property
    def conditions(self) -> str:
        said = [rule.conditions for rule in self.deciding if rule.conditions]
        return " ".join(dict.fromkeys(said)) if self.deciding else NOT_ASSESSED

    @property
    def clauses(self) -> list[str]:
        named = [clause.strip() for rule in self.deciding for clause in rule.clause.split(";")]
        return list(dict.fromkeys(clause for clause in named if clause))

    @property
    def citations(self) -> list[Citation]:
        return [c for rule in self.deciding for c in fetched(rule, "citations") if c.field == "verdict"]

    @property
    def next_step(self) -> str:
        advised = [rule.next_step for rule in self.deciding if rule.next_step]
        return " ".join(dict.fromkeys(advised)) or NEXT_STEPS[self.verdict]

    @property
    def because_of_reader(self) -> tuple[LicenseRule, ...]:
        """The circumstances that make it stricter than the rule for everyone."""
        milder = self.general is None or STRICTNESS.index(Verdict(self.general.verdict)) < STRICTNESS.index(
            self.verdict
        )
        return tuple(rule for rule in self.deciding if rule is not self.general) if milder else ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one license says to all that the reader wants to do."""

    license: License
    reader: Reader
    model: ModelKind | None
    activities: tuple[ActivityAnswer, ...]

    @property
    def overall(self) -> Verdict:
        return strictest(activity.verdict for activity in self.activities)

    @property
    def circumstances(self) -> list[LicenseRule]:
        """The rules on the reader that count for any of the activities, once each."""
        return list(dict.fromkeys(rule for activity in self.activities for rule in activity.circumstances))

    @property
    def licensor_field(self) -> str:
        """Which of the license's fields names the company that grants it to this reader."""
        abroad = self.reader.place.is_eea_or_switzerland and self.license.licensor_eea
        return "licensor_eea" if abroad else "licensor"


def strictest(verdicts: Iterable[str]) -> Verdict:
    return max((Verdict(verdict) for verdict in verdicts), key=STRICTNESS.index)


def concerns(use_case: UseCase, license: License, reader: Reader, model: ModelKind | None, doing: UseCase) -> bool:
    """All that the use case asks of a reader is true of this one, while they do that."""
    got = {reader.got, Got.END_USE} if reader.got == Got.PRODUCT and doing.by_end_user else {reader.got}
    return (
        use_case.only_who in ("", reader.who)
        and (not use_case.only_place or use_case.only_place in reader.place.regions)
        and use_case.only_model in ("", doing.only_model or model)
        and use_case.only_users in ("", reader.users_under(license))
        and (not use_case.only_got or use_case.only_got in got)
    )


def _counting(rules: Sequence[LicenseRule]) -> tuple[LicenseRule, ...]:
    """Of the circumstances that are true of a reader, those that change something or spare them something."""
    speaking = [rule for rule in rules if rule.verdict != Verdict.NOT_COVERED]
    present = {rule.use_case_id for rule in speaking}
    lifted = {rule.use_case.lifts_id for rule in speaking if rule.verdict == Verdict.ALLOWED}
    return tuple(
        rule
        for rule in speaking
        if rule.use_case_id not in lifted and (rule.use_case.lifts_id is None or rule.use_case.lifts_id in present)
    )


def _activity(
    license: License, rules: Sequence[LicenseRule], activity: UseCase, reader: Reader, model: ModelKind | None
) -> ActivityAnswer:
    general = next((rule for rule in rules if rule.use_case_id == activity.pk), None)
    counting = _counting(
        [
            rule
            for rule in rules
            if rule.use_case.role == UseCase.Role.CIRCUMSTANCE
            and concerns(rule.use_case, license, reader, model, activity)
        ]
    )
    # A circumstance that is allowed and spares nothing is worth knowing, but the verdict does not rest on it.
    resting = [rule for rule in counting if rule.verdict != Verdict.ALLOWED or rule.use_case.lifts_id]
    weighed = [*([general] if general else []), *resting]
    verdict = strictest([general.verdict if general else Verdict.NOT_COVERED, *(rule.verdict for rule in counting)])
    adds_up = STRICTNESS.index(verdict) <= STRICTNESS.index(Verdict.CONDITIONS)
    deciding = tuple(rule for rule in weighed if adds_up or rule.verdict == verdict)
    return ActivityAnswer(activity, verdict, general, counting, deciding)


def _answer(
    license: License,
    rules: Iterable[LicenseRule],
    activities: Sequence[UseCase],
    reader: Reader,
    model: ModelKind | None,
) -> Answer:
    own = [rule for rule in rules if rule.license_id == license.pk]
    return Answer(license, reader, model, tuple(_activity(license, own, each, reader, model) for each in activities))


def check(
    license: License,
    rules: Iterable[LicenseRule],
    activities: Sequence[UseCase],
    reader: Reader,
    model: ModelKind | None,
) -> Answer:
    """What the license says to the activities of the reader.

    ``rules`` may hold those of other licenses too. ``model`` is what kind of
    model it is about, None if nobody knows; raises ModelMatters if that
    changes an answer.
    """
    rules = list(rules)
    if model is not None:
        return _answer(license, rules, activities, reader, model)
    either = [_answer(license, rules, activities, reader, kind) for kind in ModelKind]
    if len({tuple(activity.verdict for activity in answer.activities) for answer in either}) > 1:
        raise ModelMatters(license)
    return either[-1]


def kind_under(kinds: Collection[ModelKind], asked: ModelKind | None) -> ModelKind | None:
    """The kind of model to think of: a license with models of one kind only leaves no choice."""
    return next(iter(kinds)) if len(kinds) == 1 else asked


@dataclass(frozen=True, slots=True)
class Run:
    """Versions in a row that say the same."""

    versions: str
    answer: ActivityAnswer


@dataclass(frozen=True, slots=True)
class Comparison:
    """One activity under every version, oldest first."""

    use_case: UseCase
    cells: tuple[tuple[License, ActivityAnswer], ...]

    @property
    def in_short(self) -> list[Run]:
        """“versions 2 and 3”: prohibited, “version 3.1 and later”: conditions."""
        return self._runs(lambda answer: (answer.verdict,))

    @property
    def in_words(self) -> list[Run]:
        """The same, divided wherever the conditions differ too."""
        return self._runs(lambda answer: (answer.verdict, answer.conditions))

    def _runs(self, said: Callable[[ActivityAnswer], tuple[str, ...]]) -> list[Run]:
        runs = []
        newest = self.cells[-1][0]
        for _, group in groupby(self.cells, key=lambda cell: said(cell[1])):
            run = list(group)
            versions = [license.version for license, _ in run]
            if len(run) == len(self.cells) > 1:
                name = "every version"
            elif len(run) > 1 and run[-1][0] is newest:
                name = f"version {versions[0]} and later"
            else:
                name = f"version{'s' if len(run) > 1 else ''} {in_words(versions)}"
            runs.append(Run(name, run[-1][1]))
        return runs


def compare(
    licenses: Sequence[License],
    rules: Iterable[LicenseRule],
    activities: Sequence[UseCase],
    reader: Reader,
    models: dict[int, ModelKind | None],
) -> tuple[list[Answer], list[Comparison]]:
    """The same question to every version: the answers by version, and again by activity.

    ``models`` has the kind of model to think of by the license's key. Where it
    is unknown and matters, the answer is that for multimodal models.
    """
    rules = list(rules)
    answers = [
        _answer(license, rules, activities, reader, models[license.pk] or ModelKind.MULTIMODAL) for license in licenses
    ]
    rows = [
        Comparison(activity, tuple((answer.license, answer.activities[place]) for answer in answers))
        for place, activity in enumerate(activities)
    ]
    return answers, rows
