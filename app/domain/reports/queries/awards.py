"""Certificates that are handed over many at once: by unit and family name, as their documents say it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.domain.certificates.models import Certificate
from app.domain.certificates.queries import in_state
from app.domain.certificates.values import LATIN
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.reports.queries.places import Within
from app.domain.reports.values import Award, AwardFilter
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation.db import session

CHUNK_ROWS = 1000


def count_awards(scope: Scope, asked: AwardFilter, today: date) -> tuple[int, int]:
    """Return how many certificates fit, and how many of them have a signed document."""
    counted = select(func.count(), func.count(Certificate.signed_digest)).select_from(Certificate)
    row = session().execute(counted.join(Enrolment).where(*_fitting(scope, asked, today))).one()
    return row[0], row[1]


def list_awards(
    scope: Scope, asked: AwardFilter, today: date, page: int = 1, size: int | None = None
) -> list[Award]:
    """Return the certificates that fit by unit and family name: a page of them, all where no size is given."""
    statement = (
        select(Certificate)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_fitting(scope, asked, today))
        .order_by(Unit.sort_key, Unit.path, Person.sort_key, Person.id, Certificate.id)
    )
    if size is not None:
        statement = statement.offset((page - 1) * size).limit(size)
    rows = session().scalars(statement, execution_options={"yield_per": CHUNK_ROWS})
    return [_award(each, today) for each in rows]


def _fitting(scope: Scope, asked: AwardFilter, today: date) -> Iterator[ColumnElement[bool]]:
    wanted, completed_on = asked.selection, Certificate.snapshot["completed_on"].as_string()
    here = Within(scope, wanted.unit_path)
    yield here.at(Certificate.unit_path)
    yield from here.of_courses(Enrolment.course_id, wanted.course, wanted.track)
    if wanted.period.first is not None:
        yield completed_on >= wanted.period.first.isoformat()
    if wanted.period.last is not None:
        yield completed_on <= wanted.period.last.isoformat()
    if asked.state is not None:
        yield in_state(asked.state, today)


def _award(certificate: Certificate, today: date) -> Award:
    said: Mapping[str, Any] = certificate.snapshot
    script = "_latin" if said["language"] in LATIN else ""
    return Award(
        number=certificate.number,
        code=certificate.code,
        family_name=said[f"family_name{script}"],
        given_name=said[f"given_name{script}"],
        workplace=said["municipality_name"] or said["unit_name"],
        course_title=said["course_title"],
        language=said["language"],
        completed_on=date.fromisoformat(said["completed_on"]),
        state=certificate.state_on(today).value,
        file_digest=certificate.file_digest,
        signed_digest=certificate.signed_digest,
    )
