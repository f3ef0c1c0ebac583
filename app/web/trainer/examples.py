"""The page of the question format: how each kind of question is written, and how it looks."""

import re
from dataclasses import dataclass
from functools import lru_cache

from flask import render_template

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.assessments import rules
from app.formats import course_folder
from app.formats.course_template import new_course, task_example
from app.formats.surroundings import Surroundings
from app.foundation.errors import NotFound
from app.foundation.i18n import content_language
from app.foundation.ids import dice
from app.web.session import choose_locale
from app.web.trainer.papers import Tried, paper_of
from app.web.trainer.shelf import blueprint

P = Permission
_NAME = "example"
_QUESTION = re.compile(r"^## .*\{[^}\n]*#([a-z0-9-]+)[^\n]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A question as it is written, and as it looks."""

    source: str
    tried: Tried
    is_practice: bool


@blueprint.get("/teach/question-format")
@requires(P.COURSE_WRITE)
def question_format() -> str:
    """Show how questions are written, with an example of each kind beside how it looks."""
    language = content_language(choose_locale())
    return render_template(
        "trainer/question_format.html", examples=list_examples(language), language=language
    )


@lru_cache(maxsize=8)
def list_examples(language: str) -> tuple[Example, ...]:
    """Return the questions of the template in a language: written, and as the reader makes them."""
    task = task_example(language)
    files = {**new_course(_NAME, "CZ", language, _NAME), f"{language}/questions-task.md": task}
    reading = course_folder.read_course(_NAME, files, Surroundings(), limited=False)
    if reading.draft is None:
        raise NotFound
    text = "\n\n".join((files[f"{language}/questions.md"].decode(), task.decode()))
    starts = list(_QUESTION.finditer(text))
    ends = [*(found.start() for found in starts[1:]), len(text)]
    sources = {found[1]: text[found.start() : end].strip() for found, end in zip(starts, ends, strict=True)}
    order = dice(len(text))
    return tuple(
        Example(
            source=sources[question.key],
            tried=Tried(rules.lay_out(paper_of(question, language), question.is_pinned, False, order)),
            is_practice=question.is_practice,
        )
        for question in reading.draft.questions
    )
