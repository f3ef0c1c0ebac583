"""Courses whose certificates end, and people who hold them: for tests of renewal."""

from datetime import datetime

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.catalogue.values import CertificateKind, CertificateRule, Duration
from app.domain.certificates.models import Certificate
from app.domain.people.models import Person
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.mail import MailMessage
from tests import world

YEAR = Duration(1, "y")
WORKER = Actor.system("test")


def publish(slug: str = "yearly", owner: str = "CZ", title: str = "Yearly", **rule: object) -> None:
    """Publish a course with a certificate; the same slug with another rule is a new edition."""
    given = CertificateRule(CertificateKind.EXAM, "standard", **{"valid_for": YEAR, **rule})
    titles = {"en": title, "cs": f"{title} cs"}
    with transaction():
        world.publish(world.course(slug, owner=owner, certificate=given, title=titles))


def at(text: str):
    """Let everything inside happen at a moment: ISO 8601, UTC where it says nothing else."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T12:00:00+00:00")
    return clock.at(moment)


def earn(who: Person, day: str, slug: str = "yearly") -> Certificate:
    """Let somebody complete a course on a day."""
    with at(day):
        world.pass_test(world.act_as(who), slug)
    return held_by(who)[0]


def held_by(who: Person) -> list[Certificate]:
    """Return the certificates of somebody, the newest first."""
    session().rollback()
    mine = select(Certificate).where(Certificate.person_id == who.id).order_by(Certificate.id.desc())
    return list(session().scalars(mine))


def mails(of: str = "") -> list[MailMessage]:
    """Return the mails that were promised, to one address or to all, in their order."""
    session().rollback()
    sent = session().scalars(select(MailMessage).order_by(MailMessage.id)).all()
    return [each for each in sent if each.recipient == of or not of]
