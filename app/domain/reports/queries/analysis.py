"""Item analysis: the attempts of a course read as lean rows, and gathered into figures over all its learners.

The scope is that of whoever teaches: a course within it is open with all its learners, for figures name nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, cast, func, literal, select

from app.domain.assessments.models import Answer, Attempt
from app.domain.assessments.queries import outlines_of
from app.domain.assessments.rules import key_of, read_turning
from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.catalogue.queries import (
    areas_of_pool,
    find_newest_version,
    get_version,
    list_kept_questions,
)
from app.domain.catalogue.values import BankQuestion, Kind
from app.domain.corrections.queries import as_it_counts, list_applied, positions_left_out, spoken
from app.domain.enrolment.models import Enrolment
from app.domain.reports.queries.places import AnySelect
from app.domain.reports.rules.advice import advise
from app.domain.reports.rules.items import (
    BETWEEN_ANSWERS,
    BETWEEN_CELLS,
    BETWEEN_POSITIONS,
    Answers,
    Gathering,
    Item,
    Met,
    Part,
    Sat,
    Variant,
    share,
    thirds,
    without,
)
from app.domain.reports.values import Analysis, QuestionFigures, Sample, Which
from app.domain.territory.values import Scope
from app.foundation.db import session
from app.foundation.text import plain

CHUNK_ATTEMPTS = 2_000
MOST_VARIANTS = 50_000
"""So many orders of questions are remembered; further ones are read anew each time."""

_FIRST_DAY, _LAST_DAY = date(2, 1, 1), date(9998, 12, 31)
"""Before and after these, some zone's midnight is no moment that Python knows."""
_TURNS: Mapping[Which, tuple[ColumnElement[Any], ...]] = {
    Which.FIRST: (Attempt.ordinal.asc(),),
    Which.LAST: (Attempt.ordinal.desc(),),
    Which.BEST: (Attempt.mark.desc(), Attempt.ordinal.asc()),
}


@dataclass(frozen=True, slots=True)
class _Read:
    """An attempt that counts."""

    id: int
    person_id: int
    version_id: int
    language: str
    earned: str
    points: int


def _counted(scope: Scope, slug: str, *columns: Any) -> AnySelect:  # noqa: ANN401 -- Columns of any type.
    """Return the query for the attempts of a course that count: finished, marked, and not annulled."""
    return (
        select(*columns)
        .select_from(Course)
        .join(Edition, Edition.course_id == Course.id)
        .join(Enrolment, Enrolment.edition_id == Edition.id)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(
            Course.slug == slug,
            scope.within(Course.owner_path),
            Attempt.finished_at.is_not(None),
            Attempt.mark.is_not(None),
            Attempt.annulled_at.is_(None),
        )
    )


def list_analysed_versions(scope: Scope, slug: str) -> Sequence[tuple[int, int, int]]:
    """Return edition, correction and number of attempts that count, the newest first; none without attempts."""
    columns = (CourseVersion.edition, CourseVersion.correction)
    statement = (
        _counted(scope, slug, *columns, func.count())
        .join(CourseVersion, CourseVersion.id == Attempt.version_id)
        .group_by(*columns)
        .order_by(*(column.desc() for column in columns))
    )
    return [(edition, correction, count) for edition, correction, count in session().execute(statement)]


