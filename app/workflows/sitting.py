"""The final test as a learner sits it: admitted, started, saved, handed in, ended when its time is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import rules as test_rules
from app.domain.assessments import service as assessments
from app.domain.assessments.models import Attempt
from app.domain.assessments.values import PaperQuestion, Reconciled, Response, Sitting
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment, BankQuestion, CourseMeta, Kind, PlaceOfTest
from app.domain.corrections import queries as corrections
from app.domain.corrections import service as mending
from app.domain.corrections.queries import CorrectedPaper
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment import service as enrolment
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import Taken
from app.domain.progress import rules as progress_rules
from app.domain.tasks import queries as tasks
from app.domain.tasks import rules as task_rules
from app.domain.tasks import service as works
from app.domain.tasks.values import WorkState
from app.domain.territory.values import Scope
from app.foundation import audit, clock, ids
from app.foundation.db import transaction
from app.foundation.errors import AppError, Conflict, Invalid, NotFound
from app.foundation.i18n import N_
from app.workflows import completing

GRACE = timedelta(seconds=30)
"""How long after the deadline an answer that was on its way still counts."""
BESIDE = frozenset({"csrf_token", "action", "age", "lang", "whole"})
"""What a form of answers holds beside them."""
MOST_LATE = 20
"""How many times answers to one attempt that came too late are kept as evidence."""

Form = Mapping[str, Sequence[str]]


class Ended(Conflict):
    """Answers came when their attempt had ended: they were kept, and do not count."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            N_(
                "This test has ended. What you sent came too late to count; it is kept, in case of a complaint."
            )
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a learner may start the final test now, and what hinders her."""

    modules_missing: int
    attempts_left: int | None  # None is unlimited
    not_before: datetime | None
    open_attempt: UUID | None
    is_passed: bool
    waiting_attempt: UUID | None = None  # handed in, its tasks still to be marked by people
    is_returned: bool = False  # a work of that attempt came back to the learner
    is_on_paper: bool = False  # the open attempt

    @property
    def is_open(self) -> bool:
        """Whether the test may be started at this moment."""
        hindered = self.modules_missing or self.attempts_left == 0 or self.is_passed or self.waiting_attempt
        return not hindered and (self.not_before is None or self.not_before <= clock.now())


def admission(actor: Actor, taken: Taken, meta: CourseMeta) -> Admission:
    """Tell whether the actor, the learner of an enrolment, may start the final test."""
    return admission_within(scope_of(actor, Permission.OWN_LEARNING), taken, meta)


def admission_within(scope: Scope, taken: Taken, meta: CourseMeta) -> Admission:
    """Tell the same by a scope that covers the enrolment."""
    test, learner = meta.assessment or Assessment(), taken.enrolment
    tried = attempts.list_attempts(scope, learner.id)
    wanted = progress_rules.modules_wanted(meta, taken.version.module_count)
    finished = [attempt.finished_at for attempt in tried if attempt.finished_at is not None]
    opened = next((attempt for attempt in tried if attempt.finished_at is None), None)
    waiting = next(
        (
            each
            for each in tried
            if each.finished_at is not None and each.is_passed is None and each.annulled_at is None
        ),
        None,
    )
    returned = (
        [work for work in tasks.list_works(scope, waiting.id) if work.state == WorkState.RETURNED]
        if waiting
        else []
    )
    return Admission(
        modules_missing=max(0, wanted - learner.modules_done),
        attempts_left=test_rules.attempts_left(test.attempts, learner.extra_attempts, len(tried)),
        not_before=test_rules.may_start_at(max(finished, default=None), test.cooldown),
        open_attempt=opened.public_id if opened else None,
        is_passed=any(attempt.is_passed and attempt.annulled_at is None for attempt in tried),
        waiting_attempt=waiting.public_id if waiting else None,
        is_returned=bool(returned),
        is_on_paper=opened is not None and opened.is_on_paper,
    )


def start_attempt(actor: Actor, slug: str, language: str | None = None) -> Attempt:
    """Open an attempt of the final test, or return the one that is open: two clicks start one."""
    with transaction():
        scope = scope_of(actor, Permission.OWN_LEARNING)
        taken = enrolments.get_newest_taken_for_update(scope, actor.person_id or 0, slug)
        require(actor, Permission.OWN_LEARNING, taken.enrolment)
        meta = catalogue.meta_of(taken.version)
        if meta.assessment is None:
            raise NotFound
        allowed = admission(actor, taken, meta)
        if allowed.open_attempt is not None:
            return attempts.get_attempt(scope, allowed.open_attempt)[0]
        if meta.assessment.place is PlaceOfTest.PROCTORED:
            raise Conflict(N_("This test is sat under supervision: enter the code that you get there."))
        if not allowed.is_open:
            raise Conflict(N_("The test cannot be started now."))
        limit = time_limit_of(scope, taken.enrolment, meta.assessment)
        return begin(actor, scope, taken, language, limit)


def begin(
    actor: Actor,
    scope: Scope,
    taken: Taken,
    language: str | None,
    limit: timedelta | None,
    *,
    until: datetime | None = None,
    is_on_paper: bool = False,
) -> Attempt:
    """Draw a paper and open an attempt, inside the act of whoever found that it may begin.

    ``taken`` holds the enrolment, locked; ``scope`` covers it; ``until`` ends the attempt, however much time is left.
    """
    version = taken.version
    chosen = language if language in version.languages else taken.enrolment.language
    test = catalogue.meta_of(version).assessment or Assessment()
    drawn, seed = _draw(scope, taken, chosen, test)
    paper = assessments.lay_out_paper(drawn, test.shuffle, seed)
    outline = test_rules.outline([question.body for question in drawn], paper)
    enrolment.touch(taken.enrolment)
    attempt = assessments.start(
        taken.enrolment,
        version.id,
        chosen,
        paper,
        outline,
        seed,
        limit,
        until=until,
        is_on_paper=is_on_paper,
    )
    slug = taken.course.slug
    audit.record(actor.name, "attempt.start", attempt.public_id, course=slug, version=version.label)
    return attempt


def time_limit_of(scope: Scope, learner: Enrolment, test: Assessment) -> timedelta | None:
    """Return how much time a learner within a scope has for a test; None where it has no limit."""
    limit = test_rules.period(test.time_limit)
    return None if limit is None else test_rules.lengthened(limit, attempts.extra_percent(scope, learner))


def _draw(scope: Scope, taken: Taken, language: str, test: Assessment) -> tuple[list[BankQuestion], int]:
    seed, pool = ids.seed(), catalogue.kept_areas_of_pool(taken.version)
    is_first = taken.enrolment.ordinal == 1 and not taken.enrolment.attempts_made
    seen = () if is_first else attempts.list_seen_keys(scope, taken.enrolment.person_id, taken.course.id)
    keys = test_rules.draw(pool, test.draw, test.shuffle, ids.dice(seed), seen)
    return catalogue.list_kept_questions(taken.version, language, keys), seed


@dataclass(frozen=True, slots=True)
class Saved:
    """The acknowledgement of answers, and what came of those that another page had changed meanwhile."""

    at: datetime
    replaced: tuple[int, ...] = ()  # positions: the answer from here counts
    kept: Mapping[int, Response] = field(default_factory=dict)  # a later answer from another page counts


def save_answers(actor: Actor, attempt_id: UUID, form: Form, age: timedelta = timedelta()) -> Saved:
    """Write answers down before the test is handed in; ``age`` is how long they waited for the line.

    Where the attempt has ended, they are kept as evidence and refused: Ended.
    """
    given_at = clock.now() - age
    with transaction():
        sitting, paper = attempts.get_sitting(scope_of(actor, Permission.OWN_LEARNING), attempt_id)
        require(actor, Permission.OWN_LEARNING, sitting)
        check_on_screen(sitting)
        if sitting.finished_at is None and not is_overdue(sitting):
            found = _reconcile(actor, sitting, paper, form, given_at)
            return Saved(assessments.save(sitting, found.written, given_at), found.replaced, found.kept)
        if sitting.finished_at is None:
            _end_if_overdue(actor, *_locked(actor, attempt_id))
        _keep_late(actor, sitting, paper, form)
    raise Ended


def submit_attempt(actor: Actor, attempt_id: UUID, form: Form) -> Attempt:
    """Take the last answers, mark the attempt, and let everything that follows from it follow.

    An attempt that is already finished is returned as it is: a second click changes nothing. Other answers than
    those that count are kept as evidence and refused: Ended.
    """
    with transaction():
        attempt, paper = _locked(actor, attempt_id)
        if attempt.finished_at is None and not is_overdue(attempt):
            found = _reconcile(actor, attempt, paper, form, clock.now())
            answers = found.written
            if len(answers) < len(paper):
                earlier = attempts.responses_of(scope_of(actor, Permission.OWN_LEARNING), attempt)
                answers = {**earlier, **answers}
            task_rules.check_lengths(paper, answers)
            own = scope_of(actor, Permission.OWN_LEARNING)
            _finish(actor, own, attempt, paper, answers, clock.now())
            return attempt
        _end_if_overdue(actor, attempt, paper)
        is_late = _keep_late(actor, attempt, paper, form)
    if is_late:
        raise Ended
    return attempt


def _reconcile(
    actor: Actor, attempt: Attempt | Sitting, paper: Sequence[PaperQuestion], form: Form, given_at: datetime
) -> Reconciled:
    """Read a form, and lay it beside what other pages sent: only where it says what its page had shown."""
    given = read_answers(paper, form)
    known = {place: test_rules.read_shown(form, place) for place in given}
    shown = {place: responses for place, responses in known.items() if responses is not None}
    scope = scope_of(actor, Permission.OWN_LEARNING)
    stored = attempts.list_given(scope, attempt) if shown else {}
    return test_rules.reconcile(given, shown, stored, given_at)


def _keep_late(actor: Actor, attempt: Attempt | Sitting, paper: Sequence[PaperQuestion], form: Form) -> bool:
    """Keep what an ended attempt did not count, up to a number; tell whether there is any."""
    scope = scope_of(actor, Permission.OWN_LEARNING)
    stored = attempts.list_given(scope, attempt)
    given = _reconcile(actor, attempt, paper, form, clock.now()).written
    late = {
        place: response
        for place, response in given.items()
        if response and (place not in stored or stored[place].response != response)
    }
    if late and attempts.count_late(scope, attempt) < MOST_LATE:
        assessments.keep_late(attempt.id, late)
        audit.record(actor.name, "attempt.late", attempt.public_id, answers=len(late))
    return bool(late)


def _locked(actor: Actor, attempt_id: UUID) -> tuple[Attempt, Sequence[PaperQuestion]]:
    scope = scope_of(actor, Permission.OWN_LEARNING)
    attempt, paper = attempts.get_attempt(scope, attempt_id, is_locked=True)
    require(actor, Permission.OWN_LEARNING, attempt)
    check_on_screen(attempt)
    return attempt, paper


def check_on_screen(attempt: Attempt | Sitting) -> None:
    """Raise Conflict where an open attempt is sat on paper: what stands there is entered by somebody else."""
    if attempt.is_on_paper and attempt.finished_at is None:
        raise Conflict(N_("You sit this test on paper. Your proctor tells you when it begins."))


def read_answers(paper: Sequence[PaperQuestion], form: Form) -> dict[int, Response]:
    """Return position → response of a form of the whole paper; an input that the paper lacks is refused."""
    fields = [test_rules.fields_of(question, place) for place, question in enumerate(paper, 1)]
    known = {name for names in fields for name in names} | {
        f"shown-{place}" for place in range(1, len(paper) + 1)
    }
    foreign = [name for name in form if name not in known and name not in BESIDE]
    if foreign:
        raise Invalid(foreign[0][:20], N_("This answer does not belong to your test."))
    is_whole = "whole" in form
    return {
        place: test_rules.read_response(question, place, form)
        for place, (question, names) in enumerate(zip(paper, fields, strict=True), 1)
        if is_whole or f"shown-{place}" in form or any(name in form for name in names)
    }


def _finish(
    actor: Actor,
    scope: Scope,
    attempt: Attempt,
    paper: Sequence[PaperQuestion],
    answers: Mapping[int, Response],
    at: datetime,
    *,
    is_handed_in: bool = True,
) -> None:
    taken = enrolments.get_taken_for_update(scope, attempt.enrolment_id)
    version = taken.version
    if attempt.version_id != version.id:
        version = catalogue.get_version(attempt.version_id)
    meta = catalogue.meta_of(version)
    test = meta.assessment or Assessment()
    waiting = _hand_works_in(scope, attempt, paper, answers, test.markers, at)
    sheet = _as_it_counts(attempt, paper, taken)
    mark = assessments.finish(
        attempt,
        sheet.questions,
        answers,
        test.pass_mark,
        at,
        is_handed_in=is_handed_in,
        waiting=waiting,
        left_out=sheet.left_out - waiting,
    )
    mending.note_later(attempt, sheet)
    audit.record(actor.name, "attempt.finish", attempt.public_id, mark=mark.basis_points if mark else None)
    if mark is None:
        enrolment.touch(taken.enrolment)
    else:
        completing.conclude(actor, attempt, Taken(taken.enrolment, taken.course, version), meta, at)


def _as_it_counts(attempt: Attempt, paper: Sequence[PaperQuestion], taken: Taken) -> CorrectedPaper:
    """Return a paper by whose keys an attempt is marked: those that were mended since it was drawn.

    A paper of the newest version has no other keys than that.
    """
    is_newest = (
        taken.version.edition == taken.course.newest_edition and attempt.version_id == taken.version.id
    )
    if is_newest:
        return CorrectedPaper(tuple(paper), {}, frozenset())
    return corrections.correct_open_paper(attempt, paper, taken.course)


def _hand_works_in(
    scope: Scope,
    attempt: Attempt,
    paper: Sequence[PaperQuestion],
    answers: Mapping[int, Response],
    markers: int,
    at: datetime,
) -> frozenset[int]:
    """Let what was given to the tasks of an attempt wait for a mark; return their positions."""
    if not any(question.kind is Kind.TASK for question in paper):
        return frozenset()
    files = tasks.list_files(scope, attempt.public_id)
    with_files = frozenset(file.position for file in files)
    return works.hand_in(attempt, paper, answers, with_files, markers, at)


def is_overdue(attempt: Attempt | Sitting) -> bool:
    """Tell whether the time of an open attempt and its grace are over."""
    if attempt.finished_at is not None or attempt.deadline_at is None:
        return False
    return clock.now() > attempt.deadline_at + GRACE


def _end_if_overdue(actor: Actor, attempt: Attempt, paper: Sequence[PaperQuestion]) -> bool:
    """End an attempt whose time and grace are over, at its deadline; tell whether it was so ended just now."""
    deadline = attempt.deadline_at
    if deadline is None or not is_overdue(attempt):
        return False
    end(actor, scope_of(actor, Permission.OWN_LEARNING), attempt, paper, deadline)
    return True


def end(actor: Actor, scope: Scope, attempt: Attempt, paper: Sequence[PaperQuestion], at: datetime) -> None:
    """End an attempt with what is saved, inside the act of whoever found that its time is over.

    ``scope`` covers the attempt, which is locked.
    """
    answers = attempts.responses_of(scope, attempt)
    _finish(actor, scope, attempt, paper, answers, at, is_handed_in=False)


def finish_overdue(actor: Actor) -> int:
    """End every attempt whose time ran out, whoever left it; return how many.

    One that cannot end, for example because its certificate cannot be issued, holds up no other: what hindered the
    first such attempt is raised when all were tried.
    """
    require(actor, Permission.OWN_LEARNING)
    ended, hindered = 0, []
    for attempt_id in attempts.list_overdue(scope_of(actor, Permission.OWN_LEARNING), clock.now() - GRACE):
        try:
            with transaction():
                ended += _end_if_overdue(actor, *_locked(actor, attempt_id))
        except AppError as error:
            hindered.append(error)
    if hindered:
        raise hindered[0]
    return ended
