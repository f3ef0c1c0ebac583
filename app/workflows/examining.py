"""Whether everything is as it was left: chains, register, stored files, queue and migrations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates.models import RegisterEntry
from app.foundation import audit, authority, chain, clock, queue, schema, settings, signing
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.files import DamagedFile, store

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
    held = session()
    unsealed = chain.count_unsealed(held, audit.AuditEntry) + chain.count_unsealed(held, RegisterEntry)
    present, wanted = schema.present(held.connection()), schema.wanted()
    failing = queue.count_failing()
    return [
        Check(
            "migrations",
            None if present == wanted else f"the database is at {present}, the code wants {wanted}",
        ),
        Check("audit trail", chain.find_break(held, audit.AuditEntry)),
        Check("register", chain.find_break(held, RegisterEntry)),
        Check("certificates", next(_faults(actor), None)),
        _look_at_key(actor),
        Check(
            "queue",
            f"{failing} jobs fail; see the log" if failing else None,
            f"{queue.count_waiting()} waiting",
        ),
        Check("sealing", None, f"{unsealed} entries wait to be sealed"),
    ]


def _faults(actor: Actor) -> Iterator[str]:
    """Yield what is wrong with certificates: a snapshot that the register does not know, a file that changed."""
    for certificate, entry in register.list_snapshots(scope_of(actor, Permission.CERTIFICATE_READ)):
        if (
            chain.hash_content(certificate.snapshot) != entry.snapshot_hash
            or certificate.number != entry.number
        ):
            yield f"{certificate.number}: what it says is not what was registered"
        for digest in filter(None, (certificate.file_digest, certificate.signed_digest)):
            try:
                store().get(digest)
            except NotFound:
                yield f"{certificate.number}: its file is missing"
            except DamagedFile:
                yield f"{certificate.number}: its file was changed"


def _look_at_key(actor: Actor) -> Check:
    """Tell whether certificates can be signed, and how many wait for it; a key that is to end soon is a fault."""
    waiting = register.count_waiting_for_key(scope_of(actor, Permission.CERTIFICATE_READ))
    note = f"{waiting} documents wait to be signed"
    given = settings.current()
    newest = register.find_newest_signing_certificate()
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
