"""Every question put to surveys: what is shown of answers takes the scope of whoever may write the course."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.enrolment.models import Enrolment
from app.domain.surveys.models import SurveyAnswer, SurveyDone
from app.domain.surveys.values import FEWEST, RATINGS, Aspect, Tally
from app.domain.territory.values import Scope
from app.foundation.db import session


@dataclass(frozen=True, slots=True)
class Cell:
    """What was said of one edition in one half-year; ``version`` is the edition's newest correction."""

    slug: str
    version: CourseVersion
    half_year: str
    tally: Tally


def is_answered(scope: Scope, enrolment: Enrolment) -> bool:
    """Tell whether the learner of an enrolment within a scope has answered."""
    if not scope.covers(enrolment.unit_path, enrolment.person_id):
        return False
    return session().get(SurveyDone, enrolment.id) is not None


def list_answered(scope: Scope, person_id: int) -> frozenset[int]:
    """Return for which of a person's enrolments within a scope, by number inside, she has answered."""
    rows = session().scalars(
        select(SurveyDone.enrolment_id)
        .join(Enrolment, Enrolment.id == SurveyDone.enrolment_id)
        .where(Enrolment.person_id == person_id, scope.within(Enrolment.unit_path, Enrolment.person_id))
    )
    return frozenset(rows)


def list_waiting(edition_id: int) -> Sequence[SurveyAnswer]:
    """Return the answers of an edition that are not let out; nobody else adds one before the act ends."""
    session().execute(select(Edition.id).where(Edition.id == edition_id).with_for_update(key_share=True))
    return (
        session()
        .scalars(
            select(SurveyAnswer).where(
                SurveyAnswer.edition_id == edition_id, SurveyAnswer.half_year.is_(None)
            )
        )
        .all()
    )


_COUNTS = tuple(
    func.count().filter(getattr(SurveyAnswer, aspect.value) == rating)
    for aspect in Aspect
    for rating in RATINGS
)


def list_cells(scope: Scope, slug: str | None = None) -> Sequence[Cell]:
    """Return what was said of the courses within a scope, or of one of them, the newest half-year first."""
    counted = (
        select(
            SurveyAnswer.edition_id,
            SurveyAnswer.half_year,
            func.count().label("answers"),
            *(count.label(f"count_{place}") for place, count in enumerate(_COUNTS)),
        )
        .where(SurveyAnswer.half_year.is_not(None))
        .group_by(SurveyAnswer.edition_id, SurveyAnswer.half_year)
        .having(func.count() >= FEWEST)
        .subquery()
    )
    statement = (
        select(Course.slug, CourseVersion, *(column for column in counted.c if column.name != "edition_id"))
        .join(Edition, Edition.id == counted.c.edition_id)
        .join(CourseVersion, CourseVersion.id == Edition.version_id)
        .join(Course, Course.id == Edition.course_id)
        .where(*_shown_to(scope, slug))
        .order_by(counted.c.half_year.desc(), Course.slug, Edition.number.desc())
    )
    return [
        Cell(found, version, half_year, Tally(answers, tuple(counts)))
        for found, version, half_year, answers, *counts in session().execute(statement)
    ]


def list_comments(
    scope: Scope, slug: str, edition: int | None, half_year: str | None, page: int, size: int
) -> tuple[Sequence[str], int]:
    """Return one page of what was written about a course within a scope, by chance, and how many there are."""
    statement = (
        select(SurveyAnswer.comment)
        .join(Edition, Edition.id == SurveyAnswer.edition_id)
        .join(Course, Course.id == Edition.course_id)
        .where(*_shown_to(scope, slug), SurveyAnswer.half_year.is_not(None), SurveyAnswer.comment != "")
    )
    if edition is not None:
        statement = statement.where(Edition.number == edition)
    if half_year is not None:
        statement = statement.where(SurveyAnswer.half_year == half_year)
    count = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    some = statement.order_by(SurveyAnswer.random_id).offset((page - 1) * size).limit(size)
    return session().scalars(some).all(), count


def _shown_to(scope: Scope, slug: str | None) -> Sequence[ColumnElement[Any]]:
    clause = scope.within(Course.owner_path)
    return [clause] if slug is None else [clause, Course.slug == slug]
