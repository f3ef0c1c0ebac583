"""Questions from and to other systems: looked at, taken over whole or not at all, exported with what is lost."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.values import CourseDraft, Finding
from app.formats import course_template, question_export, question_fitting, question_formats
from app.formats.course_layout import is_bank
from app.formats.question_exchange import Unreadable, Written, check_size
from app.formats.question_fitting import Fitted, Room
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.files import store
from app.foundation.i18n import N_
from app.foundation.limits import LimitExceeded, run_limited
from app.workflows import drafting, inspecting, publishing
from app.workflows.inspecting import Bench, StoredFiles

P = Permission
_SHOWN_IN = "preview-of-questions"
_SECONDS = 10.0
"""Seconds of CPU that a file may take to be read or written."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A question file: its name, its bytes, and the format that was asked for; empty means by its content."""

    name: str
    data: bytes
    format: str = ""

    @property
    def kind(self) -> str:
        """The name of the format that it is read in."""
        return self.format or question_formats.recognise(self.data)


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking an upload over would add to a course; ``taken`` names the files that came of it before."""

    bench: Bench
    kind: str
    fitted: Fitted
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload: the files with its questions, and whether they were written just now."""

    paths: tuple[str, ...]
    count: int
    is_new: bool


def keep(actor: Actor, upload: Upload) -> str:
    """Keep an upload between its preview and its taking over, and return its digest; no course has it yet."""
    require(actor, P.COURSE_WRITE)
    check_size(upload.data)
    return store().put(upload.data)


def find_kept(actor: Actor, digest: str) -> bytes:
    """Return an upload that was kept; whoever asks has proved that it was hers."""
    require(actor, P.COURSE_WRITE)
    return store().get(digest)


def plan(actor: Actor, slug: str, upload: Upload, language: str = "") -> Plan:
    """Read a question file and fit it into a course, in its source language; writes nothing.

    Raises Unreadable with the line where the file cannot be read, Invalid where the course cannot take it.
    """
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    source = _source_of(bench)
    if language not in {"", source}:
        raise Invalid(
            "language",
            N_("Questions come in the course's first language, %(language)s; translate them there."),
            language=source,
        )
    mark = question_fitting.mark_of(upload.data)
    keys = question_export.keys_of(StoredFiles(bench.digests), source)
    room = Room(source, keys, dict(bench.digests))
    name = PurePosixPath(upload.name).name
    try:
        fitted = run_limited(question_fitting.read_into, (upload.kind, upload.data, room, name), _SECONDS)
    except LimitExceeded:
        raise Unreadable(1, N_("Reading this file takes too much time or memory: divide it.")) from None
    return Plan(bench, upload.kind, fitted, _marked(bench, source, mark))


def _source_of(bench: Bench) -> str:
    if not bench.languages:
        raise Invalid("course", N_("The course's course.yaml cannot be read: mend it first."))
    return bench.languages[0]


def _marked(bench: Bench, source: str, mark: str) -> tuple[str, ...]:
    """Return the bank files that came of the same upload before."""
    banks = [
        path for path in bench.paths if path.startswith(f"{source}/") and is_bank(path.rpartition("/")[2])
    ]
    start = mark.rstrip().encode()
    return tuple(path for path in banks if store().get(bench.digests[path]).startswith(start))


def show(actor: Actor, made: Plan) -> tuple[CourseDraft | None, tuple[Finding, ...]]:
    """Return the questions of a plan as learners would get them, in a course of their own that is kept nowhere.

    There is none where the checker finds errors, which are returned; lines are those of the new bank files.
    """
    require(actor, P.COURSE_WRITE, made.bench)
    source = _source_of(made.bench)
    known = source in course_template.LANGUAGES
    files = dict(
        course_template.new_course(_SHOWN_IN, made.bench.owner.code, source if known else "en", _SHOWN_IN)
    )
    if not known:
        files = {
            path.replace("en/", f"{source}/"): _in_language(data, source) for path, data in files.items()
        }
    stored = StoredFiles(made.bench.digests)
    files |= {path: stored[path] for path in made.bench.digests if path.startswith("media/")}
    files |= made.fitted.files
    reading = publishing.read(_SHOWN_IN, files)
    new = tuple(
        finding for finding in reading.findings if finding.is_error and finding.file in made.fitted.files
    )
    if reading.draft is None:
        return None, new
    keys = {question.key for question in made.fitted.questions}
    own = tuple(question for question in reading.draft.questions if question.key in keys)
    return replace(reading.draft, questions=own, files={}, media={}), new


def _in_language(data: bytes, tag: str) -> bytes:
    return data.replace(b"[en]", f"[{tag}]".encode()).replace(b"\n  en:", f"\n  {tag}:".encode())


def take_over(actor: Actor, slug: str, upload: Upload, revision: int | None = None) -> Taken:
    """Let a course's draft have the questions of an upload, all of them or none; a second time changes nothing.

    ``revision`` is that of the draft when the preview was made: Conflict is raised where it is another now.
    """
    made = plan(actor, slug, upload)
    require(actor, P.COURSE_WRITE, made.bench)
    if not made.fitted.questions:
        raise Invalid("file", N_("No question of this file can be taken over."))
    if not made.taken:
        seen = made.bench.revision if revision is None else revision
        try:
            drafting.add_files(actor, slug, made.fitted.files, seen, f"{upload.kind} {upload.name}"[:200])
        except Conflict:
            made = plan(actor, slug, upload)
            if not made.taken:
                raise
        else:
            banks = tuple(path for path in made.fitted.files if not path.startswith("media/"))
            return Taken(banks, len(made.fitted.questions), is_new=True)
    return Taken(made.taken, len(made.fitted.questions), is_new=False)


def export(actor: Actor, slug: str, kind: str, language: str = "", *, is_draft: bool = True) -> Written:
    """Return the question bank of a course in a format with its loss report; writes nothing.

    With ``is_draft`` it is the bank as it stands, else that of the newest published version.
    """
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    if not is_draft and bench.newest is None:
        raise Invalid("version", N_("This course is not published yet."))
    source = _source_of(bench)
    if language and language not in bench.languages:
        raise Invalid("language", N_("The course has no such language."))
    files = StoredFiles(bench.digests if is_draft else bench.published)
    gathered = question_export.gather(files, source, language or source)
    try:
        written = run_limited(question_formats.write_as, (kind, gathered.questions, gathered.media), _SECONDS)
    except LimitExceeded:
        raise Invalid("format", N_("Writing this bank takes too much time: choose another format.")) from None
    if written is None:
        raise Invalid("format", N_("Questions are not written in this format."))
    return replace(written, notes=(*gathered.notes, *written.notes))


def note_export(actor: Actor, slug: str, kind: str, count: int) -> None:
    """Write down that questions with their keys were handed out."""
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    with transaction():
        audit.record(actor.name, "questions.export", slug, format=kind, count=count)
