"""Counts what happens while pages are read: a GET adds a line to a file of the instance, a job takes all lines at once.

A line is a number and a day. So reading writes nothing to the database, waits for nobody, and leaves nothing of who
read. What was taken and then not settled, because the power failed, is counted again: better once more than never.
"""

import fcntl
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from app.foundation import clock, settings


@dataclass(frozen=True, slots=True)
class Count:
    """How often, and on which day (UTC) last."""

    times: int
    last_on: date


@contextmanager
def _locked(name: str) -> Iterator[IO[str]]:
    """Open the file of a tally for this process alone."""
    with _path(name).open("a+", encoding="ascii") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        yield lines


def _path(name: str) -> Path:
    return settings.current().instance / f"{name}.tally"


def add(name: str, number: int) -> None:
    """Count a thing once more."""
    with _locked(name) as lines:
        lines.write(f"{number} {clock.now().date().isoformat()}\n")


@contextmanager
def taken(name: str) -> Iterator[Mapping[int, Count]]:
    """Yield what was counted since, number → count, and forget it when the block ends well."""
    with _locked(f"{name}-taken") as aside:
        with _locked(name) as lines:
            lines.seek(0)
            aside.write(lines.read())
            aside.flush()
            lines.truncate(0)
        aside.seek(0)
        yield _counted(aside.read().splitlines())
        aside.truncate(0)


def _counted(lines: list[str]) -> Mapping[int, Count]:
    """Return the counts of whole lines: a power failure may have left half of one."""
    seen = [line.split() for line in lines]
    pairs = [(int(each[0]), date.fromisoformat(each[1])) for each in seen if _is_whole(each)]
    times = Counter(number for number, _ in pairs)
    last = dict(sorted(pairs, key=lambda pair: pair[1]))
    return {number: Count(times[number], last[number]) for number in times}


def _is_whole(words: list[str]) -> bool:
    return len(words) == 2 and words[0].isdecimal() and len(words[1]) == len("2026-01-31")  # noqa: PLR2004
