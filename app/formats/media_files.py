"""The files in media/: their names, sizes and first bytes, and what of them is served to learners."""

import re
import unicodedata
from collections.abc import Callable

from app.formats.places import ending
from app.formats.report import Report
from app.formats.svg_picture import Drawing
from app.foundation.i18n import N_

MEGABYTE = 1_000_000
SIZE_LIMITS = {
    **dict.fromkeys(("png", "jpg", "jpeg", "webp", "svg"), 2 * MEGABYTE),
    "pdf": 10 * MEGABYTE,
    **dict.fromkeys(("mp4", "webm"), 50 * MEGABYTE),
    **dict.fromkeys(("csv", "vtt"), 2 * MEGABYTE),
}
"""Bytes by ending (course-format.md, Limits); a table or captions are no larger than a picture."""

_NAME = re.compile(r"[\w][\w.()+-]*(?: [\w.()+-]+)*")
_NAME_LIMIT = 120
_BEGINNINGS: dict[str, Callable[[bytes], bool]] = {
    "png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "pdf": lambda data: data.startswith(b"%PDF-"),
    "mp4": lambda data: data[4:8] == b"ftyp",
    "webm": lambda data: data.startswith(b"\x1a\x45\xdf\xa3"),
    "csv": lambda data: b"\x00" not in data,
    "vtt": lambda data: data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") and b"\x00" not in data,
    "svg": lambda data: b"<" in data,
}


def serve_media(data: bytes, report: Report, sanitise: Callable[[bytes], Drawing]) -> bytes | None:
    """Return the bytes to serve for the file that ``report`` is about, or None where it is refused."""
    name = report.file.removeprefix("media/")
    kind = ending(name)
    if not is_name(name):
        report.error(
            1, N_("The name “%(name)s” makes trouble in addresses: use letters, digits, - and _."), name=name
        )
        return None
    if kind not in SIZE_LIMITS:
        known = ", ".join(SIZE_LIMITS)
        report.error(
            1, N_("Files ending in “%(kind)s” are not taken: use one of %(known)s."), kind=kind, known=known
        )
        return None
    if len(data) > SIZE_LIMITS[kind]:
        limit = SIZE_LIMITS[kind] // MEGABYTE
        report.error(1, N_("This file is larger than %(limit)s MB: make it smaller."), limit=limit)
        return None
    if not _BEGINNINGS[kind](data):
        report.error(1, N_("This file is no %(kind)s inside: save it again in that format."), kind=kind)
        return None
    return _drawing(data, report, sanitise) if kind == "svg" else data


def is_name(name: str) -> bool:
    """Tell whether a file may have this name."""
    return (
        len(name) <= _NAME_LIMIT
        and _NAME.fullmatch(name) is not None
        and unicodedata.normalize("NFC", name) == name
        and ".." not in name
    )


def _drawing(data: bytes, report: Report, sanitise: Callable[[bytes], Drawing]) -> bytes | None:
    drawing = sanitise(data)
    if drawing.data is None:
        report.error(
            drawing.line, N_("This file is no SVG picture that can be read: save it again as plain SVG.")
        )
        return None
    for what in drawing.removed:
        report.warn(1, N_("“%(what)s” is not allowed in a picture and is removed."), what=what)
    return drawing.data
