"""``flask jobs``: the worker."""

import click
from flask import current_app as running  # noqa: TID251 -- A command has no other way to its application.
from flask.cli import with_appcontext

from app.foundation import settings
from app.jobs import worker


@click.group("jobs")
def group() -> None:
    """Work that is done in the background."""


@group.command("run")
@click.option("--workers", default=1, show_default=True, help="How many jobs are done at once.")
@with_appcontext
def run(workers: int) -> None:
    """Serve the queue and the clock until Ctrl-C."""
    worker.run(running._get_current_object(), settings.current(), workers)  # type: ignore[attr-defined]  # noqa: SLF001
