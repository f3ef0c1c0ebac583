"""Surveys as acts: a learner who has ended a course says what she thinks of it, and nobody learns who did."""

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.queries import Taken
from app.domain.surveys import queries as surveys
from app.domain.surveys import service
from app.domain.surveys.values import Opinion
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict
from app.foundation.i18n import N_

P = Permission
ANONYMOUS = "anonymous"
"""Who answers, as the audit trail says it: her name beside the moment would lead to her answer."""


def open_survey(actor: Actor, slug: str) -> tuple[Taken, bool]:
    """Return the course that the actor has ended, and whether she has answered; raises Conflict before that."""
    require(actor, P.OWN_LEARNING)
    scope = scope_of(actor, P.OWN_LEARNING)
    taken = enrolments.get_taken(scope, actor.person_id or 0, slug)
    if taken.enrolment.outcome is None:
        raise Conflict(N_("You can say what you think of this course once you have finished it."))
    return taken, surveys.is_answered(scope, taken.enrolment)


def answer(actor: Actor, slug: str, opinion: Opinion) -> bool:
    """Keep what the actor thinks of a course; return False where she had said it before: two clicks say it once.

    Nothing else is touched or written of her: a moment beside her name would lead to what she said.
    """
    with transaction():
        taken, _is_answered = open_survey(actor, slug)
        require(actor, P.OWN_LEARNING, taken.enrolment)
        is_new = service.answer(taken.enrolment, opinion)
        if is_new:
            audit.record(ANONYMOUS, "survey.answer", slug, edition=taken.version.edition)
    return is_new
