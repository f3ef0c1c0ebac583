"""Practical work from the learner's hand to the mark, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt, EarlierResult, Paper
from app.domain.catalogue.values import Assessment
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import CompletionCount
from app.domain.tasks import queries as tasks
from app.domain.tasks.models import AnswerFile, Marking, Work
from app.domain.tasks.values import UnfitWork
from app.foundation import clock, files
from app.foundation.audit import AuditEntry
from app.foundation.db import session, transaction
from app.foundation.errors import AppError, Conflict, Invalid, NotFound
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.jobs.worker import JOBS
from app.workflows import marking, sitting, working
from app.workflows.working import SentFile
from tests import world

PDF = b"%PDF-1.7\n% a plan"
FULL = {"points-1": ["6"], "points-2": ["4"], "comment-1": ["Well thought."], "comment": ["Good work."]}
POOR = {"points-1": ["1"], "points-2": ["0"]}


def take(actor: Actor, text: str = "We publish budgets.", slug: str = "own-plan", right: str = "1"):
    """Let a learner hand a test with a task in."""
    attempt = world.begin_test(actor, slug)
    option = world.right_answer(world.paper_of(actor, attempt)[0], 1)["q1"] if right == "1" else []
    return sitting.submit_attempt(actor, attempt.public_id, {"whole": ["1"], "q1": option, "q2": [text]})


def person(email: str, role: str | None = None, at: str = "CZ-O6115", unit: str = "595209") -> Actor:
    """Enter somebody with one role, and return her as an actor."""
    return world.act_as(world.person(email, unit, roles=((role, at),) if role else ()))


def say(actor: Actor, attempt: Attempt, form: dict[str, list[str]], place: int = 2) -> dict[str, list[str]]:
    """Return a marker's form as her page would send it now."""
    seen = marking.open_work(actor, attempt.public_id, place).work.seen_by(actor.name)
    return {"seen": [seen], **form}


def give(actor: Actor, attempt: Attempt, form: dict[str, list[str]] = FULL, place: int = 2) -> None:
    marking.give(actor, attempt.public_id, place, say(actor, attempt, form, place))


def now(model: type, *clauses: object):
    """Return the one row of a table as it stands."""
    session().expire_all()
    return session().scalar(select(model).where(*clauses))


def count(model: type, *clauses: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model).where(*clauses)) or 0


def do_jobs(prefix: str) -> None:
    """Do the jobs of a kind that were promised."""
    for job in session().scalars(select(OutboxJob).where(OutboxJob.name.startswith(prefix))).all():
        JOBS[job.name](Actor.system(job.name), **job.arguments)


@pytest.fixture
def made(land):
    """The course with a task, kept at the country, and a learner who may take it."""
    with transaction():
        world.publish(world.course_with_task())
    return world.act_as(world.person())


@pytest.fixture
def trainer(made) -> Actor:
    return person("trainer@example.org", "trainer")


def test_a_test_with_a_task_waits_for_its_mark_and_is_completed_by_it(made, trainer):
    attempt = take(made)
    assert (attempt.mark, attempt.is_passed, attempt.earned) == (None, None, "1")
    enrolment = now(Enrolment)
    assert (enrolment.outcome, enrolment.mark, enrolment.attempts_made) == (None, None, 1)
    with pytest.raises(Conflict):
        sitting.start_attempt(made, "own-plan")
    give(trainer, attempt)
    attempt = now(Attempt)
    assert (attempt.mark, attempt.is_passed, attempt.earned) == (10_000, True, "11")
    certificate = now(Certificate)
    assert certificate.snapshot["mark"] == 10_000
    assert now(Enrolment).outcome == "passed"
    assert now(CompletionCount).completions == 1
    do_jobs("notify.work")
    assert "own-plan" not in now(MailMessage).text
    assert f"/attempts/{attempt.public_id}/result" in now(MailMessage).text
    acts = {entry.action for entry in session().scalars(select(AuditEntry))}
    assert acts >= {"work.mark", "attempt.mark", "certificate.issue", "attempt.finish"}


def test_a_poor_mark_fails_and_the_last_attempt_decides(made, trainer):
    for turn in range(2):
        attempt = take(made, right="")
        give(trainer, attempt, POOR)
        assert now(Attempt, Attempt.id == attempt.id).is_passed is False
        assert now(Enrolment).outcome == (None, "failed")[turn]
    assert count(Certificate) == 0
    assert now(Enrolment).outcome_at == now(Attempt, Attempt.ordinal == 2).finished_at


def test_a_task_to_which_nothing_was_given_earns_nothing_at_once(made):
    attempt = take(made, "  ")
    assert (attempt.mark, attempt.is_passed) == (909, False)
    assert count(Work) == 0


