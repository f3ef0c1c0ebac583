"""Courses as acts: read, checked, compared and published; the one way for browser and command alike."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue import service as courses
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import CertificateKind, CourseDraft, Finding
from app.domain.certificates.rules import find_lacking
from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.formats import course_folder
from app.formats.certificate_design import list_kinds
from app.formats.course_folder import ProgrammeReading, Reading
from app.formats.course_library import Library, read_library
from app.formats.course_yaml import FILE
from app.formats.surroundings import Surroundings
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict
from app.foundation.files import store
from app.foundation.i18n import N_
from app.foundation.queue import enqueue
from app.workflows import revising
from app.workflows.certifying import DESIGNS, design_of
from app.workflows.revising import RuleChange

P = Permission
Digests = Mapping[str, tuple[str, str | None]]
Reader = Callable[[str, Mapping[str, bytes], Surroundings], Reading]
_CERTIFICATE = re.compile(rb"^certificate:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a course: its newest version, whether that is new, and what its author should know.

    A programme has no version. ``is_refreshed``: the same content was kept in other bytes. ``revised``: the rule of
    validity is another from this version on.
    """

    slug: str
    version: CourseVersion | None
    is_new: bool
    findings: tuple[Finding, ...]
    is_refreshed: bool = False
    revised: RuleChange | None = None

    @property
    def is_refused(self) -> bool:
        """Whether an error kept it from being published."""
        return _has_errors(self.findings)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a trainer saw when she chose to publish: the draft's revision, and the newest version's label."""

    revision: int
    newest: str | None


def _has_errors(findings: Collection[Finding]) -> bool:
    """Tell whether anything keeps a course from being published."""
    return any(finding.is_error for finding in findings)


def surroundings() -> Surroundings:
    """Return what a course cannot know by itself, from what is published and from the territory."""
    return Surroundings(
        owners=frozenset(territory.known_units()),
        courses=catalogue.prerequisites_by_course(),
        designs=list_kinds(DESIGNS),
    )


def read(
    folder: str,
    files: Mapping[str, bytes],
    around: Surroundings | None = None,
    reader: Reader = course_folder.read_course,
) -> Reading:
    """Read and check a course among those that are published; writes nothing.

    A course whose owner could not issue its certificate has an error although there is a draft of it.
    """
    reading = reader(folder, files, around or surroundings())
    if reading.draft is None or reading.draft.meta.certificate.kind is CertificateKind.NONE:
        return reading
    meta = reading.draft.meta
    own = {
        language: {"accreditation": meta.accreditation, "objectives": meta.objectives.get(language)}
        for language in meta.languages
    }
    found = _list_hindrances(FILE, files[FILE], meta.owner, meta.certificate.design, own)
    return Reading(reading.draft, (*found, *reading.findings))


def _list_hindrances(
    file: str, data: bytes, owner: str, design: str, own: Mapping[str, Mapping[str, object]]
) -> tuple[Finding, ...]:
    """Return what keeps an owner from issuing certificates in a design, at its line: one finding, or none.

    ``own`` is what a course or programme gives to them in each of its languages, by the members of a snapshot.
    """
    message, values = _hindrance(owner, design, own)
    found = _CERTIFICATE.search(data)
    line = data[: found.start()].count(b"\n") + 1 if found else 1
    return (Finding(file, line, message, {**values, "file": file}),) if message else ()


def _hindrance(
    owner: str, design: str, own: Mapping[str, Mapping[str, object]]
) -> tuple[str, Mapping[str, str]]:
    """Say what keeps an owner from issuing certificates; an empty text is nothing."""
    issuer = territory.find_issuer(territory.get_unit(owner).id)
    if issuer is None:
        message = N_(
            "The owner %(owner)s has not entered its particulars as an issuer, so there can be no certificates: "
            "enter them under Administration, Issuers, or write “kind: none” under certificate."
        )
        return message, {"owner": owner}
    drawn, giver = design_of(design), territory.particulars_of(issuer)
    for language, given in own.items():
        said = {"design": design, "language": language}
        if language not in drawn.wording:
            message = N_(
                "The design “%(design)s” has no wording in the language %(language)s: choose another, or write "
                "“kind: none” under certificate."
            )
            return message, said
        if lacking := find_lacking(drawn.needs_in(issuer.unit.country), given, giver):
            message = N_(
                "The design “%(design)s” needs %(particular)s, which is missing in the language %(language)s: enter "
                "it under Administration, Issuers, or in %(file)s."
            )
            return message, {**said, "particular": lacking}
    return "", {}


def publish(
    actor: Actor,
    folder: str,
    files: Mapping[str, bytes],
    around: Surroundings | None = None,
    seen: Seen | None = None,
) -> Published:
    """Publish a course folder, if it has no error and differs from the newest version.

    The files lie in the store before the transaction begins, so that nothing slow happens inside it. With
    ``seen`` the trainer's draft is done with, and Conflict is raised where either has changed meanwhile.
    """
    reading = read(folder, files, around)
    draft = reading.draft
    if draft is None or _has_errors(reading.findings):
        return Published(folder, None, is_new=False, findings=reading.findings)
    owner = territory.get_unit(draft.meta.owner)
    require(actor, P.COURSE_WRITE, owner)
    digests = _keep(draft)
    with transaction():
        published = _enter(actor, draft, owner, digests, seen)
    return replace(published, findings=reading.findings)


def _keep(draft: CourseDraft) -> Digests:
    digests: dict[str, tuple[str, str | None]] = {}
    for path, content in draft.files.items():
        served = draft.media.get(path.removeprefix("media/")) if path.startswith("media/") else None
        digests[path] = (store().put(content), store().put(served) if served is not None else None)
    return digests


def _enter(actor: Actor, draft: CourseDraft, owner: Unit, digests: Digests, seen: Seen | None) -> Published:
    """Make a version of a draft inside the transaction, unless the newest one says the same."""
    slug = draft.meta.slug
    course = courses.hold_course(slug, owner)
    require(actor, P.COURSE_WRITE, course)
    newest = catalogue.find_newest_version(slug)
    if seen is not None:
        _drop_draft(actor, slug, seen, newest)
    if newest is not None and newest.digest == draft.digest:
        is_refreshed = courses.keep_sources(newest, draft, digests)
        if is_refreshed:
            audit.record(actor.name, "course.refresh", slug, version=newest.label)
        return Published(slug, newest, is_new=False, findings=(), is_refreshed=is_refreshed)
    revised = revising.find_change(actor, course, newest, draft)
    version = courses.publish(draft, owner, digests, actor.name)
    audit.record(actor.name, "course.publish", slug, version=version.label)
    return Published(slug, version, is_new=True, findings=(), revised=revised)


def _drop_draft(actor: Actor, slug: str, seen: Seen, newest: CourseVersion | None) -> None:
    row = catalogue.find_draft(scope_of(actor, P.COURSE_WRITE), slug, is_locked=True)
    label = newest.label if newest is not None else None
    if row is None or row.revision != seen.revision or label != seen.newest:
        raise Conflict(
            N_(
                "The course has changed since you opened this page. Look at what differs now, and publish then."
            )
        )
    courses.drop_draft(row)


def sync(actor: Actor, root: Path) -> list[Published]:
    """Publish what changed below a folder of courses; a course with an error leaves the others untouched."""
    library = read_library(root)
    around = surroundings()
    known = {**around.courses, **library.prerequisites}
    done = []
    for slug in _in_order(library):
        published = _sync_course(actor, slug, library, replace(around, courses=known))
        if published.is_refused and slug not in around.courses:
            known = {course: needed for course, needed in known.items() if course != slug}
        done.append(published)
    around = replace(around, courses=known)
    return done + [
        _publish_programme(actor, name, data, around) for name, data in sorted(library.programmes.items())
    ]


def _in_order(library: Library) -> list[str]:
    """Return the courses of a library, each after those that it presupposes."""
    ordered: list[str] = []
    waiting = sorted(library.courses)
    while waiting:
        ready = [slug for slug in waiting if not set(library.prerequisites.get(slug, ())) & set(waiting)]
        ordered += ready or waiting
        waiting = [slug for slug in waiting if slug not in ordered]
    return ordered


def _list_unread(library: Library, slug: str) -> tuple[Finding, ...]:
    """Return what could not be read of a course's folder: links and special files."""
    return tuple(
        replace(finding, file=finding.file.removeprefix(f"{slug}/"))
        for finding in library.findings
        if finding.file.startswith(f"{slug}/")
    )


