"""What a work may be, what a mark must say, and when two marks agree: pure functions."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from app.domain.assessments.values import PaperQuestion, Response
from app.domain.catalogue.values import Kind
from app.domain.tasks.values import Judgement, UnfitWork
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

Form = Mapping[str, Sequence[str]]

MEGABYTE = 1_000_000
MOST_FILES = 10
LARGEST_FILE = 10 * MEGABYTE
LARGEST_ALL = 30 * MEGABYTE
"""Bounds of one work: how many files, bytes of each, and of all together."""
LONGEST_COMMENT = 4000
LONGEST_REASON = 500
TOLERANCE = Fraction(1, 10)
"""Two marks agree where they differ by at most this part of the task's points."""


def count_words(text: str) -> int:
    """Return how many words a text has: whatever stands between spaces."""
    return len(text.split())


def check_length(question: PaperQuestion, position: int, text: str) -> None:
    """Raise UnfitWork where a text has more words than its task allows."""
    words = count_words(text)
    if question.max_words is not None and words > question.max_words:
        raise UnfitWork(
            f"q{position}",
            N_(
                "Your text has %(words)s words, at most %(most)s are allowed: shorten it. What you wrote is saved."
            ),
            words=words,
            most=question.max_words,
        )


def check_lengths(paper: Sequence[PaperQuestion], responses: Mapping[int, Response]) -> None:
    """Raise UnfitWork for the first text of a paper's tasks that is too long."""
    for position, question in enumerate(paper, start=1):
        if question.kind is Kind.TASK:
            check_length(question, position, "".join(responses.get(position, [])))


def check_files(position: int, sizes: Sequence[int]) -> None:
    """Raise UnfitWork where the files of a work, each by its bytes, are too many or too large together."""
    if len(sizes) > MOST_FILES:
        raise UnfitWork(
            f"file-{position}", N_("At most %(most)s files can be put to a task."), most=MOST_FILES
        )
    if sum(sizes) > LARGEST_ALL:
        raise UnfitWork(
            f"file-{position}",
            N_("All files of a task together may have at most %(most)s MB."),
            most=LARGEST_ALL // MEGABYTE,
        )


def read_judgement(form: Form, criteria: Sequence[int], *, is_whole: bool) -> Judgement:
    """Return what a marker's form says; where it must be whole, points are wanted for every criterion.

    Raises Invalid that names the field: no whole number, more than the criterion is worth, a comment too long.
    """
    places = range(1, len(criteria) + 1)
    return Judgement(
        points=tuple(
            _points(form, place, most, is_whole=is_whole) for place, most in enumerate(criteria, start=1)
        ),
        comments=tuple(_comment(form, f"comment-{place}") for place in places),
        comment=_comment(form, "comment"),
    )


def _points(form: Form, place: int, most: int, *, is_whole: bool) -> int | None:
    written = _word(form, f"points-{place}")
    if not written and not is_whole:
        return None
    is_number = written.isascii() and written.isdecimal() and len(written) <= len(str(most)) + 1
    if not is_number or int(written) > most:
        raise Invalid(f"points-{place}", N_("Give a whole number of points from 0 to %(most)s."), most=most)
    return int(written)


def _comment(form: Form, field: str) -> str:
    return read_text(form, field, LONGEST_COMMENT)


def read_text(form: Form, field: str, most: int) -> str:
    """Return what stands in a field, lines ended alike; raises Invalid where it is too long."""
    written = _word(form, field).replace("\r\n", "\n")
    if len(written) > most:
        raise Invalid(field, N_("This text is too long: at most %(most)s characters."), most=most)
    return written


def _word(form: Form, field: str) -> str:
    return next(iter(form.get(field, ())), "").strip()


def agreed(totals: Sequence[int], points: int) -> Fraction | None:
    """Return what marks of a work amount to: their mean; None where they lie further apart than ``TOLERANCE``."""
    if max(totals) - min(totals) > TOLERANCE * points:
        return None
    return Fraction(sum(totals), len(totals))


def means(points: Sequence[Sequence[int | None]]) -> list[Fraction]:
    """Return the points of each criterion: the mean of what some markers gave, exactly."""
    return [Fraction(sum(given or 0 for given in each), len(points)) for each in zip(*points, strict=True)]
