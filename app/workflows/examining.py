"""Whether everything is as it was left: chains, register, stored files, queue and migrations."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates.models import RegisterEntry
from app.foundation import audit, chain, queue, schema
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.files import DamagedFile, store


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
        if certificate.file_digest is not None:
            try:
                store().get(certificate.file_digest)
            except NotFound:
                yield f"{certificate.number}: its file is missing"
            except DamagedFile:
                yield f"{certificate.number}: its file was changed"
