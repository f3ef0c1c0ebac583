"""What a learner does: enrol, move to the newest edition, mark modules done, practise; what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import rules as test_rules
from app.domain.assessments import service as assessments
from app.domain.assessments.values import PaperQuestion, Response
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment import service as enrolment
from app.domain.enrolment.models import Enrolment
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.domain.progress import queries as progress_queries
from app.domain.progress import rules as progress_rules
from app.domain.progress import service as progress
from app.foundation import audit, clock, ids
from app.foundation.db import transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.i18n import N_, content_language
from app.workflows import completing, renewing, sitting


def enrol(actor: Actor, slug: str) -> Enrolment:
    """Enrol the actor in the newest edition of a course; already learning it, she stays where she is.

    Having completed that edition, she takes it again only to renew a certificate.
    """
    try:
        return _enrol(actor, slug)
    except IntegrityError:  # Of two clicks at once, the other one enrolled her.
        scope = scope_of(actor, Permission.OWN_LEARNING)
        return enrolments.get_taken(scope, actor.person_id or 0, slug).enrolment


def _enrol(actor: Actor, slug: str) -> Enrolment:
    with transaction():
        require(actor, Permission.OWN_LEARNING)
        scope = scope_of(actor, Permission.OWN_LEARNING)
        course, version = catalogue.get_newest(slug)
        taken = enrolments.find_taken(scope, actor.person_id or 0, slug)
        if taken is not None and not _may_take_again(actor, taken, version):
            return taken.enrolment
        _may_enrol(actor, version)
        edition = catalogue.find_edition(course.id, version.edition)
        person = people.get_person(scope, actor.public_id or ids.public_id())
        if edition is None:
            raise NotFound
        language = language_for(version.languages, actor.locale)
        ordinal = taken.enrolment.ordinal + 1 if taken else 1
        made = enrolment.begin(person, course, edition, language, ordinal)
        audit.record(actor.name, "enrolment.begin", made.public_id, course=slug, version=version.label)
    return made


def _may_take_again(actor: Actor, taken: Taken, newest: CourseVersion) -> bool:
    if taken.enrolment.outcome is None:
        return False
    if taken.version.edition != newest.edition:
        return True
    is_completed = taken.enrolment.outcome in {"passed", "attended"}
    return is_completed and renewing.may_renew_by(actor, taken.course.slug)


def _may_enrol(actor: Actor, version: CourseVersion) -> None:
    if version.review_by is not None and version.review_by < clock.now().date():
        raise Conflict(N_("This course is being reviewed; nobody can enrol until its content is confirmed."))
    completed = enrolments.list_completed_slugs(
        scope_of(actor, Permission.OWN_LEARNING), actor.person_id or 0
    )
    missing = [slug for slug in catalogue.meta_of(version).prerequisites if slug not in completed]
    if missing:
        raise Conflict(N_("Complete these courses first: %(courses)s."), courses=", ".join(missing))


def language_for(languages: Sequence[str], locale: str) -> str:
    """Return the content language to open in: the interface's if the course has it, else the source's."""
    wanted = content_language(locale)
    return wanted if wanted in languages else languages[0]


def move_to_newest(actor: Actor, slug: str) -> None:
    """Let the actor go on with the newest edition; not once she has started an attempt."""
    with transaction():
        taken = _own(actor, slug)
        require(actor, Permission.OWN_LEARNING, taken.enrolment)
        course, version = catalogue.get_newest(slug)
        if taken.enrolment.attempts_made or taken.enrolment.outcome:
            raise Conflict(N_("You have already started the test, so you finish on the version you began."))
        edition = catalogue.find_edition(course.id, version.edition)
        if edition is None:
            raise NotFound
        enrolment.move(taken.enrolment, edition)
        language = language_for(version.languages, actor.locale)
        scope = scope_of(actor, Permission.OWN_LEARNING)
        taken.enrolment.modules_done = progress_queries.count_done(
            scope, taken.enrolment, version.id, language
        )
        audit.record(actor.name, "enrolment.move", taken.enrolment.public_id, version=version.label)


def finish_module(actor: Actor, slug: str, address: str, language: str | None = None) -> Enrolment:
    """Mark a module done; where this fulfils the last condition, the course is completed."""
    with transaction():
        taken = _own(actor, slug)
        require(actor, Permission.OWN_LEARNING, taken.enrolment)
        version, learner = taken.version, taken.enrolment
        chosen = language if language in version.languages else language_for(version.languages, actor.locale)
        catalogue.get_kept_module(version, chosen, address)
        enrolment.read_in(learner, chosen)
        enrolment.touch(learner)
        if progress_queries.is_done(scope_of(actor, Permission.OWN_LEARNING), learner, address):
            return learner
        progress.mark_done(learner, address)
        audit.record(actor.name, "module.done", learner.public_id, module=address)
        meta = catalogue.meta_of(version)
        read = progress_rules.is_completed_by_reading(meta, version.module_count, learner.modules_done)
        if read and learner.outcome is None:
            completing.complete(actor, taken, meta, "attended", clock.now(), None, chosen)
    return learner


def _own(actor: Actor, slug: str) -> Taken:
    scope = scope_of(actor, Permission.OWN_LEARNING)
    return enrolments.get_newest_taken_for_update(scope, actor.person_id or 0, slug)


@dataclass(frozen=True, slots=True)
class Practised:
    """A control question, and after an answer what it was worth; never counted."""

    question: PaperQuestion
    response: Response | None = None
    fraction: Fraction | None = None


def practise(
    actor: Actor, taken: Taken, keys: Sequence[str], language: str, form: sitting.Form | None
) -> list[Practised]:
    """Return a module's control questions, marked where a form is given; nothing is stored."""
    require(actor, Permission.OWN_LEARNING, taken.enrolment)
    bank = catalogue.list_kept_questions(taken.version, language, keys)
    paper = assessments.lay_out_paper(bank, True, taken.enrolment.id)
    if form is None:
        return [Practised(question.without_key()) for question in paper]
    answers = sitting.read_answers(paper, form)
    return [
        Practised(question, answers.get(place, []), test_rules.fraction_of(question, answers.get(place, [])))
        for place, question in enumerate(paper, start=1)
    ]
