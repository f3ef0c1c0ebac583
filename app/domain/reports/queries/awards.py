"""Certificates that are handed over many at once: by unit and family name, as their documents say it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from app.domain.certificates.models import Certificate
from app.domain.certificates.queries import in_state
from app.domain.certificates.rules import state_of
from app.domain.certificates.values import LATIN
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.reports.queries.places import AnySelect, Within
from app.domain.reports.values import Award, AwardFilter
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.db import session

_SAID = [
    Certificate.snapshot[name].as_string().label(name)
    for name in (
        "family_name",
        "given_name",
        "family_name_latin",
        "given_name_latin",
        "municipality_name",
        "unit_name",
        "course_title",
        "language",
        "completed_on",
    )
]
"""What is wanted of a snapshot; whole, those of ten thousand certificates would fill the memory."""
_BESIDE = (
    Certificate.number,
    Certificate.code,
    Certificate.revoked_at,
    Certificate.superseded_at,
    Certificate.valid_until,
    Certificate.file_digest,
    Certificate.signed_digest,
)


def count_awards(scope: Scope, asked: AwardFilter, today: date) -> tuple[int, int]:
    """Return how many certificates fit, and how many of them have a signed document."""
    counted = select(func.count(), func.count(Certificate.signed_digest)).select_from(Certificate)
    row = session().execute(_of_course(counted).where(*_fitting(scope, asked, today))).one()
    return row[0], row[1]


def list_awards(
    scope: Scope, asked: AwardFilter, today: date, page: int = 1, size: int | None = None
) -> list[Award]:
    """Return the certificates that fit by unit and family name: a page of them, all where no size is given.

    Those of a unit that has moved in the tree since stand beside the others: the unit is for their order alone.
    """
    statement = (
        _of_course(select(*_SAID, *_BESIDE).select_from(Certificate))
        .outerjoin(Unit, Unit.path == Certificate.unit_path)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_fitting(scope, asked, today))
        .order_by(Unit.sort_key, Unit.path, Person.sort_key, Person.id, Certificate.id)
    )
    if size is not None:
        statement = statement.offset((page - 1) * size).limit(size)
    return [_award(row, today) for row in session().execute(statement)]


def _of_course(statement: AnySelect) -> AnySelect:
    """Join the course of each certificate; those of programmes have none, so they fit where no course is asked for."""
    return statement.outerjoin(Enrolment, Enrolment.id == Certificate.enrolment_id)


def _fitting(scope: Scope, asked: AwardFilter, today: date) -> Iterator[ColumnElement[bool]]:
    wanted, completed_on = asked.selection, Certificate.snapshot["completed_on"].as_string()
    here = Within(scope, wanted.unit_path)
    yield here.at(Certificate.unit_path)
    yield Certificate.erased_at.is_(None)  # Their documents are gone.
    yield from here.of_courses(Enrolment.course_id, wanted.course, wanted.track)
    if wanted.period.first is not None:
        yield completed_on >= wanted.period.first.isoformat()
    if wanted.period.last is not None:
        yield completed_on <= wanted.period.last.isoformat()
    if asked.state is not None:
        yield in_state(asked.state, today)


def _award(row: Row[*tuple[Any, ...]], today: date) -> Award:
    script = "_latin" if row.language in LATIN else ""
    state = state_of(
        is_revoked=row.revoked_at is not None,
        is_superseded=row.superseded_at is not None,
        valid_until=row.valid_until,
        today=today,
    )
    return Award(
        number=row.number,
        code=row.code,
        family_name=getattr(row, f"family_name{script}"),
        given_name=getattr(row, f"given_name{script}"),
        workplace=row.municipality_name or row.unit_name,
        course_title=row.course_title,
        language=row.language,
        completed_on=date.fromisoformat(row.completed_on),
        state=state.value,
        file_digest=row.file_digest,
        signed_digest=row.signed_digest,
    )
