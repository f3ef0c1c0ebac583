"""Courses as acts: read, checked, compared and published; the one way for browser and command alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue import service as courses
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import CertificateKind, CourseDraft, Finding
from app.domain.territory import queries as territory
from app.formats import course_folder
from app.formats.course_folder import Reading
from app.formats.course_library import read_library
from app.formats.surroundings import Surroundings
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.files import store
from app.foundation.i18n import N_
from app.workflows.certifying import DESIGNS


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a course: its newest version, whether that is new, and what its author should know."""

    slug: str
    version: CourseVersion | None
    is_new: bool
    findings: tuple[Finding, ...]


def surroundings() -> Surroundings:
    """Return what a course cannot know by itself, from what is published and from the territory."""
    return Surroundings(
        owners=frozenset(territory.known_units()) or None,
        courses=catalogue.prerequisites_by_course(),
        designs=frozenset(path.parent.name for path in DESIGNS.glob("*/design.yaml")),
    )


def read(folder: str, files: Mapping[str, bytes], around: Surroundings | None = None) -> Reading:
    """Read and check a course among those that are published; writes nothing."""
    return course_folder.read_course(folder, files, around or surroundings())


def publish(
    actor: Actor, folder: str, files: Mapping[str, bytes], around: Surroundings | None = None
) -> Published:
    """Publish a course folder, if it has no error and differs from the newest version.

    The files lie in the store before the transaction begins, so that nothing slow happens inside it.
    """
    reading = read(folder, files, around)
    if reading.draft is None:
        return Published(folder, None, False, reading.findings)
    draft = reading.draft
    owner = territory.get_unit(draft.meta.owner)
    require(actor, Permission.COURSE_WRITE, owner)
    lacking = _lacking(draft)
    if lacking is not None:
        return Published(folder, None, False, (*reading.findings, lacking))
    digests = _keep(draft)
    with transaction():
        known = catalogue.find_course(draft.meta.slug)
        if known is not None:
            require(actor, Permission.COURSE_WRITE, known)
        newest = catalogue.find_newest_version(draft.meta.slug)
        if newest is not None and newest.digest == draft.digest and known is not None:
            is_same_owner = known.owner_unit_id == owner.id
            if is_same_owner:
                return Published(draft.meta.slug, newest, False, reading.findings)
        version = courses.publish(draft, owner, digests, actor.name)
        audit.record(actor.name, "course.publish", draft.meta.slug, version=version.label)
    return Published(draft.meta.slug, version, True, reading.findings)


def _lacking(draft: CourseDraft) -> Finding | None:
    """Return the finding about an owner that could not issue the course's certificate, or None."""
    if draft.meta.certificate.kind is CertificateKind.NONE:
        return None
    if territory.find_issuer(territory.get_unit(draft.meta.owner).id) is not None:
        return None
    message = N_(
        "The owner %(owner)s has not entered its particulars as an issuer, so the course cannot certify: "
        "enter them under Administration, Issuers, or write “kind: none” under certificate."
    )
    return Finding("course.yaml", 1, message, {"owner": draft.meta.owner})


def _keep(draft: CourseDraft) -> dict[str, tuple[str, str | None]]:
    digests: dict[str, tuple[str, str | None]] = {}
    for path, content in draft.files.items():
        served = draft.media.get(path.removeprefix("media/")) if path.startswith("media/") else None
        digests[path] = (store().put(content), store().put(served) if served is not None else None)
    return digests


def sync(actor: Actor, root: Path) -> list[Published]:
    """Publish what changed below a folder of courses; a course with an error leaves the others untouched."""
    library = read_library(root)
    around = surroundings()
    known = replace(around, courses={**around.courses, **library.prerequisites})
    done = [publish(actor, folder, files, known) for folder, files in sorted(library.courses.items())]
    done += [_publish_programme(actor, name, data, known) for name, data in sorted(library.programmes.items())]
    return done


def _publish_programme(actor: Actor, name: str, data: bytes, around: Surroundings) -> Published:
    reading = course_folder.read_programme(name, data, around)
    if reading.draft is None:
        return Published(name, None, False, reading.findings)
    owner = territory.get_unit(reading.draft.owner)
    require(actor, Permission.COURSE_WRITE, owner)
    with transaction():
        is_new = courses.keep_programme(reading.draft, owner, store().put(data))
        if is_new:
            audit.record(actor.name, "programme.publish", reading.draft.slug)
    return Published(reading.draft.slug, None, is_new, reading.findings)


def export(slug: str) -> dict[str, bytes]:
    """Return the files that the newest version of a course was published from, byte for byte."""
    _course, version = catalogue.get_newest(slug)
    return {file.path: store().get(file.digest) for file in catalogue.list_files(version.id)}
