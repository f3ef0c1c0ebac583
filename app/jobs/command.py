"""``flask jobs``: the worker."""

import click
from flask import Flask
from flask.cli import ScriptInfo

from app.foundation import settings
from app.jobs import worker


@click.group("jobs")
def group() -> None:
    """Work that is done in the background."""


@group.command("run")
@click.option("--workers", default=1, show_default=True, help="How many jobs are done at once.")
@click.pass_obj
def run(info: ScriptInfo, workers: int) -> None:
    """Serve the queue and the clock until Ctrl-C."""
    app = info.load_app()
    worker.run(app, settings.current(), workers)


def install(app: Flask) -> None:
    """Let the ``flask`` command know the worker."""
    app.cli.add_command(group)
