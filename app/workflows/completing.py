"""What follows from a mark or from the last module read: an enrolment ends, and what it earns is issued.

Parts of acts, inside their transactions: whoever calls them has asked whether the actor may.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.access.values import Actor
from app.domain.assessments import rules
from app.domain.assessments.models import Attempt
from app.domain.catalogue.values import Assessment, CourseMeta
from app.domain.certificates.models import Certificate
from app.domain.enrolment import service as enrolment
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.progress import service as progress
from app.domain.territory import queries as territory
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
    learner, test = taken.enrolment, meta.assessment or Assessment()
    left = rules.attempts_left(test.attempts, learner.extra_attempts, learner.attempts_made)
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
    return certifying.issue_for(actor, taken, person, meta, at, mark, language)


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
