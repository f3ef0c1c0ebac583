"""The wording of a question from elsewhere, divided into heading and stem, and tamed where it would begin another."""

import re

from app.formats.html_markdown import escape_text
from app.formats.report import Report
from app.formats.source_text import fenced

HEADING_LIMIT = 300
"""Letters of a heading: what is longer stands below it."""
_HEADING = re.compile(r"^##(?!#)")
_NO_HEADING = re.compile(r"!\[|\||```|~~~|<[a-z]| {4}|\t|#|[-*+] |[0-9]+[.)] |> |= ")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def from_markdown(text: str) -> str:
    """Return Markdown of another system with headings that begin no question."""
    lines = tuple(text.strip("\n").split("\n"))
    marks = fenced(lines, Report(""), 1)
    return "\n".join(
        line if mark else _HEADING.sub("###", line) for line, mark in zip(lines, marks, strict=True)
    )


def one_line(markdown: str) -> str:
    """Return Markdown as one line, as an option or a heading has it: paragraphs are divided by ``<br>``."""
    paragraphs = [" ".join(part.split()) for part in _EMPTY_LINES.split(markdown)]
    return "<br>".join(part for part in paragraphs if part)


def split_heading(markdown: str, name: str = "") -> tuple[str, str]:
    """Return heading and stem: the first paragraph where it is one short line of text, else ``name`` and all of it."""
    whole = markdown.strip("\n")
    first, _, rest = whole.partition("\n\n")
    if "\n" not in first and 0 < len(first.strip()) <= HEADING_LIMIT and not _NO_HEADING.match(first):
        return first.strip(), rest.strip("\n")
    return escape_text(" ".join(name.split())[:HEADING_LIMIT]) or "…", whole
