"""A course on a trainer's bench: what it is made of, what the checker finds, what differs from what is published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue import rules
from app.domain.catalogue.models import Course, CourseVersion
from app.domain.catalogue.models import CourseDraft as DraftRow
from app.domain.catalogue.rules import Change, Difference
from app.domain.catalogue.values import CourseDraft, CourseMeta, Finding
from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.formats import course_folder, course_zip, svg_picture, text_file
from app.formats.course_folder import Reading
from app.formats.course_yaml import FILE, read_meta
from app.formats.places import ending
from app.formats.report import Report
from app.formats.source_text import TEXT_LIMIT
from app.formats.surroundings import Surroundings
from app.foundation.errors import NotFound
from app.foundation.files import store
from app.foundation.ids import digest as digest_of
from app.foundation.limits import LimitExceeded, run_limited
from app.workflows import publishing

P = Permission
_KEPT = 8
_KEPT_BYTES = 5_000_000
"""Readings are kept for the next page, so that a page does not render a course anew; large ones are not."""
_PICTURE_SECONDS = 1.5
_PLAIN = frozenset({"md", "yaml", "csv", "vtt", "svg", "txt"})


@dataclass(frozen=True, slots=True)
class StoredFiles(Mapping[str, bytes]):
    """The files of a course by path, fetched from the file store when they are asked for."""

    digests: Mapping[str, str]

    def __getitem__(self, path: str) -> bytes:
        """Return a file's bytes."""
        return store().get(self.digests[path])

    def __iter__(self) -> Iterator[str]:
        """Yield the paths."""
        return iter(self.digests)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self.digests)


