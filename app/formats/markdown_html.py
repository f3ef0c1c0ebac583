"""Renders the Markdown of course-format.md as safe, accessible HTML; nothing leaves here that nh3 has not cleaned.

Python-Markdown needs time that grows with the square of some inputs: files of others are rendered by ``render_file``
through ``foundation.limits.run_limited``.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from html import unescape

import markdown
from pymdownx.slugs import slugify

from app.domain.catalogue.values import Finding
from app.formats import html_cleaning, serbian
from app.formats.content_words import BOXES, words_of
from app.formats.html_rewriting import GAP_MISPLACED, Problem, rewrite
from app.formats.places import Places
from app.formats.report import Report
from app.formats.source_text import fenced
from app.foundation.i18n import N_

_EXTENSIONS = (
    "tables",
    "footnotes",
    "def_list",
    "attr_list",
    "abbr",
    "admonition",
    "sane_lists",
    "toc",
    "pymdownx.superfences",
    "pymdownx.highlight",
    "pymdownx.tasklist",
    "pymdownx.details",
)
_UNTITLED = re.compile(r"^(?P<start> *(?:!!!|\?\?\?\+?) +(?P<kind>[a-z]+)) *$", re.MULTILINE)
_TASK_BOX = re.compile(
    r'(<li class="task-list-item">(?:\s*<p>)?)<input type="checkbox" disabled( checked)?/>'
)
_PARAGRAPH = re.compile(r"\s*<p>(?P<text>(?:(?!</?p[ >]).)*)</p>\s*", re.DOTALL)
_PLAIN = re.compile(r"[^\[\]<>&*_`\\!{}\n\uf8f0]+")
"""Text in which Markdown sees nothing: most options, which need not be converted."""
_TAG = re.compile(r"<[^>]*>")
_GUARD = "\uf8f2"
"""Stands before a line that must stay a paragraph: an option “1. ledna” is no list."""


class Shape(StrEnum):
    """What becomes of a piece: blocks, the inside of a paragraph, or plain text."""

    BLOCK = "block"
    INLINE = "inline"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Request:
    """A piece to render: a name to find it by, its text and line, and what begins its ids."""

    name: str
    text: str
    line: int
    shape: Shape = Shape.BLOCK
    prefix: str = ""
    gaps: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """All pieces of a file; ``definitions`` of abbreviations and links hold for each of them.

    ``in_latin`` asks for the pieces of a file in Serbian Cyrillic a second time in Latin letters.
    """

    file: str
    places: Places
    requests: tuple[Request, ...]
    definitions: str = ""
    level: int = 2
    in_latin: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link into another module, which can be judged once that one is rendered."""

    line: int
    module: str
    fragment: str


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """The pieces of a file by name, what is to be mended in them, and the ids and anchors in them."""

    html: dict[str, str]
    latin: dict[str, str]
    findings: tuple[Finding, ...]
    ids: frozenset[str]
    anchors: tuple[Anchor, ...]


