"""Drafts as acts: a course is written in the browser, file by file, and handed over to ``publishing``."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from unicodedata import normalize

from app.domain.access.policy import allows, require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue import service as courses
from app.domain.catalogue.models import CourseDraft as DraftRow
from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.formats import course_template, course_zip, text_file
from app.formats.course_layout import COURSE_LIMIT, FILE_LIMIT, is_ignored
from app.formats.course_rendering import Renderer
from app.formats.course_yaml import FILE, read_meta
from app.formats.media_files import MEGABYTE, serve_media
from app.formats.report import Report
from app.formats.source_text import TEXT_LIMIT
from app.formats.yaml_fields import is_id
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid, NotFound
from app.foundation.files import store
from app.foundation.i18n import N_
from app.workflows import inspecting, publishing
from app.workflows.inspecting import Bench, StoredFiles
from app.workflows.publishing import Published, Seen

P = Permission
RESERVED = frozenset({"new", "upload", "programmes"})
"""Names that a course cannot have: two pages and the folder of the programmes are called so."""
_TEXT_PATH = re.compile(r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*/)?[A-Za-z0-9][A-Za-z0-9._-]*\.(?:md|yaml)")
_PATH_LIMIT = 200
_MODULE = b'---\ntitle: ""\nminutes: 10\n---\n\n'
_BANK = b"---\narea: basics\n---\n\n"


class EditConflict(Conflict):
    """Somebody else has changed the file meanwhile: both texts are there, and nothing was written."""

    def __init__(self, path: str, text: str) -> None:
        """Keep the text that could not be saved."""
        super().__init__(N_("Somebody has changed this file since you opened it. Nothing of yours is lost."))
        self.path = path
        self.text = text


def begin_course(actor: Actor, slug: str, owner_code: str, title: str, language: str) -> None:
    """Begin a new course from the template in a content language; raises Invalid."""
    owner = territory.find_unit(owner_code)
    if owner is None or not allows(actor, P.COURSE_WRITE, owner):
        raise Invalid("owner", N_("Choose a unit that you may write courses for."))
    require(actor, P.COURSE_WRITE, owner)
    files = course_template.new_course(slug, owner.code, language, title, clock.now().date())
    _check_free(slug, "slug")
    digests = {path: store().put(content) for path, content in files.items()}
    with transaction():
        _check_free(slug, "slug")
        courses.begin_draft(slug, owner, {}, None, actor.name)
        row = _locked(actor, slug)
        if row.revision:
            raise Invalid("slug", N_("There is a course of this name already: choose another name."))
        courses.change_draft(row, digests, actor.name)
        audit.record(actor.name, "draft.begin", slug)
    _note_check(actor, slug)


def _check_free(slug: str, blamed: str) -> None:
    if slug in RESERVED or catalogue.is_slug_taken(slug):
        raise Invalid(blamed, N_("There is a course of this name already: choose another name."))


def _locked(actor: Actor, slug: str) -> DraftRow:
    row = catalogue.find_draft(scope_of(actor, P.COURSE_WRITE), slug, is_locked=True)
    if row is None:
        raise NotFound
    return row


def _held(actor: Actor, bench: Bench) -> DraftRow:
    """Return the draft of a course, begun from the published version where there is none, locked."""
    courses.begin_draft(bench.slug, bench.owner, bench.published, bench.label, actor.name)
    return _locked(actor, bench.slug)


def _note_check(actor: Actor, slug: str) -> None:
    """Check a draft after it was written, and keep the counts for the list of courses."""
    bench = inspecting.open_course(actor, slug)
    examined = inspecting.examine(actor, bench)
    with transaction():
        row = catalogue.find_draft(scope_of(actor, P.COURSE_WRITE), slug, is_locked=True)
        if row is not None and row.revision == bench.revision:
            courses.note_check(row, examined.errors, examined.warnings)


def save_text(actor: Actor, slug: str, path: str, text: str, base: str) -> bool:
    """Write a file as it was edited, in its own line ends; return whether anything differs.

    ``base`` is the digest of the file as the editor had opened it. Raises EditConflict where it is another now.
    """
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    kept = bench.digests.get(path)
    content = text_file.write_text(text, store().get(kept) if kept is not None else b"")
    if len(content) > TEXT_LIMIT:
        raise Invalid("text", N_("This file is larger than 200 KB: divide it into two."))
    if kept is None:
        _check_path(path)
    digest = store().put(content)
    if digest == kept:
        return False
    with transaction():
        row = _held(actor, bench)
        if row.files.get(path, "") not in {base, digest}:
            raise EditConflict(path, text)
        courses.change_draft(row, {**row.files, path: digest}, actor.name)
        audit.record(actor.name, "draft.save", slug, path=path)
    _note_check(actor, slug)
    return True


def _check_path(path: str) -> None:
    if _TEXT_PATH.fullmatch(path) and len(path) <= _PATH_LIMIT and not is_ignored(path):
        return
    raise Invalid(
        "name", N_("Name the file with letters a-z, digits, hyphens and the ending .md, as 03-next.md.")
    )


def add_text(actor: Actor, slug: str, folder: str, name: str) -> str:
    """Add a module or question file, and return its path; a translation begins with the source's text."""
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    path = f"{folder}/{name}" if folder else name
    _check_path(path)
    if not path.endswith(".md") and path != FILE:
        raise Invalid("name", N_("Modules and questions end in .md."))
    if path in bench.digests:
        raise Invalid("name", N_("There is a file of this name already."))
    _check_room(bench, 0)
    digest = store().put(_beginning(bench, name))
    with transaction():
        row = _held(actor, bench)
        if path in row.files:
            raise Invalid("name", N_("There is a file of this name already."))
        courses.change_draft(row, {**row.files, path: digest}, actor.name)
        audit.record(actor.name, "draft.add", slug, path=path)
    _note_check(actor, slug)
    return path


