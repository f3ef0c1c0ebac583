"""What follows from a mark or from the last module read: an enrolment ends, and what it earns is issued.

Parts of acts, inside their transactions: whoever calls them has asked whether the actor may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.access.values import Actor
from app.domain.assessments import rules
from app.domain.assessments.models import Attempt
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment, CourseMeta
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import State
from app.domain.corrections.values import Touch
from app.domain.enrolment import service as enrolment
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.progress import service as progress
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.queue import enqueue
from app.workflows import certifying


def conclude(
    actor: Actor,
    attempt: Attempt,
    taken: Taken,
    meta: CourseMeta,
    at: datetime,
) -> None:
    """Let everything follow from the mark of an attempt.

    ``taken`` holds the enrolment, locked, and the version that was tested.
    """
    learner, left = taken.enrolment, _attempts_left(meta, taken.enrolment)
    certificate = None
    is_corrected = learner.outcome == "failed" and attempt.ordinal == learner.attempts_made
    if attempt.is_passed and learner.outcome in {None, "failed"}:
        certificate = complete(actor, taken, meta, "passed", at, attempt.mark, attempt.language)
    elif left == 0 and (learner.outcome is None or is_corrected):
        settle(learner, "failed", at, attempt.mark, taken.version.id, attempt.language)
    else:
        enrolment.touch(learner)
    if certificate is None:
        certifying.note(actor, attempt, taken, meta, at, left)


@dataclass(frozen=True, slots=True)
class Before:
    """What an attempt was worth before it changed."""

    mark: int | None
    is_passed: bool | None


@dataclass(frozen=True, slots=True)
class Touched:
    """What became of a certificate; ``successor`` is the number of what took its place."""

    number: str
    how: Touch
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An enrolment, locked, whose attempts have changed: all of them, and what those that changed were worth, by id.

    The version is the newest of its edition.
    """

    taken: Taken
    sat: Sequence[Attempt]
    before: Mapping[int, Before]

    @property
    def counting(self) -> list[Attempt]:
        """The attempts that are not annulled."""
        return [each for each in self.sat if each.annulled_at is None]

    def has_fallen(self, attempt: Attempt) -> bool:
        """Tell whether an attempt was passed and is no more."""
        was = self.before.get(attempt.id)
        return was is not None and bool(was.is_passed) and attempt.is_passed is False


def reckon(actor: Actor, cases: Sequence[Case], reason: str) -> Mapping[int, Touched]:
    """Let the outcomes of enrolments follow from their attempts anew, where the results of some have changed.

    A completion stays where any attempt that counts is passed. Return by enrolment what became of certificates.
    """
    touched: dict[int, Touched | None] = {}
    restated = []
    for case in cases:
        learner, passed = case.taken.enrolment, [each for each in case.counting if each.is_passed]
        _note_failures(actor, case)
        if passed and learner.outcome == "passed":
            restated += [case] if _restate(case, passed) else []
        elif passed and learner.outcome in {None, "failed"}:
            touched[learner.id] = _earn(actor, case.taken, max(passed, key=_worth))
        elif not passed and learner.outcome != "attended":
            touched[learner.id] = _lose(actor, case.taken, case.counting, reason)
    superseded = _supersede(actor, [case.taken.enrolment for case in restated], reason)
    return {**{key: each for key, each in touched.items() if each is not None}, **superseded}


def _note_failures(actor: Actor, case: Case) -> None:
    """Keep what a notice says of attempts that were passed and are no more."""
    falling = [each for each in case.counting if case.has_fallen(each)]
    if not falling:
        return
    meta = catalogue.meta_of(case.taken.version)
    left = _attempts_left(meta, case.taken.enrolment)
    for attempt in falling:
        certifying.note(actor, attempt, case.taken, meta, clock.now(), left)


def _attempts_left(meta: CourseMeta, learner: Enrolment) -> int | None:
    test = meta.assessment or Assessment()
    return rules.attempts_left(test.attempts, learner.extra_attempts, learner.attempts_made)


def _worth(attempt: Attempt) -> int:
    return attempt.mark or 0


def _earn(actor: Actor, taken: Taken, attempt: Attempt) -> Touched | None:
    """Complete a course by an attempt that is passed now."""
    version = catalogue.get_version(attempt.version_id)
    sat = Taken(taken.enrolment, taken.course, version)
    meta = catalogue.meta_of(version)
    fresh = complete(actor, sat, meta, "passed", clock.now(), attempt.mark, attempt.language)
    return Touched(fresh.number, Touch.ISSUED) if fresh is not None else None


