"""Seal what may not change: the audit trail and the register are chained within a minute of each act."""

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import RegisterEntry
from app.foundation import chain, heads
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction


def seal(actor: Actor) -> int:
    """Give every unsealed entry its place in its chain, and note the heads; return how many were sealed."""
    require(actor, Permission.AUDIT_READ)
    with transaction() as held:
        sealed = chain.seal(held, AuditEntry) + chain.seal(held, RegisterEntry)
    for model in (AuditEntry, RegisterEntry):
        heads.keep(session(), model, model.__tablename__)
    return sealed
