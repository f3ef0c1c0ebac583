"""Questions of a draft laid out as a learner gets them, and marked where a trainer tries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.assessments import rules
from app.domain.assessments.values import PaperQuestion, Response
from app.domain.catalogue.values import Kind, Question

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A question as it is shown, and what an answer on trial was worth."""

    question: PaperQuestion
    response: Response | None = None
    fraction: Fraction | None = None


def paper_of(question: Question, language: str) -> PaperQuestion:
    """Return a question of the bank in a language, with its key, in the order of its file."""
    return PaperQuestion(
        key=question.key,
        kind=question.kind,
        area=question.area,
        points=question.points,
        body=question.bodies[language],
        answer_key=question.keys[language],
        is_exact=question.is_exact,
        is_partial=question.is_partial,
        is_all_or_nothing=question.is_all_or_nothing,
        unit=question.bodies[language].unit or question.unit,
        criteria=question.criteria,
        upload=question.upload,
        max_words=question.max_words,
    )


def try_out(papers: Sequence[PaperQuestion], form: Form | None) -> list[Tried]:
    """Return questions, marked where answers are given; a task is not marked by a machine."""
    if form is None:
        return [Tried(paper) for paper in papers]
    return [_marked(paper, place, form) for place, paper in enumerate(papers, start=1)]


def _marked(paper: PaperQuestion, place: int, form: Form) -> Tried:
    if paper.kind is Kind.TASK:
        return Tried(paper)
    response = rules.read_response(paper, place, form)
    return Tried(paper, response, rules.fraction_of(paper, response))
