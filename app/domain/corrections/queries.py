"""Every question put to corrections; what is read of attempts takes the scope of whoever teaches the course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import joinedload

from app.domain.assessments.models import Answer, Attempt
from app.domain.assessments.rules import as_filed
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.catalogue.queries import get_version, kept_bank
from app.domain.certificates.models import Certificate
from app.domain.corrections import rules
from app.domain.corrections.models import Correction, CorrectionResult
from app.domain.corrections.values import Choice, Fairness, Line, Stage, Sums, Touch
from app.domain.enrolment.models import Enrolment
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound

AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"
R = CorrectionResult
DECIDED = (Stage.APPLYING.value, Stage.DONE.value)


# Corrections.


def get_correction(scope: Scope, public_id: UUID, *, is_locked: bool = False) -> Correction:
    """Return a correction of a course within a scope; locked until the act ends where asked."""
    statement = (
        select(Correction)
        .join(Course, Course.id == Correction.course_id)
        .where(Correction.public_id == public_id, scope.within(Course.owner_path))
        .options(joinedload(Correction.course), joinedload(Correction.version))
    )
    if is_locked:
        statement = statement.with_for_update(of=Correction).execution_options(populate_existing=True)
    found = session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def find_open(course: Course) -> Correction | None:
    """Return the correction of a course that is not done, locked, or None."""
    statement = select(Correction).where(
        Correction.course_id == course.id, Correction.stage != Stage.DONE.value
    )
    return session().scalar(statement.with_for_update().execution_options(populate_existing=True))


def list_corrections(course: Course) -> Sequence[Correction]:
    """Return the corrections of a course, the newest first."""
    statement = select(Correction).where(Correction.course_id == course.id)
    return session().scalars(statement.order_by(Correction.id.desc())).all()


def list_standing(course: Course) -> Sequence[Correction]:
    """Return what was decided for a course, the first first: of two that name a question the later one holds."""
    statement = select(Correction).where(Correction.course_id == course.id, Correction.stage.in_(DECIDED))
    return session().scalars(statement.order_by(Correction.id)).all()


# Attempts, as far as a correction must know them.


def _counting(course_id: int) -> ColumnElement[bool]:
    """Return the clause for attempts of a course that are finished and not annulled; Enrolment is joined."""
    return and_(
        Enrolment.course_id == course_id, Attempt.finished_at.is_not(None), Attempt.annulled_at.is_(None)
    )


def list_sat(scope: Scope, course: Course) -> Sequence[tuple[CourseVersion, int]]:
    """Return the versions of a course that were sat, the newest first, with the number of results that count."""
    counted = (
        select(Attempt.version_id, func.count().label("number"))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(_counting(course.id), scope.within(Course.owner_path))
        .group_by(Attempt.version_id)
        .subquery()
    )
    rows = session().execute(
        select(CourseVersion, counted.c.number)
        .join(counted, counted.c.version_id == CourseVersion.id)
        .order_by(CourseVersion.id.desc())
    )
    return [(version, number) for version, number in rows]


def situation_of(scope: Scope, correction: Correction) -> str:
    """Return a digest of the results of a course that count: what a dry run rests on."""
    row = (
        session()
        .execute(
            select(
                func.count(),
                func.max(Attempt.id),
                func.max(Attempt.finished_at),
                func.sum(Attempt.mark),
                func.sum(Attempt.version_id),
                func.sum(case((Attempt.is_passed.is_(True), 1), else_=0)),
            )
            .select_from(Attempt)
            .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
            .join(Course, Course.id == Enrolment.course_id)
            .where(_counting(correction.course_id), scope.within(Course.owner_path))
        )
        .one()
    )
    return sha256(repr(tuple(map(str, row))).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that counts, as a dry run reads it."""

    id: int
    enrolment_id: int
    version_id: int
    language: str
    earned: str
    points: int
    mark: int | None
    is_passed: bool | None


