"""Every question put to badges; keys and lists are public and name nobody."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, func, or_, select

from app.domain.badges.models import Badge, BadgeKey, StatusList
from app.domain.badges.rules import LIST_SIZE
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.territory.values import Scope
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.errors import NotFound


def find_badge(scope: Scope, certificate_id: int, *, is_locked: bool = False) -> Badge | None:
    """Return the badge of a certificate within a scope, or None."""
    statement = (
        select(Badge)
        .join(Certificate)
        .where(
            Badge.certificate_id == certificate_id, scope.within(Certificate.unit_path, Certificate.person_id)
        )
    )
    if is_locked:
        statement = statement.with_for_update(of=Badge).execution_options(populate_existing=True)
    return session().scalar(statement)


def list_digests(scope: Scope, person_id: int) -> frozenset[str]:
    """Return the digests of the files of a person's badges, within a scope."""
    mine = (
        select(Badge.document_digest, Badge.picture_digest)
        .join(Certificate)
        .where(Certificate.person_id == person_id, scope.within(Certificate.unit_path, Certificate.person_id))
    )
    return frozenset(digest for row in session().execute(mine) for digest in row if digest is not None)


def count_lists(scope: Scope) -> int:
    """Return how many lists there are to be for the badges within a scope: they are numbered from 0."""
    reached = scope.within(Certificate.unit_path, Certificate.person_id)
    last = session().scalar(select(func.max(Badge.certificate_id)).join(Certificate).where(reached))
    return 0 if last is None else last // LIST_SIZE + 1


def list_ended(scope: Scope, number: int, today: date) -> Sequence[int]:
    """Return which certificates of a list have a badge that holds no more: their ids, in order.

    They are revoked or superseded, or ended earlier than the badge, which may be older than that decision, says.
    """
    shortened = select(RegisterEntry.id).where(
        RegisterEntry.certificate_id == Certificate.id, RegisterEntry.kind == "shortened"
    )
    return (
        session()
        .scalars(
            select(Badge.certificate_id)
            .join(Certificate)
            .where(
                Badge.certificate_id >= number * LIST_SIZE,
                Badge.certificate_id < (number + 1) * LIST_SIZE,
                or_(
                    Certificate.revoked_at.is_not(None),
                    Certificate.superseded_at.is_not(None),
                    and_(Certificate.valid_until < today, shortened.exists()),
                ),
                scope.within(Certificate.unit_path, Certificate.person_id),
            )
            .order_by(Badge.certificate_id)
        )
        .all()
    )


def find_status_list(number: int) -> StatusList | None:
    """Return a list as it is handed out now, or None."""
    return session().scalar(
        select(StatusList).where(StatusList.number == number).execution_options(populate_existing=True)
    )


def get_status_list(number: int) -> StatusList:
    """Return a list as it is handed out now."""
    found = find_status_list(number)
    if found is None:
        raise NotFound
    return found


def list_keys() -> Sequence[BadgeKey]:
    """Return every key that badges were proven by, the newest first."""
    return session().scalars(select(BadgeKey).order_by(BadgeKey.id.desc())).all()


def list_unannounced() -> Sequence[str]:
    """Return the keys of badges of which the audit trail does not say that they came into use."""
    begun = select(AuditEntry.id).where(
        AuditEntry.action == "badge.key", AuditEntry.subject == BadgeKey.multikey
    )
    return session().scalars(select(BadgeKey.multikey).where(~begun.exists()).order_by(BadgeKey.id)).all()


def find_key(multikey: str) -> BadgeKey | None:
    """Return a key that badges were proven by, or None."""
    return session().scalar(select(BadgeKey).where(BadgeKey.multikey == multikey))