@dataclass(slots=True)
class Rendered:
    """A text as HTML, what was taken out of it, and what is wrong with its links and pictures."""

    html: str
    removed: tuple[html_cleaning.Removed, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    anchors: list[tuple[str, str]] = field(default_factory=list)
    gaps: int = 0


@lru_cache(maxsize=8)
def _converter(language: str) -> markdown.Markdown:
    return markdown.Markdown(
        extensions=list(_EXTENSIONS),
        extension_configs={
            "toc": {"slugify": slugify(case="lower")},
            "tables": {"use_align_attribute": True},
            "footnotes": {"BACKLINK_TITLE": words_of(language)["back"]},
            "pymdownx.highlight": {"use_pygments": True, "noclasses": False, "guess_lang": False},
        },
    )


def render(source: str, places: Places | None = None, *, prefix: str = "", level: int = 2) -> Rendered:
    """Render trusted amounts of Markdown; ids begin with ``prefix``, headings at ``level``."""
    places = places or Places()
    converter = _converter(places.language)
    converter.reset()
    raw = _TASK_BOX.sub(_task_box, converter.convert(_titled(source, places.language)))
    removed = html_cleaning.list_removed(raw)
    written = rewrite(html_cleaning.clean(raw), places, prefix, level)
    html = html_cleaning.clean_finished(written.html)
    return Rendered(html, removed, written.problems, written.ids, written.anchors, written.gaps)


def render_file(job: Job) -> RenderedFile:
    """Render all pieces of a file; stands at the top of the module so that ``run_limited`` can call it."""
    html: dict[str, str] = {}
    latin: dict[str, str] = {}
    findings: list[Finding] = []
    ids: set[str] = set()
    anchors: list[Anchor] = []
    for request in job.requests:
        rendered = _render_piece(request, job)
        html[request.name] = _shaped(rendered.html, request.shape)
        if job.in_latin:
            to_latin = serbian.to_latin if request.shape is Shape.PLAIN else serbian.html_to_latin
            latin[request.name] = to_latin(html[request.name])
        findings.extend(_findings(request, rendered, job.file))
        ids |= rendered.ids
        lines = _Lines(request)
        anchors.extend(
            Anchor(lines.next(f"#{fragment}"), module, fragment) for module, fragment in rendered.anchors
        )
    return RenderedFile(html, latin, tuple(findings), frozenset(ids), tuple(anchors))


def _render_piece(request: Request, job: Job) -> Rendered:
    if not request.text.strip():
        return Rendered("")
    if request.shape is not Shape.BLOCK and not job.definitions and _PLAIN.fullmatch(request.text):
        return Rendered(request.text)
    text = request.text if request.shape is Shape.BLOCK else _GUARD + request.text
    if job.definitions:
        text = f"{text}\n\n{job.definitions}"
    return render(text, job.places, prefix=request.prefix, level=job.level)


def _shaped(html: str, shape: Shape) -> str:
    if shape is Shape.BLOCK:
        return html.strip()
    found = _PARAGRAPH.fullmatch(html)
    inline = (found["text"] if found else html).replace(_GUARD, "").strip()
    return inline if shape is Shape.INLINE else " ".join(unescape(_TAG.sub("", inline)).split())


def _titled(source: str, language: str) -> str:
    """Give every admonition without a title one in the language of the text, not in English."""
    words = words_of(language)

    def with_title(found: re.Match[str]) -> str:
        kind = found["kind"]
        return f'{found["start"]} "{words[kind]}"' if kind in BOXES else found.group()

    return _UNTITLED.sub(with_title, source)


def _task_box(found: re.Match[str]) -> str:
    sign, title = ("☑", ' title="x"') if found[2] else ("☐", "")
    return f'{found[1]}<span class="task-box"{title}>{sign}</span>'


def _findings(request: Request, rendered: Rendered, file: str) -> list[Finding]:
    lines = _Lines(request)
    findings = [
        Finding(
            file,
            lines.next(removed.needle),
            N_("“%(what)s” is not allowed and will be removed: write it in Markdown, or delete it."),
            {"what": removed.what},
            is_error=False,
        )
        for removed in rendered.removed
    ]
    findings += [
        Finding(file, lines.next(problem.needle), problem.message, problem.values, problem.is_error)
        for problem in rendered.problems
    ]
    if rendered.gaps != request.gaps:
        findings.append(Finding(file, request.line, GAP_MISPLACED, {"target": ""}))
    return findings


class _Lines:
    """Finds the lines of a piece that hold a text: the first, then the next, and the last again and again."""

    def __init__(self, request: Request) -> None:
        texts = tuple(request.text.split("\n"))
        marks = fenced(texts, Report(""), 1)
        self.first = request.line
        self.texts = ["" if mark else unescape(text).lower() for text, mark in zip(texts, marks, strict=True)]
        self.asked: dict[str, int] = {}

    def next(self, needle: str) -> int:
        """Return the next line with a text, in whatever case; the first of the piece where none has it."""
        wanted = unescape(needle).lower()
        start = self.asked.get(wanted, 0)
        for place, text in enumerate(self.texts[start:], start):
            if wanted and wanted in f"\n{text}":
                self.asked[wanted] = place + 1
                return self.first + place
        return self.first + max(start - 1, 0)
