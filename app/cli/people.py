"""``flask people``: administrators and roles."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor, Role
from app.domain.people import queries as people
from app.domain.people.rules import plain_email
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.foundation import settings
from app.foundation.errors import AppError, NotFound
from app.foundation.i18n import LOCALES
from app.workflows import administering, erasing

_ROLE = click.Choice([role.value for role in Role if role is not Role.LEARNER])


@click.group("people")
def group() -> None:
    """People and the roles they hold."""


@contextmanager
def _plainly_refused() -> Iterator[None]:
    try:
        yield
    except AppError as error:
        raise click.ClickException(str(error) or "There is no such thing.") from error


@group.command("create-admin")
@click.argument("email")
@click.option("--family-name", default="Administrator", show_default=True, help="Her family name.")
@click.option("--given-name", default="Gradivo", show_default=True, help="Her given name.")
@click.option("--unit", help="Code of the unit where she is employed; needless where there is one country.")
@click.option("--language", default="en", show_default=True, type=click.Choice(LOCALES), help="Of her pages.")
@with_appcontext
def create_admin(email: str, family_name: str, given_name: str, unit: str | None, language: str) -> None:
    """Make EMAIL an administrator of the whole instance and print a single-use link to set the password.

    Whoever is here already keeps her name and her unit. The link works for seven days.
    """
    profile = Profile(
        email=email,
        family_name=family_name,
        given_name=given_name,
        family_name_latin="",
        given_name_latin="",
        target_group="it-expert",
        job_title="",
        locale=language,
    )
    code = unit or _only_country()
    with _plainly_refused():
        path = administering.create_admin(Actor.system("people create-admin"), profile, code)
    click.echo(settings.current().base_url + path)


def _only_country() -> str:
    codes = [country.code for country in territory.list_countries()]
    if not codes:
        raise click.ClickException("There is no territory yet: flask territory import FILE.csv comes first.")
    if len(codes) > 1:
        raise click.UsageError(f"Say by --unit where she is employed; the countries are {', '.join(codes)}.")
    return codes[0]


@group.command("grant")
@click.argument("email")
@click.argument("role", type=_ROLE)
@click.argument("code", required=False)
@with_appcontext
def grant(email: str, role: str, code: str | None) -> None:
    """Give EMAIL a ROLE at the unit CODE and below it; only an administrator's may be for everywhere."""
    with _plainly_refused():
        administering.grant_role(Actor.system("people grant"), email, Role(role), code)
    click.echo(f"{email}: {role} at {code or 'everywhere'}")


@group.command("revoke")
@click.argument("email")
@click.argument("role", type=_ROLE)
@click.argument("code", required=False)
@with_appcontext
def revoke(email: str, role: str, code: str | None) -> None:
    """End the ROLE that EMAIL holds at exactly the unit CODE; it is gone at her next click."""
    with _plainly_refused():
        administering.revoke_role(Actor.system("people revoke"), email, Role(role), code)
    click.echo(f"{email}: no longer {role} at {code or 'everywhere'}")


@group.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def erase(email: str, *, yes: bool) -> None:
    """Remove everything of EMAIL but certificates, which the law keeps, and results without a name."""
    actor = Actor.system("people erase")
    with _plainly_refused():
        person = people.find_person_by_email(plain_email(email))
        if person is None:
            raise NotFound("Nobody with this e-mail is here.")
        remains = erasing.look(actor, person.public_id)
        click.echo(
            f"{email}: {len(remains.attempt_ids)} attempts, {len(remains.digests)} files and "
            f"{len(remains.begun)} courses begun go; {len(remains.certificates)} certificates stay with the name, "
            f"{len(remains.results)} results without it"
        )
        if not yes:
            click.confirm("Erase for ever?", abort=True)
        erasing.erase(actor, person.public_id)
    click.echo(f"{email}: erased")
