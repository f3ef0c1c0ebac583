"""flask backup: the whole instance as one set of files, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup

from app.domain.access.values import Actor
from app.foundation.errors import AppError
from app.workflows import keeping
from app.workflows.keeping import Backup

group = AppGroup("backup", help="Make, check and bring back a backup of the whole instance.")

_NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@group.command()
@click.argument("folder", metavar="DIR", type=_NEW_FOLDER)
def create(folder: Path) -> None:
    """Write a backup into DIR, a new or empty folder.

    The system may be in use meanwhile. The set holds database, files and the keys of the instance: keep it
    as safe as the instance itself.
    """
    with _plainly_refused():
        backup = keeping.create(Actor.system("backup"), folder)
    click.echo(f"{folder}: {_summary(backup)}")


@group.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
def verify(folder: Path) -> None:
    """Check every byte of the backup in DIR, and that this version can restore it."""
    with _plainly_refused():
        backup = keeping.verify(Actor.system("backup"), folder)
    click.echo(f"{folder} is whole: {_summary(backup)}")


@group.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
def restore(folder: Path) -> None:
    """Bring the backup in DIR back into this instance, which must be empty."""
    with _plainly_refused():
        restoration = keeping.restore(Actor.system("backup"), folder)
    click.echo(f"{folder} is restored: {_summary(restoration.backup)}")
    if not restoration.has_same_key:
        click.echo("SECRET_KEY is not that of the backup: everyone has to sign in again.", err=True)


def _summary(backup: Backup) -> str:
    made_at = backup.manifest.made_at.isoformat(timespec="seconds")
    return (
        f"{len(backup.manifest.rows)} tables with {backup.row_count} rows and {backup.file_count} files "
        f"of {made_at}, manifest {backup.digest}"
    )


@contextmanager
def _plainly_refused() -> Iterator[None]:
    try:
        yield
    except (AppError, OSError) as error:
        raise click.ClickException(str(error)) from error