@dataclass(frozen=True, slots=True)
class Bench:
    """A course that the actor may change: its draft, or else the published version, as files by path."""

    slug: str
    owner: Unit
    course: Course | None
    newest: CourseVersion | None
    draft: DraftRow | None
    published: Mapping[str, str]

    @property
    def unit_path(self) -> str:
        """A course lies at its owner's path."""
        return self.owner.path

    @property
    def owner_id(self) -> int | None:
        """A course belongs to a unit, not to a person."""
        return None

    @property
    def digests(self) -> Mapping[str, str]:
        """The files as they stand: path → digest in the file store."""
        return self.published if self.draft is None else self.draft.files

    @property
    def revision(self) -> int:
        """How often the draft has been written; 0 where there is none."""
        return 0 if self.draft is None else self.draft.revision

    @property
    def label(self) -> str | None:
        """The newest published version."""
        return None if self.newest is None else self.newest.label

    @property
    def is_overtaken(self) -> bool:
        """Whether another version was published after the draft was begun."""
        return self.draft is not None and self.draft.base != self.label

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that course.yaml names, the source first; none where it cannot be read."""
        meta = _find_meta(self.digests)
        return meta.languages if meta is not None else ()

    @property
    def titles(self) -> Mapping[str, str]:
        """The titles by language, as they stand."""
        meta = _find_meta(self.digests)
        return meta.title if meta is not None else (self.newest.titles if self.newest is not None else {})

    @property
    def paths(self) -> list[str]:
        """The paths in the order of the folder: course.yaml, the languages, the source first, media."""
        ranks = {tag: rank for rank, tag in enumerate(self.languages)}

        def place(path: str) -> tuple[bool, bool, int, str, str]:
            folder, _slash, name = path.rpartition("/")
            return path != FILE, folder == "media", ranks.get(folder, len(ranks)), folder, name

        return sorted(self.digests, key=place)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the checker says: the course as learners would get it, without its bytes, unless there are errors.

    ``change`` is None where errors keep it from being told.
    """

    course: CourseDraft | None
    findings: tuple[Finding, ...]
    change: Change | None
    differences: tuple[Difference, ...] = ()

    @property
    def errors(self) -> int:
        """How many things must be mended before it can be published."""
        return sum(finding.is_error for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many things should be looked at."""
        return len(self.findings) - self.errors


@dataclass(frozen=True, slots=True)
class Shelved:
    """A course in a trainer's list: its titles by language, what is published of it, and its draft."""

    slug: str
    titles: Mapping[str, str]
    owner: str
    newest: CourseVersion | None
    draft: DraftRow | None


@dataclass(frozen=True, slots=True)
class CourseFile:
    """A file on the bench; ``text`` is None where an editor cannot show it."""

    path: str
    digest: str
    size: int
    text: str | None


def list_courses(actor: Actor) -> tuple[list[Shelved], list[Shelved]]:
    """Return the courses that the actor may change, and the published ones that others keep."""
    require(actor, P.COURSE_WRITE)
    scope = scope_of(actor, P.COURSE_WRITE)
    drafts = {row.slug: row for row in catalogue.list_drafts(scope)}
    own: list[Shelved] = []
    others: list[Shelved] = []
    for course, version in catalogue.list_newest():
        is_own = scope.covers(course.owner_path)
        draft = drafts.pop(course.slug, None) if is_own else None
        shelved = Shelved(course.slug, version.titles, course.owner_unit.name, version, draft)
        (own if is_own else others).append(shelved)
    own += [_unpublished(row) for row in drafts.values() if not _is_elsewhere(row, others)]
    return sorted(own, key=lambda each: each.slug), others


def _is_elsewhere(row: DraftRow, others: Sequence[Shelved]) -> bool:
    """Tell whether somebody else has published a course of this name meanwhile."""
    return any(each.slug == row.slug for each in others)


def _unpublished(row: DraftRow) -> Shelved:
    meta = _find_meta(row.files)
    owner = territory.get_unit_by_id(row.owner_unit_id)
    return Shelved(row.slug, meta.title if meta is not None else {}, owner.name, None, row)


def _find_meta(digests: Mapping[str, str]) -> CourseMeta | None:
    """Return what course.yaml says among stored files, or None where it cannot be read."""
    return _meta_of(digests[FILE]) if FILE in digests else None


@lru_cache(maxsize=64)
def _meta_of(digest: str) -> CourseMeta | None:
    read = read_meta(store().get(digest), Report(FILE))
    return read.meta if read is not None else None


def open_course(actor: Actor, slug: str) -> Bench:
    """Return a course that the actor may change; NotFound where it is another's, or there is none."""
    require(actor, P.COURSE_WRITE)
    course = catalogue.find_course(slug)
    if course is not None:
        require(actor, P.COURSE_WRITE, course)
    newest = catalogue.find_newest_version(slug)
    draft = catalogue.find_draft(scope_of(actor, P.COURSE_WRITE), slug)
    if draft is not None:
        owner = course.owner_unit if course else territory.get_unit_by_id(draft.owner_unit_id)
    elif course is not None and newest is not None:
        owner = course.owner_unit
    else:
        raise NotFound
    published = {file.path: file.digest for file in catalogue.list_files(newest.id)} if newest else {}
    return Bench(slug, owner, course, newest, draft, published)


def examine(actor: Actor, bench: Bench) -> Examined:
    """Check a course as it stands, and tell what publishing it would change; writes nothing."""
    require(actor, P.COURSE_WRITE, bench)
    reading = publishing.read(bench.slug, StoredFiles(bench.digests), reader=_reader_of(bench.digests))
    is_drafted = bench.draft is not None
    return Examined(
        reading.draft,
        reading.findings,
        rules.kind_of_change(bench.newest, reading.draft) if reading.draft is not None else None,
        _differences(bench) if is_drafted and bench.newest is not None else (),
    )


def examine_text(actor: Actor, bench: Bench, path: str, text: str) -> tuple[Finding, ...]:
    """Check a course with one file as it is being written; nothing is kept."""
    require(actor, P.COURSE_WRITE, bench)
    files = dict(StoredFiles(bench.digests))
    files[path] = text_file.write_text(text, files.get(path, b""))
    return publishing.read(bench.slug, files).findings


def _differences(bench: Bench) -> tuple[Difference, ...]:
    old, new = bench.published, bench.digests
    changed = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    before, after = (
        {path: _compared(path, files[path]) for path in changed if path in files} for files in (old, new)
    )
    return rules.differences(before, after)


def _compared(path: str, digest: str) -> bytes:
    """Return what a file is compared by: a medium by its digest, so that no video is read for it."""
    return digest.encode() if path.startswith("media/") else store().get(digest)


@dataclass(frozen=True, slots=True)
class _Around:
    """What is around a course, known by its fingerprint."""

    fingerprint: str
    surroundings: Surroundings = field(compare=False)


def _around(surroundings: Surroundings) -> _Around:
    known = (
        sorted(surroundings.owners or ()),
        sorted(surroundings.courses.items()),
        sorted(surroundings.designs or ()),
    )
    return _Around(sha256(repr(known).encode()).hexdigest(), surroundings)


def _reader_of(digests: Mapping[str, str]) -> publishing.Reader:
    """Return a reader that remembers what it read, where that is no burden."""
    texts = [digest for path, digest in digests.items() if not path.startswith("media/")]
    size = sum(store().path(digest).stat().st_size for digest in texts)

    def read(slug: str, files: Mapping[str, bytes], surroundings: Surroundings) -> Reading:
        if size > _KEPT_BYTES:
            return course_folder.read_course(slug, files, surroundings)
        return _remembered(slug, tuple(sorted(digests.items())), _around(surroundings))

    return read


@lru_cache(maxsize=_KEPT)
def _remembered(slug: str, digests: tuple[tuple[str, str], ...], around: _Around) -> Reading:
    reading = course_folder.read_course(slug, StoredFiles(dict(digests)), around.surroundings)
    light = replace(reading.draft, files={}, media={}) if reading.draft is not None else None
    return Reading(light, reading.findings)


def get_file(actor: Actor, bench: Bench, path: str) -> CourseFile:
    """Return one file of a course, as text where an editor can show it."""
    require(actor, P.COURSE_WRITE, bench)
    digest = bench.digests.get(path)
    if digest is None:
        raise NotFound
    size = store().path(digest).stat().st_size
    is_plain = ending(path) in _PLAIN and size <= TEXT_LIMIT
    return CourseFile(path, digest, size, text_file.read_text(store().get(digest)) if is_plain else None)


def get_medium(actor: Actor, slug: str, digest: str, name: str) -> bytes:
    """Return what learners would be given of a picture or file, by the digest of just that."""
    bench = open_course(actor, slug)
    kept = bench.digests.get(f"media/{name}")
    if kept is None:
        raise NotFound
    content = store().get(kept)
    if ending(name) == "svg":
        content = _drawing(content)
    if digest_of(content) != digest:
        raise NotFound
    return content


def _drawing(content: bytes) -> bytes:
    try:
        return run_limited(svg_picture.sanitise, content, _PICTURE_SECONDS).data or b""
    except (LimitExceeded, RecursionError):
        raise NotFound from None


def pack(actor: Actor, slug: str) -> bytes:
    """Return a course as it stands as a ZIP archive that can be uploaded again."""
    return course_zip.write_zip(slug, StoredFiles(open_course(actor, slug).digests))
