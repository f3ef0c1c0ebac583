"""A certificate was lost, destroyed or got into wrong hands: a duplicate, marked as one, takes its place."""

from dataclasses import dataclass, replace

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import Certificate
from app.domain.certificates.queries import revocations
from app.domain.certificates.values import Snapshot
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.formats import certificate_pdf
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.i18n import N_
from app.foundation.text import required
from app.workflows import certifying, notifying

P = Permission
REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Lost:
    """A certificate that a duplicate may stand for, its holder, and what the duplicate says."""

    certificate: Certificate
    holder: Person
    said: Snapshot


def look(actor: Actor, code: str) -> Lost:
    """Return what a duplicate would stand for, and raise what ``duplicate`` would; nothing is written."""
    require(actor, P.CERTIFICATE_CORRECT)
    return _find(actor, code)


def duplicate(actor: Actor, code: str, reason: str) -> Certificate:
    """Let a certificate be superseded by its duplicate, tell the holder, and return the duplicate.

    One that is revoked or superseded raises Conflict, so that of two clicks one counts, and so does one that is asked
    to be revoked. Of one that has expired the duplicate has expired, too. Nobody makes one of her own.
    """
    with transaction():
        require(actor, P.CERTIFICATE_CORRECT)
        lost = _find(actor, code, is_locked=True)
        why = required(reason, "reason", REASON_LIMIT, N_("Write the reason."))
        old = lost.certificate
        fresh = certifying.supersede(actor, [(old, lost.said)], why)[old.id]
        values = {"old": old.number, "number": fresh.number, "course": lost.said.course_title, "reason": why}
        notifying.post(lost.holder, "duplicated", link="/certificates", **values)
        audit.record(actor.name, "certificate.duplicate", old.number, by=fresh.number, reason=why)
    return fresh


def _find(actor: Actor, code: str, *, is_locked: bool = False) -> Lost:
    """Return a certificate in force of a holder within reach, who is not erased and not the actor."""
    scope = scope_of(actor, P.CERTIFICATE_CORRECT)
    (certificate,) = certifying.hold(scope, [code], is_locked=is_locked)
    require(actor, P.CERTIFICATE_CORRECT, certificate)
    holder = people.get_owner(scope, certificate.person_id)
    if holder.erased_at is not None:
        raise NotFound
    if holder.id == actor.person_id:
        raise Conflict(N_("A duplicate of your own certificate is made by somebody else."))
    certifying.check_in_force([certificate])
    if revocations.list_waiting_for_revocation(scope, [certificate.id]):
        raise Conflict(N_("That %(number)s be revoked is asked for already."), number=certificate.number)
    said = replace(certifying.snapshot_of(certificate), duplicate_of=certificate.number)
    certificate_pdf.check_drawable(said, certifying.design_of(said.design))
    return Lost(certificate, holder, said)
