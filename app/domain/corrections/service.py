"""What may be told to corrections: a dry run is made, decided and applied; the service writes, and never commits."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from app.domain.assessments.models import Answer, Attempt, EarlierResult
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.corrections import rules
from app.domain.corrections.models import Correction, CorrectionResult
from app.domain.corrections.queries import CorrectedPaper, Taken
from app.domain.corrections.values import Changes, Choice, Fairness, Regraded, Stage
from app.foundation import clock, ids
from app.foundation.db import session


def begin(course: Course, version: CourseVersion, choices: Mapping[str, Choice], by: str) -> Correction:
    """Begin the dry run of a correction."""
    made = Correction(
        public_id=ids.public_id(),
        course_id=course.id,
        version_id=version.id,
        choices={key: choice.value for key, choice in choices.items()},
        stage=Stage.RECKONING.value,
        situation="",
        reached=0,
        unmatched=0,
        made_at=clock.now(),
        made_by=by,
    )
    session().add(made)
    session().flush()
    return made


def discard(correction: Correction) -> None:
    """Forget a dry run that nobody decided."""
    _forget_results(correction)
    session().delete(correction)
    session().flush()


def begin_anew(correction: Correction) -> None:
    """Make the dry run of a correction anew: what it rested on has changed."""
    _forget_results(correction)
    correction.stage, correction.reached, correction.unmatched = Stage.RECKONING.value, 0, 0
    session().flush()


def _forget_results(correction: Correction) -> None:
    session().execute(delete(CorrectionResult).where(CorrectionResult.correction_id == correction.id))


def add_results(
    correction: Correction, found: Sequence[tuple[Taken, Changes]], pass_marks: Mapping[int, int]
) -> None:
    """Write down what either rule would make of attempts; ``pass_marks`` by version."""
    rows = [_row(correction, taken, changes, pass_marks[taken.version_id]) for taken, changes in found]
    if rows:
        session().execute(insert(CorrectionResult), rows)


def _row(correction: Correction, taken: Taken, changes: Changes, pass_mark: int) -> dict[str, Any]:
    earned = Fraction(taken.earned)
    kind = rules.regrade(earned, taken.points, changes, Fairness.NOBODY_LOSES).mark
    strict = rules.regrade(earned, taken.points, changes, Fairness.AS_CORRECTED).mark
    is_marked = taken.mark is not None
    return {
        "correction_id": correction.id,
        "attempt_id": taken.id,
        "enrolment_id": taken.enrolment_id,
        "changes": rules.write_changes(changes),
        "old_earned": taken.earned,
        "old_points": taken.points,
        "old_mark": taken.mark,
        "was_passed": taken.is_passed,
        "kind_mark": kind.basis_points if is_marked else None,
        "kind_passed": kind.reaches(pass_mark) if is_marked else None,
        "strict_mark": strict.basis_points if is_marked else None,
        "strict_passed": strict.reaches(pass_mark) if is_marked else None,
        "is_later": False,
        "left_out": [],
    }


def decide(correction: Correction, fairness: Fairness, reason: str, by: str, name: str) -> None:
    """Write down what was decided; the results follow."""
    correction.stage, correction.fairness, correction.reason = Stage.APPLYING.value, fairness.value, reason
    correction.decided_at, correction.decided_by, correction.decider = clock.now(), by, name
    session().flush()


def end(correction: Correction) -> None:
    """Note that everything is applied."""
    correction.stage, correction.done_at = Stage.DONE.value, clock.now()
    session().flush()


def apply(
    changed: Sequence[tuple[Attempt, Regraded]],
    pass_marks: Mapping[int, int],
    by: str,
    reason: str,
) -> None:
    """Give attempts their new results; the old ones are kept. ``pass_marks`` by version."""
    earlier, answers = [], []
    for attempt, anew in changed:
        answers += [
            {"of": attempt.id, "at": place, "points": None if points is None else str(points)}
            for place, points in anew.earned.items()
        ]
        if Fraction(attempt.earned or 0) == anew.mark.earned and attempt.points == anew.mark.points:
            continue
        earlier.append(_earlier(attempt, by, reason))
        attempt.earned, attempt.points = str(anew.mark.earned), anew.mark.points
        if attempt.mark is not None:
            attempt.mark = anew.mark.basis_points
            attempt.is_passed = anew.mark.reaches(pass_marks[attempt.version_id])
    if earlier:
        session().execute(insert(EarlierResult), earlier)
    if answers:
        session().connection().execute(_EARNED, answers)


_EARNED = (
    update(Answer)
    .where(Answer.attempt_id == bindparam("of"), Answer.position == bindparam("at"))
    .values(earned=bindparam("points"))
)


def _earlier(attempt: Attempt, by: str, reason: str) -> dict[str, Any]:
    return {
        "attempt_id": attempt.id,
        "finished_at": attempt.finished_at,
        "earned": attempt.earned,
        "mark": attempt.mark,
        "is_passed": attempt.is_passed,
        "ended_at": clock.now(),
        "ended_by": by,
        "reason": reason,
    }


def close(regraded: Sequence[tuple[CorrectionResult, Regraded]]) -> None:
    """Note of results that they are given."""
    for result, anew in regraded:
        result.done_at, result.left_out = clock.now(), list(anew.left_out)
    session().flush()


def hinder(results: Sequence[CorrectionResult], why: str) -> None:
    """Leave results as they were, and say why."""
    for result in results:
        result.done_at, result.hindrance = clock.now(), why[:300]
    session().flush()


def note_later(attempt: Attempt, paper: CorrectedPaper) -> None:
    """Note that an attempt which ended after decisions was marked by them at once."""
    for correction in {each.id: each for each in paper.notes.values()}.values():
        places = [place for place, each in paper.notes.items() if each.id == correction.id]
        session().add(
            CorrectionResult(
                correction_id=correction.id,
                attempt_id=attempt.id,
                enrolment_id=attempt.enrolment_id,
                changes={str(place): [paper.questions[place - 1].points, "0", "0"] for place in places},
                old_earned=attempt.earned,
                old_points=attempt.points,
                old_mark=attempt.mark,
                was_passed=attempt.is_passed,
                is_later=True,
                left_out=sorted(paper.left_out.intersection(places)),
                done_at=clock.now(),
            )
        )
    session().flush()


def note_told(result: CorrectionResult) -> None:
    """Note that the learner of a result is told of it."""
    result.told_at = clock.now()
    session().flush()


def forget(attempt_ids: Collection[int]) -> None:
    """Let nothing be left of what corrections made of attempts of somebody who is erased."""
    session().execute(delete(CorrectionResult).where(CorrectionResult.attempt_id.in_(attempt_ids)))
