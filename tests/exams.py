"""Exam dates for tests: a supervised course, its people, and a date with seats, made by the product's own acts."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.catalogue.values import Assessment, Duration, PlaceOfTest
from app.domain.examinations.models import ExamDate, Seat
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.workflows import learning
from app.workflows.proctoring import holding, seating, setting
from tests import world

SLUG = "supervised"
TEST = Assessment(attempts=1, time_limit=Duration(30, "min"), place=PlaceOfTest.PROCTORED)
OPENS = datetime(2030, 5, 6, 8, 0, tzinfo=clock.UTC)
CLOSES = OPENS + timedelta(hours=1)
NOON_BEFORE = OPENS - timedelta(hours=20)
IN = OPENS + timedelta(minutes=10)


@dataclass(frozen=True)
class Hall:
    """A date with who set it, who holds it, and who sits there."""

    date: ExamDate
    manager: Actor
    proctor: Actor
    learner: Actor
    other: Actor

    def seat_of(self, who: Actor) -> Seat:
        """Return somebody's seat as it stands now."""
        session().rollback()
        return session().query(Seat).filter_by(date_id=self.date.id, person_id=who.person_id).one()

    def code_of(self, who: Actor) -> str:
        """Return a new code for somebody."""
        [slip] = holding.give_codes(self.proctor, self.date.public_id, self.seat_of(who).public_id)
        return slip.code

    def sit(self, who: Actor) -> Attempt:
        """Let somebody begin by a new code."""
        return seating.enter(who, SLUG, self.code_of(who))

    def attempt_of(self, who: Actor) -> Attempt:
        """Return the attempt at somebody's seat as it stands now."""
        attempt = self.seat_of(who).attempt
        assert attempt is not None
        return attempt

    def again(self) -> ExamDate:
        """Return the date as it stands now."""
        session().rollback()
        return session().get(ExamDate, self.date.id, populate_existing=True)


def learner(email: str, family: str, unit: str = "596230") -> Actor:
    """Enter somebody who has read the supervised course."""
    made = world.act_as(world.person(email, unit, family))
    with clock.at(NOON_BEFORE):
        read_course(made)
    return made


def read_course(who: Actor) -> None:
    """Let somebody read the supervised course."""
    learning.enrol(who, SLUG)
    for address in ("first", "second"):
        learning.finish_module(who, SLUG, address)


def publish(test: Assessment = TEST, slug: str = SLUG) -> None:
    """Publish the supervised course."""
    with transaction():
        world.publish(world.course(slug, assessment=test, review_by=None))


def wanted(**changes: object) -> setting.Wanted:
    """Return a date as a manager wants it."""
    given = {
        "course": SLUG,
        "unit": "596230",
        "place": "Town hall, room 3",
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "proctor": "proctor@example.org",
    }
    return setting.Wanted(**{**given, **changes})  # type: ignore[arg-type]


def hall(test: Assessment = TEST) -> Hall:
    """Set a date for two people."""
    publish(test)
    manager = world.act_as(
        world.person("manager@example.org", "595209", "Malá", roles=(("manager", "CZ-O6115"),))
    )
    proctor = world.act_as(world.person("proctor@example.org", "595209", "Dozorová"))
    first, second = learner("eva@example.org", "Nováková"), learner("jan@example.org", "Dvořák")
    with clock.at(NOON_BEFORE):
        date = setting.set_date(manager, wanted())
        setting.name_people(manager, date.public_id, [first.public_id, second.public_id])
    return Hall(date, manager, proctor, first, second)


def acts() -> list[str]:
    """Return the acts of the audit trail, the first first."""
    return list(session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def codes_in(text: str) -> list[str]:
    """Return what looks like a one-time code in a text."""
    return re.findall(r"\b[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}\b", text)
