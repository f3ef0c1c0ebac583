"""Certificates with their documents, for tests that look at these."""

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.foundation.files import store
from app.workflows import rendering
from tests import world


def issue(email: str, family: str) -> Certificate:
    """Return the certificate of a new person, with both of its copies."""
    world.pass_test(world.act_as(world.person(email, family=family)))
    code = session().scalar(select(Certificate.code).order_by(Certificate.id.desc()).limit(1))
    rendering.render(Actor.system(rendering.JOB), code)
    return session().scalar(select(Certificate).where(Certificate.code == code))


def signed(certificate: Certificate) -> bytes:
    """Return the copy that people get."""
    return store().get(certificate.signed_digest)
