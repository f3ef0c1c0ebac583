"""``flask courses``: check, publish, list and write back what trainers wrote."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Finding
from app.formats import course_folder
from app.formats.course_folder import Reading
from app.formats.course_library import Library, read_library, write_course
from app.foundation.i18n import translate
from app.workflows import publishing
from app.workflows.certifying import DESIGNS


@click.group("courses")
def group() -> None:
    """Courses: folders of Markdown."""


def say(finding: Finding, folder: str, locale: str = "en") -> str:
    """Return a finding as ``file:line: message``."""
    words = translate(locale, finding.message, **finding.values)
    kind = "" if finding.is_error else "warning: "
    return f"{folder}/{finding.file}:{finding.line}: {kind}{words}"


@group.command("check")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--language", default="en", show_default=True, help="Locale in which findings are told.")
def check(path: Path, strict: bool, language: str) -> None:
    """Report every problem of one course folder, or of all below PATH."""
    library = read_library(path)
    wrong = 0
    for name, findings in _findings(library):
        for finding in findings:
            wrong += finding.is_error or strict
            click.echo(say(finding, name, language), err=True)
    if wrong:
        sys.exit(1)
    click.echo(f"{len(library.courses)} courses, {len(library.programmes)} programmes: clean")


def _findings(library: Library) -> list[tuple[str, tuple[Finding, ...]]]:
    known = library.surroundings(designs=frozenset(path.parent.name for path in DESIGNS.glob("*/design.yaml")))
    readings: list[tuple[str, Reading]] = [
        (name, course_folder.read_course(name, files, known)) for name, files in sorted(library.courses.items())
    ]
    programmes = [
        ("programmes", course_folder.read_programme(name, data, known).findings)
        for name, data in sorted(library.programmes.items())
    ]
    return [(name, reading.findings) for name, reading in readings] + programmes


@group.command("sync")
@click.argument("path", default="courses", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def sync(path: Path) -> None:
    """Publish what changed below PATH (courses/)."""
    failed = False
    for done in publishing.sync(Actor.system("courses sync"), path):
        errors = [finding for finding in done.findings if finding.is_error]
        for finding in errors:
            click.echo(say(finding, done.slug), err=True)
        failed = failed or bool(errors)
        label = f" {done.version.label}" if done.version else ""
        state = "refused" if errors else "published" if done.is_new else "unchanged"
        click.echo(f"{done.slug}{label}: {state}")
    if failed:
        sys.exit(1)


@group.command("list")
@with_appcontext
def list_courses() -> None:
    """List the published courses with owner and version."""
    for course, version in catalogue.list_newest():
        click.echo(f"{course.slug}\t{version.label}\t{course.owner_unit.code}\t{', '.join(version.languages)}")


@group.command("export")
@click.argument("slug")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export(slug: str, folder: Path) -> None:
    """Write a course back as the files that it was published from, into FOLDER/SLUG."""
    target = folder / slug
    if target.exists():
        click.echo(f"{target} exists already; choose an empty folder", err=True)
        sys.exit(1)
    write_course(publishing.export(slug), target)
    click.echo(str(target))
