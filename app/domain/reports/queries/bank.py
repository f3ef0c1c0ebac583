"""The question bank: what published courses ask, where it is used, and how it performs.

The scope is that of whoever may write the courses: figures about attempts are counted over learners of all places.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Subquery,
    TableValuedAlias,
    cast,
    column,
    func,
    select,
    true,
)

from app.domain.assessments.models import Answer, Attempt, Paper
from app.domain.catalogue.models import (
    Course,
    CourseVersion,
    Edition,
    ModuleText,
    Question,
    QuestionText,
)
from app.domain.enrolment.models import Enrolment
from app.domain.reports.queries.places import AnySelect
from app.domain.reports.rules.selections import state_of_question
from app.domain.reports.values import BankFilter, BankLine, QuestionState, Use, Uses
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.text import fold

LATEST = 1000
"""How many of a course's finished attempts, the latest, are counted: a paper of 30 questions costs 0.3 to 0.5 ms."""
_TAG = re.compile(r"<[^>]+>")
_STATES: Mapping[QuestionState, ColumnElement[bool]] = {
    QuestionState.RETIRED: Question.is_retired.is_(True),
    QuestionState.PRACTICE: Question.is_practice & ~Question.is_retired,
    QuestionState.IN_USE: ~Question.is_practice & ~Question.is_retired,
}


def _bank(scope: Scope, wanted: BankFilter, *columns: Any) -> AnySelect:  # noqa: ANN401 -- Columns of any type.
    """Return the query for questions of newest versions within a scope that fit, but for the text."""
    statement: AnySelect = (
        select(*columns)
        .select_from(Question)
        .join(CourseVersion, CourseVersion.id == Question.version_id)
        .join(Edition, Edition.version_id == CourseVersion.id)
        .join(Course, (Course.id == Edition.course_id) & (Course.newest_edition == Edition.number))
        .where(scope.within(Course.owner_path))
        .order_by(Course.slug, Question.position)
    )
    plain = {Course.slug: wanted.course, Question.area: wanted.area, Question.kind: wanted.kind}
    for name, value in plain.items():
        if value is not None:
            statement = statement.where(name == value)
    if wanted.state is not None:
        statement = statement.where(_STATES[wanted.state])
    if wanted.language is not None:
        statement = statement.where(_is_written_in(wanted.language))
    return statement


def _is_written_in(language: str) -> ColumnElement[bool]:
    return (
        select(QuestionText.question_id)
        .where(
            QuestionText.question_id == Question.id,
            QuestionText.language == language,
            QuestionText.body["language"].as_string() == language,
        )
        .exists()
    )


def list_bank(
    scope: Scope, wanted: BankFilter, language: str, page: int, size: int
) -> tuple[Sequence[BankLine], int]:
    """Return one page of the questions within a scope that fit, by course and place, and how many there are.

    Each is shown in ``language``, where its course is in it, else in that of its source.
    """
    ids, count = _find_ids(scope, wanted, (page - 1) * size, size)
    chosen = _bank(scope, wanted, Question, Course.slug, CourseVersion).where(Question.id.in_(ids))
    return _lines(chosen, wanted.language or language), count


def get_line(scope: Scope, slug: str, key: str, language: str) -> BankLine:
    """Return one question of the newest version of a course within a scope; raises NotFound."""
    lines = _lines(
        _bank(scope, BankFilter(course=slug), Question, Course.slug, CourseVersion).where(
            Question.key == key
        ),
        language,
    )
    if not lines:
        raise NotFound
    return lines[0]


def _lines(chosen: AnySelect, language: str) -> list[BankLine]:
    rows = session().execute(chosen).all()
    texts = _texts_of(question.id for question, _slug, _version in rows)
    return [_line(question, slug, version, texts[question.id], language) for question, slug, version in rows]


def _find_ids(scope: Scope, wanted: BankFilter, first: int, size: int) -> tuple[list[int], int]:
    if wanted.text:
        found = _search(scope, wanted)
        return found[first : first + size], len(found)
    statement = _bank(scope, wanted, Question.id)
    count = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    return list(session().scalars(statement.offset(first).limit(size))), count or 0


def _search(scope: Scope, wanted: BankFilter) -> list[int]:
    """Return the questions whose id or text holds every word, in any script and with or without accents."""
    words = fold(wanted.text).split()
    statement = _bank(scope, wanted, Question.id, Question.key, QuestionText.body).join(
        QuestionText, QuestionText.question_id == Question.id
    )
    if wanted.language is not None:
        statement = statement.where(QuestionText.language == wanted.language)
    found: dict[int, None] = {}
    for number, key, body in session().execute(statement):
        searched = fold(f"{key} {_words_of(body)}") if number not in found else ""
        if searched and all(word in searched for word in words):
            found[number] = None
    return list(found)


def _words_of(body: Mapping[str, Any]) -> str:
    pieces = [body["heading"], body["stem"], *body["options"], *body["choices"], *body["fragments"]]
    return _TAG.sub(" ", " ".join(pieces))


def _texts_of(ids: Iterable[int]) -> Mapping[int, Mapping[str, Mapping[str, Any]]]:
    texts: dict[int, dict[str, Mapping[str, Any]]] = {}
    chosen = QuestionText.question_id.in_(list(ids))
    for text in session().scalars(select(QuestionText).where(chosen)):
        texts.setdefault(text.question_id, {})[text.language] = text.body
    return texts