def list_to_reckon(scope: Scope, correction: Correction, limit: int) -> Sequence[Taken]:
    """Return the next attempts of versions before that of a correction which its dry run has not looked at."""
    rows = session().execute(
        select(
            Attempt.id,
            Attempt.enrolment_id,
            Attempt.version_id,
            Attempt.language,
            func.coalesce(Attempt.earned, "0"),
            Attempt.points,
            Attempt.mark,
            Attempt.is_passed,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            _counting(correction.course_id),
            scope.within(Course.owner_path),
            Attempt.version_id < correction.version_id,
            Attempt.id > correction.reached,
        )
        .order_by(Attempt.id)
        .limit(limit)
    )
    return [Taken(*row) for row in rows]


Given: TypeAlias = tuple[str, str | None]
"""A response as JSON, and the points that it earned."""


def answers_of(places: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Given]:
    """Return (attempt, position) → what was given, of attempts that were found within a scope."""
    statement = select(Answer.attempt_id, Answer.position, cast(Answer.response, Text), Answer.earned).where(
        tuple_(Answer.attempt_id, Answer.position).in_(places)
    )
    rows = session().connection().execute(statement)
    return {(attempt, place): (response, earned) for attempt, place, response, earned in rows}


# Results.


def list_pending(scope: Scope, correction: Correction, limit: int) -> Sequence[CorrectionResult]:
    """Return the next results that are to be applied; all those of a learner's enrolment together."""
    if not scope.covers(correction.course.owner_path):
        return []
    is_waiting = (R.correction_id == correction.id, R.done_at.is_(None))
    turn = select(R.enrolment_id).where(*is_waiting).distinct().order_by(R.enrolment_id).limit(limit)
    taken = session().scalars(turn).all()
    if not taken:
        return []
    # A range of the index, whatever the database believes of a table that has just been filled.
    reached = select(R).where(*is_waiting, R.enrolment_id <= taken[-1])
    return session().scalars(reached.order_by(R.enrolment_id, R.id)).all()


def lock_sat(
    results: Sequence[CorrectionResult],
) -> tuple[Mapping[int, Enrolment], Mapping[int, list[Attempt]]]:
    """Return enrolments, and each one's attempts in order, that results rest on; locked, attempts first as ever."""
    ids = {each.enrolment_id for each in results}
    held = session()
    sat = select(Attempt).where(Attempt.enrolment_id.in_(ids)).order_by(Attempt.id)
    learning = select(Enrolment).where(Enrolment.id.in_(ids)).order_by(Enrolment.id)
    by_enrolment: dict[int, list[Attempt]] = {each: [] for each in ids}
    for attempt in held.scalars(sat.with_for_update().execution_options(populate_existing=True)):
        by_enrolment[attempt.enrolment_id].append(attempt)
    enrolments = held.scalars(learning.with_for_update().execution_options(populate_existing=True))
    return {each.id: each for each in enrolments}, by_enrolment


def find_result(scope: Scope, result_id: int) -> tuple[CorrectionResult, Correction, Attempt] | None:
    """Return a result of a course within a scope with its correction and attempt, locked, or None."""
    row = session().execute(
        select(R, Correction, Attempt)
        .join(Correction, Correction.id == R.correction_id)
        .join(Course, Course.id == Correction.course_id)
        .join(Attempt, Attempt.id == R.attempt_id)
        .where(R.id == result_id, scope.within(Course.owner_path))
        .with_for_update(of=R)
        .execution_options(populate_existing=True)
    )
    found = row.first()
    return (found[0], found[1], found[2]) if found else None


def changed_by(fairness: Fairness) -> ColumnElement[bool]:
    """Return the clause for results that a rule changes: their learners are told."""
    mark, passed = _columns(fairness)
    return or_(mark != R.old_mark, passed != R.was_passed)


def _columns(fairness: Fairness) -> tuple[Any, Any]:
    if fairness is Fairness.NOBODY_LOSES:
        return R.kind_mark, R.kind_passed
    return R.strict_mark, R.strict_passed


def _number(clause: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((clause, 1), else_=0)), 0)


