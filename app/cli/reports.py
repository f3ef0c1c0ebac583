"""``flask reports``: the completion report as a file."""

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.values import Track
from app.domain.reports.queries import places
from app.domain.reports.values import Format, Period, Result, Shape
from app.formats.csv_table import DIALECTS
from app.foundation.errors import NotFound
from app.workflows import reporting
from app.workflows.reporting import Download

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("reports")
def group() -> None:
    """Write reports into files."""


@group.command("completions")
@click.option("--unit", metavar="CODE", help="Only completions at or below this unit.")
@click.option("--from", "first", type=_DAY, help="The first day, such as 2026-01-01.")
@click.option("--to", "last", type=_DAY, help="The last day.")
@click.option("--course", metavar="SLUG", help="Only this course.")
@click.option(
    "--track", type=click.Choice([track.value for track in Track]), help="Only courses of this field."
)
@click.option("--result", type=click.Choice([result.value for result in Result]), help="Only this result.")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=Format.CSV.value,
    show_default=True,
    help="What is written.",
)
@click.option(
    "--dialect",
    type=click.Choice(list(DIALECTS)),
    default="plain",
    show_default=True,
    help="How CSV is written.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; standard output without it.",
)
@with_appcontext
def completions(
    unit: str | None,
    first: datetime | None,
    last: datetime | None,
    course: str | None,
    track: str | None,
    result: str | None,
    form: str,
    dialect: str,
    output: Path | None,
) -> None:
    """Write who completed what; what was asked goes into FILE.meta.json, of a workbook into its second sheet."""
    actor = Actor.system("reports completions")
    period = Period(first.date() if first else None, last.date() if last else None)
    if period.first and period.last and period.first > period.last:
        raise click.BadParameter("the period ends before it begins", param_hint="--to")
    try:
        scope = scope_of(actor, Permission.REPORT_READ)
        selection = places.get_selection(scope, unit, period, course, track, result)
    except NotFound:
        raise click.ClickException("there is no such unit or course") from None
    made = reporting.export(actor, selection, Shape(Format(form), dialect))
    if isinstance(made, Download):
        _write(made, output, is_noted=form != Format.XLSX.value)


def _write(made: Download, output: Path | None, *, is_noted: bool) -> None:
    if output is None:
        _copy(made, sys.stdout.buffer)
        return
    draft = output.with_name(f".{output.name}.part")
    try:
        with draft.open("wb") as stream:
            _copy(made, stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(output)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise click.ClickException(str(error)) from error
    finally:
        made.close()
    if is_noted:
        output.with_name(f"{output.name}.meta.json").write_bytes(made.meta)
    click.echo(f"{output}", err=True)


def _copy(pieces: Iterable[bytes], stream: BinaryIO) -> None:
    stream.writelines(pieces)
