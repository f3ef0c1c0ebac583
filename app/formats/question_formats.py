"""The formats in which questions come and go: one line for each, by the names of ``flask questions``."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.formats import aiken, gift, gift_writing, moodle_writing, moodle_xml, qti
from app.formats.question_exchange import Exchange, Unreadable, Written, check_size
from app.formats.question_values import QuestionSource
from app.foundation.i18n import N_

_SEEN = 100_000
_XML = re.compile(rb"<(?:\?xml|!--|!DOCTYPE|(?:\w+:)?(?:quiz|assessment|manifest|qti))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what people call it, the ending of its files, how it is read and, if it can be, written."""

    title: str
    ending: str
    read: Callable[[bytes], Exchange]
    write: Callable[[Sequence[QuestionSource], Mapping[str, bytes]], Written] | None
    mimetype: str = "text/plain"


FORMATS: Mapping[str, Format] = {
    "gift": Format("GIFT", "gift", gift.read, gift_writing.write),
    "aiken": Format("Aiken", "txt", aiken.read, aiken.write),
    "moodle-xml": Format("Moodle XML", "xml", moodle_xml.read, moodle_writing.write, "application/xml"),
    "qti": Format("QTI 2.1 / 2.2", "zip", qti.read, None, "application/zip"),
}
WRITABLE = tuple(name for name, known in FORMATS.items() if known.write is not None)


def recognise(data: bytes) -> str:
    """Return the name of the format that a file's first letters show; GIFT where nothing tells another."""
    start = data[:_SEEN].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        return "qti"
    if _XML.match(start):
        return "moodle-xml" if b"<quiz" in start else "qti"
    text = start.decode("ascii", "replace").replace("\r", "\n")
    return "aiken" if aiken.looks_like(text) else "gift"


def read_as(given: tuple[str, bytes]) -> Exchange:
    """Return the questions of a file in a named format; raises Unreadable. ``run_limited`` can call it."""
    name, data = given
    check_size(data)
    known = FORMATS.get(name)
    if known is None:
        raise Unreadable(1, N_("Files of this format are not read: choose another, or save it as GIFT."))
    return known.read(data)


def write_as(given: tuple[str, Sequence[QuestionSource], Mapping[str, bytes]]) -> Written | None:
    """Return questions in a named format, None where it is not written. ``run_limited`` can call it."""
    name, questions, media = given
    known = FORMATS.get(name)
    return None if known is None or known.write is None else known.write(questions, media)
