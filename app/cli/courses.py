"""``flask courses``: check, publish, list and write back what trainers wrote."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import CertificateRule, Finding
from app.domain.renewals.rules import days_of
from app.formats import course_folder
from app.formats.certificate_design import list_kinds
from app.formats.course_library import Library, read_library, write_course
from app.formats.course_yaml import FILE
from app.foundation.errors import NotFound
from app.foundation.i18n import LOCALES, translate
from app.workflows import publishing
from app.workflows.certifying import DESIGNS
from app.workflows.revising import RuleChange

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_LANGUAGE = click.option(
    "--language",
    type=click.Choice(LOCALES),
    default="en",
    show_default=True,
    help="Language in which findings are told.",
)


@click.group("courses")
def group() -> None:
    """Courses: folders of Markdown."""


def say(finding: Finding, folder: Path, locale: str = "en") -> str:
    """Return a finding as ``file:line: message``."""
    words = translate(locale, finding.message, **finding.values)
    kind = "" if finding.is_error else "warning: "
    return f"{folder / finding.file}:{finding.line}: {kind}{words}"


def _folder(path: Path, slug: str) -> Path:
    """Return the folder of a course: PATH is that, or the one that courses lie in."""
    return path if (path / FILE).exists() else path / slug


@group.command("check")
@click.argument("path", type=_FOLDER)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@_LANGUAGE
def check(path: Path, strict: bool, language: str) -> None:
    """Report every problem of one course folder, or of all below PATH; needs no database."""
    library = read_library(path)
    if not library.courses and not library.programmes:
        raise click.ClickException(f"{path} holds no course: a course is a folder with a course.yaml.")
    found = [(folder, finding) for folder, findings in _list_findings(path, library) for finding in findings]
    for folder, finding in found:
        click.echo(say(finding, folder, language), err=True)
    errors = sum(finding.is_error for _folder, finding in found)
    state = f"{errors} errors, {len(found) - errors} warnings" if found else "clean"
    click.echo(f"{len(library.courses)} courses, {len(library.programmes)} programmes: {state}")
    if errors or (strict and found):
        raise click.exceptions.Exit(1)


def _list_findings(path: Path, library: Library) -> list[tuple[Path, tuple[Finding, ...]]]:
    """Return the findings of a library, each list with the folder that its paths begin at."""
    around = library.surroundings(designs=list_kinds(DESIGNS))
    above = path.resolve().parent if (path / FILE).exists() else path
    found: list[tuple[Path, tuple[Finding, ...]]] = [(above, library.findings)]
    for slug, files in library.courses.items():
        reading = course_folder.read_course(slug, files, around)
        found.append((_folder(path, slug), reading.findings))
    for name, data in library.programmes.items():
        found.append((path, course_folder.read_programme(name, data, around).findings))
    return found


@group.command("sync")
@click.argument("path", default="courses", type=_FOLDER)
@_LANGUAGE
@with_appcontext
def sync(path: Path, language: str) -> None:
    """Publish what changed below PATH (courses/), or one course folder."""
    library = read_library(path)
    done = publishing.sync(Actor.system("courses sync"), path)
    for published in done:
        folder = _folder(path, published.slug) if published.slug in library.courses else path
        for finding in published.findings:
            if finding.is_error:
                click.echo(say(finding, folder, language), err=True)
        click.echo(_state(published))
        if published.revised is not None:
            click.echo(_revision(published.revised))
    if any(published.is_refused for published in done):
        raise click.exceptions.Exit(1)


def _state(published: publishing.Published) -> str:
    label = f" {published.version.label}" if published.version else ""
    if published.is_refused:
        state = "refused"
    elif published.is_new:
        state = "published"
    else:
        state = "unchanged, files kept" if published.is_refreshed else "unchanged"
    return f"{published.slug}{label}: {state}"


def _revision(change: RuleChange) -> str:
    """Say how the rule of validity has changed, and how many certificates it does not change."""
    moved = []
    if change.moves_end:
        moved.append(f"validity was {_validity(change.before)}, is now {_validity(change.after)}")
    if change.moves_window:
        days = [days_of(rule.renewal_window) for rule in (change.before, change.after)]
        moved.append(f"renewal opened {days[0]} days before the end, now {days[1]}")
    return f"{change.course.slug}: {'; '.join(moved)}; {change.holders} people hold a certificate, which keeps its day"


def _validity(rule: CertificateRule) -> str:
    return rule.valid_until or (str(rule.valid_for) if rule.valid_for is not None else "without end")


@group.command("list")
@with_appcontext
def list_courses() -> None:
    """List the published courses with version, owner and languages."""
    for course, version in catalogue.list_newest():
        click.echo(
            f"{course.slug}\t{version.label}\t{course.owner_unit.code}\t{', '.join(version.languages)}"
        )


@group.command("export")
@click.argument("slug")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export(slug: str, folder: Path) -> None:
    """Write a course back as the files that it was published from, into FOLDER/SLUG."""
    try:
        files = publishing.export(Actor.system("courses export"), slug)
    except NotFound:
        raise click.ClickException(
            f"There is no published course “{slug}”; see flask courses list."
        ) from None
    target = folder / slug
    if target.exists():
        raise click.ClickException(f"{target} exists already; choose a folder without it.")
    write_course(files, target)
    click.echo(str(target))
