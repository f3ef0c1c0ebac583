"""Whether everything is as it was left: chains, register, stored files, queue and migrations."""

from dataclasses import dataclass

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import RegisterEntry
from app.foundation import audit, chain, heads, queue, schema, settings
from app.foundation.db import session
from app.workflows import registering


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
        Check(
            "queue",
            f"{failing} jobs fail; see the log" if failing else None,
            f"{queue.count_waiting()} waiting",
        ),
        Check("sealing", None, f"{unsealed} entries wait to be sealed"),
    ]
