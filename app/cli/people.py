"""``flask people``: administrators and roles."""

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor, Role
from app.domain.people.values import Profile
from app.foundation import settings
from app.workflows import administering


@click.group("people")
def group() -> None:
    """People and the roles they hold."""


@group.command("create-admin")
@click.argument("email")
@click.option("--family-name", default="Administrator", help="Her family name.")
@click.option("--given-name", default="Gradivo", help="Her given name.")
@click.option("--unit", default="CZ", show_default=True, help="Code of the unit where she is employed.")
@with_appcontext
def create_admin(email: str, family_name: str, given_name: str, unit: str) -> None:
    """Enter an administrator of the whole instance and print a single-use link to set the password."""
    profile = Profile(
        email=email,
        family_name=family_name,
        given_name=given_name,
        family_name_latin=family_name,
        given_name_latin=given_name,
        target_group="it-expert",
        job_title="",
        locale="en",
    )
    path = administering.create_admin(Actor.system("people create-admin"), profile, unit)
    click.echo(settings.current().base_url + path)


@group.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("code", required=False)
@with_appcontext
def grant(email: str, role: str, code: str | None) -> None:
    """Give a role at a unit."""
    administering.grant_role(Actor.system("people grant"), email, Role(role), code)
    click.echo(f"{email}: {role} at {code or 'everywhere'}")
