"""Item analysis as an act: whoever may write a course sees how its questions perform, over all its learners.

Figures name nobody; so they are open with the course, wherever its learners are employed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.reports.queries import analysis
from app.domain.reports.rules import selections
from app.domain.reports.values import Analysis, Sample, Statistic
from app.domain.territory import queries as territory
from app.formats import csv_table
from app.foundation import audit, clock
from app.foundation.db import transaction

P = Permission
Row: TypeAlias = Sequence[object]
Table: TypeAlias = tuple[Sequence[str], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of an item analysis as a CSV file."""

    name: str
    content: bytes


def list_versions(actor: Actor, slug: str) -> Sequence[tuple[int, int, int]]:
    """Return edition, correction and number of attempts of the versions that were sat, the newest first."""
    require(actor, P.COURSE_WRITE, catalogue.get_course(slug))
    return analysis.list_analysed_versions(scope_of(actor, P.COURSE_WRITE), slug)


def analyse(actor: Actor, sample: Sample, language: str) -> Analysis:
    """Return the item analysis of a sample; days are those of the zone of the course's owner."""
    course = catalogue.get_course(sample.course)
    require(actor, P.COURSE_WRITE, course)
    zone = ZoneInfo(territory.zone_of(course.owner_unit))
    return analysis.get_analysis(scope_of(actor, P.COURSE_WRITE), sample, zone, language)


def export(actor: Actor, sample: Sample, language: str, table: str, dialect: str) -> Sheet:
    """Return one of the tables of an item analysis as CSV; it stands in the audit trail."""
    found = analyse(actor, sample, language)
    header, rows = TABLES[table](found)
    content = b"".join(csv_table.stream(header, rows, csv_table.DIALECTS[dialect]))
    with transaction():
        name = selections.name_sample(table, sample, clock.now())
        asked = sample.parameters()
        audit.record(
            actor.name,
            "analysis.export",
            name,
            **asked,
            course=sample.course,
            dialect=dialect,
            rows=len(rows),
        )
    return Sheet(f"{name}.csv", content)


def _rounded(statistic: Statistic) -> float | None:
    """Return a figure with two decimals, and never a negative nought."""
    return None if statistic.value is None else round(statistic.value, 2) + 0.0


_QUESTIONS = (
    "question",
    "kind",
    "area",
    "heading",
    "drawn_still",
    "attempts",
    "facility_index",
    "standard_deviation",
    "discrimination_index",
    "discriminative_efficiency",
    "unanswered",
    "advice",
)


def _questions(found: Analysis) -> Table:
    rows = [
        (
            each.key,
            each.kind,
            each.area,
            each.heading,
            each.is_drawn_still,
            each.item.count,
            _rounded(each.item.facility),
            _rounded(each.item.deviation),
            _rounded(each.item.discrimination),
            _rounded(each.item.efficiency),
            each.unanswered,
            " ".join(advice.code for advice in each.advice),
        )
        for each in found.questions
    ]
    return _QUESTIONS, rows


_CHOICES = ("question", "part", "answer", "right", "chosen", "by_weaker_third", "by_better_third", "attempts")


def _choices(found: Analysis) -> Table:
    rows: list[Row] = []
    for each in found.questions:
        rows += [(each.key, *choice, each.item.count) for choice in each.choices]
        rows += [
            (each.key, "", typed.text, False, typed.people, None, None, each.item.count)
            for typed in each.typed
        ]
    return _CHOICES, rows


def _test(found: Analysis) -> Table:
    whole = found.test
    named: Mapping[str, Statistic] = {
        "mean": whole.mean,
        "median": whole.median,
        "standard_deviation": whole.deviation,
        "skewness": whole.skewness,
        "kurtosis": whole.kurtosis,
        "coefficient_of_internal_consistency": whole.consistency,
        "error_ratio": whole.error_ratio,
        "standard_error": whole.standard_error,
    }
    rows: list[Row] = [("attempts", whole.count, "")]
    rows += [(name, _rounded(each), each.reason) for name, each in named.items()]
    rows += [(f"from_{10 * tenth}_percent", count, "") for tenth, count in enumerate(whole.histogram)]
    return ("figure", "value", "reason"), rows


TABLES: Mapping[str, Callable[[Analysis], Table]] = {
    "questions": _questions,
    "answers": _choices,
    "test": _test,
}
"""The tables that can be had as CSV."""
