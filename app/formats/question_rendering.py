"""Makes of a question's Markdown pieces what a learner gets, and what is right, in one language."""

import re
from collections.abc import Mapping
from dataclasses import replace

from app.domain.catalogue.values import Gap, Question, QuestionBody, QuestionKey
from app.formats import serbian
from app.formats.markdown_html import Request, Shape
from app.formats.question_values import Piece, QuestionSource
from app.formats.source_text import GAP_CLOSE, GAP_OPEN

_GAP = re.compile(f"{GAP_OPEN}([0-9]+){GAP_CLOSE}")


def requests_of(question: QuestionSource) -> list[Request]:
    """Return the pieces of a question to be rendered."""
    answer = question.answer
    found = [
        _request(question, "heading", question.heading, Shape.PLAIN),
        _request(question, "stem", question.stem),
    ]
    if answer.text is not None:
        found.append(_request(question, "text", answer.text, gaps=len(answer.gaps)))
    if question.explanation is not None:
        found.append(_request(question, "explanation", question.explanation))
    for place, option in enumerate(answer.options):
        found.append(_request(question, f"option-{place}", option, Shape.INLINE))
    for place, choice in enumerate(answer.choices):
        found.append(_request(question, f"choice-{place}", choice, Shape.PLAIN))
    for place, feedback in enumerate(answer.feedback):
        if feedback is not None:
            found.append(_request(question, f"feedback-{place}", feedback, Shape.INLINE))
    return found


def _request(
    question: QuestionSource, part: str, piece: Piece, shape: Shape = Shape.BLOCK, gaps: int = 0
) -> Request:
    prefix = f"q-{question.key}-{part}--"
    return Request(f"{question.key}/{part}", piece.text, piece.line, shape, prefix, gaps)


def body_of(question: QuestionSource, html: Mapping[str, str], language: str) -> QuestionBody:
    """Return the body of a question, its pieces rendered."""
    answer = question.answer
    return QuestionBody(
        language=language,
        heading=html[f"{question.key}/heading"],
        stem=html[f"{question.key}/stem"],
        options=tuple(html[f"{question.key}/option-{place}"] for place in range(len(answer.options))),
        choices=tuple(html[f"{question.key}/choice-{place}"] for place in range(len(answer.choices))),
        fragments=tuple(_GAP.split(html[f"{question.key}/text"])[::2]) if answer.text is not None else (),
        gaps=answer.gaps,
        unit=question.attributes.unit,
    )


def gaps_are_in_order(question: QuestionSource, html: Mapping[str, str]) -> bool:
    """Tell whether the gaps of a cloze come out of rendering as they were written."""
    if question.answer.text is None:
        return True
    numbers = [int(number) for number in _GAP.findall(html[f"{question.key}/text"])]
    return numbers == list(range(len(question.answer.gaps)))


def key_of(question: QuestionSource, html: Mapping[str, str]) -> QuestionKey:
    """Return what is right in a question, and what is said afterwards."""
    answer = question.answer
    return QuestionKey(
        right=answer.right,
        accepted=answer.accepted,
        ranges=answer.ranges,
        pairs=answer.pairs,
        gaps=answer.gap_answers,
        feedback=tuple(html.get(f"{question.key}/feedback-{place}") for place in range(len(answer.feedback))),
        explanation=html.get(f"{question.key}/explanation", ""),
    )


def question_of(
    source: QuestionSource, bodies: Mapping[str, QuestionBody], keys: Mapping[str, QuestionKey]
) -> Question:
    """Return a question in all languages; what it is stands in the source language's file."""
    given = source.attributes
    return Question(
        key=source.key,
        kind=source.kind,
        area=given.area or "",
        points=given.points or 1,
        is_practice="practice" in given.flags,
        is_pinned="pinned" in given.flags,
        is_retired="retired" in given.flags,
        is_exact="exact" in given.flags,
        is_partial="partial" in given.flags,
        is_all_or_nothing="all-or-nothing" in given.flags,
        unit=given.unit,
        bodies=bodies,
        keys=keys,
        criteria=source.answer.criteria,
        upload=given.upload,
        max_words=given.max_words,
    )


def body_in_latin(question: QuestionSource, html: Mapping[str, str]) -> QuestionBody:
    """Return the body of a question in Serbian Latin, whose pieces are rendered so already."""
    body = body_of(question, html, "sr-Latn")
    return replace(
        body,
        gaps=tuple(_gap_in_latin(gap) for gap in body.gaps),
        unit=serbian.to_latin(body.unit) if body.unit else body.unit,
    )


def _gap_in_latin(gap: Gap) -> Gap:
    return gap if gap.choices is None else Gap(tuple(map(serbian.to_latin, gap.choices)))


def key_in_latin(question: QuestionSource, html: Mapping[str, str]) -> QuestionKey:
    """Return what is right in Serbian Latin, the pieces rendered so already."""
    key = key_of(question, html)
    return replace(
        key,
        accepted=tuple(map(serbian.to_latin, key.accepted)),
        gaps=tuple(tuple(map(serbian.to_latin, accepted)) for accepted in key.gaps),
    )


def wording_of(question: QuestionSource) -> dict[str, object]:
    """Return what a question says as its author wrote it, explanation and feedback left out."""
    answer = question.answer
    return {
        "heading": question.heading.text,
        "stem": question.stem.text,
        "options": [option.text for option in answer.options],
        "choices": [choice.text for choice in answer.choices],
        "pairs": answer.pairs,
        "right": answer.right,
        "accepted": answer.accepted,
        "ranges": answer.ranges,
        "text": answer.text.text if answer.text is not None else "",
        "gaps": [gap.choices for gap in answer.gaps],
        "gap_answers": answer.gap_answers,
        "unit": question.attributes.unit,
    }
