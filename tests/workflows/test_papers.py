"""Tests at a place: on paper, and their protocol; on both engines."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt, ExtraAttempt
from app.domain.catalogue.values import Duration
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.workflows import sitting
from app.workflows.proctoring import holding, paper, protocol, setting
from tests import exams, world
from tests.exams import CLOSES, IN, NOON_BEFORE, SLUG, Hall

NOT_HERS = (NotFound, Refused)


@pytest.fixture
def hall(land) -> Hall:
    return exams.hall()


def words_of(made: bytes) -> str:
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made, check=True, capture_output=True)
    return " ".join(read.stdout.decode().split())


def draw(hall: Hall) -> Attempt:
    with clock.at(NOON_BEFORE):
        paper.draw(hall.manager, hall.date.public_id, hall.seat_of(hall.learner).public_id)
    return hall.attempt_of(hall.learner)


def enter(hall: Hall, who: Actor, form: dict[str, list[str]], seen: str = "") -> None:
    seat = hall.seat_of(hall.learner).public_id
    paper.enter(who, hall.date.public_id, seat, {**form, "seen": [seen]})


def test_a_paper_is_drawn_once_has_no_clock_and_is_answered_on_no_screen(hall):
    with clock.at(NOON_BEFORE), pytest.raises(NOT_HERS):
        paper.draw(hall.proctor, hall.date.public_id)
    with clock.at(NOON_BEFORE):
        assert paper.draw(hall.manager, hall.date.public_id) == (2, 0)
        assert paper.draw(hall.manager, hall.date.public_id) == (0, 0)
    attempt = hall.attempt_of(hall.learner)
    assert (attempt.deadline_at, attempt.is_on_paper) == (None, True)
    form = world.right_answers(hall.learner, attempt)
    with clock.at(CLOSES + timedelta(days=9)):
        assert sitting.finish_overdue(Actor.system("finish-overdue")) == 0
        for act in (sitting.save_answers, sitting.submit_attempt):
            with pytest.raises(Conflict, match="on paper"):
                act(hall.learner, attempt.public_id, form)


def test_questions_are_for_who_set_the_date_and_the_key_for_who_writes_the_course_until_it_is_closed(hall):
    draw(hall)
    teacher = world.act_as(world.person("t@example.org", "595209", roles=(("trainer", "CZ"),)))
    date = hall.date.public_id
    _date, [sheet] = paper.list_questions(hall.manager, date, None)
    assert "secretword" not in repr(sheet.paper)
    with pytest.raises(NOT_HERS):
        paper.list_questions(hall.proctor, date, None)
    assert paper.list_answer_sheets(hall.proctor, date, None)[1]
    for nobody in (hall.proctor, hall.manager):
        with pytest.raises(NOT_HERS):
            paper.list_keys(nobody, date, None)
    assert "secretword" in repr(paper.list_keys(teacher, date, None)[1][0].paper)
    with clock.at(IN):
        enter(hall, hall.proctor, {})
        holding.close(hall.proctor, date)
    assert "secretword" in repr(paper.list_keys(hall.proctor, date, None)[1][0].paper)


def test_a_paper_is_entered_corrected_and_marked_when_the_date_is_closed(hall):
    attempt = draw(hall)
    right = world.right_answers(hall.learner, attempt)
    with clock.at(NOON_BEFORE), pytest.raises(Conflict):
        enter(hall, hall.proctor, right)
    with clock.at(IN):
        with pytest.raises(Conflict, match="Nováková"):
            holding.close(hall.proctor, hall.date.public_id)
        enter(hall, hall.proctor, {})
        seen = hall.seat_of(hall.learner).entered_at.isoformat()
        assert hall.attempt_of(hall.learner).mark is None
        with pytest.raises(Conflict, match="meanwhile"):
            enter(hall, hall.manager, right)
        enter(hall, hall.manager, right, seen)
        enter(hall, hall.manager, right, seen)
        with pytest.raises(Invalid):
            enter(hall, hall.manager, {"q99": ["1"]}, seen)
        for _ in range(2):
            holding.close(hall.proctor, hall.date.public_id)
        with pytest.raises(Conflict):
            enter(hall, hall.manager, {}, seen)
    ended = hall.attempt_of(hall.learner)
    assert (ended.mark, ended.is_passed, ended.finished_at) == (10_000, True, IN)
    assert session().query(Certificate).count() == 1
    entries = session().query(AuditEntry).filter_by(action="exam.enter").order_by(AuditEntry.id).all()
    assert [entry.actor for entry in entries] == [hall.proctor.name, hall.manager.name]


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_paper_that_nobody_sat_costs_no_attempt(hall, is_cancelled):
    attempt = draw(hall)
    date, seat = hall.date.public_id, hall.seat_of(hall.learner).public_id
    if is_cancelled:
        with clock.at(NOON_BEFORE):
            setting.cancel(hall.manager, date, "Flood.")
    else:
        with clock.at(IN):
            for _ in range(2):
                holding.be_absent(hall.proctor, date, seat)
            holding.close(hall.proctor, date)
    gone = hall.attempt_of(hall.learner)
    assert (gone.public_id, gone.mark) == (attempt.public_id, None)
    assert gone.annulled_at is not None
    assert session().query(ExtraAttempt).count() == 1
    enrolment = session().query(Enrolment).filter_by(person_id=hall.learner.person_id).one()
    assert (enrolment.outcome, enrolment.extra_attempts) == (None, 1)


def test_a_test_with_practical_work_is_not_sat_on_paper(land):
    with transaction():
        world.publish(world.course_with_task(SLUG, test=replace(exams.TEST, shuffle=False), review_by=None))
    manager = world.act_as(world.person("manager@example.org", "595209", roles=(("manager", "CZ-O6115"),)))
    world.person("proctor@example.org", "595209", "Dozorová")
    learner = exams.learner("eva@example.org", "Nováková")
    with clock.at(NOON_BEFORE):
        date = setting.set_date(manager, exams.wanted())
        setting.name_people(manager, date.public_id, [learner.public_id])
        with pytest.raises(Conflict, match="practical work"):
            paper.draw(manager, date.public_id)
    assert session().query(Attempt).count() == 0


def test_the_protocol_is_the_same_each_time_and_there_once_the_date_is_closed(hall):
    draw(hall)
    date = hall.date.public_id
    with clock.at(IN):
        hall.sit(hall.other)
        enter(hall, hall.proctor, {})
        holding.note_incident(hall.proctor, date, None, "<b>Fire & smoke</b> %s {{ 7*7 }}")
        with pytest.raises(NOT_HERS):
            protocol.write(hall.proctor, date)
        holding.close(hall.proctor, date)
    made = protocol.write(hall.proctor, date)
    words = words_of(made)
    for said in (
        "<b>Fire & smoke</b> %s {{ 7*7 }}",
        "Town hall, room 3",
        "Eva Dozorová",
        "Eva Nováková",
        "on paper",
        "0%, not passed",
        "figure",
    ):
        assert said in words
    assert "secretword" not in words
    assert protocol.write(hall.proctor, date) == made == protocol.write(hall.manager, date)
    assert protocol.write(replace(hall.proctor, locale="cs"), date).startswith(b"%PDF")
    assert exams.acts().count("exam.protocol") == 4


def test_a_test_of_hours_has_room_in_a_window_of_hours(land):
    hall = exams.hall(replace(exams.TEST, time_limit=Duration(2, "h")))
    with clock.at(IN):
        assert hall.sit(hall.learner).deadline_at == CLOSES
