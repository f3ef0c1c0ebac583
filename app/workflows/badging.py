"""Badges as their holder asks for them; ``minting`` makes them."""

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.badges import queries as badges
from app.domain.badges import service
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import State
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict
from app.foundation.i18n import N_
from app.foundation.queue import enqueue

P = Permission


def ask(actor: Actor, code: str) -> Certificate:
    """Let the worker make the badge of one's own certificate; a second time changes nothing.

    Raises Conflict where the certificate is valid no longer.
    """
    with transaction():
        scope = scope_of(actor, P.OWN_LEARNING)
        certificate = register.get_certificate(scope, code, is_locked=True)
        require(actor, P.OWN_LEARNING, certificate)
        if badges.find_badge(scope, certificate.id) is not None:
            return certificate
        if certificate.state_on(clock.now().date()) is not State.VALID:
            raise Conflict(N_("This certificate is valid no longer: no badge can be made of it."))
        service.ask(certificate)
        enqueue("badges.make", code=certificate.code)
        audit.record(actor.name, "badge.ask", certificate.number)
    return certificate
