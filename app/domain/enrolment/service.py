"""What may be told to enrolments: they begin, move to a newer edition, and end with an outcome."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete

from app.domain.catalogue.models import Course, Edition
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.territory.models import Unit
from app.foundation import clock, ids
from app.foundation.db import session


def begin(person: Person, course: Course, edition: Edition, language: str, ordinal: int) -> Enrolment:
    """Enrol a person, counted for the unit where she is employed today."""
    present = clock.now()
    made = Enrolment(
        public_id=ids.public_id(),
        person_id=person.id,
        course_id=course.id,
        edition_id=edition.id,
        ordinal=ordinal,
        unit_id=person.unit_id,
        unit_path=person.unit.path,
        language=language,
        enrolled_at=present,
        last_activity_at=present,
        modules_done=0,
        attempts_made=0,
        extra_attempts=0,
    )
    session().add(made)
    session().flush()
    return made


def move(enrolment: Enrolment, edition: Edition) -> None:
    """Let a learner go on with another edition."""
    enrolment.edition_id = edition.id


def read_in(enrolment: Enrolment, language: str) -> None:
    """Remember in which language the learner reads the course."""
    enrolment.language = language


def touch(enrolment: Enrolment) -> None:
    """Note that the learner did something."""
    enrolment.last_activity_at = clock.now()


def place(enrolment: Enrolment, unit: Unit) -> None:
    """Let an enrolment count for a unit: the one where the learner is employed when it ends."""
    enrolment.unit_id, enrolment.unit_path = unit.id, unit.path


def settle(
    enrolment: Enrolment,
    outcome: str,
    at: datetime,
    on: date,
    mark: int | None,
    version_id: int,
    language: str,
) -> None:
    """End an enrolment with an outcome; ``on`` is the day of ``at`` in the zone of the enrolment's unit."""
    enrolment.outcome, enrolment.outcome_at, enrolment.outcome_on = outcome, at, on
    enrolment.mark, enrolment.version_id, enrolment.outcome_language = mark, version_id, language


def restate(enrolment: Enrolment, mark: int | None, version_id: int, language: str) -> None:
    """Let the outcome of an enrolment rest on another mark; when and where it was reached stays."""
    enrolment.mark, enrolment.version_id, enrolment.outcome_language = mark, version_id, language


def reopen(enrolment: Enrolment) -> None:
    """Let a learner go on as if her enrolment had not ended yet."""
    enrolment.outcome = enrolment.outcome_at = enrolment.outcome_on = None
    enrolment.mark = enrolment.version_id = enrolment.outcome_language = None


def forget(enrolment_ids: Collection[int]) -> None:
    """Let enrolments of somebody who is erased be gone: those that led to nothing that is counted."""
    session().execute(delete(Enrolment).where(Enrolment.id.in_(enrolment_ids)))
