"""How many examples hypothesis tries: few in ordinary runs, as many as asked for by ``GRADIVO_EXAMPLES=2000``."""

import os
from collections.abc import Callable

from hypothesis import HealthCheck, settings

from app.formats.question_exchange import Exchange, Unreadable

many = settings(
    max_examples=int(os.environ.get("GRADIVO_EXAMPLES", "60")),
    deadline=2_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
"""The settings of a test that reads whatever it is given; an example longer than two seconds fails."""


def reading_is_told(read: Callable[[bytes], Exchange], data: bytes) -> bool:
    """Tell whether a file is read with a note on every question, or refused with a line; all else is raised."""
    try:
        found = read(data)
    except Unreadable as error:
        return error.line >= 1 and bool(error.reason % error.values)
    noted = {note.question for note in found.notes if note.line >= 1 and note.message % note.values}
    return {question.key for question in found.questions} <= noted
