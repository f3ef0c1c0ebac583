"""Whether everything is as it was left: chains, register, stored files, queue and migrations."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.badges import queries as badges
from app.domain.certificates.models import RegisterEntry
from app.domain.certificates.queries import keys
from app.foundation import audit, authority, chain, clock, heads, proof_key, queue, schema, settings, signing
from app.foundation.db import session
from app.workflows import registering

_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``fault`` says in English what is wrong, None that all is well."""

    name: str
    fault: str | None
    note: str = ""


def examine(actor: Actor) -> list[Check]:
    """Look at everything that an operator must be able to rely on; writes nothing."""
    require(actor, Permission.AUDIT_READ)
    verdict = registering.verify(actor)
    held = session()
    noted = heads.read(settings.current().instance).get(audit.AuditEntry.__tablename__)
    unsealed = chain.count_unsealed(held, audit.AuditEntry) + chain.count_unsealed(held, RegisterEntry)
    present, wanted = schema.present(held.connection()), schema.wanted()
    failing = queue.count_failing()
    return [
        Check(
            "migrations",
            None if present == wanted else f"the database is at {present}, the code wants {wanted}",
        ),
        Check(
            "audit trail",
            chain.find_break(held, audit.AuditEntry) or heads.find_fault(held, audit.AuditEntry, noted),
        ),
        Check("register", verdict.fault, f"{verdict.certificates} certificates, all as registered"),
        _look_at_key(actor),
        _look_at_proof_key(),
        Check(
            "queue",
            f"{failing} jobs fail; see the log" if failing else None,
            f"{queue.count_waiting()} waiting",
        ),
        Check("sealing", None, f"{unsealed} entries wait to be sealed"),
    ]


def _look_at_key(actor: Actor) -> Check:
    """Tell whether certificates can be signed, and how many wait for it; a key that is to end soon is a fault."""
    waiting = keys.count_waiting_for_key(scope_of(actor, Permission.CERTIFICATE_READ))
    note = f"{waiting} documents wait to be signed"
    given = settings.current()
    newest = keys.find_newest_signing_certificate()
    own = given.instance / authority.FILE
    if given.signing_key is None and not own.exists() and (newest is None or not newest.is_own):
        return Check("signing", None, f"{note}; this instance makes its own key for the first one")
    try:
        key = signing.load(given, may_make=False)
    except signing.KeyUnavailable as error:
        return Check("signing", f"{error}; {note}")
    if key.ends < clock.now() + _SOON:
        return Check("signing", f"the certificate of the key ends on {key.ends:%F}: replace it; {note}")
    return Check("signing", None, f"{note}; {key.name}, until {key.ends:%F}")


def _look_at_proof_key() -> Check:
    """Tell whether badges can be proven; before the first one there is no key."""
    if not badges.list_keys():
        return Check("badges", None, "this instance makes its own key for the first one")
    try:
        proof_key.load(settings.current().instance, may_make=False)
    except proof_key.ProofKeyUnavailable as error:
        return Check("badges", str(error))
    return Check("badges", None, "they can be proven")
