"""The answer for programs. The names and the verdicts are a promise; the page documents them."""

from __future__ import annotations

from typing import Any

from models_catalog.facts import fact

from .asking import Question
from .weighing import ActivityAnswer, Answer

NOTICE = "A reading aid, not legal advice: the text of the license decides."


def _sources(activity: ActivityAnswer) -> list[dict[str, str]]:
    told = {
        (citation.source.slug, citation.locator): {
            "title": citation.source.title,
            "publisher": citation.source.publisher,
            "url": citation.source.url,
            "locator": citation.locator,
            "status": citation.status,
            "checked_on": citation.checked_on.isoformat(),
        }
        for citation in activity.citations
    }
    return list(told.values())


def _activity(activity: ActivityAnswer) -> dict[str, Any]:
    return {
        "use_case": activity.use_case.slug,
        "verdict": activity.verdict.value,
        "conditions": activity.conditions,
        "clauses": activity.clauses,
        "sources": _sources(activity),
        "next": activity.next_step,
    }


def as_data(question: Question, answer: Answer, versions: list[Answer]) -> dict[str, Any]:
    """The answer as JSON has it."""
    return {
        "license": answer.license.slug,
        "release": question.release.slug if question.release else None,
        "licensor": fact(answer.license, answer.licensor_field).text,
        "activities": [_activity(activity) for activity in answer.activities],
        "overall": answer.overall.value,
        "versions": [
            {
                "license": version.license.slug,
                "activities": [
                    {"use_case": activity.use_case.slug, "verdict": activity.verdict.value}
                    for activity in version.activities
                ],
                "overall": version.overall.value,
            }
            for version in versions
        ],
        "notice": NOTICE,
    }


def errors_as_data(errors: list[tuple[str, str]]) -> dict[str, Any]:
    """What was wrong with a question: each parameter with what to do about it."""
    return {"errors": [{"parameter": parameter, "message": message} for parameter, message in errors]}
