"""Report files: only their asker's own are found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, literal, or_, select

from app.domain.people.models import Person
from app.domain.reports.models import ReportFile
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound


def get_file(scope: Scope, public_id: UUID) -> ReportFile:
    """Return a report file of the asker's own."""
    asked = session().scalar(
        select(ReportFile).where(
            ReportFile.public_id == public_id, scope.within(literal(""), ReportFile.person_id)
        )
    )
    if asked is None:
        raise NotFound
    return asked


def find_waiting(scope: Scope, parameters: Mapping[str, object]) -> ReportFile | None:
    """Return the file that the asker was promised by the same parameters and that is not made yet, or None.

    Her own row is locked until the transaction ends, so that of two clicks the second one sees the first.
    """
    session().execute(select(Person.id).where(Person.id == scope.person_id).with_for_update(key_share=True))
    waiting = session().scalars(
        select(ReportFile)
        .where(
            scope.within(literal(""), ReportFile.person_id),
            ReportFile.made_at.is_(None),
            ReportFile.refused_at.is_(None),
        )
        .order_by(ReportFile.id)
    )
    return next((each for each in waiting if each.parameters == parameters), None)


def get_file_by_id(scope: Scope, file_id: int) -> ReportFile:
    """Return a report file by its number inside, locked until the transaction ends: for whoever makes it."""
    asked = session().scalar(
        select(ReportFile)
        .where(ReportFile.id == file_id, scope.within(literal(""), ReportFile.person_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if asked is None:
        raise NotFound
    return asked


def list_made_until(
    scope: Scope, moment: datetime, limit: int, *, is_locked: bool = False
) -> Sequence[ReportFile]:
    """Return files that are there and were made by a moment, the oldest first."""
    made = select(ReportFile).where(
        ReportFile.made_at <= moment,
        ReportFile.file_digest.is_not(None),
        scope.within(literal(""), ReportFile.person_id),
    )
    if is_locked:
        made = made.with_for_update().execution_options(populate_existing=True)
    return session().scalars(made.order_by(ReportFile.made_at, ReportFile.id).limit(limit)).all()


def list_asked_before(scope: Scope, moment: datetime) -> Sequence[ReportFile]:
    """Return files that are there or being made and were asked for before a moment, locked while the act lasts."""
    is_there = ReportFile.file_digest.is_not(None)
    is_awaited = and_(ReportFile.made_at.is_(None), ReportFile.refused_at.is_(None))
    return (
        session()
        .scalars(
            select(ReportFile)
            .where(
                ReportFile.asked_at < moment,
                or_(is_there, is_awaited),
                scope.within(literal(""), ReportFile.person_id),
            )
            .order_by(ReportFile.id)
            .with_for_update()
        )
        .all()
    )


def list_digests(scope: Scope, person_id: int) -> frozenset[str]:
    """Return the digests of the files that were made for a person whose own they are, within a scope."""
    mine = select(ReportFile.file_digest).where(
        ReportFile.person_id == person_id,
        ReportFile.file_digest.is_not(None),
        scope.within(literal(""), ReportFile.person_id),
    )
    return frozenset(filter(None, session().scalars(mine)))
