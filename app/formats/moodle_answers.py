"""Makes a question of Moodle's types: one reader for each, which ends by putting the question into the ledger."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from app.domain.catalogue.values import Gap, Kind
from app.formats.html_markdown import escape_text, to_words
from app.formats.moodle_cloze import read_gaps, typed
from app.formats.moodle_texts import Texts, name_of, source
from app.formats.question_draft import Draft, Option, only_full, read_choice
from app.formats.question_exchange import ESSAY_CRITERION, FALSE, TRUE, NotCarried, points_of, read_number
from app.formats.question_values import Answer
from app.formats.question_wording import split_heading
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.formats.xml_tree import Xml
from app.foundation.i18n import N_

Reader: TypeAlias = Callable[[Draft, Xml, Texts], None]

_FALSE = frozenset({"0", "false"})
_CRITERION = re.compile(r"- \(([1-9][0-9]{0,4})\) (\S.*)")
_PLACE = re.compile(r"\[\[([0-9]{1,3})\]\]")
_DOT_ENDING = re.compile(r"\.([a-z0-9]{1,8})")


def _finish(draft: Draft, element: Xml, texts: Texts, kind: Kind, answer: Answer) -> None:
    text = texts.blocks(element.find("questiontext"))
    draft.finish_with(
        kind, answer, *_split(draft, text, texts), texts.blocks(element.find("generalfeedback"))
    )


def _split(draft: Draft, text: str, texts: Texts) -> tuple[str, str]:
    """Return heading and stem: in our own files the name says which line is the heading."""
    first, _, rest = text.partition("\n\n")
    if texts.usual == "markdown" and "\n" not in first and name_of(first) == draft.name:
        return first, rest
    return split_heading(text, draft.name)


def _weight(answer: Xml) -> Decimal:
    return read_number(answer.given.get("fraction", "0")) or Decimal(0)


def _options(element: Xml, texts: Texts) -> list[Option]:
    return [
        Option(texts.line(answer), _weight(answer), texts.line(answer.find("feedback")))
        for answer in element.all("answer")
    ]


def _choice(draft: Draft, element: Xml, texts: Texts) -> None:
    if element.value("shuffleanswers") in _FALSE:
        draft.flags.add("pinned")
    is_single = element.value("single") not in _FALSE
    _finish(draft, element, texts, *read_choice(draft, _options(element, texts), is_single=is_single))


def _choice_set(draft: Draft, element: Xml, texts: Texts) -> None:
    """Read Moodle's “all or nothing” question."""
    draft.flags.add("all-or-nothing")
    _finish(draft, element, texts, *read_choice(draft, _options(element, texts), is_single=False))


def _truth(draft: Draft, element: Xml, texts: Texts) -> None:
    weights: dict[bool, tuple[Decimal, str]] = {}
    for answer in element.all("answer"):
        is_true = source(answer).strip().lower() == "true"
        weights[is_true] = (_weight(answer), texts.line(answer.find("feedback")))
    nothing = (Decimal(0), "")
    options = [Option(TRUE, *weights.get(True, nothing)), Option(FALSE, *weights.get(False, nothing))]
    draft.flags.add("pinned")
    _finish(draft, element, texts, *read_choice(draft, options, is_single=True))


def _typed_options(draft: Draft, element: Xml, texts: Texts) -> list[Option]:
    options = [Option(texts.words(answer), _weight(answer)) for answer in element.all("answer")]
    if any(texts.line(answer.find("feedback")) for answer in element.all("answer")):
        draft.left_out(N_("Feedback to single answers was left out: only options have it here."))
    return [option for option in options if option.text]


def _short(draft: Draft, element: Xml, texts: Texts) -> None:
    if element.value("usecase") == "1":
        draft.flags.add("exact")
    accepted = typed(draft, _typed_options(draft, element, texts))
    _finish(draft, element, texts, Kind.SHORT, Answer(accepted=accepted))


def _number(draft: Draft, element: Xml, texts: Texts) -> None:
    tolerances = {source(each).strip(): each.value("tolerance") for each in element.all("answer")}
    options = [option for option in _typed_options(draft, element, texts) if option.text != "*"]
    ranges = []
    for option in only_full(draft, options):
        value, tolerance = read_number(option.text), read_number(tolerances.get(option.text) or "0")
        if value is None or tolerance is None:
            raise NotCarried(N_("“%(text)s” is no number."), text=option.text)
        ranges.append((value - abs(tolerance), value + abs(tolerance)))
    _read_units(draft, element)
    _finish(draft, element, texts, Kind.NUMBER, Answer(ranges=tuple(ranges)))


def _read_units(draft: Draft, element: Xml) -> None:
    units = [unit for each in element.all("units") for unit in each.all("unit")]
    for unit in units:
        name = unit.value("unit_name")
        if not draft.unit and read_number(unit.value("multiplier") or "1") == 1:
            draft.unit = name.replace('"', "")
        else:
            draft.left_out(N_("The unit “%(unit)s” was left out: a number has one."), unit=name)
    if units and element.value("showunits") not in {"", "3"}:
        draft.changed(N_("The unit stands beside the field here: a learner does not write it."))


def _match(draft: Draft, element: Xml, texts: Texts) -> None:
    if element.value("shuffleanswers") in _FALSE:
        draft.flags.add("pinned")
    rows = []
    for pair in element.all("subquestion"):
        right = pair.find("answer")
        words = source(right) if right is not None else ""
        plain = " ".join(words.split())
        rows.append((texts.line(pair), plain if texts.usual == "markdown" else escape_text(to_words(words))))
    choices = list(dict.fromkeys(right for _, right in rows if right))
    pairs = [(left, choices.index(right)) for left, right in rows if left and right]
    answer = Answer(
        options=tuple(draft.piece(left) for left, _ in pairs),
        choices=tuple(map(draft.piece, choices)),
        pairs=tuple(choice for _, choice in pairs),
    )
    _finish(draft, element, texts, Kind.MATCH, answer)


