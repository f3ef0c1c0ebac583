"""``flask territory``: units and issuers."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor
from app.domain.catalogue.values import Finding
from app.domain.territory import queries as territory
from app.foundation.i18n import translate
from app.workflows import importing

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("territory")
def group() -> None:
    """Units of the territory, and those that issue certificates."""


def tell(findings: Sequence[Finding]) -> None:
    """Print findings to standard error; end with 1 where one is an error."""
    for finding in findings:
        words = translate("en", finding.message, **finding.values)
        click.echo(f"{finding.file}:{finding.line}: {words}", err=True)
    if any(finding.is_error for finding in findings):
        sys.exit(1)


@group.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@with_appcontext
def import_file(file: Path, dry_run: bool) -> None:
    """Add and change units so that they say what FILE says; the differences are told first."""
    actor = Actor.system("territory import")
    planned = importing.import_territory(actor, file.read_bytes(), is_dry=True, file=file.name)
    tell(planned.findings)
    if planned.difference is None:
        return
    for row in planned.difference.added[:20]:
        click.echo(f"new: {row.code} {row.name}")
    for change in planned.difference.changed[:20]:
        click.echo(f"changed: {change.new.code} {change.new.name} ({', '.join(change.fields)})")
    click.echo(
        f"{len(planned.difference.added)} new, {len(planned.difference.changed)} changed, "
        f"{len(planned.difference.closed)} closed, {len(planned.difference.unchanged)} unchanged"
    )
    if not dry_run:
        importing.import_territory(actor, file.read_bytes(), is_dry=False, file=file.name)


@group.command("list")
@click.argument("code", required=False)
@with_appcontext
def list_units(code: str | None) -> None:
    """List the countries, or the units directly below CODE."""
    units = territory.list_children(territory.get_unit(code)) if code else territory.list_countries()
    for unit in units:
        click.echo(f"{unit.code}\t{unit.level}\t{unit.name}\t{unit.name_latin}")


@group.command("issuer")
@click.argument("code")
@click.argument("file", type=_FILE)
@with_appcontext
def issuer(code: str, file: Path) -> None:
    """Keep the particulars by which a unit issues certificates."""
    tell(importing.import_issuer(Actor.system("territory issuer"), code, file.read_bytes(), file.name))
    click.echo(code)