def sum_up(scope: Scope, correction: Correction, fairness: Fairness, today: date) -> Sums:
    """Return what a rule would do to the results of a dry run, or did where it was applied."""
    mark, passed = _columns(fairness)
    stayed, fell = passed.is_(True), passed.is_(False)
    up, down = and_(stayed, R.was_passed.is_(False)), and_(fell, R.was_passed.is_(True))
    is_good = or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today)
    has = and_(Certificate.id.is_not(None), Certificate.revoked_at.is_(None))
    touched: list[ColumnElement[int]] = [
        _number(and_(up, or_(Enrolment.outcome.is_(None), Enrolment.outcome == "failed"))),
        _number(and_(down, has)),
        _number(and_(stayed, R.was_passed.is_(True), mark != R.old_mark, has, is_good)),
        literal(0),
    ]
    if correction.stage == Stage.DONE.value:
        touched = [
            _number(R.touch == touch.value) for touch in (Touch.ISSUED, Touch.REVOKED, Touch.SUPERSEDED)
        ]
        touched.append(_number(R.hindrance.is_not(None)))
    went = R.hindrance.is_(None)
    row = session().execute(
        select(
            func.count(),
            _number(and_(mark > R.old_mark, went)),
            _number(and_(mark < R.old_mark, went)),
            _number(and_(up, went)),
            _number(and_(down, went)),
            *touched,
        )
        .select_from(R)
        .join(Enrolment, Enrolment.id == R.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Certificate, and_(Certificate.enrolment_id == R.enrolment_id, Certificate.is_current))
        .where(R.correction_id == correction.id, R.is_later.is_(False), scope.within(Course.owner_path))
    )
    found: tuple[int, ...] = tuple(row.one())
    return Sums(*found)


def count_done(scope: Scope, correction: Correction) -> tuple[int, int]:
    """Return how many results are applied, and how many there are."""
    if not scope.covers(correction.course.owner_path):
        return 0, 0
    clause = and_(R.correction_id == correction.id, R.is_later.is_(False))
    row = session().execute(select(_number(R.done_at.is_not(None)), func.count()).where(clause)).one()
    return row[0], row[1]


