"""The roof of the ``flask`` command: the application with every noun; web servers load none of this."""

from click import ClickException, Command, Group
from flask import Flask
from flask_migrate import Migrate

import app
from app import cli
from app.foundation.db import db
from app.foundation.settings import Settings, SettingsError
from app.jobs import command


def create_app(given: Settings | None = None) -> Flask:
    """Return the application with its commands.

    Where no settings can be had, only help and the checker work; every other command ends with the setting that
    is wrong.
    """
    try:
        return install(app.create_app(given))
    except SettingsError as error:
        bare = install(Flask("app", static_folder=None))
        for each in bare.cli.commands.values():
            _refuse(each, str(error))
        return bare


def install(flask_app: Flask) -> Flask:
    """Let an application know every command, and return it."""
    Migrate(flask_app, db, directory="migrations", render_as_batch=True, compare_type=True)
    cli.install(flask_app)
    command.install(flask_app)
    return flask_app


def _refuse(found: Command, fault: str) -> None:
    if isinstance(found, Group):
        for each in found.commands.values():
            _refuse(each, fault)
    elif found not in cli.WITHOUT_SETTINGS:

        def refuse(**_given: object) -> None:
            raise ClickException(fault)

        found.callback = refuse
