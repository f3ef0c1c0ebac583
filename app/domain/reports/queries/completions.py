"""The completion report: one row for each enrolment with an outcome, counted, paged and streamed alike."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, String, case, distinct, func, select, type_coerce
from sqlalchemy.orm import Session

from app.domain.catalogue.models import Course, CourseVersion, Edition
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import state_of
from app.domain.enrolment.models import Enrolment
from app.domain.people.models import Person
from app.domain.reports.queries.places import AnySelect, Within
from app.domain.reports.values import COMPLETED, CompletionRow, Selection, Totals
from app.domain.territory.models import Unit
from app.domain.territory.values import ZONES, Scope
from app.foundation.db import session

CHUNK_ROWS = 1000

_make_row = CompletionRow._make


def count_completions(scope: Scope, selection: Selection) -> Totals:
    """Return the sums of the report."""
    return _count(session(), scope, selection)


def _count(held: Connection | Session, scope: Scope, selection: Selection) -> Totals:
    is_completed = Enrolment.outcome.in_(COMPLETED)
    row = held.execute(
        select(
            func.count(),
            func.count(distinct(Enrolment.person_id)),
            func.count(case((is_completed, 1))),
            func.sum(case((is_completed, CourseVersion.hours))),
        )
        .select_from(Enrolment)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(*_selected(scope, selection))
    ).one()
    rows, persons, completions, hours = row
    return Totals(rows, persons, completions, rows - completions, hours or Decimal(0))


def list_completions(
    scope: Scope, selection: Selection, today: date, page: int = 1, size: int = 50
) -> Sequence[CompletionRow]:
    """Return one page of the report; ``today`` tells which certificates are expired."""
    held = session()
    rows = held.execute(_statement(scope, selection).offset((page - 1) * size).limit(size))
    return list(_assemble(rows, _Units(held, scope, selection), _Versions(held), today))


class CompletionStream:
    """The whole report as it stood at one moment: its sums, and its rows in chunks so that memory stays flat.

    It reads by a connection of its own, which outlives the request; whoever opened it closes it.
    """

    def __init__(self, scope: Scope, selection: Selection, today: date) -> None:
        """Take the snapshot: the sums are its first read."""
        held = session().get_bind().engine.connect()
        if held.dialect.name == "postgresql":
            held = held.execution_options(isolation_level="REPEATABLE READ")
        self._held = held
        try:
            self.totals = _count(held, scope, selection)
        except BaseException:
            held.close()
            raise
        self._scope = scope
        self._selection = selection
        self._today = today

    def __iter__(self) -> Iterator[CompletionRow]:
        """Yield the rows."""
        units = _Units(self._held, self._scope, self._selection)
        statement = _statement(self._scope, self._selection)
        chunks = self._held.execute(statement, execution_options={"yield_per": CHUNK_ROWS}).partitions()
        return _assemble(chain.from_iterable(chunks), units, _Versions(self._held), self._today)

    def close(self) -> None:
        """Let the snapshot go; a second time does nothing."""
        self._held.close()


def _selected(scope: Scope, selection: Selection) -> Sequence[ColumnElement[bool]]:
    here = Within(scope, selection.unit_path)
    clauses = [here.at(Enrolment.unit_path)]
    clauses.append(
        Enrolment.outcome == selection.result if selection.result else Enrolment.outcome.is_not(None)
    )
    if selection.period.first is not None:
        clauses.append(Enrolment.outcome_on >= selection.period.first)
    if selection.period.last is not None:
        clauses.append(Enrolment.outcome_on <= selection.period.last)
    return [*clauses, *here.of_courses(Enrolment.course_id, selection.course, selection.track)]


def _statement(scope: Scope, selection: Selection) -> AnySelect:
    return (
        select(
            type_coerce(Person.public_id, String),
            Person.family_name,
            Person.given_name,
            Person.family_name_latin,
            Person.given_name_latin,
            Person.gender,
            Person.target_group,
            Person.job_title,
            Enrolment.unit_id,
            Enrolment.version_id,
            func.coalesce(Enrolment.outcome_language, Enrolment.language),
            Enrolment.enrolled_at,
            Enrolment.outcome_on,
            Enrolment.mark,
            Enrolment.outcome,
            Certificate.number,
            Certificate.code,
            Certificate.revoked_at.is_not(None),
            Certificate.valid_until,
        )
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Certificate, (Certificate.enrolment_id == Enrolment.id) & Certificate.is_current)
        .where(*_selected(scope, selection))
        .order_by(Person.sort_key, Person.id, Enrolment.id)
    )


def _assemble(
    rows: Iterable[Row[*tuple[Any, ...]]], units: "_Units", versions: "_Versions", today: date
) -> Iterator[CompletionRow]:
    """Put the rows together with what is known of their units and versions, which are few.

    This is the hot path of an export: what repeats is worked out once and looked up.
    """
    for (
        public_id,
        *names,
        unit_id,
        version_id,
        language,
        begun,
        ended,
        mark,
        outcome,
        number,
        code,
        gone,
        until,
    ) in rows:
        unit = units[unit_id]
        yield _make_row((
            _written(public_id),
            *names,
            *unit.columns,
            *versions[version_id, language],
            language,
            begun.astimezone(unit.zone).date(),
            ended,
            _percent(mark),
            outcome,
            number,
            code,
            None if number is None else _status(gone, until, today),
            until,
        ))


def _written(public_id: str | UUID) -> str:
    """Return a public id as text; SQLite keeps its 32 digits, and taking them apart costs a tenth of a UUID."""
    if isinstance(public_id, UUID):
        return str(public_id)
    return "-".join((public_id[:8], public_id[8:12], public_id[12:16], public_id[16:20], public_id[20:]))


@cache
def _percent(mark: int | None) -> Decimal | None:
    """Return basis points as percent with two decimals; there are 10,001 of them."""
    return None if mark is None else Decimal(mark).scaleb(-2)


@lru_cache(maxsize=4096)
def _status(is_revoked: bool, valid_until: date | None, today: date) -> str:
    return state_of(is_revoked=is_revoked, is_superseded=False, valid_until=valid_until, today=today).value


@dataclass(frozen=True, slots=True)
class _UnitFacts:
    """What a row says of its unit, in the order of the columns, and the zone of its days."""

    columns: tuple[str | None, ...]
    zone: ZoneInfo


class _Units(dict[int, _UnitFacts]):
    """Unit → its facts: the units are read once, and worked out when a row first needs them."""

    def __init__(self, held: Connection | Session, scope: Scope, selection: Selection) -> None:
        super().__init__()
        units = held.execute(
            select(Unit.id, Unit.code, Unit.name, Unit.level, Unit.path, Unit.time_zone, Unit.country).where(
                Within(scope, selection.unit_path).units_and_above()
            )
        )
        self._read: dict[int, tuple[Any, ...]] = {row[0]: tuple(row) for row in units.all()}

    def __missing__(self, unit_id: int) -> _UnitFacts:
        _, code, name, level, path, _, country = self._read[unit_id]
        chain = [
            self._read[int(part)] for part in reversed(path.split(".")) if part and int(part) in self._read
        ]
        municipality = (code, name) if level == "municipality" else (None, None)
        region = next(((each[1], each[2]) for each in chain if each[3] == "region"), (None, None))
        zone = next((each[5] for each in chain if each[5]), ZONES.get(country, "UTC"))
        self[unit_id] = facts = _UnitFacts((code, name, *municipality, *region), ZoneInfo(zone))
        return facts


class _Versions(dict[tuple[int, str], tuple[object, ...]]):
    """Course version and language → what a row says of them."""

    def __init__(self, held: Connection | Session) -> None:
        super().__init__()
        versions = held.execute(
            select(
                CourseVersion.id,
                Course.slug,
                CourseVersion.titles,
                CourseVersion.edition,
                CourseVersion.correction,
                CourseVersion.form,
                CourseVersion.hours,
            )
            .join(Edition, Edition.id == CourseVersion.edition_id)
            .join(Course, Course.id == Edition.course_id)
        )
        self._read: dict[int, tuple[Any, ...]] = {row[0]: tuple(row) for row in versions.all()}

    def __missing__(self, key: tuple[int, str]) -> tuple[object, ...]:
        version_id, language = key
        _, slug, titles, edition, correction, form, hours = self._read[version_id]
        title = titles.get(language) or next(iter(titles.values()), "")
        self[key] = facts = (slug, title, f"{edition}.{correction}", form, _plain(hours))
        return facts


def _plain(hours: Decimal) -> Decimal:
    """Return hours without needless noughts and without an exponent."""
    plain = hours.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain
