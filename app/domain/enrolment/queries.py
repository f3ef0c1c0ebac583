"""Every question put to enrolments; all of them take a scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select

from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.catalogue.queries import get_kept_version
from app.domain.enrolment.models import Enrolment
from app.domain.territory.values import Scope, ScopeShape
from app.foundation.db import session
from app.foundation.errors import NotFound

COMPLETED = ("passed", "attended")
"""The outcomes of a course that was completed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An enrolment with its course and the newest correction of its edition."""

    enrolment: Enrolment
    course: Course
    version: CourseVersion


AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"

_TAKEN: AnySelect = (
    select(Enrolment, Course, CourseVersion.public_id)
    .join(Course, Course.id == Enrolment.course_id)
    .join(Edition, Edition.id == Enrolment.edition_id)
    .join(CourseVersion, CourseVersion.id == Edition.version_id)
)


def _locked(statement: AnySelect) -> AnySelect:
    return statement.with_for_update(of=Enrolment).execution_options(populate_existing=True)


@cache
def _newest_of_person(shape: ScopeShape, *, is_locked: bool = False) -> AnySelect:
    statement = (
        _TAKEN
        .where(
            Course.slug == bindparam("slug"),
            Enrolment.person_id == bindparam("person"),
            shape.within(Enrolment.unit_path, Enrolment.person_id),
        )
        .order_by(Enrolment.ordinal.desc())
        .limit(1)
    )
    return _locked(statement) if is_locked else statement


@cache
def _by_id(shape: ScopeShape, *, is_locked: bool = False) -> AnySelect:
    statement = _TAKEN.where(
        Enrolment.id == bindparam("enrolment"), shape.within(Enrolment.unit_path, Enrolment.person_id)
    )
    return _locked(statement) if is_locked else statement


def _find(statement: AnySelect, scope: Scope, **bounds: str | int) -> Taken | None:
    row = session().execute(statement, {**bounds, **scope.bounds()}).first()
    return _taken(row) if row else None


def _get(statement: AnySelect, scope: Scope, **bounds: str | int) -> Taken:
    taken = _find(statement, scope, **bounds)
    if taken is None:
        raise NotFound
    return taken


def _taken(row: Row[*tuple[Any, ...]]) -> Taken:
    """Put an enrolment together with its version, which lies in memory."""
    enrolment, course, version = row
    return Taken(enrolment, course, get_kept_version(version))


def find_taken(scope: Scope, person_id: int, slug: str) -> Taken | None:
    """Return a person's newest enrolment in a course within a scope, or None."""
    return _find(_newest_of_person(scope.shape), scope, slug=slug, person=person_id)


def get_taken(scope: Scope, person_id: int, slug: str) -> Taken:
    """Return a person's newest enrolment in a course within a scope."""
    return _get(_newest_of_person(scope.shape), scope, slug=slug, person=person_id)


def get_newest_taken_for_update(scope: Scope, person_id: int, slug: str) -> Taken:
    """Return a person's newest enrolment in a course within a scope, locked until the transaction ends."""
    return _get(_newest_of_person(scope.shape, is_locked=True), scope, slug=slug, person=person_id)


def get_taken_for_update(scope: Scope, enrolment_id: int) -> Taken:
    """Return an enrolment within a scope, locked until the transaction ends."""
    return _get(_by_id(scope.shape, is_locked=True), scope, enrolment=enrolment_id)


def list_for_update(scope: Scope, enrolment_ids: Collection[int]) -> Sequence[Enrolment]:
    """Return enrolments within a scope, locked in their order: before anything that hangs on them is locked."""
    chosen = select(Enrolment).where(
        Enrolment.id.in_(enrolment_ids), scope.within(Enrolment.unit_path, Enrolment.person_id)
    )
    locked = chosen.order_by(Enrolment.id).with_for_update().execution_options(populate_existing=True)
    return session().scalars(locked).all()


def get_taken_by_id(scope: Scope, enrolment_id: int) -> Taken:
    """Return an enrolment within a scope by its number inside."""
    return _get(_by_id(scope.shape), scope, enrolment=enrolment_id)


def get_taken_by_public_id(scope: Scope, public_id: UUID) -> Taken:
    """Return an enrolment within a scope by its public id."""
    statement = _TAKEN.where(
        Enrolment.public_id == public_id, scope.within(Enrolment.unit_path, Enrolment.person_id)
    )
    return _get(statement, scope)


def get_taken_to_grant(scope: Scope, teaching: Scope, public_id: UUID) -> Taken:
    """Return an enrolment within a scope, or in a course that lies within the scope of whoever teaches it; locked."""
    statement = _TAKEN.where(
        Enrolment.public_id == public_id,
        scope.within(Enrolment.unit_path, Enrolment.person_id) | teaching.within(Course.owner_path),
    )
    return _get(_locked(statement), scope)


def list_without_attempt(scope: Scope, teaching: Scope, slug: str) -> Sequence[Taken]:
    """Return the enrolments in a course that ended as failed, visible to a manager or to whoever teaches it."""
    rows = session().execute(
        _TAKEN.where(
            Course.slug == slug,
            Enrolment.outcome == "failed",
            scope.within(Enrolment.unit_path) | teaching.within(Course.owner_path),
        ).order_by(Enrolment.outcome_at.desc())
    )
    return [_taken(row) for row in rows.all()]


def list_taken(scope: Scope, person_id: int) -> Sequence[Taken]:
    """Return all enrolments of a person within a scope, the latest activity first."""
    rows = session().execute(
        _TAKEN.where(
            Enrolment.person_id == person_id, scope.within(Enrolment.unit_path, Enrolment.person_id)
        ).order_by(Enrolment.last_activity_at.desc())
    )
    return [_taken(row) for row in rows.all()]


def list_completed(scope: Scope, person_id: int, slugs: Collection[str]) -> Sequence[Taken]:
    """Return a person's completions of some courses within a scope, the oldest first.

    The version is that by which the course was completed.
    """
    rows = session().execute(
        select(Enrolment, Course, CourseVersion.public_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(
            Enrolment.person_id == person_id,
            Course.slug.in_(slugs),
            Enrolment.outcome.in_(COMPLETED),
            scope.within(Enrolment.unit_path, Enrolment.person_id),
        )
        .order_by(Enrolment.outcome_at, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    return [_taken(row) for row in rows.all()]


def list_completed_slugs(scope: Scope, person_id: int) -> frozenset[str]:
    """Return the slugs of the courses that a person has completed: what prerequisites ask for."""
    rows = session().scalars(
        select(Course.slug)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.outcome.in_(COMPLETED),
            scope.within(Enrolment.unit_path, Enrolment.person_id),
        )
    )
    return frozenset(rows)
