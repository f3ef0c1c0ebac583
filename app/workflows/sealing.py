"""Seal what may not change: the audit trail and the register are chained within a minute of each act."""

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.certificates.models import RegisterEntry
from app.foundation import chain
from app.foundation.audit import AuditEntry
from app.foundation.db import transaction


def seal(actor: Actor) -> int:
    """Give every unsealed entry its place in its chain; return how many were sealed."""
    require(actor, Permission.AUDIT_READ)
    with transaction() as held:
        return chain.seal(held, AuditEntry) + chain.seal(held, RegisterEntry)
