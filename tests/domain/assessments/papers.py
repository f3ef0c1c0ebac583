"""Questions of every kind as a paper holds them, so that a test says only what it is about."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import Gap, Kind, QuestionBody, QuestionKey

LETTERS = "abcdefgh"


def _question(kind: Kind, body: QuestionBody, key: QuestionKey, points: int, **flags: bool) -> PaperQuestion:
    return PaperQuestion("one", kind, "all", points, body, key, **flags)


def single(right: int = 0, number: int = 3, points: int = 1) -> PaperQuestion:
    """Return a question with so many options, a, b, c and so on."""
    body = QuestionBody("en", "Which?", options=tuple(LETTERS[:number]))
    return _question(Kind.SINGLE, body, QuestionKey(right=(right,)), points)


def multiple(right: Sequence[int], number: int = 5, points: int = 1, **flags: bool) -> PaperQuestion:
    body = QuestionBody("en", "Which ones?", options=tuple(LETTERS[:number]))
    return _question(Kind.MULTIPLE, body, QuestionKey(right=tuple(right)), points, **flags)


def short(*accepted: str, language: str = "en", points: int = 1, **flags: bool) -> PaperQuestion:
    body = QuestionBody(language, "What is it called?")
    return _question(Kind.SHORT, body, QuestionKey(accepted=accepted), points, **flags)


def number(*ranges: tuple[str, str], points: int = 1) -> PaperQuestion:
    exact = tuple((Decimal(low), Decimal(high)) for low, high in ranges)
    return _question(Kind.NUMBER, QuestionBody("en", "How many?"), QuestionKey(ranges=exact), points)


def match(choices: Sequence[str], pairs: Sequence[int], points: int = 1) -> PaperQuestion:
    body = QuestionBody("en", "Match", options=tuple(LETTERS[: len(pairs)]), choices=tuple(choices))
    return _question(Kind.MATCH, body, QuestionKey(pairs=tuple(pairs)), points)


def order(*ranks: int, points: int = 1, **flags: bool) -> PaperQuestion:
    """Return items as they are shown, each with its right rank from 0; the item of rank 0 is called a."""
    body = QuestionBody("en", "Order", options=tuple(LETTERS[rank] for rank in ranks))
    return _question(Kind.ORDER, body, QuestionKey(right=ranks), points, **flags)


def task(points: int = 10) -> PaperQuestion:
    body = QuestionBody("en", "Write it", options=("it is whole",))
    return _question(Kind.TASK, body, QuestionKey(), points)


Place = tuple[Gap, tuple[str, ...]]
"""A gap, and what is accepted there."""


def typed(*accepted: str) -> Place:
    return Gap(), accepted


def chosen(right: str, *wrong: str) -> Place:
    """Return a drop-down, in which the right text stands first."""
    return Gap((right, *wrong)), (right,)


def cloze(*places: Place, language: str = "en", points: int = 1, **flags: bool) -> PaperQuestion:
    gaps, accepted = zip(*places, strict=True)
    body = QuestionBody(language, "Complete", fragments=("…",) * (len(gaps) + 1), gaps=gaps)
    return _question(Kind.CLOZE, body, QuestionKey(gaps=accepted), points, **flags)
