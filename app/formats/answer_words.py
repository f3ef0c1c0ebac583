"""Questions and answers of a paper in plain words, as they stand on a printed protocol."""

from collections.abc import Callable, Mapping, Sequence

from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import Kind
from app.foundation.text import plain

GAP = "____"


def asked(question: PaperQuestion) -> str:
    """Return what a question asks, in words: its heading and its stem or text with gaps."""
    body = question.body
    words = plain(GAP.join(body.fragments) or body.stem)
    is_sentence = not words or body.heading.endswith((".", "?", "!", ":", "…"))
    return " ".join(part for part in (body.heading if is_sentence else f"{body.heading}:", words) if part)


def list_answered(question: PaperQuestion, response: Sequence[str]) -> list[str]:
    """Return what was answered, in words: options, pairs, items by the place given to them, gaps, typed text.

    One line for each part that was answered; none where nothing was.
    """
    return [line for line in _WORDS[question.kind](question, response) if line.strip()]


def _chosen(options: Sequence[str], index: str) -> str:
    return plain(options[int(index)]) if index.isdecimal() and int(index) < len(options) else ""


def _words_of_options(question: PaperQuestion, response: Sequence[str]) -> list[str]:
    return [_chosen(question.body.options, index) for index in response]


def _words_of_text(question: PaperQuestion, response: Sequence[str]) -> list[str]:
    return [f"{text} {question.unit}" if text and question.unit else text for text in response]


def _words_of_pairs(question: PaperQuestion, response: Sequence[str]) -> list[str]:
    chosen = [_chosen(question.body.choices, index) for index in response]
    pairs = zip(question.body.options, chosen, strict=False)
    return [f"{plain(left)} – {right}" for left, right in pairs if right]


def _words_of_order(question: PaperQuestion, response: Sequence[str]) -> list[str]:
    ranked = [
        (int(rank), plain(item)) for item, rank in zip(question.body.options, response, strict=False) if rank
    ]
    return [f"{rank}. {item}" for rank, item in sorted(ranked)]


def _words_of_gaps(question: PaperQuestion, response: Sequence[str]) -> list[str]:
    given = [
        text if gap.choices is None else _chosen(gap.choices, text)
        for gap, text in zip(question.body.gaps, response, strict=False)
    ]
    return [f"{place}. {text}" for place, text in enumerate(given, start=1) if text.strip()]


_WORDS: Mapping[Kind, Callable[[PaperQuestion, Sequence[str]], list[str]]] = {
    Kind.SINGLE: _words_of_options,
    Kind.MULTIPLE: _words_of_options,
    Kind.SHORT: _words_of_text,
    Kind.NUMBER: _words_of_text,
    Kind.MATCH: _words_of_pairs,
    Kind.ORDER: _words_of_order,
    Kind.CLOZE: _words_of_gaps,
    Kind.TASK: _words_of_text,
}
