"""Exam dates on the stage for attacks: in each region one that is closed, sat on paper, and one to come."""

from datetime import timedelta

from app.domain.access.values import Actor, Role
from app.domain.catalogue.values import Assessment, CertificateKind, CertificateRule, PlaceOfTest
from app.domain.examinations.models import ExamDate, Seat
from app.domain.people.models import Person
from app.foundation import clock
from app.foundation.db import session, transaction
from app.workflows import learning
from app.workflows.proctoring import holding, paper, setting
from tests import world
from tests.security.cast import CENTRE, MUNICIPALITY, Cast


def put_exams(cast: Cast, place: str, proctor: Person, sitter: Actor) -> None:
    """Let a test of a region be sat on paper at a date that is closed, and another be to come."""
    slug, rule = f"{place}-supervised", CertificateRule(CertificateKind.EXAM)
    with transaction():
        test = Assessment(place=PlaceOfTest.PROCTORED)
        world.publish(world.course(slug, owner=CENTRE[place], assessment=test, certificate=rule))
    setter = world.person(
        f"setter-{place}@example.org", MUNICIPALITY[place], roles=((Role.MANAGER, CENTRE[place]),)
    )
    manager = world.act_as(setter)
    learning.enrol(sitter, slug)
    for address in ("first", "second"):
        learning.finish_module(sitter, slug, address)
    for kind, opens in (("exam", clock.ago(days=3)), ("exam-to-come", clock.now() + timedelta(days=90))):
        room, unit = f"Room {cast.mark(place, f'{kind}.place')}", MUNICIPALITY[place]
        with clock.at(opens - timedelta(hours=1)):
            wanted = setting.Wanted(slug, unit, room, opens, opens + timedelta(hours=2), proctor.email)
            date = setting.set_date(manager, wanted)
            setting.name_people(manager, date.public_id, [sitter.public_id])
        if kind == "exam":
            with clock.at(opens + timedelta(minutes=5)):
                _sit_on_paper(cast, place, manager, sitter, date)
        cast.put(kind, place, date.public_id, date.unit_path, proctor.id)


def _sit_on_paper(cast: Cast, place: str, manager: Actor, sitter: Actor, date: ExamDate) -> None:
    paper.draw(manager, date.public_id)
    seat = session().query(Seat).filter_by(date_id=date.id).one()
    kinds = [question.kind.value for question in world.paper_of(sitter, seat.attempt)]
    said = {f"q{kinds.index('short') + 1}": [cast.mark(place, "exam.answer")]}
    paper.enter(manager, date.public_id, seat.public_id, said)
    holding.note_incident(manager, date.public_id, seat.public_id, cast.mark(place, "exam.incident"))
    holding.close(manager, date.public_id)
    cast.put("seat", place, seat.public_id, date.unit_path, date.proctor_id)
