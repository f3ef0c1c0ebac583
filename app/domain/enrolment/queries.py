"""Every question put to enrolments; all of them take a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.enrolment.models import Enrolment
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class Taken:
    """An enrolment with its course and the newest correction of its edition."""

    enrolment: Enrolment
    course: Course
    version: CourseVersion


_TAKEN = (
    select(Enrolment, Course, CourseVersion)
    .join(Course, Course.id == Enrolment.course_id)
    .join(Edition, Edition.id == Enrolment.edition_id)
    .join(CourseVersion, CourseVersion.id == Edition.version_id)
)


def find_taken(scope: Scope, person_id: int, slug: str) -> Taken | None:
    """Return a person's newest enrolment in a course within a scope, or None."""
    row = (
        session()
        .execute(
            _TAKEN
            .where(
                Course.slug == slug,
                Enrolment.person_id == person_id,
                scope.within(Enrolment.unit_path, Enrolment.person_id),
            )
            .order_by(Enrolment.ordinal.desc())
            .limit(1)
        )
        .first()
    )
    return Taken(*row) if row else None


def get_taken(scope: Scope, person_id: int, slug: str) -> Taken:
    """Return a person's newest enrolment in a course within a scope."""
    taken = find_taken(scope, person_id, slug)
    if taken is None:
        raise NotFound
    return taken


def get_taken_for_update(scope: Scope, enrolment_id: int) -> Taken:
    """Return an enrolment within a scope, locked until the transaction ends."""
    row = (
        session()
        .execute(
            _TAKEN
            .where(Enrolment.id == enrolment_id, scope.within(Enrolment.unit_path, Enrolment.person_id))
            .with_for_update(of=Enrolment)
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if row is None:
        raise NotFound
    return Taken(*row)


def get_taken_by_id(scope: Scope, enrolment_id: int) -> Taken:
    """Return an enrolment within a scope by its number inside."""
    row = (
        session()
        .execute(
            _TAKEN.where(Enrolment.id == enrolment_id, scope.within(Enrolment.unit_path, Enrolment.person_id))
        )
        .first()
    )
    if row is None:
        raise NotFound
    return Taken(*row)


def get_taken_by_public_id(scope: Scope, public_id: UUID) -> Taken:
    """Return an enrolment within a scope by its public id."""
    row = (
        session()
        .execute(
            _TAKEN.where(
                Enrolment.public_id == public_id, scope.within(Enrolment.unit_path, Enrolment.person_id)
            )
        )
        .first()
    )
    if row is None:
        raise NotFound
    return Taken(*row)


def get_taken_to_grant(scope: Scope, teaching: Scope, public_id: UUID) -> Taken:
    """Return an enrolment within a scope, or in a course that lies within the scope of whoever teaches it; locked."""
    row = (
        session()
        .execute(
            _TAKEN
            .where(
                Enrolment.public_id == public_id,
                scope.within(Enrolment.unit_path, Enrolment.person_id) | teaching.within(Course.owner_path),
            )
            .with_for_update(of=Enrolment)
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if row is None:
        raise NotFound
    return Taken(*row)


def list_without_attempt(scope: Scope, teaching: Scope, slug: str) -> Sequence[Taken]:
    """Return the enrolments in a course that ended as failed, visible to a manager or to whoever teaches it."""
    rows = session().execute(
        _TAKEN.where(
            Course.slug == slug,
            Enrolment.outcome == "failed",
            scope.within(Enrolment.unit_path) | teaching.within(Course.owner_path),
        ).order_by(Enrolment.outcome_at.desc())
    )
    return [Taken(*row) for row in rows]


def list_taken(scope: Scope, person_id: int) -> Sequence[Taken]:
    """Return all enrolments of a person within a scope, the latest activity first."""
    rows = session().execute(
        _TAKEN.where(
            Enrolment.person_id == person_id, scope.within(Enrolment.unit_path, Enrolment.person_id)
        ).order_by(Enrolment.last_activity_at.desc())
    )
    return [Taken(*row) for row in rows]


def list_completed_slugs(scope: Scope, person_id: int) -> frozenset[str]:
    """Return the slugs of the courses that a person has completed: what prerequisites ask for."""
    rows = session().scalars(
        select(Course.slug)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.outcome.in_(("passed", "attended")),
            scope.within(Enrolment.unit_path, Enrolment.person_id),
        )
    )
    return frozenset(rows)
