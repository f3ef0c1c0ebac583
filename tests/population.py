"""People of several regions at every stage of several courses: what reports are tried on.

Everything is made by the learner's own acts with a set clock.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.access.values import Actor
from app.domain.catalogue.values import Assessment, CertificateKind, CertificateRule, Track
from app.foundation import clock
from app.foundation.db import transaction
from app.workflows import learning, sitting
from tests import world


@dataclass(frozen=True)
class Life:
    """A person and what she did: (course, how far, when)."""

    email: str
    unit: str
    family: str
    given: str
    acts: tuple[tuple[str, str, str], ...]


LIVES = (
    Life(
        "adam@example.org",
        "596230",
        "Čapek",
        "Adam",
        (("open-data", "pass", "2026-03-31T22:30"), ("records", "attend", "2026-01-10T10:00")),
    ),
    Life("bara@example.org", "596230", "Cibulka", "Bára", (("open-data", "fail", "2026-02-11T10:00"),)),
    Life("cyril@example.org", "596230", "Chalupa", "Cyril", (("open-data", "read", "2026-05-01T10:00"),)),
    Life("dana@example.org", "595209", "=Hájek", "Dana", (("open-data", "ready", "2026-05-02T10:00"),)),
    Life("emil@example.org", "595209", "Zach", "Emil", (("open-data", "enrol", "2026-05-03T10:00"),)),
    Life("filip@example.org", "CZ-O6115", "Říha", "Filip", (("open-data", "pass", "2026-06-30T10:00"),)),
    Life("gita@example.org", "CZ-K3107", "Šimek", "Gita", (("records", "attend", "2025-12-31T23:30"),)),
    Life("hana@example.org", "595209", "Žák", "Hana", (("records", "read", "2026-06-01T10:00"),)),
    Life(
        "ivan@example.org",
        "585068",
        "Novák",
        "Ivan",
        (("open-data", "pass", "2026-03-15T10:00"), ("records", "attend", "2026-04-01T10:00")),
    ),
    Life("jan@example.org", "585068", "Novák", "Jan", (("open-data", "fail", "2026-04-15T10:00"),)),
    Life("petar@example.org", "80039", "Петровић", "Петар", (("open-data", "pass", "2026-07-01T10:00"),)),
)
NOW = datetime(2026, 8, 15, 10, 0, tzinfo=UTC)


def settle() -> world.Land:
    """Make the land, two courses, and everyone's life up to now."""
    land = world.settle()
    with transaction():
        world.publish(
            world.course(
                "records",
                title={"en": "Keeping records", "cs": "Spisová služba"},
                track=Track.OFFICE_PROCEDURES,
                assessment=None,
                certificate=CertificateRule(CertificateKind.ATTENDANCE),
            )
        )
        world.publish(world.course(assessment=Assessment(attempts=1)))
    for life in LIVES:
        live(life)
    return land


def live(life: Life) -> Actor:
    """Let a person do what she did."""
    actor = world.act_as(world.person(life.email, life.unit, life.family, life.given, locale="cs"))
    for slug, how, moment in life.acts:
        with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
            do(actor, slug, how)
    return actor


def do(actor: Actor, slug: str, how: str) -> None:
    """Take a course as far as a word says."""
    learning.enrol(actor, slug)
    if how == "enrol":
        return
    learning.finish_module(actor, slug, "first")
    if how == "read":
        return
    learning.finish_module(actor, slug, "second")
    if how in {"pass", "fail"}:
        attempt = sitting.start_attempt(actor, slug)
        answers = world.right_answers(actor, attempt) if how == "pass" else {"whole": ["1"]}
        sitting.submit_attempt(actor, attempt.public_id, answers)
