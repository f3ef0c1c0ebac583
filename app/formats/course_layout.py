"""Sorts the files of a course folder into what each is: course.yaml, modules, question banks, media."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.formats.media_files import MEGABYTE
from app.formats.module_text import RESERVED, address_of, order_of
from app.formats.report import Report
from app.foundation.i18n import N_

COURSE_LIMIT = 200 * MEGABYTE
FILE_LIMIT = 2_000
PATH_LIMIT = 200

_BANK = re.compile(r"questions(?:-[^/]*)?\.md")


@dataclass(frozen=True, slots=True)
class Layout:
    """The files by what they are; texts by language folder and file name, in order."""

    modules: Mapping[str, Mapping[str, bytes]]
    banks: Mapping[str, Mapping[str, bytes]]
    media: Mapping[str, bytes]
    folders: frozenset[str] = field(default_factory=frozenset)


def is_ignored(path: str) -> bool:
    """Tell whether a path is no part of a course: a name with _ in front, or one that begins with a dot."""
    return any(part.startswith(("_", ".")) for part in path.split("/"))


def is_bank(name: str) -> bool:
    """Tell whether a file of a language folder holds questions."""
    return _BANK.fullmatch(name) is not None


def check_size(files: Mapping[str, bytes], report: Report) -> bool:
    """Tell whether the folder keeps the limits for all its files together."""
    if len(files) > FILE_LIMIT:
        report.error(1, N_("This folder holds more than %(limit)s files: delete some."), limit=FILE_LIMIT)
    for path in files:
        if len(path) > PATH_LIMIT:
            report.of(path).error(1, N_("This name is too long: shorten it."))
    if sum(map(len, files.values())) > COURSE_LIMIT:
        limit = COURSE_LIMIT // MEGABYTE
        report.error(1, N_("This course is larger than %(limit)s MB: make its media smaller."), limit=limit)
    return not report.findings


def sort_files(files: Mapping[str, bytes], languages: tuple[str, ...], report: Report) -> Layout:
    """Sort the files of a folder; what belongs nowhere is told."""
    modules: dict[str, dict[str, bytes]] = {tag: {} for tag in languages}
    banks: dict[str, dict[str, bytes]] = {tag: {} for tag in languages}
    media: dict[str, bytes] = {}
    folders: set[str] = set()
    for path in sorted(files, key=_order):
        folder, _, name = path.rpartition("/")
        folders.add(folder)
        if folder == "media":
            media[name] = files[path]
        elif folder in modules and name.endswith(".md"):
            (banks if is_bank(name) else modules)[folder][name] = files[path]
        elif path != "course.yaml":
            _tell_stray(path, folder, languages, report)
    return Layout(modules, banks, media, frozenset(folders))


def _order(path: str) -> tuple[str, tuple[int, str]]:
    folder, _, name = path.rpartition("/")
    return folder, (0, "") if name == "questions.md" else order_of(name)


def _tell_stray(path: str, folder: str, languages: tuple[str, ...], report: Report) -> None:
    if folder and "/" not in folder and folder not in languages and path.endswith(".md"):
        message = N_(
            "“%(folder)s” is not among the languages in course.yaml: add it there, or rename the folder."
        )
    else:
        message = N_(
            "This file is no part of a course: delete it, or begin its name with _ to keep it aside."
        )
    report.of(path).warn(1, message, folder=folder)


def addresses(names: Mapping[str, bytes], folder: str, report: Report) -> dict[str, str]:
    """Return the address of each module of a folder, by file name; those that cannot have one are told."""
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name in names:
        address = address_of(name)
        own = report.of(f"{folder}/{name}")
        if address is None:
            own.error(
                1,
                N_("The name “%(name)s” gives no address: use a-z, 0-9 and -, as 01-first-step.md."),
                name=name,
            )
        elif address in RESERVED:
            own.error(
                1,
                N_("The address “%(address)s” is taken by a page of its own: rename the file."),
                address=address,
            )
        elif address in taken:
            own.error(
                1,
                N_("The address “%(address)s” is that of %(file)s already: rename one of the two."),
                address=address,
                file=taken[address],
            )
        else:
            found[name] = address
            taken[address] = name
    return found
