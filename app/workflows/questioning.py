"""Questions of the bank tried by those who write them, as learners get them; nothing is stored."""

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.assessments import rules
from app.domain.assessments import service as assessments
from app.domain.assessments.rules import pools_of
from app.domain.assessments.values import Pool
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.rules import areas_of
from app.domain.catalogue.values import Assessment, CourseDraft, Kind
from app.foundation.errors import NotFound
from app.workflows.learning import Practised
from app.workflows.sitting import Form

P = Permission
_SAME_ORDER = 7
"""The seed of every trial: the order of options stays while a question is tried."""


def try_question(actor: Actor, slug: str, key: str, language: str, form: Form | None) -> Practised:
    """Return a published question of a course that the actor may change, marked where a form answers it.

    A task is not marked by a machine.
    """
    course, version = catalogue.get_newest(slug)
    require(actor, P.COURSE_WRITE, course)
    bank = [each for each in catalogue.list_questions(version.id, language) if each.key == key]
    if not bank:
        raise NotFound
    test = catalogue.meta_of(version).assessment or Assessment()
    question = assessments.lay_out_paper(bank, test.shuffle, _SAME_ORDER)[0]
    if form is None or question.kind is Kind.TASK:
        return Practised(question)
    response = rules.read_response(question, 1, form)
    return Practised(question, response, rules.fraction_of(question, response))


def list_pools(actor: Actor, slug: str) -> list[Pool]:
    """Return how the areas of a published course's test stand to what it draws; none without a test."""
    course, version = catalogue.get_newest(slug)
    require(actor, P.COURSE_WRITE, course)
    test = catalogue.meta_of(version).assessment
    return [] if test is None else pools_of(catalogue.kept_areas_of_pool(version), test.draw)


def list_drafted_pools(actor: Actor, course: CourseDraft) -> list[Pool]:
    """Return the same of a course as it is being written."""
    require(actor, P.COURSE_WRITE)
    test = course.meta.assessment
    return [] if test is None else pools_of(areas_of(course.questions), test.draw)