def test_a_text_that_is_too_long_is_not_handed_in_but_is_when_time_is_over(land):
    with transaction():
        limited = Assessment(time_limit=world.META.assessment.time_limit, shuffle=False)
        world.publish(world.course_with_task(test=limited))
    learner = world.act_as(world.person())
    attempt = world.begin_test(learner, "own-plan")
    form = {"whole": ["1"], "q2": ["word " * 21]}
    with pytest.raises(UnfitWork):
        sitting.submit_attempt(learner, attempt.public_id, form)
    assert now(Attempt).finished_at is None
    sitting.save_answers(learner, attempt.public_id, form)
    with clock.at(attempt.deadline_at + sitting.GRACE * 2):
        assert sitting.finish_overdue(Actor.system("finish-overdue")) == 1
    assert now(Work).handings[0].text.split() == ["word"] * 21


def test_an_older_paper_without_the_new_members_is_still_read(land):
    learner = world.act_as(world.person())
    attempt = world.begin_test(learner)
    paper = session().get(Paper, attempt.id)
    with transaction():
        session().merge(paper).questions = [
            {
                name: value
                for name, value in question.items()
                if name not in {"criteria", "upload", "max_words"}
            }
            for question in paper.questions
        ]
    sitting.attempts._papers._things.clear()
    [question, *_others] = world.paper_of(learner, attempt)
    assert (question.criteria, question.upload, question.max_words) == ((), (), None)


def test_a_marker_reaches_works_of_her_learners_or_of_her_courses_alone(made, land):
    attempt = take(made)
    reached = {
        "by the learner's unit": person("near@example.org", "trainer"),
        "by the course": person("country@example.org", "trainer", "CZ"),
        "methodologist": person("method@example.org", "methodologist", "CZ-K3107"),
    }
    for actor in reached.values():
        assert marking.open_work(actor, attempt.public_id, 2).work.position == 2
    stranger = person("far@example.org", "trainer", "CZ-O7213", "585068")
    with pytest.raises(NotFound):
        marking.open_work(stranger, attempt.public_id, 2)
    with pytest.raises(NotFound):
        marking.give(stranger, attempt.public_id, 2, {"seen": ["1-waiting-0-0"], **FULL})
    assert tasks.count_queued(*marking.reach(stranger), stranger.name) == 0
    with pytest.raises(NotFound):
        marking.open_work(person("head@example.org", "head-of-office", "595209"), attempt.public_id, 2)
    assert count(Marking) == 0


def test_a_course_of_a_region_is_marked_by_its_trainer_wherever_the_learner_works(land):
    with transaction():
        world.units.keep_issuer(world.territory.get_unit("CZ-O7213"), replace(world.ISSUER, prefix="ZL"))
        world.publish(world.course_with_task("zlin-plan", owner="CZ-O7213"))
    attempt = take(world.act_as(world.person()), slug="zlin-plan")
    owner = person("zlin@example.org", "trainer", "CZ-O7213", "585068")
    give(owner, attempt)
    assert now(Enrolment).outcome == "passed"
    assert now(Certificate).number.startswith("ZL-")


def test_nobody_marks_her_own_work(land):
    with transaction():
        world.publish(world.course_with_task())
    own = person("own@example.org", "trainer", "CZ")
    attempt = take(own)
    with pytest.raises(NotFound):
        marking.open_work(own, attempt.public_id, 2)
    assert tasks.count_queued(*marking.reach(own), own.name) == 0


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"points-1": ["7"]}, "points-1"),
        ({"points-1": ["-1"]}, "points-1"),
        ({"points-2": ["4.5"]}, "points-2"),
        ({"points-2": ["99999999999999999999"]}, "points-2"),
        ({"points-2": [""]}, "points-2"),
        ({"points-1": ["٣"]}, "points-1"),
        ({"comment-2": ["x" * 4001]}, "comment-2"),
    ],
)
def test_points_that_the_rubric_does_not_offer_are_refused(made, trainer, form, field):
    attempt = take(made)
    with pytest.raises(Invalid) as refused:
        give(trainer, attempt, {**FULL, **form})
    assert refused.value.field == field
    assert count(Marking) == 0
    assert now(Work).state == "waiting"


def test_a_draft_takes_the_work_and_an_older_tab_writes_over_nothing(made, trainer):
    attempt = take(made)
    old = say(trainer, attempt, FULL)
    marking.save(trainer, attempt.public_id, 2, say(trainer, attempt, {"points-1": ["3"]}))
    assert now(Work).taken_by == trainer.name
    for act in (marking.save, marking.give, marking.give_back):
        with pytest.raises(Conflict):
            act(trainer, attempt.public_id, 2, old)
    [draft] = session().scalars(select(Marking))
    assert (draft.points, draft.given_at) == ([3, None], None)


