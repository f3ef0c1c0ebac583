"""Everything that the text files of a course say, read but not rendered, in all its languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.formats.course_layout import Layout, addresses
from app.formats.course_yaml import FILE, MetaRead
from app.formats.module_text import ModuleSource, read_module
from app.formats.question_text import read_bank
from app.formats.question_values import Bank, QuestionSource
from app.formats.report import Report
from app.formats.yaml_fields import Languages
from app.foundation.i18n import N_

if TYPE_CHECKING:
    from app.domain.catalogue.values import Kind

LATIN, CYRILLIC = "sr-Latn", "sr-Cyrl"


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts of a course: modules by language and file name, banks by language, questions by language and id.

    ``addresses`` are those of the source language's modules, in order. ``derived`` languages have no folder and
    are made from another one: sr-Latn from sr-Cyrl.
    """

    read: MetaRead
    addresses: Mapping[str, str]
    modules: Mapping[str, Mapping[str, ModuleSource]]
    banks: Mapping[str, tuple[Bank, ...]]
    questions: Mapping[str, Mapping[str, QuestionSource]]
    derived: Mapping[str, str]

    @property
    def source(self) -> str:
        """The language that the others are translated from."""
        return self.read.meta.source_language

    @property
    def translations(self) -> tuple[str, ...]:
        """The other languages that have a folder."""
        return tuple(tag for tag in self.modules if tag != self.source)


def read_sources(layout: Layout, read: MetaRead, report: Report) -> Sources:
    """Read all modules and questions, the source language first."""
    tags = read.meta.languages
    derived = (
        {LATIN: CYRILLIC} if LATIN in tags[1:] and CYRILLIC in tags and LATIN not in layout.folders else {}
    )
    written = [tag for tag in tags if tag in layout.folders]
    _tell_missing_folders(layout, read, derived, report)
    source = tags[0]
    known_addresses = addresses(layout.modules[source], source, report)
    modules: dict[str, dict[str, ModuleSource]] = {source: {}}
    banks: dict[str, tuple[Bank, ...]] = {source: ()}
    known: dict[str, Kind] = {}
    for tag in written:
        modules[tag] = _read_modules(layout, tag, Languages(tags, tag), report, is_source=tag == source)
        banks[tag] = tuple(
            read_bank(data, report.of(f"{tag}/{name}"), known) for name, data in layout.banks[tag].items()
        )
        if tag == source:
            known = {question.key: question.kind for bank in banks[tag] for question in bank.questions}
    questions = {tag: _by_key(of_language, report) for tag, of_language in banks.items()}
    return Sources(read, known_addresses, modules, banks, questions, derived)


def _tell_missing_folders(layout: Layout, read: MetaRead, derived: Mapping[str, str], report: Report) -> None:
    own = report.of(FILE)
    source, *others = read.meta.languages
    if not layout.modules[source]:
        own.error(
            read.line("languages"),
            N_(
                "The folder %(language)s/ has no modules: write the first one as %(language)s/01-first-step.md."
            ),
            language=source,
        )
    for tag in others:
        if tag not in layout.folders and tag not in derived:
            own.warn(
                read.line("languages"),
                N_("There is no folder %(language)s/: readers will get everything in %(source)s."),
                language=tag,
                source=source,
            )


def _read_modules(
    layout: Layout, tag: str, languages: Languages, report: Report, *, is_source: bool
) -> dict[str, ModuleSource]:
    found: dict[str, ModuleSource] = {}
    for name, data in layout.modules[tag].items():
        module = read_module(data, languages, report.of(f"{tag}/{name}"), is_source=is_source)
        if module is not None:
            found[name] = module
    return found


def _by_key(banks: tuple[Bank, ...], report: Report) -> dict[str, QuestionSource]:
    found: dict[str, QuestionSource] = {}
    for bank in banks:
        for question in bank.questions:
            if question.key in found:
                other = found[question.key]
                report.of(bank.file).error(
                    question.line,
                    N_(
                        "The id “%(key)s” is used already, on line %(line)s of %(file)s: give one of the two another."
                    ),
                    key=question.key,
                    line=other.line,
                    file=other.file,
                )
            else:
                found[question.key] = question
    return found
