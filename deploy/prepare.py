"""Bring an instance's tables up to date and load the demonstration where it is one, in one start of the program."""

import sys
from pathlib import Path

import click
from flask.cli import ScriptInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.foundation import settings
from wsgi import app


def flask(*arguments: str) -> None:
    """Run a command of the application, as ``flask`` would."""
    app.cli.main(arguments, prog_name="flask", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))


try:
    flask("db", "upgrade")
    if settings.current().is_demo:
        flask("demo", "load")
except click.ClickException as error:
    error.show()
    sys.exit(error.exit_code)
