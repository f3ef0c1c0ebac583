"""Tests at a place: who sets, holds and sits them, codes, incidents, the end; on both engines."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt, ExtraAttempt
from app.domain.catalogue.values import Duration
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.domain.examinations.models import ExamDate, Incident, Seat
from app.domain.examinations.values import SeatState
from app.domain.people import service as persons
from app.domain.people.models import Person
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused, TooMany
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import adjusting, learning, sitting
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


def attempt_of(hall: Hall, who: Actor) -> Attempt:
    attempt = hall.seat_of(who).attempt
    assert attempt is not None
    return attempt


def sit(hall: Hall, who: Actor) -> Attempt:
    return seating.enter(who, SLUG, hall.code_of(who))


def acts() -> list[str]:
    return list(session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# Setting a date.


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


# Codes.


def test_a_code_begins_the_test_once_for_her_alone_within_the_window(hall):
    first, second = hall.code_of(hall.learner), hall.code_of(hall.other)
    with clock.at(NOON_BEFORE), pytest.raises(Invalid, match="not begun"):
        seating.enter(hall.learner, SLUG, first)
    with clock.at(CLOSES), pytest.raises(Invalid, match="over"):
        seating.enter(hall.learner, SLUG, first)
    with clock.at(IN):
        words = set()
        for wrong in (second, "AAAAA-AAAAA", "", "x" * 500, "%(x)s\n<b>"):
            with pytest.raises(Invalid) as caught:
                seating.enter(hall.learner, SLUG, wrong)
            words.add(str(caught.value))
        assert len(words) == 1
        attempt = seating.enter(hall.learner, SLUG, first.lower().replace("-", " "))
        assert attempt.deadline_at == IN + timedelta(minutes=30)
        assert seating.enter(hall.learner, SLUG, first).public_id == attempt.public_id
        sitting.submit_attempt(hall.learner, attempt.public_id, {"whole": ["1"]})
        with pytest.raises(Invalid):
            seating.enter(hall.learner, SLUG, first)
    assert session().query(Attempt).count() == 1
    assert hall.seat_of(hall.learner).state is SeatState.HANDED_IN


def test_codes_are_kept_as_digests_alone(hall):
    codes = [slip.code for slip in holding.give_codes(hall.proctor, hall.date.public_id)]
    assert len(codes) == 2
    assert all(exams.codes_in(code) == [code] for code in codes)
    digests = set(session().scalars(select(Seat.code_digest)))
    assert all(len(digest or "") == 64 for digest in digests)
    trail = [repr(entry.detail) + entry.subject for entry in session().query(AuditEntry)]
    jobs = [repr(job.arguments) for job in session().query(OutboxJob)]
    assert not any(code in text for code in codes for text in [*trail, *jobs])


def test_codes_for_all_spare_those_who_have_one_unless_they_are_given_anew(hall):
    date = hall.date.public_id
    first = hall.code_of(hall.learner)
    assert [slip.seat.person_id for slip in holding.give_codes(hall.proctor, date)] == [hall.other.person_id]
    assert holding.give_codes(hall.proctor, date) == []
    assert len(holding.give_codes(hall.proctor, date, is_anew=True)) == 2
    with clock.at(IN), pytest.raises(Invalid):
        seating.enter(hall.learner, SLUG, first)
    for nobody in (hall.manager, hall.learner):
        with pytest.raises(NOT_HERS):
            holding.give_codes(nobody, date)


def test_guesses_are_counted_and_a_new_code_forgets_them(hall):
    with clock.at(IN):
        for _ in range(seating.MOST_TRIES):
            with pytest.raises(Invalid):
                seating.enter(hall.learner, SLUG, "AAAAA-AAAAA")
        with pytest.raises(TooMany):
            seating.enter(hall.learner, SLUG, "AAAAA-AAAAA")
        sit(hall, hall.other)
        assert sit(hall, hall.learner).finished_at is None


def test_many_clicks_at_once_begin_one_attempt(hall, app):
    code, begun = hall.code_of(hall.learner), []

    def click() -> None:
        with app.app_context(), clock.at(IN):
            try:
                begun.append(seating.enter(hall.learner, SLUG, code).public_id)
            except (Invalid, TooMany):
                begun.append(None)

    threads = [Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for each in begun if each}) == 1
    assert session().query(Attempt).count() == 1


def test_somebody_at_two_dates_sits_where_her_code_is_from(hall):
    with clock.at(NOON_BEFORE):
        later = setting.set_date(
            hall.manager,
            exams.wanted(opens_at=OPENS + timedelta(days=1), closes_at=CLOSES + timedelta(days=1)),
        )
        setting.name_people(hall.manager, later.public_id, [hall.learner.public_id])
    second = replace(hall, date=later)
    code = second.code_of(hall.learner)
    with clock.at(IN), pytest.raises(Invalid, match="not begun"):
        seating.enter(hall.learner, SLUG, code)
    with clock.at(IN + timedelta(days=1)):
        seating.enter(hall.learner, SLUG, code)
    assert hall.seat_of(hall.learner).attempt_id is None
    assert second.seat_of(hall.learner).attempt_id is not None


def test_whoever_may_not_begin_does_not_begin_by_a_code_either(hall):
    with clock.at(IN):
        attempt = sit(hall, hall.learner)
        sitting.submit_attempt(hall.learner, attempt.public_id, {"whole": ["1"]})
    with clock.at(NOON_BEFORE):
        again = setting.set_date(hall.manager, exams.wanted())
        with pytest.raises(Invalid, match="does not take this course"):
            setting.name_people(hall.manager, again.public_id, [hall.learner.public_id])
    fresh = world.act_as(world.person("new@example.org", family="Nečtoucí"))
    learning.enrol(fresh, SLUG)
    with clock.at(NOON_BEFORE):
        setting.name_people(hall.manager, again.public_id, [fresh.public_id])
    code = replace(hall, date=again).code_of(fresh)
    with clock.at(IN), pytest.raises(Conflict):
        seating.enter(fresh, SLUG, code)
    assert session().query(Seat).filter_by(person_id=fresh.person_id).one().code_digest is not None


# The window.


def test_the_window_ends_an_attempt_that_has_more_time_left(hall):
    with clock.at(CLOSES - timedelta(minutes=10)):
        assert sit(hall, hall.learner).deadline_at == CLOSES


def test_more_time_makes_the_window_longer_too(hall):
    adjusting.accommodate(hall.manager, hall.learner.public_id, 50, "Poor sight.")
    with clock.at(CLOSES + timedelta(minutes=10)):
        attempt = sit(hall, hall.learner)
        assert attempt.deadline_at == OPENS + timedelta(minutes=90)
        with pytest.raises(Invalid, match="over"):
            sit(hall, hall.other)
    assert hall.seat_of(hall.learner).extra_percent == 50


@pytest.mark.parametrize(
    ("begun", "ends"),
    [(10, 55), (50, 90)],
    ids=["as far as the time limit", "as far as the window"],
)
def test_more_time_given_meanwhile_moves_the_end_as_far_as_time_and_window_do(hall, begun, ends):
    with clock.at(OPENS + timedelta(minutes=begun)):
        sit(hall, hall.learner)
        adjusting.accommodate(hall.manager, hall.learner.public_id, 50, "Poor sight.")
    assert attempt_of(hall, hall.learner).deadline_at == OPENS + timedelta(minutes=ends)


def test_a_test_without_time_limit_ends_with_the_window_also_for_her_who_gets_more_time(land):
    hall = exams.hall(replace(exams.TEST, time_limit=None))
    with clock.at(IN):
        assert sit(hall, hall.learner).deadline_at == CLOSES
        adjusting.accommodate(hall.manager, hall.learner.public_id, 50, "Poor sight.")
    assert attempt_of(hall, hall.learner).deadline_at == OPENS + timedelta(minutes=90)


def test_answers_on_their_way_when_the_window_ends_count_within_the_grace(hall):
    with clock.at(CLOSES - timedelta(minutes=5)):
        attempt = sit(hall, hall.learner)
    with clock.at(CLOSES + timedelta(seconds=20)):
        form = world.right_answers(hall.learner, attempt)
        assert sitting.submit_attempt(hall.learner, attempt.public_id, form).is_passed


def test_the_finaliser_ends_what_is_left_open_at_the_end_of_the_window(hall):
    with clock.at(CLOSES - timedelta(minutes=5)):
        sit(hall, hall.learner)
    with clock.at(CLOSES + timedelta(hours=3)):
        assert sitting.finish_overdue(Actor.system("finish-overdue")) == 1
    assert attempt_of(hall, hall.learner).finished_at == CLOSES


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
    assert acts().count("exam.identity") == 1


def test_one_attempt_is_ended_with_what_is_saved_and_the_reason_is_an_incident(hall):
    with clock.at(IN):
        attempt = sit(hall, hall.learner)
        sitting.save_answers(hall.learner, attempt.public_id, world.right_answers(hall.learner, attempt))
        seat = hall.seat_of(hall.learner).public_id
        with pytest.raises(Invalid):
            holding.end_one(hall.proctor, hall.date.public_id, seat, "")
        with pytest.raises(NOT_HERS):
            holding.end_one(hall.manager, hall.date.public_id, seat, "I am not there.")
        for _ in range(2):
            holding.end_one(hall.proctor, hall.date.public_id, seat, "She felt ill.")
    ended = attempt_of(hall, hall.learner)
    assert (ended.finished_at, ended.mark, ended.is_passed) == (IN, 10_000, True)
    assert session().query(Certificate).count() == 1
    assert [each.text for each in session().query(Incident)] == ["She felt ill."]


def test_closing_ends_and_marks_what_is_open_and_is_done_once(hall):
    with clock.at(IN):
        attempt = sit(hall, hall.learner)
        sitting.save_answers(hall.learner, attempt.public_id, world.right_answers(hall.learner, attempt))
        code = hall.code_of(hall.other)
        for _ in range(2):
            holding.close(hall.proctor, hall.date.public_id)
        assert attempt_of(hall, hall.learner).is_passed
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
    assert acts().count("exam.close") == 1
    enrolment = session().query(Enrolment).filter_by(person_id=hall.other.person_id).one()
    assert (enrolment.attempts_made, enrolment.outcome) == (0, None)


def test_an_attempt_of_a_closed_date_is_not_opened_again_at_home(hall):
    with clock.at(IN):
        attempt = sit(hall, hall.learner)
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
        sit(hall, world.act_as("eva@example.org"))
        holding.note_incident(
            hall.manager, hall.date.public_id, hall.seat_of(hall.learner).public_id, "Here."
        )
        holding.close(hall.manager, hall.date.public_id)
    assert attempt_of(hall, hall.learner).finished_at == IN


# On paper.


def draw(hall: Hall) -> Attempt:
    with clock.at(NOON_BEFORE):
        paper.draw(hall.manager, hall.date.public_id, hall.seat_of(hall.learner).public_id)
    return attempt_of(hall, hall.learner)


def enter(hall: Hall, who: Actor, form: dict[str, list[str]], seen: str = "") -> None:
    seat = hall.seat_of(hall.learner).public_id
    paper.enter(who, hall.date.public_id, seat, {**form, "seen": [seen]})


def test_a_paper_is_drawn_once_has_no_clock_and_is_answered_on_no_screen(hall):
    with clock.at(NOON_BEFORE), pytest.raises(NOT_HERS):
        paper.draw(hall.proctor, hall.date.public_id)
    with clock.at(NOON_BEFORE):
        assert paper.draw(hall.manager, hall.date.public_id) == (2, 0)
        assert paper.draw(hall.manager, hall.date.public_id) == (0, 0)
    attempt = attempt_of(hall, hall.learner)
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
        assert attempt_of(hall, hall.learner).mark is None
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
    ended = attempt_of(hall, hall.learner)
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
    gone = attempt_of(hall, hall.learner)
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
        sit(hall, hall.other)
        enter(hall, hall.proctor, {})
        holding.note_incident(hall.proctor, date, None, "<b>Fire & smoke</b> %s {{ 7*7 }}")
        with pytest.raises(NOT_HERS):
            protocol.write(hall.proctor, date)
        holding.close(hall.proctor, date)
    made = protocol.write(hall.proctor, date)
    assert made.startswith(b"%PDF")
    assert protocol.write(hall.proctor, date) == made == protocol.write(hall.manager, date)
    assert protocol.write(replace(hall.proctor, locale="cs"), date).startswith(b"%PDF")
    assert acts().count("exam.protocol") == 4


def test_a_test_of_hours_has_room_in_a_window_of_hours(land):
    hall = exams.hall(replace(exams.TEST, time_limit=Duration(2, "h")))
    with clock.at(IN):
        assert sit(hall, hall.learner).deadline_at == CLOSES
