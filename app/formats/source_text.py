"""What every text file of a course has in common: UTF-8, lines, front matter, fenced code, and its limits."""

import re
from dataclasses import dataclass

from app.formats.report import Report
from app.foundation.i18n import N_

TEXT_LIMIT = 200_000
"""Bytes of a Markdown or YAML file (course-format.md, Limits)."""
FRONT_MATTER_LIMIT = 20_000
"""Letters of a front matter: YAML of that length is read in a tenth of a second."""
BRACKET_LIMIT = 1_000
"""How many ``[`` a block may hold: Python-Markdown's time grows with their square."""

GAP_OPEN, GAP_CLOSE = "\uf8f0", "\uf8f1"
"""Private-use characters that stand for a gap while a cloze text is rendered; refused in what authors write."""

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}(?!`)|~{3,}(?!~))(?P<info>[^`]*)$")
_CONTROL = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff{GAP_OPEN}{GAP_CLOSE}]"
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The YAML between the two ``---`` lines, and where the rest of the file begins."""

    yaml: str
    yaml_line: int  # line of the file that the YAML begins at
    body: tuple[str, ...]
    body_line: int


def read_lines(data: bytes, report: Report) -> tuple[str, ...] | None:
    """Return the lines of a text file without their ends, or None where it cannot be read."""
    if len(data) > TEXT_LIMIT:
        report.error(1, N_("This file is larger than 200 KB: divide it into two."))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        report.error(line, N_("This line is not UTF-8: save the file in the encoding UTF-8."))
        return None
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return (
        lines if all(has_only_letters(text, number, report) for number, text in enumerate(lines, 1)) else None
    )


def has_only_letters(text: str, line: int, report: Report) -> bool:
    """Tell whether a text is free of characters that neither pages nor databases take."""
    found = _CONTROL.search(text)
    if found:
        code = f"U+{ord(found.group()):04X}"
        report.error(line, N_("This line holds the control character %(code)s: delete it."), code=code)
    return found is None


def split_front_matter(lines: tuple[str, ...], report: Report) -> FrontMatter:
    """Divide a file into its front matter, which may be missing, and the rest."""
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter("", 1, lines, 1)
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in {"---", "..."}:
            yaml = "\n".join(lines[1:number])
            if len(yaml) > FRONT_MATTER_LIMIT:
                report.error(1, N_("The front matter is longer than 20,000 letters: shorten it."))
                yaml = ""
            return FrontMatter(yaml, 2, lines[number + 1 :], number + 2)
    report.error(
        1, N_("The front matter is not closed: put a line of three hyphens (---) after its last key.")
    )
    return FrontMatter("", 1, (), len(lines) + 1)


def fenced(lines: tuple[str, ...], report: Report, first_line: int) -> tuple[bool, ...]:
    """Tell for each line whether it belongs to fenced code; a fence that is never closed is an error."""
    marks = [False] * len(lines)
    opened: tuple[int, str] | None = None
    for place, line in enumerate(lines):
        found = _FENCE.match(line)
        if opened is not None:
            marks[place] = True
            if found and _closes(found, opened[1]):
                opened = None
        elif found:
            marks[place] = True
            opened = (place, found["fence"])
    if opened is not None:
        report.error(
            first_line + opened[0],
            N_("The code that begins here is not closed: put a line with %(fence)s after it."),
            fence=opened[1],
        )
    return tuple(marks)


def _closes(found: re.Match[str], fence: str) -> bool:
    return found["fence"] == fence and not found["info"].strip()


def check_brackets(lines: tuple[str, ...], marks: tuple[bool, ...], report: Report, first_line: int) -> bool:
    """Tell whether every block keeps the limit of ``[``; ``marks`` are those of ``fenced``."""
    count, start, passed = 0, 0, set()
    for place, line in enumerate(lines):
        if not line.strip():
            count, start = 0, place + 1
        elif not marks[place]:
            count += line.count("[")
        if count > BRACKET_LIMIT:
            passed.add(start)
    for place in sorted(passed):
        report.error(
            first_line + place,
            N_("The block that begins here holds more than 1,000 “[”: divide it by empty lines."),
        )
    return not passed
