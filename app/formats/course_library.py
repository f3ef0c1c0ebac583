"""Reads courses from disk: one folder, or the tree ``courses/`` with its programmes; writes one back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.catalogue.values import Finding
from app.formats.course_layout import is_ignored
from app.formats.course_yaml import FILE, read_meta
from app.formats.media_files import SIZE_LIMITS
from app.formats.report import Report, in_order
from app.formats.surroundings import Surroundings
from app.foundation.i18n import N_

PROGRAMMES = "programmes"
_LARGEST = max(SIZE_LIMITS.values())


@dataclass(frozen=True, slots=True)
class Library:
    """What lies under a path: files of courses by slug, programmes by name.

    ``prerequisites`` also knows the courses beside a single folder. The paths of ``findings`` begin with the
    folder of the course.
    """

    courses: Mapping[str, Mapping[str, bytes]]
    programmes: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()
    prerequisites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def surroundings(
        self, owners: frozenset[str] | None = None, designs: Mapping[str, tuple[str, ...]] | None = None
    ) -> Surroundings:
        """Return what the courses can know of each other, beside what the caller knows."""
        return Surroundings(owners, self.prerequisites, designs)


def read_library(path: Path) -> Library:
    """Read a course folder (it holds course.yaml) or a whole tree; no link is followed."""
    report = Report("")
    path = path.resolve()
    if (path / FILE).exists():
        courses = {path.name: _files(path, report)}
        return Library(courses, {}, in_order(report.findings), _prerequisites(path.parent) | _known(courses))
    courses, programmes = {}, {}
    for folder in sorted(path.iterdir()) if path.is_dir() else []:
        if is_ignored(folder.name) or not folder.is_dir() or folder.is_symlink():
            continue
        if folder.name == PROGRAMMES:
            programmes = {
                name.removesuffix(".yaml"): data
                for name, data in _files(folder, report).items()
                if name.endswith(".yaml") and "/" not in name
            }
        else:
            courses[folder.name] = _files(folder, report)
    return Library(courses, programmes, in_order(report.findings), _known(courses))


def write_course(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a course, byte for byte, into a folder that is empty or new."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _files(folder: Path, report: Report) -> dict[str, bytes]:
    """Return the files of a folder by path; links, odd files and those over every limit are told and left out."""
    found: dict[str, bytes] = {}
    waiting = [folder]
    while waiting:
        for entry in sorted(waiting.pop().iterdir()):
            path = entry.relative_to(folder).as_posix()
            own = report.of(f"{folder.name}/{path}")
            if is_ignored(entry.name):
                continue
            if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                own.error(1, N_("Links and special files are not followed: put the file itself here."))
            elif entry.is_dir():
                waiting.append(entry)
            elif entry.stat().st_size > _LARGEST:
                own.error(
                    1,
                    N_("This file is larger than %(limit)s MB: make it smaller."),
                    limit=_LARGEST // 1_000_000,
                )
            else:
                found[path] = entry.read_bytes()
    return dict(sorted(found.items()))


def _prerequisites(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the prerequisites of the courses in a folder, as far as they can be read."""
    courses = {
        file.parent.name: {FILE: file.read_bytes()}
        for file in sorted(folder.glob(f"*/{FILE}"))
        if not file.is_symlink() and not file.parent.is_symlink() and file.stat().st_size < _LARGEST
    }
    return _known(courses)


def _known(courses: Mapping[str, Mapping[str, bytes]]) -> dict[str, tuple[str, ...]]:
    found = {}
    for slug, files in courses.items():
        read = read_meta(files[FILE], Report(FILE)) if FILE in files else None
        found[slug] = read.meta.prerequisites if read is not None else ()
    return found
