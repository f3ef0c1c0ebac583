"""``flask doctor``: look at everything that an operator must be able to rely on."""

import sys

import click
from flask.cli import with_appcontext

from app.domain.access.values import Actor
from app.workflows import examining


@click.command("doctor")
@with_appcontext
def command() -> None:
    """Check migrations, audit trail, register, certificates and queue; end with 1 where something is wrong."""
    checks = examining.examine(Actor.system("doctor"))
    for check in checks:
        click.echo(
            f"{'ok   ' if check.fault is None else 'WRONG'} {check.name}: {check.fault or check.note or 'all is well'}"
        )
    if any(check.fault for check in checks):
        sys.exit(1)
