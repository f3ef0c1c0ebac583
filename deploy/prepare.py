"""Bring an instance's tables up to date and load the demonstration where it is one, in one start of the program."""

import sys
from pathlib import Path

import click
from flask.cli import ScriptInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app import commands, create_app
from app.foundation import settings
from app.foundation.settings import SettingsError


def main() -> int:
    """Run ``flask db upgrade`` and, for a demonstration, ``flask demo load``; return the exit code."""
    try:
        app = commands.install(create_app())
    except SettingsError as error:
        print(f"This instance cannot start. {error}", file=sys.stderr)
        return 1
    wanted = [("db", "upgrade"), ("demo", "load")]
    for command in wanted if settings.current().is_demo else wanted[:1]:
        try:
            app.cli.main(
                command, prog_name="flask", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app)
            )
        except click.ClickException as error:
            error.show()
            return error.exit_code
    return 0


# Courses are read in child processes, which import this file anew: they must not prepare anything themselves.
if __name__ == "__main__":
    sys.exit(main())
