"""``flask demo``: a territory with courses, people, results and certificates, to try everything on."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.cli.demo import cast, history
from app.domain.access.values import Actor
from app.domain.people.queries import find_person_by_email
from app.foundation import clock, settings
from app.workflows import demonstrating, importing, publishing

_HERE = Path(__file__).parent
_COURSES = _HERE.parent.parent.parent / "courses"


@click.group("demo")
def group() -> None:
    """Keep the demonstration."""


@group.command("load")
@with_appcontext
def load() -> None:
    """Load the demonstration once; what is there already stays."""
    if not settings.current().is_demo:
        raise click.ClickException("A demonstration is loaded only where ENVIRONMENT=demo.")
    if find_person_by_email(cast.LAST) is not None:
        click.echo("The demonstration is loaded.")
        return
    actor = Actor.system("demo load")
    today = clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    with clock.at(history.beginning(today)):
        _lay_ground(actor)
        demonstrating.enter_people(actor, cast.population(), with_password=False)
    click.echo(f"{history.let_happen(today)} enrolments")
    with clock.at(today):
        demonstrating.enter_people(actor, cast.PEOPLE, with_password=True)
    click.echo("The demonstration is loaded.")


def _lay_ground(actor: Actor) -> None:
    territory = (_HERE / "territory.csv").read_bytes()
    importing.import_territory(actor, territory, is_dry=False)
    for file in sorted((_HERE / "issuers").glob("*.yaml")):
        importing.import_issuer(actor, file.stem, file.read_bytes(), file.name)
    for done in publishing.sync(actor, _COURSES):
        if done.version is None and any(finding.is_error for finding in done.findings):
            raise click.ClickException(f"{done.slug}: run flask courses check courses")
