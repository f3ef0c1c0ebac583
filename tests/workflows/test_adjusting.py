"""More time, one more attempt, annulment: with a reason, and nothing of before is lost; on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.assessments.models import Accommodation, Attempt, EarlierResult, ExtraTime
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import CompletionCount
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.workflows import adjusting, notifying, sitting
from tests import world

WHY = "The line fell."
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def learner(land) -> Actor:
    return world.act_as(world.person())


@pytest.fixture
def head(land) -> Actor:
    return world.act_as(world.person("head@example.org", roles=(("head-of-office", "596230"),)))


@pytest.fixture
def teacher(land) -> Actor:
    return world.act_as(world.person("teacher@example.org", "585068", roles=(("trainer", "CZ"),)))


@pytest.fixture
def stranger(land) -> Actor:
    return world.act_as(
        world.person("zlin@example.org", "585068", roles=(("manager", "CZ-O7213"), ("trainer", "CZ-O7213")))
    )


def again(model: type, **where: object) -> object:
    session().rollback()
    return session().scalars(select(model).filter_by(**where)).one()


def begin(learner: Actor) -> Attempt:
    return world.begin_test(learner)


def fail(learner: Actor) -> Attempt:
    return sitting.submit_attempt(learner, begin(learner).public_id, {"whole": ["1"]})


def trail(action: str) -> list[dict[str, object]]:
    session().rollback()
    return [entry.detail for entry in session().scalars(select(AuditEntry).filter_by(action=action))]


# More time for a person.


def test_who_has_half_as_much_again_has_it_in_every_test(learner, head):
    adjusting.accommodate(head, learner.public_id, 50, WHY)
    attempt = begin(learner)
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=45)
    assert trail("person.accommodate") == [{"percent": 50, "reason": WHY}]


def test_more_time_for_a_person_lengthens_a_test_that_is_open(learner, head):
    attempt = begin(learner)
    before = attempt.deadline_at
    adjusting.accommodate(head, learner.public_id, 50, WHY)
    assert again(Attempt).deadline_at == before + timedelta(minutes=15)
    assert again(ExtraTime).deadline_at == before
    adjusting.accommodate(head, learner.public_id, 100, WHY)
    assert again(Attempt).deadline_at == before + HALF_AN_HOUR


def test_less_time_takes_nothing_from_a_test_that_is_open(learner, head):
    adjusting.accommodate(head, learner.public_id, 100, WHY)
    before = begin(learner).deadline_at
    adjusting.accommodate(head, learner.public_id, 0, "No longer needed.")
    assert again(Attempt).deadline_at == before
    assert again(Accommodation).ended_by == head.name


def test_the_history_of_more_time_stays(learner, head):
    for percent in (25, 50, 0, 100):
        adjusting.accommodate(head, learner.public_id, percent, WHY)
    session().rollback()
    held = session().scalars(select(Accommodation).order_by(Accommodation.id)).all()
    assert [(each.extra_percent, each.ended_at is None) for each in held] == [
        (25, False),
        (50, False),
        (100, True),
    ]


@pytest.mark.parametrize("percent", [-1, 201, 10**9])
def test_a_percentage_that_no_test_has_is_refused(learner, head, percent):
    with pytest.raises(Invalid) as refused:
        adjusting.accommodate(head, learner.public_id, percent, WHY)
    assert refused.value.field == "percent"


def test_nobody_elsewhere_and_no_learner_gives_more_time(learner, stranger):
    with pytest.raises(NotFound):
        adjusting.accommodate(stranger, learner.public_id, 50, WHY)
    with pytest.raises(NotFound):
        adjusting.accommodate(learner, learner.public_id, 50, WHY)


# More time in an attempt.


def test_more_time_in_an_open_attempt_moves_its_deadline_and_the_learner_is_told(learner, head):
    attempt = begin(learner)
    before = attempt.deadline_at
    adjusting.grant_time(head, attempt.public_id, 10, WHY)
    assert again(Attempt).deadline_at == before + timedelta(minutes=10)
    assert trail("attempt.extend") == [{"minutes": 10, "reason": WHY}]
    told = again(OutboxJob, name="notify.extra-time").arguments
    notifying.tell_of_extra_time(Actor.system("notify.extra-time"), **told)
    mail = again(MailMessage)
    assert mail.recipient == "eva@example.org"
    assert "10 minutes" in mail.text
    assert WHY in mail.text


def test_more_time_after_a_failed_attempt_opens_it_again_and_keeps_what_it_was_worth(learner, teacher):
    for _ in range(3):
        attempt = fail(learner)
    assert again(Enrolment).outcome == "failed"
    adjusting.grant_time(teacher, attempt.public_id, 20, WHY)
    opened = again(Attempt, ordinal=3)
    assert (opened.finished_at, opened.mark, again(Enrolment).outcome) == (None, None, None)
    assert opened.deadline_at >= clock.now() + timedelta(minutes=19)
    assert again(EarlierResult).mark == 0
    right = world.right_answers(learner, opened)
    assert sitting.submit_attempt(learner, opened.public_id, right).is_passed
    assert again(Enrolment).outcome == "passed"


def test_a_passed_attempt_and_one_with_a_successor_get_no_more_time(learner, head):
    first = fail(learner)
    begin(learner)
    with pytest.raises(Conflict):
        adjusting.grant_time(head, first.public_id, 5, WHY)
    other = world.act_as(world.person("jan@example.org"))
    passed = world.pass_test(other)
    with pytest.raises(Conflict):
        adjusting.grant_time(head, passed.public_id, 5, WHY)
    assert again(Attempt, person_id=other.person_id).mark == 10_000


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_minutes_out_of_bounds_and_empty_reasons_are_refused(learner, head, minutes):
    attempt = begin(learner)
    with pytest.raises(Invalid):
        adjusting.grant_time(head, attempt.public_id, minutes, WHY)
    with pytest.raises(Invalid):
        adjusting.grant_time(head, attempt.public_id, 5, "  ")
    assert again(Attempt).deadline_at == attempt.deadline_at


# Annulment.


def test_an_annulled_pass_takes_the_completion_back_and_revokes_the_certificate(learner, teacher):
    attempt = world.pass_test(learner)
    adjusting.annul(teacher, attempt.public_id, "Another sat it.", gives_back=True)
    annulled, enrolment, certificate = again(Attempt), again(Enrolment), again(Certificate)
    assert (annulled.mark, annulled.is_passed, annulled.annulment) == (10_000, True, "Another sat it.")
    assert (enrolment.outcome, enrolment.extra_attempts) == (None, 1)
    assert certificate.revoked_at is not None
    assert again(RegisterEntry, kind="revoked").reason == "Another sat it."
    assert again(CompletionCount).completions == 0
    notifying.tell_of_annulment(Actor.system("notify.annulled"), str(attempt.public_id))
    assert "Another sat it." in again(MailMessage).text


def test_after_an_annulled_pass_the_course_can_be_passed_again_with_a_certificate_of_its_own(
    learner, teacher
):
    adjusting.annul(teacher, world.pass_test(learner).public_id, WHY, gives_back=True)
    world.pass_test(learner)
    session().rollback()
    held = session().scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [(each.is_current, each.revoked_at is None) for each in held] == [(False, False), (True, True)]
    assert len({each.number for each in held}) == 2
    assert again(CompletionCount).completions == 1


def test_an_annulled_last_attempt_that_is_not_given_back_ends_the_course_as_failed(learner, teacher):
    fail(learner)
    fail(learner)
    adjusting.annul(teacher, world.pass_test(learner).public_id, WHY, gives_back=False)
    enrolment = again(Enrolment)
    assert (enrolment.outcome, enrolment.mark) == ("failed", 0)
    with pytest.raises(Conflict):
        sitting.start_attempt(learner, "open-data")


def test_an_open_attempt_that_is_annulled_ends_without_a_mark(learner, teacher):
    attempt = begin(learner)
    adjusting.annul(teacher, attempt.public_id, WHY, gives_back=False)
    ended = again(Attempt)
    assert ended.finished_at == ended.annulled_at
    assert ended.mark is None
    with pytest.raises(Conflict):
        sitting.save_answers(
            learner, attempt.public_id, {"action": ["save"], **world.right_answers(learner, ended)}
        )
    with pytest.raises(Conflict):
        adjusting.annul(teacher, attempt.public_id, WHY, gives_back=False)


def test_only_those_who_write_the_course_annul(learner, head, stranger):
    attempt = fail(learner)
    for actor, error in ((head, Refused), (stranger, NotFound), (learner, NotFound)):
        with pytest.raises(error):
            adjusting.annul(actor, attempt.public_id, WHY, gives_back=True)
    assert again(Attempt).annulled_at is None
