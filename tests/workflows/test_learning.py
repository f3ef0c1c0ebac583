"""The learner's acts, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import CompletionCount
from app.formats.certificate_pdf import MissingGlyphs, MissingParticular
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound
from app.workflows import adjusting, learning, rendering, sitting
from tests import world


def test_who_answers_everything_right_passes_and_holds_a_certificate(land):
    actor = world.act_as(world.person())
    attempt = world.pass_test(actor)
    certificate = session().scalar(select(Certificate))
    assert attempt.is_passed
    assert attempt.mark == 10_000
    assert certificate.number == f"CZ-{clock.now().year}-000001"
    assert certificate.snapshot["family_name"] == "Nováková"
    assert certificate.snapshot["municipality_name"] == "Nové Veselí"
    assert session().scalar(select(Enrolment.outcome)) == "passed"
    assert session().scalar(select(CompletionCount.completions)) == 1


def test_a_wrong_paper_fails_and_earns_no_certificate(land):
    actor = world.act_as(world.person())
    attempt = sitting.submit_attempt(actor, world.begin_test(actor).public_id, {"whole": ["1"]})
    assert attempt.is_passed is False
    assert attempt.mark == 0
    assert session().scalar(select(func.count()).select_from(Certificate)) == 0


def test_a_second_submission_changes_nothing(land):
    actor = world.act_as(world.person())
    attempt = world.pass_test(actor)
    again = sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"]})
    assert again.mark == 10_000
    assert session().scalar(select(func.count()).select_from(Certificate)) == 1


def test_two_starts_open_one_attempt(land):
    actor = world.act_as(world.person())
    first = world.begin_test(actor)
    assert sitting.start_attempt(actor, "open-data").public_id == first.public_id
    assert session().scalar(select(func.count()).select_from(Attempt)) == 1


def test_the_test_is_shut_until_the_modules_are_done(land):
    actor = world.act_as(world.person())
    learning.enrol(actor, "open-data")
    with pytest.raises(Conflict):
        sitting.start_attempt(actor, "open-data")


def test_saved_answers_count_when_the_time_runs_out(land):
    actor = world.act_as(world.person())
    attempt = world.begin_test(actor)
    sitting.save_answers(actor, attempt.public_id, world.right_answers(actor, attempt))
    late = clock.now() + timedelta(hours=2)
    with clock.at(late):
        assert sitting.finish_overdue(Actor.system("finish-overdue")) == 1
    ended = session().scalar(select(Attempt))
    assert ended.finished_at == ended.deadline_at
    assert ended.is_passed


def test_an_attempt_that_cannot_end_holds_up_no_other(land):
    hindered = world.act_as(world.person(family="名"))  # No font of the certificate has this character.
    other = world.act_as(world.person("jan@example.org"))
    for actor in (hindered, other):
        attempt = world.begin_test(actor)
        sitting.save_answers(actor, attempt.public_id, world.right_answers(actor, attempt))
    with clock.at(clock.now() + timedelta(hours=2)), pytest.raises(MissingGlyphs):
        sitting.finish_overdue(Actor.system("finish-overdue"))
    session().rollback()
    found = session().execute(select(Attempt.person_id, Attempt.is_passed)).all()
    assert dict(map(tuple, found)) == {hindered.person_id: None, other.person_id: True}


def test_a_particular_that_the_issuers_country_wants_stops_issue_and_is_named(land):
    """The issuer has no legal line, which the design asks for in Czechia."""
    with transaction():
        rule = replace(world.META.certificate, design="attendance")
        world.publish(world.course("asked", certificate=rule))
    actor = world.act_as(world.person())
    attempt = world.begin_test(actor, "asked")
    answers = world.right_answers(actor, attempt)
    with pytest.raises(MissingParticular) as caught:
        sitting.submit_attempt(actor, attempt.public_id, answers)
    assert caught.value.field == "legal_line"
    session().rollback()
    assert session().scalar(select(func.count()).select_from(Certificate)) == 0
    with transaction():
        named = replace(world.ISSUER, legal_line={"en": "Act 312/2002"})
        world.units.keep_issuer(world.territory.get_unit("CZ"), named)
    assert sitting.submit_attempt(actor, attempt.public_id, answers).is_passed
    assert session().scalar(select(Certificate)).snapshot["design"] == "attendance"


def test_an_answer_after_deadline_and_grace_is_refused_and_the_attempt_ends(land):
    actor = world.act_as(world.person())
    attempt = world.begin_test(actor)
    with clock.at(attempt.deadline_at + timedelta(seconds=31)), pytest.raises(Conflict):
        sitting.save_answers(actor, attempt.public_id, world.right_answers(actor, attempt))
    ended = session().scalar(select(Attempt))
    assert ended.finished_at == ended.deadline_at
    assert ended.mark == 0


def test_another_persons_attempt_does_not_exist(land):
    attempt = world.begin_test(world.act_as(world.person()))
    other = world.act_as(world.person("jan@example.org"))
    with pytest.raises(NotFound):
        sitting.save_answers(other, attempt.public_id, {"q1": ["0"]})
    admin = world.act_as(world.person("root@example.org", roles=(("admin", None),)))
    with pytest.raises(NotFound):
        sitting.submit_attempt(admin, attempt.public_id, {"q1": ["0"]})


def test_answers_to_questions_that_are_not_in_the_attempt_are_refused_whole(land):
    actor = world.act_as(world.person())
    attempt = world.begin_test(actor)
    with pytest.raises(Invalid):
        sitting.save_answers(actor, attempt.public_id, {"q1": ["0"], "q99": ["0"]})
    scope = sitting.scope_of(actor, sitting.Permission.OWN_LEARNING)
    assert sitting.attempts.responses_of(scope, attempt) == {}


def test_the_last_attempt_failed_is_an_outcome_until_one_more_is_granted(land):
    actor = world.act_as(world.person())
    for _ in range(3):
        sitting.submit_attempt(actor, world.begin_test(actor).public_id, {"whole": ["1"]})
    enrolment = session().scalar(select(Enrolment))
    assert enrolment.outcome == "failed"
    with pytest.raises(Conflict):
        sitting.start_attempt(actor, "open-data")
    manager = world.act_as(world.person("head@example.org", roles=(("head-of-office", "596230"),)))
    adjusting.grant_attempt(manager, enrolment.public_id, "The line fell.")
    assert world.pass_test(actor).is_passed
    assert session().scalar(select(Enrolment.outcome)) == "passed"


def test_a_manager_elsewhere_cannot_grant_an_attempt(land):
    learner = world.act_as(world.person())
    learning.enrol(learner, "open-data")
    enrolment = session().scalar(select(Enrolment))
    stranger = world.act_as(world.person("zlin@example.org", "585068", roles=(("manager", "CZ-O7213"),)))
    with pytest.raises(NotFound):
        adjusting.grant_attempt(stranger, enrolment.public_id, "Because.")


def test_the_document_is_made_once_and_stays_the_same(land):
    actor = world.act_as(world.person())
    world.pass_test(actor)
    code = session().scalar(select(Certificate.code))
    worker = Actor.system("certificates.render")
    rendering.render(worker, code)
    first = session().scalar(select(Certificate.file_digest))
    rendering.render(worker, code)
    assert session().scalar(select(Certificate.file_digest)) == first
