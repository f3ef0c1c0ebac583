"""Several certificates are revoked together: one person asks with a reason, another one decides with a word.

Both hold the right for every one of them when it is decided: who asked may have lost it meanwhile.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.domain.access.policy import allows, require, scope_of
from app.domain.access.queries import find_actor_by_id
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate, Revocation
from app.domain.certificates.queries import revocations
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid, Refused
from app.foundation.i18n import N_
from app.foundation.text import required
from app.workflows import certifying

P = Permission
REASON_LIMIT = 300
MOST = 200
"""So many certificates are asked for at once: nobody looks through more before she decides."""


def ask(actor: Actor, codes: Collection[str], reason: str) -> Revocation:
    """Ask that certificates be revoked together; nothing becomes of them until another person has decided.

    Raises Conflict where one is not in force or stands in another asking that waits, so that of two clicks one counts.
    """
    with transaction():
        scope = scope_of(actor, P.CERTIFICATE_REVOKE)
        require(actor, P.CERTIFICATE_REVOKE)
        if actor.person_id is None:
            raise Refused
        why = required(reason, "reason", REASON_LIMIT, N_("Write the reason."))
        if not 1 < len(set(codes)) <= MOST:
            raise Invalid("codes", N_("Choose from 2 to %(max)d certificates."), max=MOST)
        chosen = register.list_chosen(scope, codes, is_locked=True)
        certifying.check_in_force(chosen)
        for each in revocations.list_waiting_for_revocation(scope, [held.id for held in chosen]):
            raise Conflict(N_("That %(number)s be revoked is asked for already."), number=each.number)
        asked = certificates.ask_to_revoke(chosen, actor.name, why)
        audit.record(actor.name, "revocation.ask", asked.public_id, certificates=len(chosen), reason=why)
    return asked


def approve(actor: Actor, revocation_id: UUID, word: str) -> Revocation:
    """Revoke what another person asked for; raises Conflict where anything has changed since."""
    with transaction():
        asked = _get_waiting(actor, revocation_id)
        said = _word(word)
        if asked.asked_by == actor.name:
            raise Conflict(N_("You asked for this yourself: another person decides."))
        scope = scope_of(actor, P.CERTIFICATE_REVOKE)
        chosen = register.list_chosen(scope, [each.code for each in asked.certificates], is_locked=True)
        certifying.check_in_force(chosen)
        _check_asker(asked, chosen)
        certificates.decide(asked, actor.name, said, is_approved=True)
        certifying.revoke_each(actor, chosen, asked.reason)
        audit.record(actor.name, "revocation.approve", asked.public_id, certificates=len(chosen), word=said)
    return asked


def reject(actor: Actor, revocation_id: UUID, word: str) -> Revocation:
    """Let certificates stay as they are; whoever asked may take it back so."""
    with transaction():
        asked = _get_waiting(actor, revocation_id)
        said = _word(word)
        certificates.decide(asked, actor.name, said, is_approved=False)
        audit.record(actor.name, "revocation.reject", asked.public_id, word=said)
    return asked


def _get_waiting(actor: Actor, revocation_id: UUID) -> Revocation:
    require(actor, P.CERTIFICATE_REVOKE)
    asked = revocations.get_revocation(scope_of(actor, P.CERTIFICATE_REVOKE), revocation_id, is_locked=True)
    for each in asked.certificates:
        require(actor, P.CERTIFICATE_REVOKE, each)
    if asked.decided_at is not None:
        raise Conflict(N_("This is decided already."))
    return asked


def _word(word: str) -> str:
    return required(word, "word", REASON_LIMIT, N_("Write in a word why you decide so."))


def _check_asker(asked: Revocation, chosen: Sequence[Certificate]) -> None:
    """Refuse what rests on one person alone: whoever asked holds the right no more."""
    asker = find_actor_by_id(UUID(asked.asked_by))
    if asker is None or not all(allows(asker, P.CERTIFICATE_REVOKE, each) for each in chosen):
        raise Conflict(N_("Whoever asked for this may no longer do so: reject it, and ask anew."))
