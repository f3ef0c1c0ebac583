"""A correction as work for later: its dry run, and what was decided, in pieces that can be taken up again."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import rules as test_rules
from app.domain.assessments.models import Attempt
from app.domain.assessments.queries import outlines_of
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment
from app.domain.corrections import queries as corrections
from app.domain.corrections import rules
from app.domain.corrections import service as mending
from app.domain.corrections.models import Correction, CorrectionResult
from app.domain.corrections.queries import Taken
from app.domain.corrections.values import Change, Choice, Fairness, Regraded, Stage
from app.domain.enrolment.queries import Taken as Course
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import AppError
from app.foundation.i18n import N_
from app.foundation.queue import enqueue_each
from app.workflows import completing

P = Permission
CHUNK_READ, CHUNK_WRITTEN = 500, 200
"""So many attempts a dry run reads, and so many enrolments are written, in one transaction."""
MOST_KNOWN = 50_000
"""So many layouts of questions are remembered; further ones are read anew each time."""

_CHANGED = N_("The result has changed since the dry run.")


# The dry run.


Drawn: TypeAlias = tuple[PaperQuestion, PaperQuestion | None]


class _Papers:
    """The questions of papers that a correction is about; how each is mended is worked out once."""

    def __init__(self, correction: Correction, others: Sequence[Correction]) -> None:
        self.choices = correction.choices
        self._version = catalogue.get_version(correction.version_id)
        self._before = {key for each in others if each.id != correction.id for key in each.choices}
        self._known: dict[tuple[int, str, str], Drawn] = {}

    def named(self, outline: str) -> list[tuple[int, str]]:
        """Return position and text of the questions in the outline of a paper that the correction names."""
        return [
            (place, question)
            for place, question in enumerate(outline.split(), start=1)
            if test_rules.key_of(question) in self.choices
        ]

    def drawn(self, version_id: int, language: str, question: str) -> Drawn:
        """Return a question of an outline as it was drawn, and with the mended key: None where it cannot be told."""
        known = self._known.get((version_id, language, question))
        if known is None:
            key, version = test_rules.key_of(question), catalogue.get_version(version_id)
            [source] = catalogue.list_kept_questions(version, corrections.spoken(version, language), (key,))
            drawn = test_rules.turn(test_rules.as_filed(source), test_rules.read_turning(question))
            filed = corrections.filed_question(self._version, language, key)
            known = drawn, None if filed is None else rules.amend(drawn, filed)
            if len(self._known) < MOST_KNOWN:
                self._known[version_id, language, question] = known
        return known

    def is_mended_before(self, key: str) -> bool:
        """Tell whether an earlier correction was about a question: what counts is not what was drawn."""
        return key in self._before


def reckon(actor: Actor, correction: str) -> None:
    """Make the dry run of a correction; broken off, it goes on where it was."""
    require(actor, P.COURSE_WRITE)
    found = corrections.get_correction(scope_of(actor, P.COURSE_WRITE), UUID(correction))
    papers = _Papers(found, corrections.list_standing(found.course))
    while _reckon_some(actor, UUID(correction), papers):
        pass


def _reckon_some(actor: Actor, correction_id: UUID, papers: _Papers) -> bool:
    """Reckon the next attempts; tell whether there may be more."""
    with transaction():
        scope = scope_of(actor, P.COURSE_WRITE)
        correction = corrections.get_correction(scope, correction_id, is_locked=True)
        if correction.stage != Stage.RECKONING.value:
            return False
        if not correction.reached:
            correction.situation = corrections.situation_of(scope, correction)
        taken = corrections.list_to_reckon(scope, correction, CHUNK_READ)
        if not taken:
            correction.stage = Stage.READY.value
            return False
        found, unmatched = _changes_of(taken, papers, outlines_of([each.id for each in taken]))
        correction.reached, correction.unmatched = taken[-1].id, correction.unmatched + unmatched
        mending.add_results(correction, found, _pass_marks({each.version_id for each in taken}))
    return True


def _pass_marks(versions: set[int]) -> Mapping[int, int]:
    tests = {each: catalogue.meta_of(catalogue.get_version(each)).assessment for each in versions}
    return {each: (test or Assessment()).pass_mark for each, test in tests.items()}


def _changes_of(
    taken: Sequence[Taken], papers: _Papers, outlines: Mapping[int, str]
) -> tuple[list[tuple[Taken, dict[int, Change]]], int]:
    """Return the attempts that hold a question of the correction with what changes, and on how many one cannot."""
    named = {each.id: papers.named(outlines[each.id]) for each in taken}
    given = corrections.answers_of([(attempt, place) for attempt, each in named.items() for place, _ in each])
    found, unmatched = [], 0
    for each in taken:
        changes, is_whole = {}, True
        for place, question in named[each.id]:
            response, earned = given.get((each.id, place), ("[]", None))
            drawn, amended = papers.drawn(each.version_id, each.language, question)
            old = Fraction(earned or 0)
            if papers.choices[drawn.key] == Choice.DROP.value:
                changes[place] = Change(drawn.points, old, None)
            elif amended is None:
                is_whole = False
            elif papers.is_mended_before(drawn.key) or not rules.marks_alike(drawn, amended):
                changes[place] = rules.change(amended, json.loads(response), old)
        unmatched += not is_whole
        if changes:
            found.append((each, changes))
    return found, unmatched


# What was decided.


def apply(actor: Actor, correction: str) -> None:
    """Give every attempt of a correction its new result; broken off, it goes on where it was.

    A learner whose new result cannot be given, for example because no certificate can be issued, keeps the old one,
    and holds up no other.
    """
    require(actor, P.KEY_MEND)
    while _apply_some(actor, UUID(correction)):
        pass


def _apply_some(actor: Actor, correction_id: UUID) -> bool:
    """Apply the next results; tell whether there may be more."""
    try:
        return _apply(actor, correction_id, CHUNK_WRITTEN)
    except AppError:
        for _turn in range(CHUNK_WRITTEN):
            if not _apply_one(actor, correction_id):
                return False
    return True


def _apply_one(actor: Actor, correction_id: UUID) -> bool:
    """Apply the results of the next enrolment, or note what hinders them."""
    try:
        return _apply(actor, correction_id, 1)
    except AppError as error:
        with transaction():
            scope = scope_of(actor, P.KEY_MEND)
            correction = corrections.get_correction(scope, correction_id, is_locked=True)
            if correction.stage == Stage.APPLYING.value:
                mending.hinder(corrections.list_pending(scope, correction, 1), error.reason)
    return True


def _apply(actor: Actor, correction_id: UUID, limit: int) -> bool:
    with transaction():
        scope = scope_of(actor, P.KEY_MEND)
        correction = corrections.get_correction(scope, correction_id, is_locked=True)
        require(actor, P.KEY_MEND, correction.course)
        if correction.stage != Stage.APPLYING.value:
            return False
        pending = corrections.list_pending(scope, correction, limit)
        if not pending:
            mending.end(correction)
            audit.record(actor.name, "correction.done", correction_id)
            return False
        _give(actor, correction, pending)
    return True


def _give(actor: Actor, correction: Correction, pending: Sequence[CorrectionResult]) -> None:
    """Write the new results down, and let completions and certificates follow."""
    learning, sat = corrections.lock_sat(pending)
    attempts = {attempt.id: attempt for each in sat.values() for attempt in each}
    before = {key: completing.Before(each.mark, each.is_passed) for key, each in attempts.items()}
    stale = [each for each in pending if not _is_as_reckoned(each, attempts[each.attempt_id])]
    mending.hinder(stale, _CHANGED)
    fair = Fairness(correction.fairness or "")
    anew = [(each, attempts[each.attempt_id], _regrade(each, fair)) for each in pending if each not in stale]
    reason, marks = correction.reason or "", _pass_marks({each.version_id for each in attempts.values()})
    mending.apply([each[1:] for each in anew], marks, correction.decided_by or actor.name, reason)
    changed = [
        (result, attempt)
        for result, attempt, _ in anew
        if before[attempt.id] != completing.Before(attempt.mark, attempt.is_passed)
    ]
    versions = {each.version_id: catalogue.get_version(each.version_id) for each in attempts.values()}
    last = {attempt.enrolment_id: result for result, attempt in changed}
    cases = [
        completing.Case(
            Course(learning[each], correction.course, versions[sat[each][-1].version_id]), sat[each], before
        )
        for each in last
    ]
    for enrolment_id, touched in completing.reckon(actor, cases, reason).items():
        result = last[enrolment_id]
        result.certificate, result.touch, result.successor = (
            touched.number,
            touched.how.value,
            touched.successor,
        )
    mending.close([(result, regraded) for result, _, regraded in anew])
    told = [
        (
            attempt.public_id,
            {"correction": str(correction.public_id), "before": result.old_mark, "mark": attempt.mark},
        )
        for result, attempt in changed
    ]
    audit.record_each(actor.name, "attempt.correct", told)
    enqueue_each("notify.corrected", [{"result": result.id} for result, _ in changed])


def _is_as_reckoned(result: CorrectionResult, attempt: Attempt) -> bool:
    """Tell whether an attempt is what it was in the dry run that was decided."""
    is_counting = attempt.finished_at is not None and attempt.annulled_at is None
    same = (attempt.earned or "0", attempt.points, attempt.mark) == (
        result.old_earned,
        result.old_points,
        result.old_mark,
    )
    return is_counting and same


def _regrade(result: CorrectionResult, fairness: Fairness) -> Regraded:
    changes = rules.read_changes(result.changes)
    return rules.regrade(Fraction(result.old_earned), result.old_points, changes, fairness)
