"""Renders the modules and questions of a course, each file in one limited call, and puts the languages together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from app.domain.catalogue.values import Module, ModuleText, Question, QuestionBody, QuestionKey
from app.formats import question_rendering, serbian
from app.formats.course_sources import Sources
from app.formats.markdown_html import Job, RenderedFile, Request, render_file
from app.formats.media_files import MEGABYTE
from app.formats.places import Places, anchor_prefix
from app.formats.question_values import Bank, Piece
from app.formats.report import Report
from app.formats.svg_picture import Drawing, sanitise
from app.foundation.i18n import N_
from app.foundation.limits import LimitExceeded, run_limited

T = TypeVar("T")
R = TypeVar("R")

CPU_SECONDS = 1.2
"""For one file: with everything around it, a hostile one is refused within 2 s (house.md, Hostile input)."""
MEMORY = 768 * MEGABYTE
_PATIENCE = 3
"""How many files of a course may pass the limits before the others are not rendered any more."""

_QUESTION_LEVEL = 3
_LIBRARY_FAILURES = (AssertionError, ValueError, LookupError, AttributeError, TypeError)
"""What a Markdown library may stumble over in hostile input; in the tests, which do not limit, it is raised."""


@dataclass
class Renderer:
    """Renders files one by one; in a limited child process, or here where a test or a trusted text allows it."""

    report: Report
    is_limited: bool = True
    failures: int = 0

    def drawing(self, data: bytes) -> Drawing:
        """Return an SVG picture made harmless."""
        try:
            return self._run(sanitise, data)
        except (LimitExceeded, RecursionError):
            return Drawing(None)

    def file(self, job: Job) -> RenderedFile | None:
        """Return the pieces of a file as HTML, or None where that would take too long; what is wrong is told."""
        if self.failures >= _PATIENCE:
            return None
        try:
            rendered = self._run(render_file, job)
        except (LimitExceeded, RecursionError):
            self._tell_failure(job)
            return None
        except _LIBRARY_FAILURES:
            if not self.is_limited:
                raise
            self._tell_failure(job)
            return None
        self.report.take_over(rendered.findings)
        return rendered

    def _tell_failure(self, job: Job) -> None:
        self.failures += 1
        self.report.of(job.file).error(
            _line_of_longest_block(job.requests),
            N_("This file cannot be shown in time: the block that begins here is too long or too entangled."),
        )

    def _run(self, function: Callable[[T], R], value: T) -> R:
        return run_limited(function, value, CPU_SECONDS, MEMORY) if self.is_limited else function(value)


def _line_of_longest_block(requests: tuple[Request, ...]) -> int:
    """Return where the block begins that is the likeliest to have taken the time."""
    best, best_line = 0, 1
    for request in requests:
        size, start = 0, request.line
        for place, text in enumerate([*request.text.split("\n"), ""]):
            if text.strip():
                size += len(text)
                continue
            if size > best:
                best, best_line = size, start
            size, start = 0, request.line + place + 1
    return best_line


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything rendered: modules by language and file name, question pieces by language and name.

    A file that could not be rendered is missing; then an error was told.
    """

    modules: dict[str, dict[str, RenderedFile]] = field(default_factory=dict)
    banks: dict[str, dict[str, str]] = field(default_factory=dict)
    latin_banks: dict[str, dict[str, str]] = field(default_factory=dict)


def render_sources(
    sources: Sources, media_digests: Mapping[str, str], courses: frozenset[str], renderer: Renderer
) -> Rendering:
    """Render all modules and banks of all languages that have a folder."""
    rendering = Rendering()
    paths = {
        f"{tag}/{name}": sources.addresses[name]
        for tag, of_language in sources.modules.items()
        for name in of_language
        if name in sources.addresses
    }
    for tag in sources.modules:
        places = Places(sources.read.meta.slug, tag, sources.source, tag, paths, media_digests, courses)
        _render_language(sources, places, rendering, renderer)
    _check_anchors(sources, rendering, renderer.report)
    return rendering


def _render_language(sources: Sources, places: Places, rendering: Rendering, renderer: Renderer) -> None:
    tag = places.language
    in_latin = tag in sources.derived.values()
    modules = rendering.modules.setdefault(tag, {})
    html, latin = rendering.banks.setdefault(tag, {}), rendering.latin_banks.setdefault(tag, {})
    for name, module in sources.modules[tag].items():
        prefix = anchor_prefix(sources.addresses.get(name, name))
        request = Request("body", module.body.text, module.body.line, prefix=prefix)
        rendered = renderer.file(Job(module.file, places, (request,), in_latin=in_latin))
        if rendered is not None:
            modules[name] = rendered
    for bank in sources.banks[tag]:
        requests = tuple(
            request for question in bank.questions for request in question_rendering.requests_of(question)
        )
        rendered = renderer.file(
            Job(bank.file, places, requests, bank.definitions, _QUESTION_LEVEL, in_latin)
        )
        if rendered is not None:
            html.update(rendered.html)
            latin.update(rendered.latin)
            _check_pieces(bank, rendered, renderer.report)


