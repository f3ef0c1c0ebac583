"""What may be told to badges: asked for, made, proven by a key; the service writes, and never commits."""

from collections.abc import Sequence

from sqlalchemy import update

from app.domain.badges.models import Badge, BadgeKey, StatusList
from app.domain.certificates.models import Certificate
from app.foundation import clock
from app.foundation.db import insert_into, session


def ask(certificate: Certificate) -> None:
    """Note that the holder of a certificate wants its badge."""
    session().add(Badge(certificate_id=certificate.id, asked_at=clock.now()))
    session().flush()


def keep_made(badge: Badge, document_digest: str, picture_digest: str) -> None:
    """Note which stored files a badge is; it is made once."""
    badge.document_digest = document_digest
    badge.picture_digest = picture_digest
    badge.made_at = clock.now()


def forget(certificate_ids: Sequence[int]) -> None:
    """Let the files of badges of somebody who is erased be named no more; the rows stay, for the lists of states."""
    nothing = {"made_at": None, "document_digest": None, "picture_digest": None}
    session().execute(update(Badge).where(Badge.certificate_id.in_(certificate_ids)).values(nothing))


def know_key(multikey: str) -> BadgeKey:
    """Publish a key that badges are proven by from now on."""
    made = BadgeKey(multikey=multikey, first_used_at=clock.now())
    session().add(made)
    session().flush()
    return made


def keep_status_list(number: int, ended_digest: str, token: str) -> None:
    """Put a list in the place of the one before; of two workers at once the later one counts."""
    made = {"ended_digest": ended_digest, "made_at": clock.now(), "token": token}
    fresh = insert_into(StatusList).values(number=number, **made)
    session().execute(fresh.on_conflict_do_update(index_elements=["number"], set_=made))
