"""``flask certificates``: verify, revoke, and renew the keys that they and their badges are signed with."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import State
from app.foundation import clock
from app.foundation.errors import AppError
from app.workflows import certifying, minting, rendering, verifying


@click.group("certificates")
def group() -> None:
    """Certificates that were issued here."""


@group.command("verify")
@click.argument("document", metavar="FILE|CODE")
@with_appcontext
def verify(document: str) -> None:
    """Tell what a certificate is worth today, by its FILE or its CODE; end with 1 unless it is valid."""
    certificate = _recognised(Path(document)) if Path(document).is_file() else register.find_by_code(document)
    if certificate is None:
        click.echo("unknown", err=True)
        sys.exit(1)
    state = certificate.state_on(clock.now().date())
    said = certificate.snapshot
    name = rules.names_of(said, is_hidden=False)[0] or "(name erased)"
    click.echo(f"{state.value}\t{certificate.number}\t{name}\t{said['course_title']}\t{said['completed_on']}")
    if state is not State.VALID:
        sys.exit(1)


def _recognised(path: Path) -> Certificate | None:
    """Return the certificate whose file this is, None where it names none; end with 1 where it was changed."""
    found = verifying.recognise(path.read_bytes())
    if found.numbers:
        click.echo(f"altered\t{', '.join(found.numbers)}", err=True)
        sys.exit(1)
    return found.certificate


@group.command("revoke")
@click.argument("code")
@click.option("--reason", required=True, help="Why; the public page shows it.")
@with_appcontext
def revoke(code: str, reason: str) -> None:
    """Let a certificate be good no more."""
    try:
        certificate = certifying.revoke(Actor.system("certificates revoke"), code, reason)
    except AppError as error:
        click.echo(str(error) or "There is no such certificate.", err=True)
        sys.exit(1)
    click.echo(f"revoked\t{certificate.number}")


@group.command("renew-key")
@with_appcontext
def renew_key() -> None:
    """Make a new signing key of the instance's own, because the old one is lost, exposed or at its end."""
    try:
        key = rendering.renew_key(Actor.system("certificates renew-key"))
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{key.fingerprint}\t{key.name}\tuntil {key.ends:%F}")


@group.command("renew-badge-key")
@with_appcontext
def renew_badge_key() -> None:
    """Make a new key of badges, because the old one is lost or exposed; it stays in did.json."""
    multikey = minting.renew_key(Actor.system("certificates renew-badge-key"))
    click.echo(multikey)