def _line(
    question: Question,
    slug: str,
    version: CourseVersion,
    texts: Mapping[str, Mapping[str, Any]],
    language: str,
) -> BankLine:
    body = texts.get(language) or texts[version.languages[0]]
    return BankLine(
        slug=slug,
        titles=version.titles,
        key=question.key,
        kind=question.kind,
        area=question.area,
        state=state_of_question(question.is_practice, question.is_retired),
        heading=body["heading"],
        language=body["language"],
    )


def list_courses(scope: Scope) -> Mapping[str, Mapping[str, str]]:
    """Return slug → titles of the published courses within a scope, by slug."""
    statement = (
        select(Course.slug, CourseVersion.titles)
        .join(Edition, (Edition.course_id == Course.id) & (Edition.number == Course.newest_edition))
        .join(CourseVersion, CourseVersion.id == Edition.version_id)
        .where(scope.within(Course.owner_path))
        .order_by(Course.slug)
    )
    return {slug: titles for slug, titles in session().execute(statement)}  # noqa: C416 -- Rows are no pairs.


def list_areas(scope: Scope, course: str | None) -> Sequence[str]:
    """Return the areas of the questions within a scope, or of one course, by the alphabet."""
    statement = _bank(scope, BankFilter(course=course), Question.area).order_by(None).distinct()
    return sorted(area for area in session().scalars(statement) if area)


def list_labels(scope: Scope, slug: str, key: str) -> Sequence[str]:
    """Return the labels of the versions of a course within a scope that hold a question, the newest first."""
    rows = session().scalars(
        select(CourseVersion)
        .join(Question, Question.version_id == CourseVersion.id)
        .join(Edition, Edition.id == CourseVersion.edition_id)
        .join(Course, Course.id == Edition.course_id)
        .where(scope.within(Course.owner_path), Course.slug == slug, Question.key == key)
        .order_by(CourseVersion.edition.desc(), CourseVersion.correction.desc())
    )
    return [version.label for version in rows]


def list_checks(scope: Scope, version: CourseVersion, key: str) -> Sequence[ModuleText]:
    """Return the modules of a version within a scope that ask a question at their end, in order."""
    rows = session().scalars(
        select(ModuleText)
        .join(CourseVersion, CourseVersion.id == ModuleText.version_id)
        .join(Edition, Edition.id == CourseVersion.edition_id)
        .join(Course, Course.id == Edition.course_id)
        .where(
            scope.within(Course.owner_path),
            ModuleText.version_id == version.id,
            ModuleText.language == version.languages[0],
        )
        .order_by(ModuleText.position)
    )
    return [module for module in rows if key in module.check]


# How questions perform.


def get_uses(scope: Scope, slug: str) -> Uses:
    """Return how the questions of a course within a scope were answered in its latest finished attempts.

    Facility is the mean of the points earned over the points there were (Moodle, Quiz statistics: facility index),
    exact; a question that waits to be marked counts as drawn only.
    """
    sat = _latest(scope, slug)
    drawn, position = _drawn()
    key, points = drawn.c.value["key"].as_string(), drawn.c.value["points"].as_integer()
    answered = (Answer.attempt_id == sat.c.id) & (Answer.position == position)
    rows = session().execute(
        select(key, points, Answer.earned, func.count())
        .select_from(sat)
        .join(Paper, Paper.attempt_id == sat.c.id)
        .join(drawn, true())
        .join(Answer, answered, isouter=True)
        .group_by(key, points, Answer.earned)
    )
    uses: dict[str, Use] = {}
    for name, worth, earned, count in rows:
        uses[name] = uses.get(name, Use()) + _use(worth, earned, count)
    return Uses(session().scalar(select(func.count()).select_from(sat)) or 0, uses)


def _latest(scope: Scope, slug: str) -> Subquery:
    """Return the latest finished attempts of a course: found by its editions, on which enrolments have an index."""
    editions = (
        select(Edition.id)
        .join(Course, Course.id == Edition.course_id)
        .where(scope.within(Course.owner_path), Course.slug == slug)
    )
    return (
        select(Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.edition_id.in_(editions),
            Attempt.finished_at.is_not(None),
            Attempt.annulled_at.is_(None),
        )
        .order_by(Attempt.id.desc())
        .limit(LATEST)
        .subquery()
    )


def _drawn() -> tuple[TableValuedAlias, ColumnElement[int]]:
    """Return the questions of papers as rows, and the place of each on its paper, from 1."""
    value = column("value", JSON)
    if session().get_bind().dialect.name == "sqlite":
        rows = func.json_each(Paper.questions).table_valued("key", value)
        return rows, cast(rows.c.key, Integer) + 1
    elements = func.json_array_elements(Paper.questions)
    rows = elements.table_valued(value, with_ordinality="position").render_derived()
    return rows, cast(rows.c.position, Integer)


def _use(points: int, earned: str | None, count: int) -> Use:
    """Return what answers that earned the same come to; not marked yet, they are drawn only."""
    if earned is None:
        return Use(count)
    return Use(count, count, count * Fraction(earned) / points)
