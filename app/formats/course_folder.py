"""Reads a whole course folder, and a programme: a draft ready to be published, or everything that must be mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from app.domain.catalogue import rules
from app.domain.catalogue.values import CourseDraft, Finding, ProgrammeDraft
from app.formats import course_checks, course_layout, course_rendering
from app.formats.course_sources import Sources, read_sources
from app.formats.course_translations import check_translations
from app.formats.course_yaml import FILE, read_meta
from app.formats.media_files import serve_media
from app.formats.programme_yaml import read_programme_draft
from app.formats.question_rendering import wording_of
from app.formats.report import Report, in_order
from app.formats.surroundings import Surroundings
from app.foundation.i18n import N_

__all__ = ["ProgrammeReading", "Reading", "Surroundings", "read_course", "read_programme"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A course as read; there is a draft where no error was found. Findings name paths inside the folder."""

    draft: CourseDraft | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeReading:
    """A programme as read; there is a draft where no error was found."""

    draft: ProgrammeDraft | None
    findings: tuple[Finding, ...]


def read_course(
    folder_name: str, files: Mapping[str, bytes], surroundings: Surroundings, *, limited: bool = True
) -> Reading:
    """Read a course from its files by path; ``folder_name`` is empty where the folder has no name of its own.

    Rendering happens in child processes unless ``limited`` is False. Ignored files are no part of the draft.
    """
    report = Report(FILE)
    kept = {path: data for path, data in files.items() if not course_layout.is_ignored(path)}
    draft = None
    if FILE not in kept:
        report.error(1, N_("The folder has no course.yaml: write one."))
    elif course_layout.check_size(kept, report):
        draft = _read(folder_name, kept, surroundings, report, limited=limited)
    findings = in_order(report.findings)
    return Reading(None if any(finding.is_error for finding in findings) else draft, findings)


def read_programme(name: str, data: bytes, surroundings: Surroundings) -> ProgrammeReading:
    """Read the programme file of a name, given without its ending."""
    report = Report(f"programmes/{name}.yaml")
    draft = read_programme_draft(name, data, surroundings, report)
    findings = in_order(report.findings)
    return ProgrammeReading(None if any(finding.is_error for finding in findings) else draft, findings)


def _read(
    folder_name: str, files: Mapping[str, bytes], surroundings: Surroundings, report: Report, *, limited: bool
) -> CourseDraft | None:
    read = read_meta(files[FILE], report)
    if read is None:
        return None
    course_checks.check_meta(read, folder_name, surroundings, report)
    layout = course_layout.sort_files(files, read.meta.languages, report)
    renderer = course_rendering.Renderer(report, limited)
    media = {}
    for name, data in layout.media.items():
        served = serve_media(data, report.of(f"media/{name}"), renderer.drawing)
        if served is not None:
            media[name] = served
    sources = read_sources(layout, read, report)
    course_checks.check_parts(sources, report)
    check_translations(sources, report)
    digests = {name: sha256(data).hexdigest() for name, data in media.items()}
    known = frozenset(surroundings.courses)
    rendering = course_rendering.render_sources(sources, digests, known, renderer)
    if any(finding.is_error for finding in report.findings):
        return None
    return _draft(sources, rendering, files, media, digests)


def _draft(
    sources: Sources,
    rendering: course_rendering.Rendering,
    files: Mapping[str, bytes],
    media: Mapping[str, bytes],
    digests: Mapping[str, str],
) -> CourseDraft:
    meta = sources.read.meta
    modules = course_rendering.modules_of(sources, rendering)
    questions = course_rendering.questions_of(sources, rendering)
    wordings = {
        question.key: {
            tag: wording_of(by_key[question.key])
            for tag, by_key in sources.questions.items()
            if question.key in by_key
        }
        for question in questions
    }
    return CourseDraft(
        meta=meta,
        modules=modules,
        questions=questions,
        files=dict(sorted(files.items())),
        digest=rules.content_digest(meta, modules, questions, digests),
        marking_digest=rules.marking_digest(meta, modules, questions, wordings),
        media=media,
        media_digests=digests,
    )