def _sync_course(actor: Actor, slug: str, library: Library, around: Surroundings) -> Published:
    unread = _list_unread(library, slug)
    if _has_errors(unread):
        return Published(slug, None, is_new=False, findings=unread)
    return publish(actor, slug, library.courses[slug], around)


def _publish_programme(actor: Actor, name: str, data: bytes, around: Surroundings) -> Published:
    reading = _read_programme(name, data, around)
    draft = reading.draft
    if draft is None or _has_errors(reading.findings):
        return Published(name, None, is_new=False, findings=reading.findings)
    owner = territory.get_unit(draft.owner)
    require(actor, P.COURSE_WRITE, owner)
    with transaction():
        before = catalogue.find_programme(draft.slug)
        earned_by = (before.courses, before.design) if before is not None else None
        is_new = courses.keep_programme(draft, owner, store().put(data))
        if is_new:
            audit.record(actor.name, "programme.publish", draft.slug)
        if draft.design is not None and earned_by != (list(draft.courses), draft.design):
            enqueue("certificates.look-back", programme=draft.slug)
    return Published(draft.slug, None, is_new, reading.findings)


def _read_programme(name: str, data: bytes, around: Surroundings) -> ProgrammeReading:
    """Read and check a programme; one whose owner could not issue its certificate has an error beside its draft."""
    reading = course_folder.read_programme(name, data, around)
    draft = reading.draft
    if draft is None or draft.design is None:
        return reading
    given = {"courses": draft.courses, "course_version": "", "objectives": ()}
    own = dict.fromkeys(draft.languages, given)
    found = _list_hindrances(f"programmes/{name}.yaml", data, draft.owner, draft.design, own)
    return ProgrammeReading(draft, (*found, *reading.findings))


def export(actor: Actor, slug: str) -> Mapping[str, bytes]:
    """Return the files that the newest version of a course was published from, byte for byte, keys included."""
    course, version = catalogue.get_newest(slug)
    require(actor, P.COURSE_WRITE, course)
    return {file.path: store().get(file.digest) for file in catalogue.list_files(version.id)}