def list_changed(
    scope: Scope, correction: Correction, page: int = 1, size: int | None = None
) -> tuple[Sequence[Line], int]:
    """Return the results that either rule changes, or that the chosen one did, and how many there are."""
    rules_of = [Fairness(correction.fairness)] if correction.fairness else list(Fairness)
    clause = or_(*(changed_by(fairness) for fairness in rules_of), R.hindrance.is_not(None))
    number = func.coalesce(R.certificate, Certificate.number)
    statement = (
        select(
            Attempt.public_id,
            R.old_mark,
            R.was_passed,
            R.kind_mark,
            R.kind_passed,
            R.strict_mark,
            R.strict_passed,
            number,
            R.touch,
            R.successor,
            R.hindrance,
            Certificate.valid_until,
        )
        .select_from(R)
        .join(Attempt, Attempt.id == R.attempt_id)
        .join(Enrolment, Enrolment.id == R.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(
            Certificate,
            and_(Certificate.enrolment_id == R.enrolment_id, Certificate.is_current, R.done_at.is_(None)),
        )
        .where(
            R.correction_id == correction.id,
            R.is_later.is_(False),
            clause,
            scope.within(Course.owner_path),
        )
    )
    count = session().scalar(statement.with_only_columns(func.count())) or 0
    statement = statement.order_by(R.id)
    if size is not None:
        statement = statement.limit(size).offset((page - 1) * size)
    return [Line(str(row[0]), *row[1:]) for row in session().execute(statement)], count


# Papers as corrected.


@dataclass(frozen=True, slots=True)
class CorrectedPaper:
    """A paper with the keys that count, and by position what corrected them; what is left out counts for nothing."""

    questions: tuple[PaperQuestion, ...]
    notes: Mapping[int, Correction]
    left_out: frozenset[int]


def filed_question(version: CourseVersion, language: str, key: str) -> PaperQuestion | None:
    """Return a question of a version's bank in a language, else in its first one; None where there is none."""
    found = kept_bank(version, spoken(version, language)).get(key)
    return None if found is None else as_filed(found)


def list_applied(scope: Scope, slug: str) -> Sequence[Correction]:
    """Return the corrections of a course within a scope that were decided, the first first."""
    statement = (
        select(Correction)
        .join(Course, Course.id == Correction.course_id)
        .where(Course.slug == slug, Correction.stage.in_(DECIDED), scope.within(Course.owner_path))
    )
    return session().scalars(statement.order_by(Correction.id)).all()


def positions_left_out(attempt_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Return attempt → positions that corrections left out of it, of attempts that were found within a scope."""
    found: dict[int, list[int]] = {}
    rows = session().execute(select(R.attempt_id, R.left_out).where(R.attempt_id.in_(attempt_ids)))
    for attempt_id, places in rows:
        if places:
            found.setdefault(attempt_id, []).extend(places)
    return found


def spoken(version: CourseVersion, language: str) -> str:
    """Return a language if a version has it, else its first one."""
    return language if language in version.languages else str(version.languages[0])


def correct_paper(attempt: Attempt, paper: Sequence[PaperQuestion]) -> CorrectedPaper:
    """Return the paper of an attempt that was found within a scope, as the corrections that were applied leave it."""
    rows = session().execute(
        select(R.changes, R.left_out, Correction)
        .join(Correction, Correction.id == R.correction_id)
        .where(R.attempt_id == attempt.id, R.done_at.is_not(None), R.hindrance.is_(None))
        .order_by(Correction.id)
    )
    questions, notes, gone = list(paper), {}, set()
    for changes, left_out, correction in rows.all():
        gone.update(left_out)
        for place in map(int, changes):
            drawn = paper[place - 1]
            notes[place] = correction
            questions[place - 1] = mended(attempt, drawn, correction) or questions[place - 1]
    return CorrectedPaper(tuple(questions), notes, frozenset(gone))


def mended(attempt: Attempt, drawn: PaperQuestion, correction: Correction) -> PaperQuestion | None:
    """Return a drawn question as a correction mends it; None where it does not."""
    if correction.choices.get(drawn.key) != Choice.MEND.value:
        return None
    filed = filed_question(get_version(correction.version_id), attempt.language, drawn.key)
    return None if filed is None else rules.amend(drawn, filed)


def correct_open_paper(attempt: Attempt, paper: Sequence[PaperQuestion], course: Course) -> CorrectedPaper:
    """Return the paper of an attempt that ends now, as what was decided for its course leaves it."""
    questions, notes, gone = list(paper), {}, set()
    for correction in list_standing(course):
        if attempt.version_id >= correction.version_id:
            continue
        for place, drawn in enumerate(paper, start=1):
            choice, amended = correction.choices.get(drawn.key), mended(attempt, drawn, correction)
            if choice == Choice.DROP.value:
                gone.add(place)
            if choice == Choice.DROP.value or amended is not None:
                notes[place] = correction
                questions[place - 1] = amended or questions[place - 1]
    if sum(question.points for place, question in enumerate(paper, 1) if place not in gone) == 0:
        gone = set()
    return CorrectedPaper(tuple(questions), notes, frozenset(gone))


def as_it_counts(
    version: CourseVersion, language: str, key: str, standing: Sequence[Correction]
) -> PaperQuestion | None:
    """Return a question with the key that counts on papers of a version now; None where it was left out."""
    filed = filed_question(version, language, key)
    if filed is None:
        return None
    counts = rules.as_laid(filed)
    for correction in standing:
        choice = correction.choices.get(key)
        if choice is None or version.id >= correction.version_id:
            continue
        if choice == Choice.DROP.value:
            return None
        mended = filed_question(get_version(correction.version_id), language, key)
        counts = (rules.amend(counts, mended) if mended is not None else None) or counts
    return counts
