"""Every question put to revocations that two people decide."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import selectinload

from app.domain.certificates.models import Certificate, Revocation, RevocationPart
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound


def _is_within(scope: Scope) -> ColumnElement[bool]:
    """Return the clause for revocations of which no certificate lies outside a scope."""
    beyond = (
        select(RevocationPart.revocation_id)
        .join(Certificate)
        .where(
            RevocationPart.revocation_id == Revocation.id,
            not_(scope.within(Certificate.unit_path, Certificate.person_id)),
        )
    )
    return not_(beyond.exists())


def list_revocations(
    scope: Scope, page: int, size: int, *, is_waiting: bool
) -> tuple[Sequence[Revocation], int]:
    """Return one page of the revocations that lie wholly within a scope, the newest first, and how many there are."""
    stands = Revocation.decided_at.is_(None) if is_waiting else Revocation.decided_at.is_not(None)
    found = select(Revocation).where(stands, _is_within(scope))
    count = session().scalar(select(func.count()).select_from(found.subquery())) or 0
    newest = found.options(selectinload(Revocation.certificates)).order_by(Revocation.id.desc())
    return session().scalars(newest.offset((page - 1) * size).limit(size)).all(), count


def count_waiting_revocations(scope: Scope) -> int:
    """Return how many revocations that lie wholly within a scope wait for a second person."""
    waiting = (
        select(func.count()).select_from(Revocation).where(Revocation.decided_at.is_(None), _is_within(scope))
    )
    return session().scalar(waiting) or 0


def get_revocation(scope: Scope, public_id: UUID, *, is_locked: bool = False) -> Revocation:
    """Return a revocation that lies wholly within a scope."""
    statement = select(Revocation).where(Revocation.public_id == public_id, _is_within(scope))
    if is_locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def list_waiting_for_revocation(scope: Scope, certificate_ids: Collection[int]) -> Sequence[Certificate]:
    """Return those of some certificates within a scope that stand in a revocation which waits."""
    return (
        session()
        .scalars(
            select(Certificate)
            .join(RevocationPart)
            .join(Revocation)
            .where(
                Certificate.id.in_(certificate_ids),
                Revocation.decided_at.is_(None),
                scope.within(Certificate.unit_path, Certificate.person_id),
            )
            .order_by(Certificate.id)
        )
        .all()
    )
