"""Work for later: an outbox row in the transaction of the act, announced to Huey once it is committed.

Huey delivers at most once; the row makes it at least once: a sweeper announces rows that are due and not done.
A job is named by a string and takes only ids; ``jobs/worker.py`` maps every name to one workflow.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation import clock
from app.foundation.db import Base, Moment, after_commit, session, transaction

_FIRST_RETRY = timedelta(seconds=20)
_MOST_DOUBLINGS = 10


class OutboxJob(Base):
    """A piece of work that was promised by a committed act."""

    __tablename__ = "outbox_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(500))
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_outbox_job_due", "done_at", "due_at"),)


_announcers: list[Callable[[int], object]] = []


def use(announce: Callable[[int], object] | None) -> None:
    """Let committed jobs be announced by a callable that takes the row's id; None leaves them to the sweeper."""
    _announcers[:] = [announce] if announce else []


def announce(job_id: int) -> None:
    """Tell the worker that a job waits."""
    for call in _announcers:
        call(job_id)


def enqueue(name: str, **arguments: str | int) -> None:
    """Promise a job in the present transaction."""
    present = clock.now()
    job = OutboxJob(name=name, arguments=arguments, created_at=present, due_at=present)
    session().add(job)
    session().flush()
    job_id = job.id
    after_commit(lambda: announce(job_id))


def enqueue_each(name: str, arguments: Sequence[Mapping[str, str | int]]) -> None:
    """Promise many jobs of a kind in the present transaction; the sweeper announces them, some each minute."""
    present = clock.now()
    rows = [
        {"name": name, "arguments": dict(each), "created_at": present, "due_at": present}
        for each in arguments
    ]
    if rows:
        session().execute(insert(OutboxJob), rows)


def claim(job_id: int) -> tuple[str, dict[str, Any]] | None:
    """Take a due job and return its name and arguments; None if it is done or another took it.

    A claimed job is due again after a growing pause, in case whoever claimed it dies.
    """
    with transaction() as held:
        job = held.get(OutboxJob, job_id, with_for_update=True)
        if job is None or job.done_at is not None or job.due_at > clock.now():
            return None
        job.tries += 1
        job.due_at = clock.now() + _FIRST_RETRY * 2 ** min(job.tries - 1, _MOST_DOUBLINGS)
        return job.name, job.arguments


def finish(job_id: int) -> None:
    """Note that a job is done."""
    with transaction() as held:
        held.execute(
            update(OutboxJob).where(OutboxJob.id == job_id).values(done_at=clock.now(), failure=None)
        )


def fail(job_id: int, failure: str) -> None:
    """Note why a job failed; it is tried again when it is due."""
    with transaction() as held:
        held.execute(update(OutboxJob).where(OutboxJob.id == job_id).values(failure=failure[:500]))


def list_due(limit: int = 500) -> list[int]:
    """Return the ids of jobs that are due, newest act first, so that whoever waits at a screen is served first."""
    rows = session().scalars(
        select(OutboxJob.id)
        .where(OutboxJob.done_at.is_(None), OutboxJob.due_at <= clock.now())
        .order_by(OutboxJob.id.desc())
        .limit(limit)
    )
    return list(rows)


def count_waiting() -> int:
    """Return how many jobs are not done."""
    waiting = session().scalar(select(func.count()).select_from(OutboxJob).where(OutboxJob.done_at.is_(None)))
    return waiting or 0


def count_failing(name: str | None = None, failure: str = "") -> int:
    """Return how many jobs failed at least once and are not done: all, or those of a name and a kind of failure."""
    statement = (
        select(func.count())
        .select_from(OutboxJob)
        .where(OutboxJob.done_at.is_(None), OutboxJob.failure.startswith(failure, autoescape=True))
    )
    if name is not None:
        statement = statement.where(OutboxJob.name == name)
    return session().scalar(statement) or 0


def hasten(name: str, failure: str) -> int:
    """Let jobs of a name that failed in one way be due now, because the cause is gone; return how many."""
    with transaction() as held:
        due = held.scalars(
            update(OutboxJob)
            .where(
                OutboxJob.name == name,
                OutboxJob.done_at.is_(None),
                OutboxJob.failure.startswith(failure, autoescape=True),
            )
            .values(due_at=clock.now(), failure=None)
            .returning(OutboxJob.id)
        ).all()
    return len(due)


def drop(values: Collection[object]) -> None:
    """Let jobs that are not done and name one of these values never be done, because what they name is gone."""
    gone = set(values)
    for job in session().scalars(select(OutboxJob).where(OutboxJob.done_at.is_(None))):
        if not gone.isdisjoint(job.arguments.values()):
            session().delete(job)
