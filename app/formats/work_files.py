"""Files that learners hand in with a task: what they may be, by ending and first bytes, and what they are called.

Nothing is unpacked and nothing drawn: what a file is in truth decides only whether it is taken. It is given out as
a download that no browser runs, so that a file which is two things at once harms nobody.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONGEST_NAME = 120
_LONGEST_ENDING = 8
_BLIND = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_UNSAFE = re.compile(r'[<>:"|?*]')
_ODF_AT = 30
"""Where the name of an archive's first entry begins (APPNOTE 4.3.7); it is ``mimetype`` (ODF 1.3, part 2, 3.3)."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What files of an ending are given out as, and how their bytes are known."""

    media_type: str
    is_right: Callable[[bytes], bool]


def _is_text(data: bytes) -> bool:
    """Tell whether bytes are text: UTF-8 or an older set of eight bits, without characters that steer a machine."""
    return bool(data) and _BLIND.search(data) is None


def _is_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def _is_office(part: bytes) -> Callable[[bytes], bool]:
    return lambda data: _is_zip(data) and b"[Content_Types].xml" in data and part in data


def _is_open_document(kind: bytes) -> Callable[[bytes], bool]:
    first = b"mimetypeapplication/vnd.oasis.opendocument." + kind
    return lambda data: _is_zip(data) and data[_ODF_AT:].startswith(first)


_TEXT = FileKind("text/plain", _is_text)
_JPEG = FileKind("image/jpeg", lambda data: data.startswith(b"\xff\xd8\xff"))
_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Mapping[str, FileKind] = {
    "pdf": FileKind("application/pdf", lambda data: data.startswith(b"%PDF-")),
    "png": FileKind("image/png", lambda data: data.startswith(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": FileKind("image/webp", lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
    "docx": FileKind(f"{_OFFICE}.wordprocessingml.document", _is_office(b"word/")),
    "xlsx": FileKind(f"{_OFFICE}.spreadsheetml.sheet", _is_office(b"xl/")),
    "odt": FileKind("application/vnd.oasis.opendocument.text", _is_open_document(b"text")),
    "ods": FileKind("application/vnd.oasis.opendocument.spreadsheet", _is_open_document(b"spreadsheet")),
    "zip": FileKind("application/zip", _is_zip),
    "csv": FileKind("text/csv", _is_text),
    "txt": _TEXT,
    "md": _TEXT,
    "json": FileKind("application/json", _is_text),
    "geojson": FileKind("application/json", _is_text),
    "xml": _TEXT,
}
"""Ending → what it is. What a browser runs (html, svg) and what a machine runs is not among them."""


def clean_name(name: str) -> str:
    """Return what a file is called, without a path and without characters that hide or turn what it says.

    Unicode's control, format (RTL overrides, zero width), private and unassigned characters are left out.
    """
    bare = re.split(r"[/\\]", name)[-1]
    plain = unicodedata.normalize("NFC", bare)
    seen = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C")
    tidy = " ".join(_UNSAFE.sub("_", seen).split()).strip(". ")
    stem, dot, last = tidy.rpartition(".")
    if not dot or len(last) > _LONGEST_ENDING:
        return tidy[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(last) - 1].rstrip('. ')}.{last}"


def ending_of(name: str) -> str:
    """Return the ending of a clean name in small letters; empty for none."""
    stem, _dot, last = name.rpartition(".")
    return last.lower() if stem else ""


def is_what_it_says(name: str, data: bytes) -> bool:
    """Tell whether the bytes of a file agree with the ending of its clean name."""
    kind = KINDS.get(ending_of(name))
    return kind is not None and kind.is_right(data)
