"""A text file as an editor shows it, and back again in the file's own bytes: byte order mark and line ends stay."""

import re
from difflib import SequenceMatcher

_BOM = b"\xef\xbb\xbf"
_ENDS = re.compile("\r\n|\r|\n")
_COMPARED = 4_000
"""Lines up to which a file with mixed line ends is compared line by line."""


def read_text(data: bytes) -> str | None:
    """Return a file's text, every line ended by a line feed alone, or None where it is not UTF-8."""
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else _ENDS.sub("\n", text)


def write_text(text: str, original: bytes = b"") -> bytes:
    """Return the bytes of an edited text: line ends and byte order mark are those of the file that it was.

    A line that was not touched keeps its own end; a new one gets the end that most lines have.
    """
    lines = _ENDS.sub("\n", text).split("\n")
    before = original.removeprefix(_BOM).decode("utf-8", "replace")
    mark = _BOM if original.startswith(_BOM) else b""
    ends = _ENDS.findall(before)
    usual = max(("\n", "\r\n", "\r"), key=ends.count)
    if len(set(ends)) < 2 or max(len(lines), len(ends)) > _COMPARED:  # noqa: PLR2004 -- One kind of end, or none.
        return mark + usual.join(lines).encode()
    return mark + _with_own_ends(lines, _ENDS.split(before), ends, usual).encode()


def _with_own_ends(lines: list[str], old: list[str], ends: list[str], usual: str) -> str:
    kept = [usual] * len(lines)
    for old_start, start, size in SequenceMatcher(None, old, lines, autojunk=False).get_matching_blocks():
        for place in range(size):
            if old_start + place < len(ends):
                kept[start + place] = ends[old_start + place]
    kept[-1] = ""
    return "".join(line + end for line, end in zip(lines, kept, strict=True))
