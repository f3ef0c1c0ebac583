"""The question bank of a course in one language, gathered from its files to be written for another system."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from app.domain.catalogue.values import Kind
from app.formats.course_layout import is_bank
from app.formats.question_exchange import Ledger, Note
from app.formats.question_text import read_bank
from app.formats.question_values import Attributes, QuestionSource
from app.formats.report import Report
from app.foundation.i18n import N_

_MEDIUM = re.compile(rb"\.\./media/([^()\s\"<>]+)")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The questions of a course in one language, the media that they name, and what could not be read."""

    questions: tuple[QuestionSource, ...]
    media: Mapping[str, bytes]
    notes: tuple[Note, ...]


def gather(files: Mapping[str, bytes], source: str, language: str) -> Gathered:
    """Return the bank of a course; a translation takes from its source what it leaves out."""
    ledger = Ledger()
    originals = _read(files, source, {}, ledger)
    questions = list(originals.values())
    if language != source:
        kinds = {key: question.kind for key, question in originals.items()}
        translated = _read(files, language, kinds, ledger)
        questions = [
            _completed(translated[key], each) for key, each in originals.items() if key in translated
        ]
        for key in originals.keys() - translated.keys():
            ledger.left_out(key, originals[key].line, N_("It is not translated into this language."))
    named = {
        unquote(found.decode("utf-8", "replace"))
        for path in _banks(files, language)
        for found in _MEDIUM.findall(files[path])
    }
    media = {name: files[f"media/{name}"] for name in sorted(named) if f"media/{name}" in files}
    return Gathered(tuple(questions), media, tuple(ledger.notes))


def keys_of(files: Mapping[str, bytes], source: str) -> frozenset[str]:
    """Return the ids that the banks of a course use, those of broken questions included."""
    return frozenset(
        key for path in _banks(files, source) for key in read_bank(files[path], Report(path), {}).keys
    )


def _banks(files: Mapping[str, bytes], language: str) -> list[str]:
    """Return the paths of the question files of a language, questions.md first."""
    paths = [
        path for path in files if path.rpartition("/")[0] == language and is_bank(path.rpartition("/")[2])
    ]
    return sorted(paths, key=lambda path: (not path.endswith("/questions.md"), path))


def _read(
    files: Mapping[str, bytes], language: str, kinds: Mapping[str, Kind], ledger: Ledger
) -> dict[str, QuestionSource]:
    found: dict[str, QuestionSource] = {}
    for path in _banks(files, language):
        report = Report(path)
        bank = read_bank(files[path], report, kinds)
        for finding in report.findings:
            if finding.is_error:
                ledger.left_out(path, finding.line, finding.message, **finding.values)
        if bank.definitions:
            ledger.left_out(path, 1, N_("Definitions of links or abbreviations were left out."))
        wrong = {finding.line for finding in report.findings if finding.is_error}
        for question in bank.questions:
            if question.line not in wrong:
                found.setdefault(question.key, question)
    return found


def _completed(question: QuestionSource, original: QuestionSource) -> QuestionSource:
    own, source = question.attributes, original.attributes
    merged = Attributes(
        key=own.key,
        line=own.line,
        kind=source.kind,
        flags=source.flags,
        points=source.points,
        area=source.area,
        unit=own.unit or source.unit,
        upload=source.upload,
        max_words=source.max_words,
    )
    return replace(question, attributes=merged)