def _restate(case: Case, passed: Sequence[Attempt]) -> bool:
    """Let a completion rest on the mark that its attempt has now, or on another; tell whether it differs."""
    learner, sat = case.taken.enrolment, case.sat
    was = {each.id: case.before.get(each.id, Before(each.mark, each.is_passed)) for each in sat}
    rested = [each for each in passed if was[each.id] == Before(learner.mark, True)]
    deciding = rested[-1] if rested else max(passed, key=_worth)
    if deciding.mark == learner.mark:
        return False
    enrolment.restate(learner, deciding.mark, deciding.version_id, deciding.language)
    return True


def _supersede(actor: Actor, learners: Sequence[Enrolment], reason: str) -> Mapping[int, Touched]:
    """Put certificates with the present marks in the place of those that print others and are good today."""
    marks = {each.id: each.mark or 0 for each in learners}
    held = register.list_current(list(marks)) if marks else {}
    printed = {key: each for key, each in held.items() if _prints_mark(each)}
    restated = [
        (each, replace(certifying.snapshot_of(each), mark=marks[key])) for key, each in printed.items()
    ]
    fresh = certifying.supersede(actor, restated, reason)
    return {
        key: Touched(each.number, Touch.SUPERSEDED, fresh[each.id].number) for key, each in printed.items()
    }


def _prints_mark(certificate: Certificate) -> bool:
    """Tell whether a certificate that is good today says a mark."""
    is_good = certificate.state_on(clock.now().date()) is State.VALID
    return is_good and certificate.snapshot["mark"] is not None


def _lose(actor: Actor, taken: Taken, counting: Sequence[Attempt], reason: str) -> Touched | None:
    """Let no completion stay without an attempt that is passed; without an attempt left the course is failed."""
    learner = taken.enrolment
    touched = _take_back(actor, taken, reason) if learner.outcome == "passed" else None
    left = _attempts_left(catalogue.meta_of(taken.version), learner)
    is_failed = left == 0 and all(each.is_passed is not None for each in counting)
    last = counting[-1] if counting else None
    mark, language = (last.mark, last.language) if last is not None else (0, learner.language)
    version_id = last.version_id if last is not None else taken.version.id
    if is_failed and learner.outcome == "failed":
        enrolment.restate(learner, mark, version_id, language)
        return touched
    if learner.outcome is not None:
        enrolment.reopen(learner)
    if is_failed:
        settle(learner, "failed", clock.now(), mark, version_id, language)
    return touched


def _take_back(actor: Actor, taken: Taken, reason: str) -> Touched | None:
    """Count a completion no more, and revoke its certificate."""
    progress.uncount_completion(taken.enrolment)
    if catalogue.list_programmes():
        # Also at those that had this course when they were completed.
        _look_at_programmes(people.get_learner(taken.enrolment.person_id))
    certificate = register.find_current(taken.enrolment)
    if certificate is None:
        return None
    certifying.take_back(actor, certificate, reason)
    return Touched(certificate.number, Touch.REVOKED)


def complete(
    actor: Actor,
    taken: Taken,
    meta: CourseMeta,
    outcome: str,
    at: datetime,
    mark: int | None,
    language: str,
) -> Certificate | None:
    """End an enrolment with success, count it, and issue what it earns."""
    person = settle(taken.enrolment, outcome, at, mark, taken.version.id, language)
    progress.count_completion(taken.enrolment)
    if catalogue.is_in_programme(taken.course.slug):
        _look_at_programmes(person)
    return certifying.issue_for(actor, taken, person, meta, at, mark, language)


def _look_at_programmes(person: Person) -> None:
    """Let the worker see what follows for the learner's programmes: see ``awarding``."""
    enqueue("certificates.programmes", person=str(person.public_id))


def settle(
    learner: Enrolment,
    outcome: str,
    at: datetime,
    mark: int | None,
    version_id: int,
    language: str,
) -> Person:
    """Let an enrolment end where the learner is employed now: she may have moved since she began."""
    person = people.get_learner(learner.person_id)
    day = at.astimezone(ZoneInfo(territory.zone_of(person.unit))).date()
    enrolment.place(learner, person.unit)
    enrolment.settle(learner, outcome, at, day, mark, version_id, language)
    enrolment.touch(learner)
    return person