def test_a_work_comes_back_is_improved_and_its_earlier_state_stays(made, trainer):
    attempt = world.begin_test(made, "own-plan")
    working.add_files(made, attempt.public_id, 2, [SentFile("first.pdf", PDF)])
    sitting.submit_attempt(made, attempt.public_id, {"whole": ["1"], "q1": ["1"], "q2": ["First."]})
    with pytest.raises(Conflict):
        working.add_files(made, attempt.public_id, 2, [SentFile("late.pdf", PDF + b"x")])
    with pytest.raises(Invalid):
        marking.give_back(trainer, attempt.public_id, 2, say(trainer, attempt, {}))
    again = say(trainer, attempt, {"comment": ["Say who pays."], "comment-2": ["Nothing yet."]})
    marking.give_back(trainer, attempt.public_id, 2, again)
    do_jobs("notify.work-returned")
    assert f"/attempts/{attempt.public_id}/works/2" in now(MailMessage).text
    with pytest.raises(Conflict):
        give(trainer, attempt)

    [first] = tasks.list_files(sitting.scope_of(made, sitting.Permission.OWN_LEARNING), attempt.public_id)
    working.remove_file(made, attempt.public_id, first.public_id)
    working.add_files(made, attempt.public_id, 2, [SentFile("second.pdf", PDF + b"2")])
    working.save_work(made, attempt.public_id, 2, "Sec")
    with pytest.raises(UnfitWork):
        working.hand_in_again(made, attempt.public_id, 2, "word " * 21)
    working.hand_in_again(made, attempt.public_id, 2, "Second.")
    with pytest.raises(Conflict):
        working.hand_in_again(made, attempt.public_id, 2, "Third.")
    work = now(Work)
    assert [handing.text for handing in work.handings] == ["First.", "Second."]
    names = [[file.name for file in work.files if file.is_part_of(number)] for number in (1, 2)]
    assert names == [["first.pdf"], ["second.pdf"]]
    assert files.store().get(work.files[0].digest) == PDF
    give(trainer, attempt)
    assert (now(Enrolment).outcome, now(Enrolment).attempts_made) == ("passed", 1)


@pytest.fixture
def pair(land):
    """A work that two people mark, and four who may."""
    with transaction():
        world.publish(world.course_with_task(test=Assessment(attempts=2, shuffle=False, markers=2)))
    attempt = take(world.act_as(world.person()))
    people = [person(f"{name}@example.org", "trainer") for name in ("first", "second", "third")]
    return attempt, *people, person("method@example.org", "methodologist", "CZ-K3107")


def test_two_marks_that_are_near_give_their_mean(pair):
    attempt, first, second, third, _method = pair
    give(first, attempt, {"points-1": ["5"], "points-2": ["3"]})
    assert now(Attempt).mark is None
    with pytest.raises(Conflict):
        give(first, attempt)
    give(second, attempt, {"points-1": ["5"], "points-2": ["4"]})
    assert Fraction(now(Work).earned) == Fraction(17, 2)
    assert Fraction(now(Attempt).earned) == Fraction(19, 2)
    assert now(Attempt).mark == 8636
    with pytest.raises(Conflict):
        give(third, attempt)


def test_two_marks_that_are_far_apart_are_settled_with_a_reason(pair):
    attempt, first, second, third, method = pair
    give(first, attempt, FULL)
    give(second, attempt, POOR)
    assert now(Work).state == "settling"
    assert now(Attempt).mark is None
    settled = {"points-1": ["6"], "points-2": ["0"], "reason": ["No budget."]}
    with pytest.raises(Conflict):
        marking.settle(third, attempt.public_id, 2, say(third, attempt, settled))
    with pytest.raises(Invalid):
        marking.settle(first, attempt.public_id, 2, say(first, attempt, FULL))
    old = say(method, attempt, FULL)
    marking.settle(second, attempt.public_id, 2, say(second, attempt, settled))
    assert now(Work).earned == "6"
    assert now(Attempt).is_passed
    with pytest.raises(Conflict):
        marking.settle(method, attempt.public_id, 2, {**old, "reason": ["x"]})
    assert count(Marking) == 3


def test_a_final_mark_is_changed_with_a_reason_and_the_earlier_one_is_kept(made, trainer):
    attempt = take(made)
    give(trainer, attempt, POOR)
    assert now(Attempt).is_passed is False
    other = person("other@example.org", "trainer")
    better = {**FULL, "reason": ["I overlooked the second page."]}
    with pytest.raises(Conflict):
        marking.settle(other, attempt.public_id, 2, say(other, attempt, better))
    marking.settle(trainer, attempt.public_id, 2, say(trainer, attempt, better))
    assert (now(Attempt).earned, now(Attempt).is_passed, now(Enrolment).outcome) == ("11", True, "passed")
    assert [each.total for each in now(Work).markings] == [1, 10]
    with pytest.raises(Conflict):
        marking.settle(trainer, attempt.public_id, 2, say(trainer, attempt, {**POOR, "reason": ["x"]}))
    assert (now(Attempt).earned, count(Certificate)) == ("11", 1)