def _beginning(bench: Bench, name: str) -> bytes:
    """Return what a new file begins with: the same file of the source language, where there is one."""
    source = bench.digests.get(f"{bench.languages[0]}/{name}") if bench.languages else None
    if source is not None:
        return store().get(source)
    return _BANK if name.startswith("questions") else _MODULE


def _check_room(bench: Bench, size: int, count: int = 1) -> None:
    if len(bench.digests) + count > FILE_LIMIT:
        raise Invalid(
            "file", N_("This folder holds more than %(limit)s files: delete some."), limit=FILE_LIMIT
        )
    whole = sum(store().path(digest).stat().st_size for digest in bench.digests.values())
    if whole + size > COURSE_LIMIT:
        limit = COURSE_LIMIT // MEGABYTE
        raise Invalid(
            "file", N_("This course is larger than %(limit)s MB: make its media smaller."), limit=limit
        )


def add_medium(actor: Actor, slug: str, name: str, content: bytes, *, may_replace: bool) -> str:
    """Put a picture or file into media/, and return its path; raises Invalid with what is wrong with it."""
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    path = "media/" + normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    report = Report(path)
    serve_media(content, report, Renderer(report).drawing)
    for finding in report.findings:
        if finding.is_error:
            raise Invalid("file", finding.message, **finding.values)
    _check_room(bench, len(content))
    digest = store().put(content)
    with transaction():
        row = _held(actor, bench)
        if row.files.get(path, digest) != digest and not may_replace:
            raise Invalid("file", N_("There is another file of this name: tick the box to replace it."))
        courses.change_draft(row, {**row.files, path: digest}, actor.name)
        audit.record(actor.name, "draft.upload", slug, path=path)
    _note_check(actor, slug)
    return path


def add_files(actor: Actor, slug: str, files: Mapping[str, bytes], revision: int, origin: str) -> None:
    """Add new files to a draft in one act; raises Conflict where it is not as it was at ``revision``."""
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    for path in files:
        if not path.startswith("media/"):
            _check_path(path)
    _check_room(bench, sum(map(len, files.values())), len(files))
    digests = {path: store().put(content) for path, content in files.items()}
    with transaction():
        row = _held(actor, bench)
        if row.revision != revision or not row.files.keys().isdisjoint(digests):
            raise Conflict(N_("The course has changed since you looked. Nothing was written: look again."))
        courses.change_draft(row, {**row.files, **digests}, actor.name)
        audit.record(actor.name, "questions.import", slug, origin=origin, files=len(digests))
    _note_check(actor, slug)


