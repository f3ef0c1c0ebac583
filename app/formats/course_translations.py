"""Compares the translations of a course with its source: same modules, questions, options and right ones."""

from app.domain.catalogue.values import Kind
from app.formats.course_sources import Sources
from app.formats.module_text import ModuleSource
from app.formats.question_values import Answer, Attributes, QuestionSource
from app.formats.report import Report
from app.foundation.i18n import N_


def check_translations(sources: Sources, report: Report) -> None:
    """Compare every translation that has a folder with the source."""
    for tag in sources.translations:
        _check_modules(sources, tag, report)
        _check_questions(sources, tag, report)


def _check_modules(sources: Sources, tag: str, report: Report) -> None:
    originals, translated = sources.modules[sources.source], sources.modules[tag]
    for name, module in translated.items():
        original = originals.get(name)
        own = report.of(module.file)
        if original is None and name not in sources.addresses:
            own.error(
                1,
                N_("There is no module of this name in %(source)s: name the file as the one it translates."),
                source=sources.source,
            )
        elif original is not None:
            _compare_modules(original, module, own)
    for name, original in originals.items():
        if name not in translated:
            report.of(original.file).warn(
                1,
                N_("This module is not translated into %(language)s: readers will get it in %(source)s."),
                language=tag,
                source=sources.source,
            )


def _compare_modules(original: ModuleSource, module: ModuleSource, report: Report) -> None:
    for key in ("minutes", "law_as_of", "check"):
        if key in module.given and getattr(module, key) != getattr(original, key):
            _tell_other(module.given[key], key, original.file, report)


def _tell_other(line: int, name: str, file: str, report: Report) -> None:
    report.error(
        line,
        N_("“%(name)s” differs from that in %(file)s: leave it out here, or make the two equal."),
        name=name,
        file=file,
    )


def _check_questions(sources: Sources, tag: str, report: Report) -> None:
    originals, translated = sources.questions[sources.source], sources.questions[tag]
    broken = {key for bank in sources.banks[sources.source] for key in bank.keys}
    tried = {key for bank in sources.banks[tag] for key in bank.keys}
    for key, question in translated.items():
        own = report.of(question.file)
        if key in originals:
            _compare_questions(originals[key], question, own)
        elif key not in broken:
            own.error(
                question.line,
                N_("There is no question “%(key)s” in %(source)s: use the id of the one it translates."),
                key=key,
                source=sources.source,
            )
    for key, original in originals.items():
        if key not in tried:
            report.of(original.file).warn(
                original.line,
                N_(
                    "Question “%(key)s” is not translated into %(language)s: readers will get it in %(source)s."
                ),
                key=key,
                language=tag,
                source=sources.source,
            )


def _compare_questions(original: QuestionSource, question: QuestionSource, report: Report) -> None:
    if question.kind is not original.kind:
        _tell_other(question.line, f".{question.kind}", original.file, report)
        return
    _compare_attributes(original.attributes, question.attributes, original.file, report)
    for message in _disagreements(original.answer, question.answer, original.kind):
        report.error(question.line, message, key=question.key, file=original.file)


def _compare_attributes(original: Attributes, given: Attributes, file: str, report: Report) -> None:
    for flag in sorted(given.flags - original.flags):
        _tell_other(given.line, f".{flag}", file, report)
    for name in ("points", "area", "upload", "max_words"):
        value = getattr(given, name)
        wanted = getattr(original, name) or (1 if name == "points" else None)
        if value and value != wanted:
            _tell_other(given.line, name, file, report)


def _disagreements(original: Answer, answer: Answer, kind: Kind) -> list[str]:
    if len(original.options) != len(answer.options) or len(original.choices) != len(answer.choices):
        return [
            N_("Question “%(key)s” has another number of options or rows than in %(file)s: make them equal.")
        ]
    found = []
    if kind in {Kind.SINGLE, Kind.MULTIPLE} and original.right != answer.right:
        found.append(
            N_("Question “%(key)s” has other right options than in %(file)s: keep their order, and the x.")
        )
    if original.pairs != answer.pairs:
        found.append(N_("Question “%(key)s” pairs its rows otherwise than in %(file)s: keep their order."))
    if sorted(original.ranges) != sorted(answer.ranges):
        found.append(N_("Question “%(key)s” has other right numbers than in %(file)s: make them equal."))
    if original.criteria != answer.criteria:
        found.append(N_("Question “%(key)s” has other points of criteria than in %(file)s: make them equal."))
    if _gap_shapes(original) != _gap_shapes(answer):
        found.append(
            N_(
                "Question “%(key)s” has other gaps than in %(file)s: keep their number, their kind and the place of =."
            )
        )
    return found


def _gap_shapes(answer: Answer) -> list[tuple[int, int]]:
    return [
        (len(gap.choices), gap.choices.index(accepted[0])) if gap.choices and accepted else (0, 0)
        for gap, accepted in zip(answer.gaps, answer.gap_answers, strict=True)
    ]
