"""The tasks of a test as the learner has them: files with the answers, work that came back, what markers said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import SEEK_END
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments.models import Attempt
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.tasks import queries as tasks
from app.domain.tasks import rules
from app.domain.tasks.models import AnswerFile, Work
from app.domain.tasks.values import UnfitWork, WorkState
from app.foundation.errors import NotFound
from app.web.downloads import hand_out
from app.web.errors import words_of
from app.web.learner.views import blueprint
from app.web.session import actor
from app.workflows import working
from app.workflows.working import SentFile

P = Permission
_REMOVE = "remove-"


@dataclass(frozen=True, slots=True)
class Shown:
    """A work as the learner sees it; ``points`` are those of each criterion, empty where they are not told."""

    work: Work
    question: PaperQuestion
    files: Sequence[AnswerFile]
    points: Sequence[Fraction] = ()

    @property
    def total(self) -> Fraction:
        """The points of the whole."""
        return Fraction(self.work.earned or 0)


def list_shown(own: Actor, sitting: Attempt, paper: Sequence[PaperQuestion], *, is_told: bool) -> list[Shown]:
    """Return the works of an attempt in the order of its paper; what markers said only where it may be told."""
    return [
        _shown(work, paper[work.position - 1], is_told=is_told)
        for work in tasks.list_works(scope_of(own, P.OWN_LEARNING), sitting.id)
    ]


def _shown(work: Work, question: PaperQuestion, *, is_told: bool) -> Shown:
    files = [file for file in work.files if file.is_part_of(work.handing)]
    points = rules.means([each.points for each in work.deciding]) if is_told and work.deciding else []
    return Shown(work, question, files, points)


def files_by_place(own: Actor, attempt_id: UUID, handing: int = 1) -> Mapping[int, list[AnswerFile]]:
    """Return position → files that belong to a handing of an attempt's tasks."""
    found: dict[int, list[AnswerFile]] = {}
    for file in tasks.list_files(scope_of(own, P.OWN_LEARNING), attempt_id):
        if file.is_part_of(handing):
            found.setdefault(file.position, []).append(file)
    return found


def has_files(attempt_id: UUID) -> bool:
    """Tell whether the present form says anything of files; not where it hands a test in a second time."""
    action = request.form.get("action", "")
    if not action.startswith(_REMOVE) and not any(file.filename for file in request.files.values()):
        return False
    sitting, _paper = attempts.get_attempt(scope_of(actor(), P.OWN_LEARNING), attempt_id)
    return sitting.finished_at is None or action != "submit"


def take_files(attempt_id: UUID) -> None:
    """Do what the present form says of files: take them, or remove one."""
    sent = _sent()
    for position, files in sent.items():
        working.add_files(actor(), attempt_id, position, files)
    action = request.form.get("action", "")
    if action.startswith(_REMOVE):
        working.remove_file(actor(), attempt_id, _id_of(action.removeprefix(_REMOVE)))


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _sent() -> dict[int, list[SentFile]]:
    """Return position → files of the present form; what cannot be a task's is left out by the workflow."""
    found: dict[int, list[SentFile]] = {}
    for field in request.files:
        word = field.removeprefix("file-")
        given = [each for each in request.files.getlist(field) if each.filename]
        if given and field.startswith("file-") and word.isascii() and word.isdecimal():
            position = int(word[:4])
            rules.check_files(position, [_size_of(each) for each in given])
            found[position] = [_read(each) for each in given]
    return found


def _size_of(file: FileStorage) -> int:
    """Return how many bytes of a file would be read: at most one more than is allowed, so that it is told by name."""
    size = file.stream.seek(0, SEEK_END)
    file.stream.seek(0)
    return min(size, rules.LARGEST_FILE + 1)


def _read(file: FileStorage) -> SentFile:
    return SentFile(file.filename or "", file.stream.read(rules.LARGEST_FILE + 1))


def complaint_of(error: UnfitWork) -> dict[str, str]:
    """Return what is wrong with a work, by the field where it is mended."""
    return {error.field: words_of(error)}


@blueprint.get("/attempts/<uuid:attempt_id>/files/<uuid:file_id>")
@requires(P.OWN_LEARNING)
def work_file(attempt_id: UUID, file_id: UUID) -> Response:
    """Hand out a file that the learner put to a task."""
    return hand_out(tasks.get_file(scope_of(actor(), P.OWN_LEARNING), attempt_id, file_id))


@blueprint.get("/attempts/<uuid:attempt_id>/works/<int(min=1, max=999):position>")
@requires(P.OWN_LEARNING)
def work(attempt_id: UUID, position: int) -> Response | str:
    """Show a work that came back, to be improved."""
    kept = tasks.get_work(scope_of(actor(), P.OWN_LEARNING), attempt_id, position)
    if kept.state != WorkState.RETURNED:
        return redirect(url_for("learner.result", attempt_id=attempt_id))
    return render_template("learner/work.html", **_facts(attempt_id, kept, kept.draft or "", {}))


def _facts(attempt_id: UUID, kept: Work, text: str, complaints: Mapping[str, str]) -> dict[str, object]:
    """Return what the page of a work that came back shows."""
    sitting, paper = attempts.get_attempt(scope_of(actor(), P.OWN_LEARNING), attempt_id)
    titles = catalogue.get_version(sitting.version_id).titles
    return {
        "sitting": sitting,
        "title": titles.get(sitting.language) or next(iter(titles.values())),
        "work": kept,
        "question": paper[kept.position - 1].without_key(),
        "text": text,
        "files": [file for file in kept.files if file.is_part_of(kept.handing + 1)],
        "complaints": complaints,
    }


@blueprint.post("/attempts/<uuid:attempt_id>/works/<int(min=1, max=999):position>")
@requires(P.OWN_LEARNING)
def keep_work(attempt_id: UUID, position: int) -> Response | tuple[str, int]:
    """Save a work that came back, take its files, or hand it in again."""
    text, is_done = request.form.get(f"q{position}", ""), request.form.get("action") == "submit"
    working.save_work(actor(), attempt_id, position, text)
    try:
        take_files(attempt_id)
        if is_done:
            working.hand_in_again(actor(), attempt_id, position, text)
    except UnfitWork as error:
        kept = tasks.get_work(scope_of(actor(), P.OWN_LEARNING), attempt_id, position)
        facts = _facts(attempt_id, kept, text, complaint_of(error))
        return render_template("learner/work.html", **facts), 422
    flash(_("Your work is handed in again.") if is_done else _("Your work is saved."), "success")
    return redirect(url_for("learner.work", attempt_id=attempt_id, position=position))
