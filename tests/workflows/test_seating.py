"""Tests at a place: codes, and the window that ends them; on both engines."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.examinations.models import Seat
from app.domain.examinations.values import SeatState
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.errors import Conflict, Invalid, NotFound, Refused, TooMany
from app.foundation.queue import OutboxJob
from app.workflows import adjusting, learning, sitting
from app.workflows.proctoring import holding, seating, setting
from tests import exams, world
from tests.exams import CLOSES, IN, NOON_BEFORE, OPENS, SLUG, Hall

NOT_HERS = (NotFound, Refused)


@pytest.fixture
def hall(land) -> Hall:
    return exams.hall()


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
        hall.sit(hall.other)
        assert hall.sit(hall.learner).finished_at is None


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
        attempt = hall.sit(hall.learner)
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
        assert hall.sit(hall.learner).deadline_at == CLOSES


def test_more_time_makes_the_window_longer_too(hall):
    adjusting.accommodate(hall.manager, hall.learner.public_id, 50, "Poor sight.")
    with clock.at(CLOSES + timedelta(minutes=10)):
        attempt = hall.sit(hall.learner)
        assert attempt.deadline_at == OPENS + timedelta(minutes=90)
        with pytest.raises(Invalid, match="over"):
            hall.sit(hall.other)
    assert hall.seat_of(hall.learner).extra_percent == 50


@pytest.mark.parametrize(
    ("begun", "ends"),
    [(10, 55), (50, 90)],
    ids=["as far as the time limit", "as far as the window"],
)
def test_more_time_given_meanwhile_moves_the_end_as_far_as_time_and_window_do(hall, begun, ends):
    with clock.at(OPENS + timedelta(minutes=begun)):
        hall.sit(hall.learner)
        adjusting.accommodate(hall.manager, hall.learner.public_id, 50, "Poor sight.")
    assert hall.attempt_of(hall.learner).deadline_at == OPENS + timedelta(minutes=ends)


def test_a_test_without_time_limit_ends_with_the_window_also_for_her_who_gets_more_time(land):
    hall = exams.hall(replace(exams.TEST, time_limit=None))
    with clock.at(IN):
        assert hall.sit(hall.learner).deadline_at == CLOSES
        adjusting.accommodate(hall.manager, hall.learner.public_id, 50, "Poor sight.")
    assert hall.attempt_of(hall.learner).deadline_at == OPENS + timedelta(minutes=90)


def test_answers_on_their_way_when_the_window_ends_count_within_the_grace(hall):
    with clock.at(CLOSES - timedelta(minutes=5)):
        attempt = hall.sit(hall.learner)
    with clock.at(CLOSES + timedelta(seconds=20)):
        form = world.right_answers(hall.learner, attempt)
        assert sitting.submit_attempt(hall.learner, attempt.public_id, form).is_passed


def test_the_finaliser_ends_what_is_left_open_at_the_end_of_the_window(hall):
    with clock.at(CLOSES - timedelta(minutes=5)):
        hall.sit(hall.learner)
    with clock.at(CLOSES + timedelta(hours=3)):
        assert sitting.finish_overdue(Actor.system("finish-overdue")) == 1
    assert hall.attempt_of(hall.learner).finished_at == CLOSES