def _sample(scope: Scope, sample: Sample, zone: ZoneInfo) -> AnySelect:
    """Return the query for a sample: whose turn it is, is told of all attempts, before any other choice."""
    turn = (
        literal(1)
        if sample.which is Which.ALL
        else func.row_number().over(partition_by=Attempt.enrolment_id, order_by=_TURNS[sample.which])
    )
    columns = (Attempt.id, Attempt.person_id, Attempt.version_id, Attempt.language)
    figures = (Attempt.earned, Attempt.points, Attempt.finished_at, turn.label("turn"))
    each = _counted(scope, sample.course, *columns, *figures).subquery()
    clauses: list[ColumnElement[bool]] = [each.c.turn == 1]
    if sample.edition is not None:
        clauses.append(CourseVersion.edition == sample.edition)
    if sample.correction is not None:
        clauses.append(CourseVersion.correction == sample.correction)
    if sample.period.first is not None:
        clauses.append(each.c.finished_at >= _midnight(sample.period.first, zone))
    if sample.period.last is not None:
        clauses.append(
            each.c.finished_at < _midnight(min(sample.period.last, _LAST_DAY) + timedelta(days=1), zone)
        )
    named = (each.c.id, each.c.person_id, each.c.version_id, each.c.language, each.c.earned, each.c.points)
    return (
        select(*named)
        .join(CourseVersion, CourseVersion.id == each.c.version_id)
        .where(*clauses)
        .order_by(each.c.id)
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(max(day, _FIRST_DAY), time(), zone)


def get_analysis(scope: Scope, sample: Sample, zone: ZoneInfo, language: str) -> Analysis:
    """Return the item analysis of a sample; texts in a language where the course has it.

    Papers are not read but their outlines: see ``assessments.rules.outline``. Where keys were corrected, marks, points
    of questions and right answers are those that count now; a question that was dropped from a result is no item of it.
    """
    read = [_Read(*row) for row in session().connection().execute(_sample(scope, sample, zone))]
    placed = thirds([share(each.earned, each.points) for each in read])
    gathering, papers = Gathering(), _Papers(language, scope, sample.course)
    for begin in range(0, len(read), CHUNK_ATTEMPTS):
        chunk = read[begin : begin + CHUNK_ATTEMPTS]
        outlines, answers, left_out = (
            outlines_of([each.id for each in chunk]),
            _answers(chunk),
            papers.left_out(chunk),
        )
        for attempt, third in zip(chunk, placed[begin:], strict=False):
            paper = papers.read(gathering, attempt, outlines[attempt.id])
            sat = Sat(attempt.person_id, attempt.earned, attempt.points, third)
            given = answers.get(attempt.id, Answers())
            gathering.add(sat, *without(paper, given, left_out.get(attempt.id, ())))
    return Analysis(gathering.whole(), tuple(_figures(gathering, papers, sample.course)))


def _answers(chunk: Sequence[_Read]) -> Mapping[int, Answers]:
    """Return attempt → its answers in two texts: many times fewer rows to fetch than answers."""
    cells = func.coalesce(Answer.earned, "0") + BETWEEN_CELLS + cast(Answer.response, Text)
    statement = (
        select(
            Answer.attempt_id,
            func.aggregate_strings(cast(Answer.position, Text), BETWEEN_POSITIONS),
            func.aggregate_strings(cells, BETWEEN_ANSWERS),
        )
        .where(Answer.attempt_id.in_([each.id for each in chunk]))
        .group_by(Answer.attempt_id)
    )
    rows = session().connection().execute(statement).all()
    return {attempt_id: Answers(positions, given) for attempt_id, positions, given in rows}


class _Papers:
    """Papers read from their outlines; what a question in one order says is looked up when it comes up first."""

    def __init__(self, language: str, scope: Scope, slug: str) -> None:
        self._language = language
        self._corrections = list_applied(scope, slug)
        self._known: dict[tuple[int, str], dict[str, Variant]] = {}
        self._versions: dict[int, CourseVersion] = {}

    def read(self, gathering: Gathering, attempt: _Read, outline: str) -> list[Variant]:
        """Return the questions of a paper."""
        version_id, language = attempt.version_id, attempt.language
        known = self._known.setdefault((version_id, language), {})
        paper = []
        for question in outline.split():
            variant = known.get(question)
            if variant is None:
                variant = gathering.meet(self._met(version_id, language, question))
                if len(known) < MOST_VARIANTS:
                    known[question] = variant
            paper.append(variant)
        return paper

    def _met(self, version_id: int, language: str, question: str) -> Met:
        key = key_of(question)
        bank = self._bank(version_id, language, key)
        parts: tuple[Part, ...] = ()
        if bank.kind in _PARTS:
            parts = tuple(_PARTS[bank.kind](read_turning(question), bank, self.shown(version_id, key)))
        return Met(key, bank.kind.value, bank.area, bank.points, version_id, parts)

    def shown(self, version_id: int, key: str) -> BankQuestion:
        """Return a question of a version in the language that it is shown in."""
        return self._bank(version_id, self._language, key)

    def _bank(self, version_id: int, language: str, key: str) -> BankQuestion:
        version = self._versions.get(version_id) or self._versions.setdefault(
            version_id, get_version(version_id)
        )
        own = spoken(version, language)
        question = list_kept_questions(version, own, (key,))[0]
        counts = as_it_counts(version, own, key, self._corrections)
        return question if counts is None else replace(question, answer_key=counts.answer_key)

    def left_out(self, chunk: Sequence[_Read]) -> Mapping[int, Sequence[int]]:
        """Return attempt → positions that were dropped from it."""
        return positions_left_out([each.id for each in chunk]) if self._corrections else {}


Orders: TypeAlias = Sequence[tuple[int, ...]]


def _options(orders: Orders, bank: BankQuestion, shown: BankQuestion) -> Iterator[Part]:
    options = tuple(map(plain, shown.body.options))
    yield Part("", options, frozenset(bank.answer_key.right), orders[0])


def _pairs(orders: Orders, bank: BankQuestion, shown: BankQuestion) -> Iterator[Part]:
    for left, pair in zip(shown.body.options, bank.answer_key.pairs, strict=True):
        yield Part(plain(left), shown.body.choices, frozenset({pair}), orders[0])


def _gaps(orders: Orders, bank: BankQuestion, shown: BankQuestion) -> Iterator[Part]:
    gaps = zip(orders, bank.body.gaps, shown.body.gaps, bank.answer_key.gaps, strict=True)
    for number, (order, own, other, accepted) in enumerate(gaps, start=1):
        right = frozenset(place for place, choice in enumerate(own.choices or ()) if choice in accepted)
        yield Part(str(number), other.choices or (), right, order)


_PARTS = {Kind.SINGLE: _options, Kind.MULTIPLE: _options, Kind.MATCH: _pairs, Kind.CLOZE: _gaps}
"""The kinds of which options are chosen, and how these are told."""


def _figures(gathering: Gathering, papers: _Papers, slug: str) -> Iterator[QuestionFigures]:
    """Yield the questions, those of the newest version's bank first and in its order."""
    newest = find_newest_version(slug)
    pool = list(areas_of_pool(newest.id)) if newest is not None else []
    places = {key: place for place, key in enumerate(pool)}
    counted = [(key, item) for key, item in gathering.items.items() if any(item.gained)]
    for key, item in sorted(counted, key=lambda each: (places.get(each[0], len(pool)), each[0])):
        question = _question(key, item, papers.shown(item.version_id, key), is_drawn_still=key in places)
        yield replace(question, advice=advise(question))


def _question(key: str, item: Item, shown: BankQuestion, *, is_drawn_still: bool) -> QuestionFigures:
    weaker, _, better = map(len, item.gained)
    return QuestionFigures(
        key=key,
        kind=item.kind,
        area=item.area,
        heading=shown.body.heading,
        language=shown.body.language,
        is_drawn_still=is_drawn_still,
        item=item.figures(),
        choices=item.choices(),
        typed=item.typed(),
        unanswered=item.unanswered,
        weaker=weaker,
        better=better,
    )
