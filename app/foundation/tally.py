"""Counts what happens while pages are read: a GET adds a line to a file of the instance, a job takes all lines at once.

A line is a number and a day. So reading writes nothing to the database, waits for nobody, and leaves nothing of who
read. Lines that are taken are set aside as a batch, which keeps its id until it is settled: whoever enters its counts
notes the id in the same transaction, and so enters none twice, whenever the power fails.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from app.foundation import clock, ids, settings


@dataclass(frozen=True, slots=True)
class Count:
    """How often, and on which day (UTC) last."""

    times: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Batch:
    """What was taken at once, number → count; one that was not settled comes again with the same id."""

    id: UUID
    counts: Mapping[int, Count]


def add(name: str, number: int) -> None:
    """Count a thing once more."""
    with _locked(name), _path(name).open("a", encoding="ascii") as lines:
        lines.write(f"{number} {clock.now().date().isoformat()}\n")


@contextmanager
def taken(name: str) -> Iterator[Batch | None]:
    """Yield what was counted since, or is not settled yet; None where nothing was. It is settled if the block ends."""
    with _locked(f"{name}-taken"):
        aside = _set_aside(name)
        if aside is None:
            yield None
            return
        lines = aside.read_text(encoding="ascii").splitlines()
        yield Batch(UUID(aside.name.split(".")[1]), _counted(lines))
        aside.unlink()


def _set_aside(name: str) -> Path | None:
    """Return the file of the batch that is not settled, else of a new one; its name outlives a power failure."""
    left = next(settings.current().instance.glob(f"{name}.*.tally"), None)
    if left is not None:
        return left
    with _locked(name):
        if not _path(name).exists():
            return None
        aside = _path(name).rename(_path(f"{name}.{ids.public_id()}"))
    folder = os.open(aside.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return aside


def _path(name: str) -> Path:
    return settings.current().instance / f"{name}.tally"


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Let no other process and no other thread do this meanwhile."""
    with _path(name).with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _counted(lines: list[str]) -> Mapping[int, Count]:
    """Return the counts of whole lines: a power failure may have left half of one."""
    seen = [line.split() for line in lines]
    pairs = [(int(each[0]), date.fromisoformat(each[1])) for each in seen if _is_whole(each)]
    times = Counter(number for number, _ in pairs)
    last = dict(sorted(pairs, key=lambda pair: pair[1]))
    return {number: Count(times[number], last[number]) for number in times}


def _is_whole(words: list[str]) -> bool:
    return len(words) == 2 and words[0].isdecimal() and len(words[1]) == len("2026-01-31")  # noqa: PLR2004
