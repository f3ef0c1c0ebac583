"""The worker makes a thousand certificates while the site is in use, and a thousand while it is being killed."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from random import Random
from threading import Event, Thread
from time import monotonic, sleep

from sqlalchemy import func, select

from app.domain.certificates.models import Certificate
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.files import DamagedFile, store
from app.foundation.queue import OutboxJob
from benchmarks import ground
from benchmarks.browsing import Browser
from benchmarks.drills import numbers
from benchmarks.drills.houses import House, Program
from benchmarks.ground import COURSE
from benchmarks.serving import serving
from tests.servers import Mailbox, mailbox

CERTIFICATES = 1_000
MOST_SECONDS = 90.0
READERS = 4
PAUSE = 0.25
"""Seconds between the clicks of one reader."""
SHORTEST_LIFE, LONGEST_LIFE = 1.6, 2.9
PATIENCE = 900.0
SEED = 20_261_123


def run(house: House, kills: int) -> dict[str, float]:
    """Return how long the worker took for a thousand, and what became of another thousand under kills."""
    with mailbox() as post, ground.opened(house.instance.environ):
        environ = {**house.instance.environ, "SMTP_URL": post.url, "WEB_CONCURRENCY": "1"}
        worker = Program(house, environ, sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run")
        with serving("wsgi:app", environ, None, house.folder / "server.log") as server:
            first = _issue(CERTIFICATES)
            with _in_use(house, server.port):
                began = monotonic()
                worker.start()
                _wait(lambda: _count_signed(first) == CERTIFICATES)
                seconds = monotonic() - began
            _wait(lambda: _count_waiting() == 0)
        worker.kill()
        wanted = _issue(CERTIFICATES)
        dice, busy = Random(SEED), 0
        for number in range(kills):
            worker.start()
            sleep(dice.uniform(SHORTEST_LIFE, LONGEST_LIFE))
            worker.kill()
            busy += _count_waiting() > 0
            if number % 10 == 0:
                print(
                    f"{house.engine}: {number + 1} of {kills} kills, {_count_signed(wanted)} signed",
                    flush=True,
                )
        worker.start()
        _wait(lambda: _count_waiting() == 0)
        worker.kill()
        return {
            "seconds of a thousand": round(seconds, 1),
            "kills": kills,
            "kills at work": busy,
            **_count(wanted, post),
        }


def _issue(count: int) -> set[int]:
    """Issue so many certificates, whose documents the worker makes; return their ids."""
    last = session().scalar(select(func.max(Certificate.id))) or 0
    for enrolment_id in numbers.enrol_often(count):
        numbers.issue(enrolment_id)
    session().rollback()
    return set(session().scalars(select(Certificate.id).where(Certificate.id > last)))


@contextmanager
def _in_use(house: House, port: int) -> Iterator[None]:
    """Let people read modules meanwhile, four clicks a second each."""
    over = Event()

    def read(token: str) -> None:
        browser = Browser(port, token)
        for address in cycle(house.instance.addresses):
            browser.get(f"/learn/{COURSE}/{address}")
            if over.wait(PAUSE):
                return

    readers = [Thread(target=read, args=(token,)) for token in house.instance.crowd.learners[:READERS]]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        over.set()
        for reader in readers:
            reader.join()


def _wait(is_there: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
    while not is_there():
        if monotonic() > until:
            raise TimeoutError(f"not done after {PATIENCE:.0f} s")
        sleep(0.2)


def _count_signed(wanted: set[int]) -> int:
    session().rollback()
    signed = select(func.count()).where(Certificate.id >= min(wanted), Certificate.signed_digest.is_not(None))
    return session().scalar(signed) or 0


def _count_waiting() -> int:
    session().rollback()
    return session().scalar(select(func.count()).where(OutboxJob.done_at.is_(None))) or 0


def _count(wanted: set[int], post: Mailbox) -> dict[str, float]:
    """Lay the register beside the files and the mails."""
    session().rollback()
    held = session().scalars(select(Certificate).where(Certificate.id.in_(wanted))).all()
    mails = Counter((mail["Subject"], mail["Message-ID"]) for mail in post.messages)
    told = Counter(subject for subject, _ in mails)
    subjects = [f"Your certificate {each.number}" for each in held]
    return {
        "certificates": len(held),
        "numbers": len({each.number for each in held}),
        "files": sum(_is_whole(each) for each in held),
        "mails": sum(told[subject] == 1 for subject in subjects),
        "certificates told of twice": sum(told[subject] > 1 for subject in subjects),
        "mails handed over again after a kill, same Message-ID": sum(count - 1 for count in mails.values()),
    }


def _is_whole(certificate: Certificate) -> bool:
    """Tell whether both copies lie in the store as they were registered, the signed one over the other."""
    try:
        archive, signed = (
            store().get(certificate.file_digest or ""),
            store().get(certificate.signed_digest or ""),
        )
    except (NotFound, DamagedFile):
        return False
    return signed.startswith(archive) and signed != archive