def test_a_methodologist_changes_the_mark_of_a_passed_attempt_and_the_certificate_follows(made, trainer):
    attempt = take(made)
    give(trainer, attempt, FULL)
    method = person("method@example.org", "methodologist", "CZ", "585068")
    less = {"points-1": ["6"], "points-2": ["2"], "reason": ["No budget."]}
    marking.settle(method, attempt.public_id, 2, say(method, attempt, less))
    assert (now(Attempt).earned, now(Enrolment).outcome, now(Enrolment).mark) == ("9", "passed", 8182)
    assert now(EarlierResult).earned == "11"
    assert count(Certificate, Certificate.is_current, Certificate.superseded_at.is_(None)) == 1
    assert count(Certificate, Certificate.superseded_at.is_not(None)) == 1
    marking.settle(method, attempt.public_id, 2, say(method, attempt, {**POOR, "reason": ["Copied."]}))
    assert (now(Attempt).is_passed, now(Enrolment).outcome) == (False, None)
    assert count(Certificate, Certificate.revoked_at.is_not(None)) == 1
    assert now(CompletionCount).completions == 0


def test_a_changed_mark_of_the_last_attempt_reaches_the_outcome(made, trainer):
    for _turn in range(2):
        attempt = take(made)
        give(trainer, attempt, POOR)
    assert (now(Enrolment).outcome, now(Enrolment).mark) == ("failed", 1818)
    change = {"points-1": ["2"], "points-2": ["0"], "reason": ["Counted again."]}
    marking.settle(trainer, attempt.public_id, 2, say(trainer, attempt, change))
    assert (now(Enrolment).outcome, now(Enrolment).mark) == ("failed", 2727)


def test_an_attempt_with_two_tasks_has_its_mark_with_the_last_of_them(land):
    with transaction():
        world.publish(world.course_with_task("own-plan", world.task("plan"), world.task("budget")))
    learner, trainer = world.act_as(world.person()), person("trainer@example.org", "trainer")
    attempt = world.begin_test(learner, "own-plan")
    form = {"whole": ["1"], "q1": ["1"], "q2": ["One."], "q3": ["Two."]}
    sitting.submit_attempt(learner, attempt.public_id, form)
    give(trainer, attempt, FULL, 3)
    assert (now(Attempt).mark, count(Certificate)) == (None, 0)
    give(trainer, attempt, FULL, 2)
    assert (now(Attempt).earned, count(Certificate)) == ("21", 1)
    assert count(OutboxJob, OutboxJob.name == "notify.work-marked") == 1


@pytest.mark.parametrize("markers", [1, 2])
def test_many_marks_at_once_make_one_final_mark_and_one_certificate(app, land, markers):
    test = Assessment(attempts=2, shuffle=False, markers=markers)
    with transaction():
        world.publish(world.course_with_task(test=test))
    attempt = take(world.act_as(world.person()))
    crowd = [person(f"m{number}@example.org", "trainer") for number in range(8)]
    forms, attempt_id = [say(each, attempt, FULL) for each in crowd], attempt.public_id
    session().rollback()
    gate = Barrier(16, timeout=60)

    def mark(place: int) -> str:
        with app.app_context():
            gate.wait()
            try:
                marking.give(crowd[place % 8], attempt_id, 2, forms[place % 8])
            except AppError as error:
                return type(error).__name__
            return "given"

    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(mark, range(16)))
    assert seen.count("given") == markers
    assert set(seen) == {"given", "Conflict"}
    assert count(Marking) == markers
    assert (count(Certificate), now(Attempt).mark, now(CompletionCount).completions) == (1, 10_000, 1)


def test_a_file_belongs_to_its_learner_and_its_task(made):
    attempt = world.begin_test(made, "own-plan")
    other = world.act_as(world.person("jan@example.org"))
    for actor, place, error in ((other, 2, NotFound), (made, 1, NotFound), (made, 9, NotFound)):
        with pytest.raises(error):
            working.add_files(actor, attempt.public_id, place, [SentFile("a.pdf", PDF)])
    working.add_files(made, attempt.public_id, 2, [SentFile("a.pdf", PDF)])
    working.add_files(made, attempt.public_id, 2, [SentFile("a.pdf", PDF)])
    assert count(AnswerFile) == 1
    with pytest.raises(NotFound):
        working.remove_file(other, attempt.public_id, now(AnswerFile).public_id)
    working.remove_file(made, attempt.public_id, now(AnswerFile).public_id)
    assert count(AnswerFile) == 0
    with pytest.raises(UnfitWork):
        working.add_files(
            made, attempt.public_id, 2, [SentFile(f"{n}.pdf", PDF + bytes([65 + n])) for n in range(11)]
        )
