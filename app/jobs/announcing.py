"""The queue as web servers know it: they only announce jobs, and load nothing of what the worker does."""

import sqlite3
from collections.abc import Callable
from threading import Lock

from huey import Huey
from huey.api import RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from redis.exceptions import RedisError

from app.foundation.logs import log
from app.foundation.settings import Settings


def make_huey(settings: Settings) -> Huey:
    """Return the queue: in Redis where one is set, else in a file of the instance."""
    serializer = SignedSerializer(secret=settings.secret_key)
    if settings.redis_url:
        return RedisHuey("gradivo", url=settings.redis_url, serializer=serializer, results=False)
    path = str(settings.instance / "jobs.db")
    return SqliteHuey("gradivo", filename=path, serializer=serializer, results=False, fsync=False)


def announcer(settings: Settings) -> Callable[[int], None]:
    """Return what tells the worker of a committed job; the queue is opened at the first one.

    A queue that cannot be reached loses nothing: the sweeper finds the row within a minute.
    """
    held: list[Callable[[int], object]] = []
    lock = Lock()

    def announce(job_id: int) -> None:
        try:
            with lock:
                if not held:
                    held.append(declare(make_huey(settings), None))
            held[0](job_id)
        except (OSError, RedisError, sqlite3.Error) as error:
            log().warning("queue.unreachable", job=job_id, error=type(error).__name__)

    return announce


def declare(huey: Huey, act: Callable[[int], object] | None) -> Callable[[int], object]:
    """Declare the one task that Huey knows: do the outbox row of this id; who only announces has no act for it."""

    @huey.task(name="deliver")  # type: ignore[untyped-decorator]
    def deliver(job_id: int) -> None:
        if act is not None:
            act(job_id)

    task: Callable[[int], object] = deliver
    return task
