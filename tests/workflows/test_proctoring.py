"""Tests at a place: who sets, holds and sits them, incidents, the end; on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.catalogue.values import PlaceOfTest
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.domain.examinations.models import ExamDate, Incident, Seat
from app.domain.examinations.values import SeatState
from app.domain.people import service as persons
from app.domain.people.models import Person
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.jobs import worker
from app.workflows import adjusting, sitting
from app.workflows.proctoring import holding, paper, protocol, seating, setting
from tests import exams, world
from tests.exams import CLOSES, IN, NOON_BEFORE, OPENS, SLUG, Hall

NOT_HERS = (NotFound, Refused)


@pytest.fixture
def hall(land) -> Hall:
    return exams.hall()


@pytest.fixture
def stranger(land) -> Actor:
    return world.act_as(
        world.person("zlin@example.org", "585068", roles=(("manager", "CZ-O7213"), ("trainer", "CZ-O7213")))
    )


def test_a_supervised_test_cannot_be_started_without_a_code(hall):
    with clock.at(IN), pytest.raises(Conflict, match="under supervision"):
        sitting.start_attempt(hall.learner, SLUG)
    assert session().scalar(select(Attempt.id)) is None


def test_a_date_is_for_a_supervised_test_at_a_place_of_ones_own_with_a_proctor_of_ones_own(hall, stranger):
    with clock.at(NOON_BEFORE):
        for field, odd in (
            ("course", {"course": "open-data"}),
            ("place", {"place": " "}),
            ("place", {"place": "x" * 201}),
            ("place", {"place": "a\u202eb"}),
            ("day", {"opens_at": NOON_BEFORE - timedelta(days=1), "closes_at": NOON_BEFORE}),
            ("closes", {"closes_at": OPENS}),
            ("closes", {"closes_at": OPENS + timedelta(hours=25)}),
            ("proctor", {"proctor": "nobody@example.org"}),
            ("proctor", {"proctor": "zlin@example.org"}),
        ):
            with pytest.raises(Invalid) as caught:
                setting.set_date(hall.manager, exams.wanted(**odd))
            assert caught.value.field == field
        with pytest.raises(NOT_HERS):
            setting.set_date(hall.manager, exams.wanted(unit="585068"))
        with pytest.raises(NOT_HERS):
            setting.set_date(stranger, exams.wanted())
        with pytest.raises(NOT_HERS):
            setting.set_date(hall.learner, exams.wanted())
    assert session().query(ExamDate).count() == 1


def test_only_ones_own_people_who_take_the_course_are_named_and_nobody_twice(hall, stranger):
    far = exams.learner("far@example.org", "Daleká", "585068")
    idle = world.act_as(world.person("idle@example.org", family="Líná"))
    date = hall.date.public_id
    with clock.at(NOON_BEFORE):
        with pytest.raises(NOT_HERS):
            setting.name_people(hall.manager, date, [far.public_id])
        for odd in (hall.proctor, idle, hall.manager):
            with pytest.raises(Invalid):
                setting.name_people(hall.manager, date, [odd.public_id])
        assert setting.name_people(hall.manager, date, [hall.learner.public_id] * 2) == 0
        for nobody in (stranger, hall.learner):
            with pytest.raises(NOT_HERS):
                setting.name_people(nobody, date, [hall.learner.public_id])
        with pytest.raises(NOT_HERS):
            setting.name_people(hall.proctor, date, [hall.learner.public_id])
    with clock.at(CLOSES), pytest.raises(Conflict):
        setting.name_people(hall.manager, date, [hall.learner.public_id])
    assert session().query(Seat).count() == 2


def test_nobody_on_an_earlier_edition_whose_test_is_not_supervised_is_named(land):
    exams.publish(replace(exams.TEST, place=PlaceOfTest.ONLINE))
    early = exams.learner("eva@example.org", "Nováková")
    exams.publish()
    manager = world.act_as(world.person("manager@example.org", "595209", roles=(("manager", "CZ-O6115"),)))
    world.person("proctor@example.org", "595209", "Dozorová")
    with clock.at(NOON_BEFORE):
        date = setting.set_date(manager, exams.wanted())
        with pytest.raises(Invalid, match="earlier edition"):
            setting.name_people(manager, date.public_id, [early.public_id])
    with clock.at(IN):
        assert seating.enter(early, SLUG, "AAAAA-AAAAA").deadline_at == IN + timedelta(minutes=30)


def test_everyone_who_is_named_and_the_proctor_are_told_where_and_when_without_a_code(hall, app):
    with clock.at(NOON_BEFORE):
        hall.code_of(hall.learner)
        worker.perform_due(app)
    mails = {mail.recipient: f"{mail.subject} {mail.text}" for mail in session().query(MailMessage)}
    assert set(mails) == {"eva@example.org", "jan@example.org", "proctor@example.org"}
    for words in mails.values():
        assert "Town hall, room 3" in words
        assert "2030-05-06 10:00 to 11:00 (Europe/Prague)" in words
        assert exams.codes_in(words) == []
    assert "identity card" in mails["eva@example.org"]
    assert f"/proctor/{hall.date.public_id}" in mails["proctor@example.org"]


def test_a_cancelled_date_lets_nobody_in_and_everyone_is_told_why(hall, app):
    code, date = hall.code_of(hall.learner), hall.date.public_id
    with clock.at(NOON_BEFORE):
        with pytest.raises(Invalid):
            setting.cancel(hall.manager, date, " ")
        with pytest.raises(NOT_HERS):
            setting.cancel(hall.proctor, date, "I have no time.")
        setting.cancel(hall.manager, date, "The hall is flooded.")
        setting.cancel(hall.manager, date, "Again.")
        worker.perform_due(app)
    assert hall.again().cancellation == "The hall is flooded."
    told = [mail.recipient for mail in session().query(MailMessage) if "flooded" in mail.text]
    assert sorted(told) == ["eva@example.org", "jan@example.org"]
    with clock.at(IN):
        with pytest.raises(Invalid):
            seating.enter(hall.learner, SLUG, code)
        with pytest.raises(Conflict):
            holding.give_codes(hall.proctor, date)


def test_a_date_that_has_begun_is_closed_and_not_cancelled(hall):
    with clock.at(IN), pytest.raises(Conflict, match="close it"):
        setting.cancel(hall.manager, hall.date.public_id, "Too late.")
    with clock.at(NOON_BEFORE), pytest.raises(Conflict, match="cancel it"):
        holding.close(hall.proctor, hall.date.public_id)


# Holding a date.


def test_nobody_but_who_holds_or_sets_it_finds_a_date(hall, stranger):
    date, seat = hall.date.public_id, hall.seat_of(hall.learner).public_id
    coordinator = world.act_as(world.person("c@example.org", "595209", roles=(("coordinator", "CZ-K3107"),)))
    for nobody in (stranger, coordinator, hall.learner):
        for act in (
            lambda who: holding.give_codes(who, date),
            lambda who: holding.prove(who, date, seat, "known"),
            lambda who: holding.note_incident(who, date, None, "x"),
            lambda who: holding.end_one(who, date, seat, "x"),
            lambda who: holding.be_absent(who, date, seat),
            lambda who: holding.close(who, date),
            lambda who: paper.draw(who, date),
            lambda who: paper.list_keys(who, date, None),
            lambda who: paper.enter(who, date, seat, {}),
            lambda who: protocol.write(who, date),
            lambda who: setting.cancel(who, date, "x"),
        ):
            with clock.at(IN), pytest.raises(NOT_HERS):
                act(nobody)
    assert session().query(Incident).count() == 0


def test_whoever_sits_at_a_date_holds_nothing_of_it_whatever_else_she_may(hall):
    with transaction():
        persons.grant(
            session().get(Person, hall.learner.person_id), "manager", territory.get_unit("CZ-O6115"), "test"
        )
    promoted = world.act_as("eva@example.org")
    with clock.at(IN), pytest.raises(NOT_HERS):
        holding.note_incident(promoted, hall.date.public_id, None, "x")


def test_identity_and_incidents_are_noted_and_stay(hall):
    date, seat = hall.date.public_id, hall.seat_of(hall.learner).public_id
    other_date = exams.wanted()
    with clock.at(IN):
        holding.prove(hall.proctor, date, seat, "passport")
        holding.prove(hall.proctor, date, seat, "passport")
        with pytest.raises(Invalid):
            holding.prove(hall.proctor, date, seat, "a song")
        holding.note_incident(hall.proctor, date, None, "The light went out.\r\nFive minutes.")
        holding.note_incident(hall.manager, date, seat, "<script>alert(1)</script>")
        for odd in ("", " \n", "x" * 1001):
            with pytest.raises(Invalid):
                holding.note_incident(hall.proctor, date, None, odd)
        elsewhere = setting.set_date(hall.manager, other_date)
        with pytest.raises(NOT_HERS):
            holding.note_incident(hall.proctor, elsewhere.public_id, seat, "Another date's seat.")
    noted = [(each.text, each.seat_id) for each in session().query(Incident).order_by(Incident.id)]
    assert noted == [
        ("The light went out.\nFive minutes.", None),
        ("<script>alert(1)</script>", hall.seat_of(hall.learner).id),
    ]
    assert exams.acts().count("exam.identity") == 1


def test_one_attempt_is_ended_with_what_is_saved_and_the_reason_is_an_incident(hall):
    with clock.at(IN):
        attempt = hall.sit(hall.learner)
        sitting.save_answers(hall.learner, attempt.public_id, world.right_answers(hall.learner, attempt))
        seat = hall.seat_of(hall.learner).public_id
        with pytest.raises(Invalid):
            holding.end_one(hall.proctor, hall.date.public_id, seat, "")
        with pytest.raises(NOT_HERS):
            holding.end_one(hall.manager, hall.date.public_id, seat, "I am not there.")
        for _ in range(2):
            holding.end_one(hall.proctor, hall.date.public_id, seat, "She felt ill.")
    ended = hall.attempt_of(hall.learner)
    assert (ended.finished_at, ended.mark, ended.is_passed) == (IN, 10_000, True)
    assert session().query(Certificate).count() == 1
    assert [each.text for each in session().query(Incident)] == ["She felt ill."]


def test_closing_ends_and_marks_what_is_open_and_is_done_once(hall):
    with clock.at(IN):
        attempt = hall.sit(hall.learner)
        sitting.save_answers(hall.learner, attempt.public_id, world.right_answers(hall.learner, attempt))
        code = hall.code_of(hall.other)
        for _ in range(2):
            holding.close(hall.proctor, hall.date.public_id)
        assert hall.attempt_of(hall.learner).is_passed
        assert hall.seat_of(hall.other).state is SeatState.ABSENT
        with pytest.raises(Invalid):
            seating.enter(hall.other, SLUG, code)
        for late in (
            lambda: holding.give_codes(hall.proctor, hall.date.public_id),
            lambda: holding.note_incident(hall.proctor, hall.date.public_id, None, "x"),
            lambda: setting.name_people(hall.manager, hall.date.public_id, []),
        ):
            with pytest.raises(Conflict, match="closed"):
                late()
    assert exams.acts().count("exam.close") == 1
    enrolment = session().query(Enrolment).filter_by(person_id=hall.other.person_id).one()
    assert (enrolment.attempts_made, enrolment.outcome) == (0, None)


def test_an_attempt_of_a_closed_date_is_not_opened_again_at_home(hall):
    with clock.at(IN):
        attempt = hall.sit(hall.learner)
        holding.close(hall.proctor, hall.date.public_id)
        with pytest.raises(Conflict, match="one more attempt"):
            adjusting.grant_time(hall.manager, attempt.public_id, 10, "The line was down.")


def test_people_of_other_offices_are_neither_seen_nor_ended_by_somebody_who_reaches_a_part(hall):
    far = exams.learner("far@example.org", "Daleká", "585068")
    chief = world.act_as(world.person("chief@example.org", "595209", roles=(("methodologist", "CZ"),)))
    date = hall.date.public_id
    with clock.at(NOON_BEFORE):
        setting.name_people(chief, date, [far.public_id])
    with clock.at(IN):
        seat = hall.seat_of(far)
        with pytest.raises(NOT_HERS):
            holding.note_incident(hall.manager, date, seat.public_id, "x")
        for act in (holding.close, protocol.write):
            with pytest.raises(Conflict, match="other offices"):
                act(hall.manager, date)
        holding.note_incident(hall.proctor, date, seat.public_id, "Seen by the proctor.")
        holding.close(chief, date)
    assert hall.again().closed_at == IN


def test_somebody_who_moved_is_seen_where_she_was_named(hall):
    with transaction():
        person = session().get(Person, hall.learner.person_id)
        person.unit = territory.get_unit("585068")
    with clock.at(IN):
        hall.sit(world.act_as("eva@example.org"))
        holding.note_incident(
            hall.manager, hall.date.public_id, hall.seat_of(hall.learner).public_id, "Here."
        )
        holding.close(hall.manager, hall.date.public_id)
    assert hall.attempt_of(hall.learner).finished_at == IN
