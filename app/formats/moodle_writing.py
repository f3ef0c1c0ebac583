"""Writes questions as Moodle XML, their texts as Markdown, so that ``moodle_xml.read`` gives the same back.

What Moodle's types cannot say stands in tags, which Moodle keeps and the reader understands. The files that a text
shows lie within it.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from html import escape
from urllib.parse import unquote

from app.domain.catalogue.values import Kind
from app.formats.html_markdown import escape_text
from app.formats.moodle_cloze import write_gap
from app.formats.moodle_texts import FILES, name_of
from app.formats.question_exchange import TAG, Ledger, Written, area_of, tokens_of, write_number
from app.formats.question_values import Answer, Piece, QuestionSource
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.foundation.i18n import N_

_PLACES = Decimal("0.00001")  # Moodle's marks have five
_DIGITS = 60
_MEDIUM = re.compile(r"(?:\.\./)?\bmedia/(?P<name>[^)\s\"'>]+)")
_GAP = re.compile(f"{GAP_OPEN}([0-9]+){GAP_CLOSE}")
_TYPES = {
    Kind.SINGLE: "multichoice",
    Kind.MULTIPLE: "multichoice",
    Kind.SHORT: "shortanswer",
    Kind.NUMBER: "numerical",
    Kind.MATCH: "matching",
    Kind.ORDER: "ordering",
    Kind.CLOZE: "cloze",
    Kind.TASK: "essay",
}


def write(questions: Sequence[QuestionSource], media: Mapping[str, bytes]) -> Written:
    """Return a Moodle XML file with the questions in order, and what of them it could not say."""
    ledger = Ledger()
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    area: str | None = None
    for question in questions:
        own = question.attributes.area
        if own != area:
            area = own
            parts.append(_category(own))
        parts.append(_Writer(question, media, ledger).question())
        ledger.carried(question.key, question.line, N_("Carried."))
    parts.append("</quiz>\n")
    return Written("".join(parts).encode(), len(questions), tuple(ledger.notes))


def _category(area: str | None) -> str:
    path = f"$course$/top/{area}" if area else "$course$/top"
    return f'<question type="category">\n<category><text>{escape(path)}</text></category>\n</question>\n'


class _Writer:
    """Writes one question."""

    def __init__(self, question: QuestionSource, media: Mapping[str, bytes], ledger: Ledger) -> None:
        self.source, self.media, self.ledger = question, media, ledger
        self._points = question.attributes.points or 1
        self.writers: dict[Kind, Callable[[Answer], Iterator[str]]] = {
            Kind.SINGLE: self._choice,
            Kind.MULTIPLE: self._choice,
            Kind.SHORT: self._short,
            Kind.NUMBER: self._number,
            Kind.MATCH: self._match,
            Kind.ORDER: self._order,
            Kind.CLOZE: self._cloze,
            Kind.TASK: self._task,
        }

    def question(self) -> str:
        """Return the element of the question."""
        source = self.source
        self._tell_losses()
        explanation = source.explanation.text if source.explanation is not None else ""
        parts = [
            f'<question type="{_TYPES[source.kind]}">',
            f"<name><text>{escape(name_of(source.heading.text))}</text></name>",
            self._text("questiontext", self._whole()),
            self._text("generalfeedback", explanation),
            f"<defaultgrade>{self._points}</defaultgrade>",
            "<penalty>0</penalty>",
            f"<hidden>{int('retired' in source.attributes.flags)}</hidden>",
            f"<idnumber>{escape(source.key)}</idnumber>",
            *self.writers[source.kind](source.answer),
            self._tags(),
        ]
        return "\n".join(part for part in parts if part) + "\n</question>\n"

    def _whole(self) -> str:
        source = self.source
        text = source.stem.text if source.answer.text is None else self._gapped(source.answer)
        return f"{source.heading.text}\n\n{text}" if text else source.heading.text

    def _gapped(self, answer: Answer) -> str:
        is_exact = "exact" in self.source.attributes.flags
        text = answer.text.text if answer.text is not None else ""

        def written(found: re.Match[str]) -> str:
            place = int(found[1])
            return write_gap(answer.gaps[place], answer.gap_answers[place], self._weight(), is_exact=is_exact)

        return _GAP.sub(written, text)

    def _weight(self) -> int:
        """Return the weight of each gap: Moodle adds them up to the mark of the question."""
        count = len(self.source.answer.gaps)
        return self._points // count if self._points % count == 0 else 1

    def _text(self, tag: str, text: str, given: str = "", inner: str = "") -> str:
        """Return a text as Markdown, with the files that it shows, and what else is within its element."""
        names: dict[str, None] = {}

        def placed(found: re.Match[str]) -> str:
            name = unquote(found["name"])
            if name not in self.media:
                return found.group()
            names[name] = None
            return f"{FILES}/{found['name']}"

        written = escape(_MEDIUM.sub(placed, text), quote=False)
        files = "".join(
            f'\n<file name="{escape(name)}" path="/" encoding="base64">{b64encode(self.media[name]).decode()}</file>'
            for name in names
        )
        return f'<{tag}{given} format="markdown"><text>{written}</text>{files}{inner}</{tag}>'

    def _answer(self, text: str, weight: str, remark: Piece | None = None) -> str:
        feedback = self._text("feedback", remark.text) if remark is not None else ""
        return self._text("answer", text, f' fraction="{weight}"', feedback)

    def _choice(self, answer: Answer) -> Iterator[str]:
        is_single = self.source.kind is Kind.SINGLE
        yield f"<single>{str(is_single).lower()}</single>"
        yield f"<shuffleanswers>{str('pinned' not in self.source.attributes.flags).lower()}</shuffleanswers>"
        yield "<answernumbering>none</answernumbering>"
        part = (Decimal(100) / max(len(answer.right), 1)).quantize(_PLACES, ROUND_HALF_UP)
        for place, option in enumerate(answer.options):
            remark = answer.feedback[place] if place < len(answer.feedback) else None
            wrong = "0" if is_single else f"-{write_number(part)}"
            yield self._answer(option.text, write_number(part) if place in answer.right else wrong, remark)

    def _short(self, answer: Answer) -> Iterator[str]:
        yield f"<usecase>{int('exact' in self.source.attributes.flags)}</usecase>"
        for each in answer.accepted:
            yield f'<answer fraction="100" format="moodle_auto_format"><text>{_starless(each)}</text></answer>'

    def _number(self, answer: Answer) -> Iterator[str]:
        for low, high in answer.ranges:
            with localcontext(prec=_DIGITS):
                middle, tolerance = write_number((low + high) / 2), write_number((high - low) / 2)
            yield (
                f'<answer fraction="100" format="moodle_auto_format"><text>{middle}</text>'
                f"<tolerance>{tolerance}</tolerance></answer>"
            )
        unit = self.source.attributes.unit
        if unit:
            name = escape(unit, quote=False)
            yield f"<units><unit><multiplier>1</multiplier><unit_name>{name}</unit_name></unit></units>"
        yield "<unitgradingtype>0</unitgradingtype>\n<showunits>3</showunits>"

    def _match(self, answer: Answer) -> Iterator[str]:
        """Yield the pairs in the order of the table: a choice before its first pair has none of its own."""
        yield f"<shuffleanswers>{str('pinned' not in self.source.attributes.flags).lower()}</shuffleanswers>"
        shown = 0
        for left, choice in zip(answer.options, answer.pairs, strict=True):
            for each in answer.choices[shown:choice]:
                yield self._pair("", each)
            yield self._pair(left.text, answer.choices[choice])
            shown = max(shown, choice + 1)
        for each in answer.choices[shown:]:
            yield self._pair("", each)

    def _pair(self, left: str, right: Piece) -> str:
        choice = f"<answer><text>{escape(right.text, quote=False)}</text></answer>"
        return self._text("subquestion", left, inner=choice)

    def _order(self, answer: Answer) -> Iterator[str]:
        is_partial = "partial" in self.source.attributes.flags
        grading = "RELATIVE_NEXT_EXCLUDE_LAST" if is_partial else "ALL_OR_NOTHING"
        yield "<layouttype>VERTICAL</layouttype>\n<selecttype>ALL</selecttype>\n<selectcount>0</selectcount>"
        yield f"<gradingtype>{grading}</gradingtype>"
        for number, option in enumerate(answer.options, 1):
            yield self._answer(option.text, str(number))

    def _cloze(self, _answer: Answer) -> Iterator[str]:
        """Yield nothing: the answers of a cloze stand in its text."""
        yield ""

    def _task(self, answer: Answer) -> Iterator[str]:
        own = self.source.attributes
        yield "<responseformat>editor</responseformat>\n<responserequired>1</responserequired>"
        if own.max_words:
            yield f"<maxwordlimit>{own.max_words}</maxwordlimit>"
        yield f"<attachments>{-1 if own.upload else 0}</attachments>"
        yield f"<filetypeslist>{','.join(f'.{ending}' for ending in own.upload)}</filetypeslist>"
        items = zip(answer.options, answer.criteria, strict=True)
        lines = (f"- ({points}) {option.text.replace(chr(10), chr(10) + '  ')}" for option, points in items)
        yield self._text("graderinfo", "\n".join(lines))

    def _tags(self) -> str:
        tokens = [token for token in tokens_of(self.source) if self._is_for_tag(token)]
        if self.source.kind is Kind.CLOZE and self._weight() * len(self.source.answer.gaps) != self._points:
            tokens.append(f"points={self._points}")
        tags = "".join(f"<tag><text>{escape(TAG + token, quote=False)}</text></tag>" for token in tokens)
        return f"<tags>{tags}</tags>" if tags else ""

    def _is_for_tag(self, option: str) -> bool:
        """Tell whether Moodle has no place of its own for an option."""
        own = self.source.attributes
        name, _, _ = option.partition("=")
        if name == "area":
            return area_of(own.area or "") != own.area
        if option == ".exact" and self.source.kind is Kind.CLOZE:
            return all(gap.choices is not None for gap in self.source.answer.gaps)
        return option in {".practice", ".all-or-nothing"}

    def _tell_losses(self) -> None:
        """Note what Moodle does not show or count as we do."""
        source, flags = self.source, self.source.attributes.flags
        options = ", ".join(sorted({"practice", "all-or-nothing"} & flags))
        if options:
            self._changed(
                N_("Its options stand in tags, which Moodle does not heed: %(options)s."), options=options
            )
        if source.kind is Kind.MATCH and any(
            escape_text(each.text) != each.text for each in source.answer.choices
        ):
            self._changed(N_("Markdown in the right column is shown there as it is written."))
        if source.kind is Kind.CLOZE and self._points % len(source.answer.gaps):
            self._changed(N_("Its points cannot be divided among its gaps: in Moodle each gap counts one."))
        if source.kind is Kind.TASK:
            self._changed(N_("The task became an essay; its criteria stand in what markers are told."))

    def _changed(self, message: str, /, **values: object) -> None:
        self.ledger.changed(self.source.key, self.source.line, message, **values)


def _starless(word: str) -> str:
    return escape(word.replace("*", "\\*"), quote=False)
