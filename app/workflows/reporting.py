"""Reports as acts: an export is read by its asker's scope and written to the audit trail."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.access.policy import require, scope_of
from app.domain.access.queries import find_actor_by_id
from app.domain.access.values import Actor, Permission
from app.domain.people import queries as people
from app.domain.reports import service as reports
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import completions, files, places
from app.domain.reports.rules import selections
from app.domain.reports.values import COLUMNS, CompletionRow, Format, Period, Selection, Shape, Totals
from app.domain.territory.values import Scope
from app.formats import csv_table, report_files, xlsx_table
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import NotFound
from app.foundation.files import store
from app.foundation.queue import enqueue

LARGEST_AT_ONCE = 5_000
"""How many rows of a workbook are made while its asker waits; more, by the worker (contract.md, Exports)."""

_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}
_ZIP = "application/zip"
_KINDS = {
    "hours": xlsx_table.Kind.DECIMAL,
    "enrolled_on": xlsx_table.Kind.DATE,
    "completed_on": xlsx_table.Kind.DATE,
    "score_percent": xlsx_table.Kind.DECIMAL,
    "valid_until": xlsx_table.Kind.DATE,
}


class Download:
    """The bytes of an export as they are made; ``meta`` is what was asked, for a file beside it."""

    def __init__(
        self, name: str, media_type: str, meta: bytes, pieces: Iterable[bytes], close: Callable[[], None]
    ) -> None:
        """Take the pieces, and what lets go of the snapshot that they are read from."""
        self.name = name
        self.media_type = media_type
        self.meta = meta
        self._pieces = pieces
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes once, and let the snapshot go."""
        try:
            yield from self._pieces
        finally:
            self.close()

    def close(self) -> None:
        """Let the snapshot go; a second time does nothing."""
        self._close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an export is made from."""

    name: str  # of the file, without its ending
    by: str
    scope: Scope
    selection: Selection
    shape: Shape
    today: date
    made_at: datetime


def today_of(actor: Actor) -> date:
    """Return which day it is for the actor: it tells which certificates are expired."""
    return clock.now().astimezone(ZoneInfo(actor.zone)).date()


def export(actor: Actor, selection: Selection, shape: Shape) -> Download | ReportFile:
    """Return the completion report as a file, or the promise of one that is too large to be waited for."""
    require(actor, Permission.REPORT_READ)
    asked = _ask(actor, selection, shape)
    stream = completions.CompletionStream(asked.scope, selection, asked.today)
    try:
        promised = _write_down(actor, asked, stream.totals)
    except BaseException:
        stream.close()
        raise
    if promised is not None:
        stream.close()
        return promised
    return _download(asked, stream)


def _ask(actor: Actor, selection: Selection, shape: Shape) -> _Asked:
    made_at = clock.now()
    name = selections.name_file("completions", selection, made_at)
    scope = scope_of(actor, Permission.REPORT_READ)
    return _Asked(name, actor.name, scope, selection, shape, today_of(actor), made_at)


def _write_down(actor: Actor, asked: _Asked, totals: Totals) -> ReportFile | None:
    """Enter the export into the audit trail, and promise it where the worker shall make it."""
    shape = asked.shape
    is_promised = (
        shape.format is Format.XLSX and totals.rows > LARGEST_AT_ONCE and actor.person_id is not None
    )
    with transaction():
        audit.record(
            actor.name,
            "report.export",
            asked.name,
            **asked.selection.parameters(),
            format=shape.format.value,
            dialect=shape.dialect,
            bundled=shape.is_bundled,
            rows=totals.rows,
        )
        if not is_promised or actor.person_id is None:
            return None
        paths = asked.scope.paths if asked.selection.unit_path is None else (asked.selection.unit_path,)
        wanted = {**asked.selection.parameters(), "bundled": shape.is_bundled}
        promised = reports.ask(actor.person_id, _file_name(asked), wanted, paths)
        enqueue("reports.make", report_id=promised.id)
    return promised


def _file_name(asked: _Asked) -> str:
    return f"{asked.name}.{'zip' if asked.shape.is_bundled else asked.shape.format.value}"


def _download(asked: _Asked, stream: completions.CompletionStream) -> Download:
    meta = report_files.write_meta(_meta(asked, stream.totals))
    pieces = _written(asked, stream, stream.totals)
    media_type = _TYPES[asked.shape.format]
    if asked.shape.is_bundled:
        name = f"{asked.name}.{asked.shape.format.value}"
        pieces = report_files.bundle(((name, pieces), (f"{name}.meta.json", (meta,))), asked.made_at)
        media_type = _ZIP
    return Download(_file_name(asked), media_type, meta, pieces, stream.close)


def _written(asked: _Asked, rows: Iterable[CompletionRow], totals: Totals) -> Iterator[bytes]:
    """Yield the report in its format; a workbook in one piece, for it is written at its end."""
    match asked.shape.format:
        case Format.CSV:
            yield from csv_table.stream(COLUMNS, rows, csv_table.DIALECTS[asked.shape.dialect])
        case Format.JSON:
            yield from report_files.stream_json(COLUMNS, rows)
        case Format.XLSX:
            facts = [(name, _cell(value)) for name, value in _facts(asked, totals).items()]
            kinds = [_KINDS.get(column, xlsx_table.Kind.TEXT) for column in COLUMNS]
            table = xlsx_table.Sheet("completions", COLUMNS, rows, kinds)
            yield xlsx_table.write(
                (table, xlsx_table.Sheet("parameters", ("parameter", "value"), facts)), asked.made_at
            )


def _meta(asked: _Asked, totals: Totals) -> dict[str, object]:
    facts = _facts(asked, totals)
    named = {name: facts.pop(name) for name in asked.selection.parameters()}
    return {**facts, "file": f"{asked.name}.{asked.shape.format.value}", "parameters": named}


def _facts(asked: _Asked, totals: Totals) -> dict[str, object]:
    """Return what was asked, when and by whom, and the sums."""
    return {
        "report": "completions",
        "asked_by": asked.by,
        "made_at": asked.made_at,
        **asked.selection.parameters(),
        "rows": totals.rows,
        "persons": totals.persons,
        "completions": totals.completions,
        "failed": totals.failed,
        "hours": totals.hours,
    }


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


def make_file(actor: Actor, report_id: int) -> None:
    """Make a report file that a person asked for."""
    fulfil(actor, report_id, _make)


def fulfil(actor: Actor, report_id: int, make: Callable[[Actor, ReportFile], tuple[str, int]]) -> None:
    """Make what a person was promised, once; refuse it where she may no longer see what it would hold.

    ``make`` gets whoever asked, and returns the digest of the stored file and how many rows it has.
    """
    require(actor, Permission.REPORT_READ)
    own = scope_of(actor, Permission.REPORT_READ)
    promised = files.get_file_by_id(own, report_id)
    if promised.made_at is not None or promised.refused_at is not None:
        return
    owner = people.get_owner(own, promised.person_id)
    asker = find_actor_by_id(owner.public_id)
    if asker is None or not _is_open(asker, promised):
        with transaction():
            reports.refuse(files.get_file_by_id(own, report_id))
        return
    digest, count = make(asker, promised)
    with transaction():
        promised = files.get_file_by_id(own, report_id)
        if promised.made_at is not None:  # Another made it, or it was let go meanwhile.
            enqueue("files.forget", digest=digest)
            return
        reports.keep(promised, digest, count)
        audit.record(asker.name, "report.make", promised.public_id, rows=count)


def _is_open(actor: Actor, promised: ReportFile) -> bool:
    needed = Permission.CERTIFICATE_READ if promised.is_of_certificates else Permission.REPORT_READ
    scope = scope_of(actor, needed)
    return scope.everything or (bool(promised.paths) and all(scope.covers(path) for path in promised.paths))


def _make(asker: Actor, promised: ReportFile) -> tuple[str, int]:
    wanted = dict(promised.parameters)
    shape = Shape(Format.XLSX, is_bundled=wanted.pop("bundled"))
    period = Period(
        selections.read_day("from", wanted["from"] or ""), selections.read_day("to", wanted["to"] or "")
    )
    scope = scope_of(asker, Permission.REPORT_READ)
    selection = places.get_selection(
        scope, wanted["unit"], period, wanted["course"], wanted["track"], wanted["result"]
    )
    asked = _ask(asker, selection, shape)
    stream = completions.CompletionStream(scope, selection, asked.today)
    return store().put_each(_download(asked, stream)), stream.totals.rows


def get_made(actor: Actor, public_id: UUID) -> ReportFile:
    """Return a file that the actor asked for; gone once she may no longer see what it holds."""
    require(actor, Permission.REPORT_READ)
    promised = files.get_file(scope_of(actor, Permission.OWN_LEARNING), public_id)
    if not _is_open(actor, promised):
        raise NotFound
    return promised