def delete_file(actor: Actor, slug: str, path: str, base: str) -> None:
    """Take a file out of a course; what is published keeps it."""
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    if path == FILE:
        raise Conflict(N_("A course cannot be without its course.yaml."))
    with transaction():
        row = _held(actor, bench)
        if row.files.get(path) != base:
            raise Conflict(N_("Somebody has changed this file since you opened it. It was not deleted."))
        courses.change_draft(row, {each: row.files[each] for each in row.files if each != path}, actor.name)
        audit.record(actor.name, "draft.delete", slug, path=path)
    _note_check(actor, slug)


def take_archive(actor: Actor, archive: bytes, *, may_replace: bool) -> str:
    """Make a ZIP archive the draft of the course that is in it, and return its slug; raises Invalid."""
    folder, files = course_zip.read_zip(archive)
    read = read_meta(files[FILE], Report(FILE)) if FILE in files else None
    slug = read.meta.slug if read is not None and is_id(read.meta.slug) else folder
    if not is_id(slug):
        raise Invalid("file", N_("Write the course's id into course.yaml, as “id: open-data-basics”."))
    bench = _bench_for(actor, slug, read.meta.owner if read is not None else "")
    require(actor, P.COURSE_WRITE, bench)
    digests = {path: store().put(content) for path, content in files.items()}
    with transaction():
        row = _held(actor, bench)
        if row.revision and row.files != digests and not may_replace:
            raise Invalid(
                "replace",
                N_("There is a draft of this course already: tick the box to put yours in its place."),
            )
        courses.change_draft(row, digests, actor.name)
        audit.record(actor.name, "draft.archive", slug)
    _note_check(actor, slug)
    return slug


def _bench_for(actor: Actor, slug: str, owner_code: str) -> Bench:
    """Return the course that an archive is of, or a new one for the owner that it names."""
    if catalogue.is_slug_taken(slug):
        try:
            return inspecting.open_course(actor, slug)
        except NotFound:
            message = N_("The course “%(course)s” is kept by others, and you may not change it.")
            raise Invalid("file", message, course=slug) from None
    _check_free(slug, "file")
    owner = territory.find_unit(owner_code)
    if owner is None or not allows(actor, P.COURSE_WRITE, owner):
        raise Invalid(
            "file",
            N_(
                "The owner in course.yaml is “%(owner)s”: write the code of a unit that you may write courses for."
            ),
            owner=owner_code,
        )
    return Bench(slug, owner, None, None, None, {})


def discard(actor: Actor, slug: str, revision: int) -> None:
    """Forget a draft; what is published stays as it is."""
    with transaction():
        row = _locked(actor, slug)
        require(actor, P.COURSE_WRITE, row)
        if row.revision != revision:
            raise Conflict(
                N_("Somebody has changed the draft since you opened this page. It was not discarded.")
            )
        courses.drop_draft(row)
        audit.record(actor.name, "draft.discard", slug)


def publish(actor: Actor, slug: str, seen: Seen) -> Published:
    """Publish the draft of a course as the trainer saw it: the same way as ``flask courses sync``."""
    bench = inspecting.open_course(actor, slug)
    require(actor, P.COURSE_WRITE, bench)
    if bench.draft is None or bench.revision != seen.revision:
        raise Conflict(
            N_(
                "The course has changed since you opened this page. Look at what differs now, and publish then."
            )
        )
    return publishing.publish(actor, slug, dict(StoredFiles(bench.digests)), seen=seen)


def list_owners(actor: Actor, limit: int = 200) -> list[Unit]:
    """Return the units that the actor may write courses for, the highest first."""
    require(actor, P.COURSE_WRITE)
    return list(territory.list_units_within(scope_of(actor, P.COURSE_WRITE), limit))
