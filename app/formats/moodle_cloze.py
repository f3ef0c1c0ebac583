"""The gaps of Moodle's cloze texts, ``{2:SHORTANSWER:=right~%50%half#feedback}``: read, and written.

The grammar is that of docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from app.domain.catalogue.values import Gap
from app.formats.html_markdown import to_words
from app.formats.question_draft import WHOLE, Draft, Option, only_full
from app.formats.question_exchange import NotCarried, read_number, write_number
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.foundation.i18n import N_

_TYPED = "SHORTANSWER_C|SHORTANSWER|SAC|SA|MWC|MW"
_NUMBER = "NUMERICAL|NM"
_SEVERAL = "MULTIRESPONSE_HS|MULTIRESPONSE_H|MULTIRESPONSE_S|MULTIRESPONSE|MRHS|MRH|MRS|MR"
_CHOSEN = "MULTICHOICE_VS|MULTICHOICE_HS|MULTICHOICE_V|MULTICHOICE_H|MULTICHOICE_S|MULTICHOICE|MCVS|MCHS|MCV|MCH|MCS|MC"
_GAP = re.compile(
    rf"\{{(?P<weight>[0-9]{{0,4}}):(?P<kind>{_TYPED}|{_NUMBER}|{_SEVERAL}|{_CHOSEN}):"
    r"(?P<answers>(?:\\.|[^\\{}]){1,5000}+)\}",
    re.DOTALL,
)
_DIVIDER = re.compile(r"(?<!\\)~")
_ANSWER = re.compile(
    r"\s*(?:(?P<right>=)|%(?P<weight>-?[0-9]{1,3}(?:[.,][0-9]{0,10})?)%)?(?P<text>(?:\\.|&(?:amp;)?#|[^\\#])*+)(?:#(?P<remark>.*))?",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([}#~/\"\\={:])")
_SPECIAL = re.compile(r"[{}~\\]|(?<!&)#|^[=%]")
_LEFT = re.compile(r"\{[0-9]{0,4}:[A-Z_]{2,20}:")
_STAR = re.compile(r"(?<!\\)\*")
_EXACT = frozenset({"SHORTANSWER_C", "SAC", "MWC"})


@dataclass(frozen=True, slots=True)
class Cloze:
    """A text with numbered places, its gaps, the answers of each, and the sum of the weights."""

    text: str
    gaps: tuple[Gap, ...]
    answers: tuple[tuple[str, ...], ...]
    points: int


def read_gaps(draft: Draft, text: str) -> Cloze:
    """Take the gaps out of a text; raises NotCarried where one cannot come over."""
    found = list(_GAP.finditer(text))
    if not found:
        raise NotCarried(N_("Its text has no gap that can be read."))
    read = [_read_gap(draft, match) for match in found]
    weights = [int(match["weight"] or 1) or 1 for match in found]
    if len(set(weights)) > 1:
        draft.changed(N_("Its gaps had weights of their own: here each counts alike."))
    _note_case(draft, [match["kind"] for match in found if match["kind"] in _TYPED.split("|")])
    numbers = iter(range(len(found)))
    marked = _GAP.sub(lambda _: f"{GAP_OPEN}{next(numbers)}{GAP_CLOSE}", text)
    if _LEFT.search(marked):
        raise NotCarried(N_("One of its gaps cannot be read: look at its braces and its kind."))
    return Cloze(marked, tuple(gap for gap, _ in read), tuple(accepted for _, accepted in read), sum(weights))


def write_gap(gap: Gap, accepted: Sequence[str], weight: int, *, is_exact: bool) -> str:
    """Return a gap in Moodle's grammar."""
    if gap.choices is None:
        kind, answers = (
            "SHORTANSWER_C" if is_exact else "SHORTANSWER",
            [f"={_starless(each)}" for each in accepted],
        )
    else:
        kind = "MULTICHOICE"
        answers = [f"{'=' if each in accepted else ''}{_safe(each)}" for each in gap.choices]
    return f"{{{weight}:{kind}:{'~'.join(answers)}}}"


def _safe(text: str) -> str:
    """Return words as the grammar takes them: its signs, and those of HTML, as entities."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", escape(text, quote=False))


def _starless(text: str) -> str:
    return _safe(text.replace("*", "\\*"))


def _note_case(draft: Draft, kinds: list[str]) -> None:
    exact = [kind in _EXACT for kind in kinds]
    if exact and all(exact):
        draft.flags.add("exact")
    elif any(exact):
        draft.changed(N_("Some gaps told capitals from small letters: here none does."))


def _read_gap(draft: Draft, found: re.Match[str]) -> tuple[Gap, tuple[str, ...]]:
    options = [_read_option(part) for part in _DIVIDER.split(found["answers"])]
    options = [option for option in options if option.text]
    if any(option.feedback for option in options):
        draft.left_out(N_("Feedback to single answers was left out: only options have it here."))
    kind = found["kind"]
    if kind in _TYPED.split("|"):
        return Gap(), typed(draft, options)
    if kind in _NUMBER.split("|"):
        return Gap(), _numbers(draft, options)
    return _chosen(draft, options, is_several=kind in _SEVERAL.split("|"))


def _read_option(part: str) -> Option:
    found = _ANSWER.fullmatch(part)
    if found is None:
        return Option("", Decimal(0))
    weight = WHOLE if found["right"] else Decimal((found["weight"] or "0").replace(",", ".").rstrip("."))
    text = to_words(_ESCAPED.sub(r"\1", found["text"].strip()))
    return Option(text, weight, to_words(found["remark"] or ""))


def typed(draft: Draft, options: Sequence[Option]) -> tuple[str, ...]:
    """Return the answers to be typed, whose stars stand for any letters in Moodle and for nothing here."""
    words = []
    for option in only_full(draft, [option for option in options if option.text != "*"]):
        if _STAR.search(option.text):
            draft.left_out(
                N_("The answer “%(answer)s”, in which * stands for any letters, was left out."),
                answer=option.text,
            )
        else:
            words.append(option.text.replace("\\*", "*"))
    if not words:
        raise NotCarried(N_("No answer came over: all hold the sign * for any letters."))
    return tuple(dict.fromkeys(words))


def _numbers(draft: Draft, options: Sequence[Option]) -> tuple[str, ...]:
    words: list[str] = []
    for option in only_full(draft, options):
        value, _, tolerance = option.text.partition(":")
        number = read_number(value)
        if number is None:
            raise NotCarried(N_("“%(text)s” is no number."), text=option.text)
        if read_number(tolerance or "0"):
            draft.changed(
                N_("A gap takes “%(answer)s” alone: a tolerance cannot stand in a gap."), answer=value.strip()
            )
        written = write_number(number)
        words += [written, written.replace(".", ",")]
    return tuple(dict.fromkeys(words))


def _chosen(draft: Draft, options: Sequence[Option], *, is_several: bool) -> tuple[Gap, tuple[str, ...]]:
    right = [option for option in options if option.weight > 0]
    if not right:
        raise NotCarried(N_("No option is right."))
    best = [option for option in right if option.weight == max(each.weight for each in right)]
    if (is_several and len(right) > 1) or len(best) > 1:
        raise NotCarried(N_("A gap has several right options: here a list to choose from has one."))
    for option in right:
        if option not in best:
            draft.changed(
                N_("The option “%(answer)s” counted %(weight)s %%: here it is wrong."),
                answer=option.text,
                weight=f"{option.weight:f}",
            )
    return Gap(tuple(option.text for option in options)), (best[0].text,)