def _order(draft: Draft, element: Xml, texts: Texts) -> None:
    grading = element.value("gradingtype").upper()
    if grading not in {"ALL_OR_NOTHING", "-1"}:
        draft.flags.add("partial")
        if grading not in {"RELATIVE_NEXT_EXCLUDE_LAST", "1"}:
            draft.changed(
                N_("Its marks counted otherwise: here each item with the right one after it counts.")
            )
    if element.value("selecttype").upper() not in {"", "ALL", "0"}:
        draft.changed(N_("It showed some of its items: here all of them are put in order."))
    answers = sorted(element.all("answer"), key=_weight)
    options = tuple(draft.piece(texts.line(answer)) for answer in answers)
    _finish(draft, element, texts, Kind.ORDER, Answer(options=options))


def _essay(draft: Draft, element: Xml, texts: Texts) -> None:
    words = element.value("maxwordlimit")
    if words.isdecimal() and 0 < len(words) < 6:  # noqa: PLR2004 -- As many digits as ``max_words`` takes.
        draft.max_words = int(words) or None
    given = [each.strip() for each in element.value("filetypeslist").split(",") if each.strip()]
    endings = [found[1] for each in given if (found := _DOT_ENDING.fullmatch(each.lower()))]
    draft.upload = tuple(endings) if element.value("attachments") not in {"", "0"} else ()
    for name in given:
        if name.lower().removeprefix(".") not in endings:
            draft.left_out(N_("The kind of file “%(kind)s” was left out: name endings, as pdf."), kind=name)
    for name in ("responsetemplate", "minwordlimit"):
        if to_words(element.value(name, "text") or element.value(name)).strip("0"):
            draft.left_out(N_("“%(what)s” was left out."), what=name)
    criteria = _criteria(draft, element.find("graderinfo"), texts)
    answer = Answer(
        options=tuple(draft.piece(text) for _, text in criteria),
        criteria=tuple(points for points, _ in criteria),
    )
    _finish(draft, element, texts, Kind.TASK, answer)


def _criteria(draft: Draft, info: Xml | None, texts: Texts) -> list[tuple[int, str]]:
    """Return the criteria that stand in what markers are told, else one for the whole."""
    found: list[tuple[int, str]] = []
    told = texts.blocks(info)
    for line in told.split("\n"):
        item = _CRITERION.fullmatch(line)
        if item:
            found.append((int(item[1]), item[2]))
        elif found and line.startswith("  "):
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line.strip()}")
        else:
            found = []
            break
    if found:
        return found
    if told:
        draft.left_out(N_("What markers are told was left out: write it as criteria."))
    draft.changed(N_("An essay became a task with one criterion: write what is looked at."))
    return [(points_of(draft.points), ESSAY_CRITERION)]


def _cloze(draft: Draft, element: Xml, texts: Texts) -> None:
    text = element.find("questiontext")
    if text is None:
        raise NotCarried(N_("Its text has no gap that can be read."))
    cloze = read_gaps(draft, source(text))
    draft.points = Decimal(cloze.points)
    _finish_cloze(draft, element, texts, cloze.text, Answer(gaps=cloze.gaps, gap_answers=cloze.answers))


def _finish_cloze(draft: Draft, element: Xml, texts: Texts, marked: str, answer: Answer) -> None:
    """Put a text with numbered places into the ledger; the heading is what stands before it, or the name."""
    holder = element.find("questiontext")
    text = texts.blocks_of(marked, holder) if holder is not None else ""
    heading, rest = _split(draft, text, texts)
    if GAP_OPEN in heading or not rest:
        heading, rest = split_heading("", draft.name)[0], text
    explanation = texts.blocks(element.find("generalfeedback"))
    whole = Answer(text=draft.piece(rest), gaps=answer.gaps, gap_answers=answer.gap_answers)
    draft.finish_with(Kind.CLOZE, whole, heading, "", explanation)


def _select(draft: Draft, element: Xml, texts: Texts) -> None:
    """Read a text with words to choose or to drag: each place offers the words of its group."""
    holder = element.find("questiontext")
    marked = source(holder) if holder is not None else ""
    words = [
        (to_words(each.value("text")), each.value("group") or "1")
        for each in element.elements()
        if each.tag in {"selectoption", "dragbox"}
    ]
    gaps: list[Gap] = []
    right: list[tuple[str, ...]] = []

    def placed(found: re.Match[str]) -> str:
        number = int(found[1]) - 1
        if not 0 <= number < len(words):
            raise NotCarried(N_("The place “%(place)s” has no word."), place=found.group())
        word, group = words[number]
        gaps.append(Gap(tuple(dict.fromkeys(each for each, other in words if other == group))))
        right.append((word,))
        return f"{GAP_OPEN}{len(gaps) - 1}{GAP_CLOSE}"

    text = _PLACE.sub(placed, marked)
    if not gaps:
        raise NotCarried(N_("Its text has no gap that can be read."))
    if element.given.get("type") == "ddwtos":
        draft.changed(N_("Words to drag became lists to choose from."))
    _finish_cloze(draft, element, texts, text, Answer(gaps=tuple(gaps), gap_answers=tuple(right)))


READERS: Mapping[str, Reader] = {
    "multichoice": _choice,
    "multichoiceset": _choice_set,
    "truefalse": _truth,
    "shortanswer": _short,
    "numerical": _number,
    "matching": _match,
    "ordering": _order,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _select,
    "ddwtos": _select,
}
"""Readers by the type that Moodle writes."""
