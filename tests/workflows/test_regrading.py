"""Corrections that are decided twice, broken off, overtaken or hindered, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Grant, Permission, Role
from app.domain.assessments import queries as attempts
from app.domain.assessments.models import Attempt, EarlierResult
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.values import Assessment, CertificateKind, CertificateRule
from app.domain.certificates.models import Certificate
from app.domain.corrections import queries as corrections
from app.domain.corrections import service as mending
from app.domain.corrections.models import Correction, CorrectionResult
from app.domain.corrections.values import Fairness
from app.domain.enrolment.models import Enrolment
from app.domain.reports.queries.analysis import get_analysis
from app.domain.reports.values import Sample
from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.errors import Conflict
from app.foundation.queue import OutboxJob
from app.jobs.worker import JOBS
from app.workflows import adjusting, correcting, regrading, sitting
from tests import world
from tests.workflows.keys import (
    KIND,
    MENDED,
    STRICT,
    WHY,
    again,
    answers,
    bank,
    draft,
    dry_run,
    mails,
    mend,
    publish,
    rows,
    sit,
    sums,
    work,
)

# Two at once, broken off, changed meanwhile.


def test_results_that_finish_after_the_dry_run_bring_it_back(before, method):
    sit("a@example.org")
    publish("2", **MENDED)
    made = dry_run(method)
    late = world.act_as("a@example.org")
    assert late.person_id
    with transaction():
        session().scalars(select(Attempt)).one().finished_at = clock.now()
    assert not correcting.decide(method, made, STRICT, WHY)
    assert again(rows(Correction)[0]).stage == "reckoning"
    work("corrections.reckon")
    assert correcting.decide(method, made, STRICT, WHY)


def test_another_version_after_the_dry_run_stops_the_decision(before, method):
    sit("a@example.org")
    publish("2", **MENDED)
    made = dry_run(method)
    publish("3", one={"right": (0,)})
    with pytest.raises(Conflict):
        correcting.decide(method, made, STRICT, WHY)
    assert rows(EarlierResult) == []


def test_of_two_who_decide_at_once_one_does(app, before, method):
    sit("down@example.org", one="b", text="no")
    publish("2", **MENDED)
    made = dry_run(method)
    other = world.act_as(world.person("other@example.org", "595209", roles=(("methodologist", "CZ"),)))
    start = Barrier(2)

    def decide(actor: Actor, fairness: Fairness) -> str:
        with app.app_context():
            start.wait()
            try:
                return str(correcting.decide(actor, made, fairness, WHY))
            except Conflict:
                return "conflict"

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(decide, *each) for each in ((method, STRICT), (other, KIND))]
        assert sorted(each.result() for each in done) == ["True", "conflict"]
    work()
    assert len(rows(OutboxJob, OutboxJob.name == "corrections.apply")) == 1


def test_a_second_correction_waits_until_the_first_is_applied(before, method):
    sit("a@example.org")
    publish("2", **MENDED)
    made = dry_run(method)
    correcting.decide(method, made, STRICT, WHY)
    publish("3", one={"right": (0,)})
    with pytest.raises(Conflict):
        correcting.begin(method, "keys", {"one": "mend"})


class Killed(BaseException):
    """The process dies."""


def test_what_is_broken_off_goes_on_and_nobody_gets_anything_twice(before, method, monkeypatch):
    monkeypatch.setattr(regrading, "CHUNK_READ", 2)
    monkeypatch.setattr(regrading, "CHUNK_WRITTEN", 2)
    people = [f"p{number}@example.org" for number in range(7)]
    for email in people:
        sit(email, one="c", text="no")
    publish("2", **MENDED)
    made = correcting.begin(method, "keys", {"one": "mend"})
    kill_at(monkeypatch, mending, "add_results", 3)
    with pytest.raises(Killed):
        work("corrections.reckon")
    assert len(rows(CorrectionResult)) == 4
    work("corrections.reckon")
    assert len(rows(CorrectionResult)) == 7
    correcting.decide(method, made, STRICT, WHY)
    kill_at(monkeypatch, regrading, "enqueue_each", 3)
    with pytest.raises(Killed):
        work("corrections.apply")
    assert len(rows(CorrectionResult, CorrectionResult.done_at.is_not(None))) == 4
    assert len(rows(Certificate)) == 4
    for _turn in range(2):
        work()
    assert [each.stage for each in rows(Correction)] == ["done"]
    assert len({each.enrolment_id for each in rows(Certificate)}) == len(rows(Certificate)) == 7
    assert sorted(each.recipient for each in mails()) == people
    again_told = rows(OutboxJob, OutboxJob.name == "notify.corrected")[0]
    JOBS["notify.corrected"](Actor.system("x"), **again_told.arguments)
    assert len(mails()) == 7


def kill_at(monkeypatch, module, name: str, turn: int) -> None:
    """Let a function be the last thing that a process does, at its so-manieth call."""
    real, calls = getattr(module, name), []

    def dying(*given, **named):
        calls.append(1)
        if len(calls) == turn:
            monkeypatch.setattr(module, name, real)
            raise Killed
        return real(*given, **named)

    monkeypatch.setattr(module, name, dying)


def test_an_attempt_that_is_annulled_meanwhile_stays_as_it_is(before, method):
    sit("a@example.org", one="c", text="no")
    other = sit("b@example.org", one="c", text="no")
    publish("2", **MENDED)
    made = dry_run(method)
    correcting.decide(method, made, STRICT, WHY)
    adjusting.annul(method, other.public_id, "Not her.", gives_back=False)
    work()
    assert (again(other).mark, sums(method, made, STRICT).hindered) == (3333, 1)
    assert [each.recipient for each in mails() if "corrected" in each.subject] == ["a@example.org"]


def test_an_attempt_that_ends_after_the_decision_is_marked_by_the_mended_key(before, method):
    sit("a@example.org")
    actor = world.act_as(world.person("open@example.org"))
    attempt = world.begin_test(actor, "keys")
    publish("2", **MENDED)
    mend(method)
    form = answers(actor, attempt, one="c", text="secretword", other="b")
    assert sitting.submit_attempt(actor, attempt.public_id, form).mark == 10000
    sheet = corrections.correct_paper(again(attempt), attempts.paper_of(attempt))
    assert [each.reason for each in sheet.notes.values()] == [WHY]
    assert sum(each.is_later for each in rows(CorrectionResult)) == 1


def test_an_attempt_that_ends_after_a_question_was_dropped_does_without_it(before, method):
    sit("a@example.org")
    actor = world.act_as(world.person("open@example.org"))
    attempt = world.begin_test(actor, "keys")
    publish("2", one=None)
    mend(method, one="drop")
    done = sitting.submit_attempt(
        actor, attempt.public_id, answers(actor, attempt, one="b", text="no", other="b")
    )
    assert (done.earned, done.points, done.mark) == ("1", 2, 5000)


def test_a_correction_is_corrected(before, method):
    attempt = sit("a@example.org", one="c")
    publish("2", **MENDED)
    mend(method)
    assert again(attempt).mark == 10000
    publish("3", one={"right": (0,)})
    (offer,) = correcting.compare(method, "keys", "en").keys
    assert (offer.old, offer.new) == ("c", "a")
    mend(method)
    assert again(attempt).mark == 6667
    assert [each.mark for each in rows(EarlierResult)] == [6667, 10000]
    assert [each.superseded_at is None for each in rows(Certificate)] == [False, False, True]
    publish("4")
    (offer,) = correcting.compare(method, "keys", "en").keys
    assert (offer.old, offer.new) == ("a", "b")
    mend(method)
    assert again(attempt).mark == 6667


def test_who_cannot_get_a_certificate_is_reported_and_holds_up_no_other(before, method):
    falling = sit("down@example.org", one="b", text="no")
    sit("up@example.org", one="c", text="no")
    publish("2", **MENDED)
    made = dry_run(method)
    correcting.decide(method, made, STRICT, WHY)
    with transaction():
        session().execute(delete(Issuer))
    work()
    assert again(falling).is_passed is False
    found = rows(CorrectionResult, CorrectionResult.hindrance.is_not(None))
    assert [each.hindrance for each in found] == [
        "This course cannot issue certificates: its owner has not entered its particulars."
    ]
    assert again(rows(Correction)[0]).stage == "done"
    assert [each.recipient for each in mails()] == ["down@example.org"]
    assert sums(method, made, STRICT).hindered == 1


def test_a_course_without_certificates_changes_outcomes_alone(land, method):
    with transaction():
        none = CertificateRule(CertificateKind.NONE)
        catalogue.publish(draft("1", bank(), certificate=none), territory.get_unit("CZ"), {}, "test")
    sit("up@example.org", one="c", text="no")
    publish("2", **MENDED)
    mend(method)
    assert (rows(Enrolment)[0].outcome, rows(Certificate)) == ("passed", [])


def test_an_attempt_whose_task_waits_for_a_mark_gets_its_points_and_no_mark(land, method):
    test = Assessment(attempts=2, shuffle=False)
    with transaction():
        made = world.course_with_task("keys", test=test)
        catalogue.publish(replace(made, digest="1", marking_digest="1"), territory.get_unit("CZ"), {}, "test")
    actor = world.act_as(world.person("task@example.org"))
    attempt = world.begin_test(actor, "keys")
    sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"], "q1": ["2"], "q2": ["My plan."]})
    assert again(attempt).earned == "0"
    mended = world.QUESTIONS[0]
    mended = replace(mended, keys={tag: replace(key, right=(2,)) for tag, key in mended.keys.items()})
    with transaction():
        after = replace(made, questions=(mended, *made.questions[1:]), digest="2", marking_digest="2")
        catalogue.publish(after, territory.get_unit("CZ"), {}, "test")
    mend(method)
    assert (again(attempt).earned, attempt.mark, rows(Enrolment)[0].outcome) == ("1", None, None)
    assert mails() == []


def analysed(question: str):
    """Return the item analysis of the course, and the figures of a question, or None where no result counts it."""
    scope = scope_of(Actor("test", grants=(Grant(Role.ADMIN, ""),)), Permission.COURSE_WRITE)
    found = get_analysis(scope, Sample("keys"), ZoneInfo("Europe/Prague"), "cs")
    return found, next((each for each in found.questions if each.key == question), None)


def test_item_analysis_counts_mended_results_by_the_mended_key(before, method):
    for number, chosen in enumerate(("b", "c", "c", "c")):
        sit(f"learner{number}@example.org", one=chosen)
    _, question = analysed("one")
    assert question.item.facility.value == pytest.approx(25)
    publish("2", **MENDED)
    mend(method)
    found, question = analysed("one")
    assert (found.test.count, question.item.count) == (4, 4)
    assert question.item.facility.value == pytest.approx(75)
    assert {each.text: (each.is_right, each.chosen) for each in question.choices} == {
        "a": (False, 0),
        "b": (False, 1),
        "c": (True, 3),
    }
    assert found.test.mean.value == pytest.approx((3 * 100 + 200 / 3) / 4)


def test_item_analysis_leaves_a_dropped_question_out_of_the_results_that_lost_it(before, method):
    for number, chosen in enumerate(("b", "c", "c")):
        sit(f"learner{number}@example.org", one=chosen)
    publish("2", one=None)
    mend(method, one="drop")
    found, question = analysed("one")
    assert (found.test.count, found.test.mean.value) == (3, pytest.approx(100))
    assert question is None
    _, other = analysed("other")
    assert (other.item.count, other.item.facility.value) == (3, pytest.approx(100))
