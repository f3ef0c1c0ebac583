"""The front door for operators: ``flask <noun> <verb>``; exit code 0, 1 (refused) or 2 (usage), errors on stderr."""

from flask import Flask

from app.cli import (
    backup,
    certificates,
    courses,
    demo,
    doctor,
    people,
    questions,
    register,
    reports,
    territory,
)

GROUPS = (
    backup.group,
    certificates.group,
    courses.group,
    demo.group,
    doctor.command,
    people.group,
    questions.group,
    register.group,
    reports.group,
    territory.group,
)

WITHOUT_SETTINGS = (courses.check,)
"""The commands that need neither a setting nor a database."""


def install(app: Flask) -> None:
    """Let the ``flask`` command know every group."""
    for group in GROUPS:
        app.cli.add_command(group)
