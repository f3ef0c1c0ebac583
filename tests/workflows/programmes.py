"""Model programmes, people who complete them, and the worker that looks at these: for tests of certificates."""

from dataclasses import replace

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.models import Programme
from app.domain.catalogue.values import CertificateKind, CertificateRule, Form, ProgrammeDraft, Track
from app.domain.certificates.models import Certificate
from app.domain.people.models import Person
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.foundation import clock, ids
from app.foundation.db import session, transaction
from app.foundation.queue import OutboxJob
from app.workflows import awarding
from tests import world

WORKER = Actor.system("certificates.programmes")
SLUGS = ("open-data", "records")
DRAFT = ProgrammeDraft(
    slug="official",
    owner="CZ",
    track=Track.EGOVERNMENT,
    languages=("en", "cs"),
    title={"en": "For officials", "cs": "Pro úředníky"},
    form=Form.BLENDED,
    courses=SLUGS,
    is_ordered=False,
    deadline=None,
)
ISSUER = replace(world.ISSUER, accreditation="AK-1", legal_line={"en": "By law.", "cs": "Podle zákona."})


def offer(**changes: object) -> Programme:
    """Publish a second course and a programme of both, whose owner has all that its certificates need."""
    rule = CertificateRule(CertificateKind.EXAM)
    titles = {"en": "Records", "cs": "Spisová služba"}
    with transaction():
        world.publish(world.course("records", certificate=rule, title=titles))
        units.keep_issuer(territory.get_unit("CZ"), ISSUER)
    return put(**changes)


def put(**changes: object) -> Programme:
    """Publish a programme, or another state of it."""
    draft = replace(DRAFT, **changes)
    with transaction():
        catalogue.keep_programme(draft, territory.get_unit(draft.owner), ids.digest(repr(draft)))
    return session().scalar(select(Programme).where(Programme.slug == draft.slug))


def complete(who: Person, *slugs: str, day: str = "2026-03-01") -> None:
    """Let somebody pass courses, one each hour of a day."""
    for hour, slug in enumerate(slugs or SLUGS):
        with clock.at(world.moment(f"{day}T{8 + hour:02d}:00+01:00")):
            world.pass_test(world.act_as(who), slug)


def waiting() -> list[OutboxJob]:
    """Return the jobs that wait to look at somebody's programmes."""
    session().rollback()
    due = select(OutboxJob).where(OutboxJob.name == "certificates.programmes", OutboxJob.done_at.is_(None))
    return list(session().scalars(due.order_by(OutboxJob.id)))


def work(day: str = "2026-03-01") -> None:
    """Do what waits, as the worker does, at noon of a day."""
    for job in waiting():
        with clock.at(world.moment(f"{day}T12:00+01:00")):
            awarding.award(WORKER, **job.arguments)
        with transaction():
            session().get(OutboxJob, job.id).done_at = clock.now()


def held_by(who: Person) -> list[Certificate]:
    """Return somebody's certificates of programmes, the oldest first."""
    session().rollback()
    mine = select(Certificate).where(Certificate.person_id == who.id, Certificate.programme_id.is_not(None))
    return list(session().scalars(mine.order_by(Certificate.id).execution_options(populate_existing=True)))