def _check_pieces(bank: Bank, rendered: RenderedFile, report: Report) -> None:
    """Tell texts that rendering has left empty, and gaps that it has moved."""
    for question in bank.questions:
        own = report.of(bank.file)
        if question.heading.text and not rendered.html[f"{question.key}/heading"]:
            own.error(question.line, N_("This heading has no text: write the question before the braces."))
        _check_filled(rendered.html, question.key, "option", question.answer.options, own)
        _check_filled(rendered.html, question.key, "choice", question.answer.choices, own)
        if not question_rendering.gaps_are_in_order(question, rendered.html):
            own.error(question.line, N_("A gap cannot stand in a footnote: move it into plain text."))


def _check_filled(
    html: Mapping[str, str], key: str, part: str, pieces: tuple[Piece, ...], report: Report
) -> None:
    for place, piece in enumerate(pieces):
        if piece.text and not html[f"{key}/{part}-{place}"]:
            report.error(
                piece.line, N_("Nothing is left of this text when it is shown: write it in plain words.")
            )


def _check_anchors(sources: Sources, rendering: Rendering, report: Report) -> None:
    """Tell links to a heading of another module that is not there."""
    names = {address: name for name, address in sources.addresses.items()}
    for tag, files in rendering.modules.items():
        for name, rendered in files.items():
            for anchor in rendered.anchors:
                target = files.get(names[anchor.module]) or rendering.modules[sources.source].get(
                    names[anchor.module]
                )
                if target is not None and anchor_prefix(anchor.module) + anchor.fragment not in target.ids:
                    report.of(f"{tag}/{name}").error(
                        anchor.line,
                        N_("The link “%(target)s” leads nowhere: correct it."),
                        target=f"{names[anchor.module]}#{anchor.fragment}",
                    )


def modules_of(sources: Sources, rendering: Rendering) -> tuple[Module, ...]:
    """Return the modules in order, each in all languages of the course."""
    found = []
    for name, address in sources.addresses.items():
        source = sources.modules[sources.source][name]
        texts = {tag: _text_in(sources, rendering, name, tag) for tag in sources.read.meta.languages}
        found.append(Module(address, source.minutes, source.law_as_of, source.check, texts))
    return tuple(found)


def _text_in(sources: Sources, rendering: Rendering, name: str, tag: str) -> ModuleText:
    if tag in sources.modules and name in sources.modules[tag]:
        return ModuleText(tag, sources.modules[tag][name].title, rendering.modules[tag][name].html["body"])
    origin = sources.derived.get(tag)
    if origin is not None and name in sources.modules.get(origin, {}):
        text = _text_in(sources, rendering, name, origin)
        return ModuleText(tag, serbian.to_latin(text.title), rendering.modules[origin][name].latin["body"])
    return replace(_text_in(sources, rendering, name, sources.source), is_fallback=True)


def questions_of(sources: Sources, rendering: Rendering) -> tuple[Question, ...]:
    """Return the questions in the order of the bank, each in all languages of the course."""
    found = []
    for key, source in sources.questions[sources.source].items():
        parts = {tag: _parts_in(sources, rendering, key, tag) for tag in sources.read.meta.languages}
        bodies = {tag: body for tag, (body, _) in parts.items()}
        keys = {tag: answer_key for tag, (_, answer_key) in parts.items()}
        found.append(question_rendering.question_of(source, bodies, keys))
    return tuple(found)


def _parts_in(sources: Sources, rendering: Rendering, key: str, tag: str) -> tuple[QuestionBody, QuestionKey]:
    if tag in sources.questions and key in sources.questions[tag]:
        question, html = sources.questions[tag][key], rendering.banks[tag]
        return question_rendering.body_of(question, html, tag), question_rendering.key_of(question, html)
    origin = sources.derived.get(tag)
    if origin is not None and key in sources.questions.get(origin, {}):
        question, html = sources.questions[origin][key], rendering.latin_banks[origin]
        return question_rendering.body_in_latin(question, html), question_rendering.key_in_latin(
            question, html
        )
    body, answer_key = _parts_in(sources, rendering, key, sources.source)
    return replace(body, is_fallback=True), answer_key
