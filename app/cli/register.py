"""``flask register``: recompute the register of certificates, and write it out."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app.domain.access.values import Actor
from app.foundation.chain import Head
from app.foundation.errors import AppError
from app.workflows import archiving, registering
from app.workflows.registering import Verdict

group = AppGroup("register", help="The register of certificates: check it, write it out.")

_HEAD_PARTS = 2


def _read_head(_context: click.Context, _option: click.Parameter, text: str | None) -> Head | None:
    if text is None:
        return None
    parts = text.split(":")
    if len(parts) != _HEAD_PARTS or not parts[0].isdecimal():
        raise click.BadParameter("a head is written POSITION:HASH, as an earlier check printed it")
    return Head(int(parts[0]), parts[1].strip().lower())


@group.command()
@click.option(
    "--head",
    metavar="POSITION:HASH",
    callback=_read_head,
    help="A head that was kept elsewhere: printed by an earlier check, in the log, in an export.",
)
def verify(head: Head | None) -> None:
    """Recompute the chain, every certificate, number series and stored file; end with 1 where one is wrong.

    Writes nothing and needs no network. Names the first wrong entry.
    """
    verdict = registering.verify(Actor.system("register verify"), head)
    _tell(verdict)


@group.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the register as CSV and JSON with its hashes into DIR, a new or empty folder.

    It holds names, results and verification codes: keep it as safe as the register itself. README.txt in it says
    how to answer for a certificate without this system. End with 1 where the register is damaged; it is written
    nevertheless, and says so.
    """
    try:
        verdict = archiving.export(Actor.system("register export"), folder.resolve())
    except (AppError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder}: written")
    _tell(verdict)


def _tell(verdict: Verdict) -> None:
    click.echo(f"{verdict.certificates} certificates, {verdict.unsealed} entries not sealed yet")
    click.echo(f"head {verdict.head.position}:{verdict.head.hash}")
    if verdict.noted is None:
        click.echo("This instance has noted no head: a cut-off end shows only against one kept elsewhere.")
    if verdict.fault is not None:
        click.echo(f"WRONG {verdict.fault}", err=True)
        sys.exit(1)
    click.echo("All is as it was registered.")
