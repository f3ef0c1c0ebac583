"""Finds which certificates a file names, in whatever bytes it has; nothing that it says is believed.

A document that was changed cannot be trusted to be a PDF at all. So it is not read as one: its bytes, and what is
packed in its streams, are looked through for what is written like a code or a number.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST = 5
"""How many codes, and how many numbers, of one file count."""
_ROOM = 16 * 1024 * 1024
"""Bytes that all streams of a file may have together, unpacked; what is beyond is not looked at."""
STREAMS = 500
"""How many streams of a file are looked into, far more than a certificate has: each costs, though it be empty."""
_STREAM = re.compile(rb"stream\r?\n")
_CODE = re.compile(rb"(?<![0-9A-Z])[2-9A-HJKMNP-Z]{5}(?:-[2-9A-HJKMNP-Z]{5}){5}(?![0-9A-Z])")
_NUMBER = re.compile(rb"(?<![0-9A-Z-])[A-Z0-9][A-Z0-9-]{0,24}-[0-9]{4}-[0-9]{6,9}(?![0-9])")
"""As ``rules.number_of`` writes it."""


@dataclass(frozen=True, slots=True)
class Named:
    """The codes and numbers that stand in a file, each once."""

    codes: tuple[str, ...]
    numbers: tuple[str, ...]


def find(data: bytes) -> Named:
    """Return what a file names; for ``run_limited``: it comes from outside."""
    codes: dict[str, None] = {}
    numbers: dict[str, None] = {}
    for piece in _pieces(data):
        text = piece.replace(b"\0", b"")  # Texts in UTF-16 have a nought before each letter.
        codes |= dict.fromkeys(found.decode() for found in _CODE.findall(text))
        numbers |= dict.fromkeys(found.decode() for found in _NUMBER.findall(text))
    return Named(tuple(codes)[:MOST], tuple(numbers)[:MOST])


def _pieces(data: bytes) -> Iterator[bytes]:
    """Yield a file's bytes as they are, then each of its streams that is packed (ISO 32000-1, 7.4.4)."""
    yield data
    room, whole = _ROOM, memoryview(data)
    for start in islice(_STREAM.finditer(data), STREAMS):
        if not room:
            return
        try:
            unpacked = zlib.decompressobj().decompress(whole[start.end() :], room)
        except zlib.error:
            continue
        room -= len(unpacked)
        yield unpacked
