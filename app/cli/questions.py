"""``flask questions``: take questions from other systems into a course's draft, and hand a bank out."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor
from app.formats.question_exchange import Effect, Note, Unreadable
from app.formats.question_formats import FORMATS, WRITABLE
from app.foundation.errors import AppError, NotFound
from app.foundation.i18n import N_, translate
from app.workflows import exchanging
from app.workflows.exchanging import Upload

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TARGET = click.Path(dir_okay=False, path_type=Path)


@click.group("questions")
def group() -> None:
    """Questions from and to other systems."""


def say(note: Note, file: str) -> str:
    """Return a line of the loss report as ``file:line: effect: question: what``."""
    words = translate("en", note.message, **note.values)
    about = f"{note.question}: " if note.question else ""
    return f"{file}:{note.line}: {note.effect}: {about}{words}"


def refuse(error: AppError, file: str) -> click.exceptions.Exit:
    """Say on standard error what hinders a command, with its place in the file, and return what ends it with 1."""
    line = error.line if isinstance(error, Unreadable) else 1
    reason = N_("There is no such course.") if isinstance(error, NotFound) else error.reason
    click.echo(f"{file}:{line}: {translate('en', reason, **error.values)}", err=True)
    return click.exceptions.Exit(1)


def tell(notes: tuple[Note, ...], file: str) -> None:
    """Print to standard error what was changed and left out; what was carried is told as a number."""
    for note in notes:
        if note.effect is not Effect.CARRIED:
            click.echo(say(note, file), err=True)


@group.command("import")
@click.argument("file", type=_FILE)
@click.option("--course", "slug", required=True, help="The course whose draft gets the questions.")
@click.option("--format", "kind", type=click.Choice(tuple(FORMATS)), help="Default: by the file's content.")
@click.option("--language", default="", help="Language of the questions; it must be the course's first one.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be carried, changed and left out.")
@with_appcontext
def import_questions(file: Path, slug: str, kind: str | None, language: str, dry_run: bool) -> None:
    """Add the questions of FILE to the draft of a course, as a question file of its own."""
    actor = Actor.system("questions import")
    upload = Upload(file.name, file.read_bytes(), kind or "")
    try:
        made = exchanging.plan(actor, slug, upload, language)
        tell(made.fitted.notes, str(file))
        count = len(made.fitted.questions)
        if dry_run:
            click.echo(f"{count} questions can be taken over ({made.kind}); nothing was written")
            return
        taken = exchanging.take_over(actor, slug, upload)
    except AppError as error:
        raise refuse(error, str(file)) from None
    state = "taken over into the draft" if taken.is_new else "were taken over before"
    click.echo(f"{taken.count} questions {state}: {', '.join(taken.paths)}")


@group.command("export")
@click.argument("slug")
@click.option("--format", "kind", type=click.Choice(WRITABLE), required=True)
@click.option("--language", default="", help="Content language; default: the course's first one.")
@click.option("--draft", is_flag=True, help="The bank as it stands in the draft, not as it is published.")
@click.option("-o", "--output", type=_TARGET, required=True)
@with_appcontext
def export_questions(slug: str, kind: str, language: str, draft: bool, output: Path) -> None:
    """Write the question bank of a course to a file of another system."""
    actor = Actor.system("questions export")
    try:
        written = exchanging.export(actor, slug, kind, language, is_draft=draft)
        exchanging.note_export(actor, slug, kind, written.count)
    except AppError as error:
        raise refuse(error, slug) from None
    tell(written.notes, slug)
    output.write_bytes(written.data)
    click.echo(f"{written.count} questions written to {output}")
