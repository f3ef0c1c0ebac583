"""What a learner does with the tasks of a test: put files to them, take files away, work on what was returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import rules as test_rules
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import Kind
from app.domain.tasks import queries as tasks
from app.domain.tasks import rules
from app.domain.tasks import service as works
from app.domain.tasks.models import Work
from app.domain.tasks.values import GivenFile, UnfitWork, WorkState
from app.formats import work_files
from app.foundation import audit, ids
from app.foundation.db import transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.files import store
from app.foundation.i18n import N_
from app.workflows.sitting import check_on_screen, is_overdue

P = Permission


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a browser sent it; ``data`` holds at most one byte more than is allowed."""

    name: str
    data: bytes


def add_files(actor: Actor, attempt_id: UUID, position: int, sent: Sequence[SentFile]) -> None:
    """Put files to a task, all of them or none; a file that is there already is not put there twice.

    Raises UnfitWork where one cannot be taken, Conflict where nothing can be changed any more.
    """
    scope = scope_of(actor, P.OWN_LEARNING)
    attempt, paper = attempts.get_attempt(scope, attempt_id)
    require(actor, P.OWN_LEARNING, attempt)
    given = [_look_at(file, _task_at(paper, position), position) for file in sent]
    rules.check_files(position, [len(file.data) for file in sent])
    for file in sent:
        store().put(file.data)
    with transaction():
        handing = _open_handing(actor, attempt_id, position)
        kept = [each for each in tasks.list_files(scope, attempt_id, position) if each.is_part_of(handing)]
        known = {(each.name, each.digest) for each in kept}
        new = [each for each in dict.fromkeys(given) if (each.name, each.digest) not in known]
        rules.check_files(position, [*(each.size for each in kept), *(each.size for each in new)])
        works.add_files(attempt.id, position, new, handing)
        for each in new:
            audit.record(actor.name, "work.file-add", attempt_id, position=position, digest=each.digest)


def _task_at(paper: Sequence[PaperQuestion], position: int) -> PaperQuestion:
    question = paper[position - 1] if 0 < position <= len(paper) else None
    if question is None or question.kind is not Kind.TASK:
        raise NotFound
    return question


def _look_at(file: SentFile, question: PaperQuestion, position: int) -> GivenFile:
    """Return what a file is, or refuse it: too large, empty, of an ending that the task does not take, or no such."""
    name = work_files.clean_name(file.name)
    ending, field = work_files.ending_of(name), f"file-{position}"
    if ending not in question.upload or ending not in work_files.KINDS:
        known = ", ".join(question.upload) or "–"
        raise UnfitWork(
            field,
            N_("“%(name)s” cannot be taken: the task wants files of %(known)s."),
            name=name,
            known=known,
        )
    if len(file.data) > rules.LARGEST_FILE:
        most = rules.LARGEST_FILE // rules.MEGABYTE
        raise UnfitWork(field, N_("“%(name)s” is larger than %(most)s MB."), name=name, most=most)
    if not work_files.is_what_it_says(name, file.data):
        raise UnfitWork(
            field,
            N_("“%(name)s” is no %(ending)s inside: save it again in that format."),
            name=name,
            ending=ending,
        )
    return GivenFile(name, ids.digest(file.data), len(file.data), work_files.KINDS[ending].media_type)


def _open_handing(actor: Actor, attempt_id: UUID, position: int) -> int:
    """Return for which handing a learner may still change the work of a task, locked until the act ends.

    That is the first one as long as her test is open, and the next one while the work is returned to her.
    """
    scope = scope_of(actor, P.OWN_LEARNING)
    sitting, _paper = attempts.get_sitting(scope, attempt_id)
    require(actor, P.OWN_LEARNING, sitting)
    check_on_screen(sitting)
    if sitting.finished_at is None:
        if is_overdue(sitting):
            raise Conflict(N_("The time for this test is over. What you had saved in time was handed in."))
        return 1
    return _returned(actor, attempt_id, position).handing + 1


def _returned(actor: Actor, attempt_id: UUID, position: int) -> Work:
    work = tasks.get_work(scope_of(actor, P.OWN_LEARNING), attempt_id, position, is_locked=True)
    require(actor, P.OWN_LEARNING, work)
    if work.state != WorkState.RETURNED:
        raise Conflict(N_("This work has been handed in; it can no longer be changed."))
    return work


def remove_file(actor: Actor, attempt_id: UUID, file_id: UUID) -> None:
    """Take a file away; one that was handed in before stays to be read by those who mark."""
    scope = scope_of(actor, P.OWN_LEARNING)
    with transaction():
        file = tasks.get_file(scope, attempt_id, file_id)
        handing = _open_handing(actor, attempt_id, file.position)
        if file.is_part_of(handing):
            works.remove_file(file, handing)
            audit.record(
                actor.name, "work.file-remove", attempt_id, position=file.position, digest=file.digest
            )


def save_work(actor: Actor, attempt_id: UUID, position: int, text: str) -> None:
    """Keep the text of a work that was returned."""
    with transaction():
        work = _returned(actor, attempt_id, position)
        works.keep_draft(work, _read(actor, attempt_id, position, text)[1])
        audit.record(actor.name, "work.save", attempt_id, position=position)


def hand_in_again(actor: Actor, attempt_id: UUID, position: int, text: str) -> None:
    """Hand a work that was returned in again; no attempt is spent. Raises UnfitWork where its text is too long."""
    with transaction():
        work = _returned(actor, attempt_id, position)
        question, plain = _read(actor, attempt_id, position, text)
        rules.check_length(question, position, plain)
        works.hand_in_again(work, plain)
        audit.record(actor.name, "work.hand-in", attempt_id, position=position, handing=work.handing)


def _read(actor: Actor, attempt_id: UUID, position: int, text: str) -> tuple[PaperQuestion, str]:
    """Return a task and a text as the test itself would read it."""
    _attempt, paper = attempts.get_attempt(scope_of(actor, P.OWN_LEARNING), attempt_id)
    question = _task_at(paper, position)
    response = test_rules.read_response(question, position, {f"q{position}": [text]})
    return question, "".join(response)
