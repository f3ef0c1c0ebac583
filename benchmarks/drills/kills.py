"""The server is killed (SIGKILL) at random moments while people save and submit; what it acknowledged must be there."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from queue import Empty, SimpleQueue
from random import Random
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, func, select

from app.domain.assessments.models import Answer, Attempt
from app.domain.certificates.models import Certificate
from app.domain.enrolment.models import Enrolment
from app.foundation.db import db
from benchmarks import ground
from benchmarks.browsing import Browser, WrongAnswer
from benchmarks.drills.houses import House, Program
from benchmarks.ground import ROOT
from benchmarks.scenes import Form, right_form, start
from tests.servers import free_port, wait_for_port

PEOPLE = 50
SEED = 20_261_122
LONGEST_LIFE = 2.0
PATIENCE = 60.0
T = TypeVar("T")


@dataclass
class Journal:
    """What one person was told of one attempt: the last answers acknowledged, and what she sent since."""

    attempt: UUID
    acknowledged: dict[int, list[str]] = field(default_factory=dict)
    sent: dict[int, list[str]] = field(default_factory=dict)
    is_submitted: bool = False


@dataclass
class Drill:
    """A drill as it runs: who still waits for her turn, what was told, what went wrong."""

    port: int
    engine: Engine
    learners: SimpleQueue[str]
    before: int  # the last attempt of the ground
    journals: list[Journal] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def sit(self) -> None:
        """Let one learner after the other take the whole test, until the drill is over."""
        while not self.over.is_set():
            try:
                token = self.learners.get_nowait()
            except Empty:
                return
            try:
                self._take(Browser(self.port, token))
            except WrongAnswer as error:
                self.faults.append(str(error)[:300])

    def _take(self, browser: Browser) -> None:
        address = self._insist(lambda: start(browser))
        if address is None:
            return
        form = right_form(self.engine, address)
        journal = Journal(UUID(address.rpartition("/")[2]))
        self.journals.append(journal)
        for place, fields in _by_question(form).items():
            response = [value for values in fields.values() for value in values]
            journal.sent[place] = response
            known = json.dumps(journal.acknowledged.get(place, []))
            saved = {f"shown-{place}": known, **fields, "action": "save"}
            if self._insist(lambda saved=saved: browser.post(address, saved)) is None:
                return
            journal.acknowledged[place] = response
        if self._insist(lambda: browser.post(address, {**form, "action": "submit"})) is not None:
            journal.is_submitted = True
        browser.close()

    def _insist(self, act: Callable[[], T]) -> T | None:
        """Do an act again until it is answered, as a browser with a queue does; None where the drill is over."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            with suppress(OSError, HTTPException):
                return act()
            if self.over.wait(0.1):
                return None
        self.faults.append("nobody answered for a minute")
        return None


def _by_question(form: Form) -> dict[int, Form]:
    found: dict[int, Form] = {}
    for name, values in form.items():
        found.setdefault(int(name.partition("-")[0].removeprefix("q")), {})[name] = values
    return found


class Serving(Program):
    """A web server that can be killed with all its workers at once."""

    def __init__(self, house: House, port: int) -> None:
        self._port = port
        config = str(ROOT / "deploy" / "gunicorn.conf.py")
        super().__init__(
            house, house.instance.environ,
            sys.executable, "-m", "gunicorn", "--config", config, "--bind", f"127.0.0.1:{port}", "wsgi:app",
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers."""
        super().start()
        wait_for_port(self._port, self.process)
        while not self._answers():  # The port is open before anybody answers at it.
            sleep(0.02)

    def _answers(self) -> bool:
        with suppress(OSError, HTTPException):
            return Browser(self._port).get("/healthz").status == HTTPStatus.OK
        return False


def run(house: House, kills: int) -> dict[str, int]:
    """Kill the server so many times while fifty people sit tests; return what was counted."""
    learners: SimpleQueue[str] = SimpleQueue()
    for token in house.instance.crowd.learners:
        learners.put(token)
    dice = Random(SEED)
    with ground.opened(house.instance.environ):
        with db.engine.connect() as connection:
            before = connection.scalar(select(func.max(Attempt.id))) or 0
        drill = Drill(free_port(), db.engine, learners, before)
        server = Serving(house, drill.port)
        server.start()
        people = [Thread(target=drill.sit) for _ in range(PEOPLE)]
        for person in people:
            person.start()
        for number in range(kills):
            sleep(dice.uniform(0.0, LONGEST_LIFE))
            server.kill()
            server.start()
            if number % 10 == 0:
                print(
                    f"{house.engine}: {number + 1} of {kills} kills, {len(drill.journals)} attempts",
                    flush=True,
                )
        sleep(LONGEST_LIFE)
        drill.over.set()
        for person in people:
            person.join()
        server.kill()
        return {"kills": kills, **_count(drill)}


def _count(drill: Drill) -> dict[str, int]:
    """Lay the journals beside the database."""
    with drill.engine.connect() as connection:
        rows = connection.execute(select(Attempt.__table__).where(Attempt.id > drill.before)).all()
        half = sum(_is_half_done(row, connection) for row in rows)
        lost = [_count_lost(journal, connection) for journal in drill.journals]
    marks = {row.public_id: row.mark for row in rows}
    unmarked = [each for each in drill.journals if each.is_submitted and marks.get(each.attempt) is None]
    return {
        "attempts": len(drill.journals),
        "acknowledged answers": sum(len(journal.acknowledged) for journal in drill.journals),
        "acknowledged submissions": sum(journal.is_submitted for journal in drill.journals),
        "lost answers": sum(lost),
        "submissions without a mark": len(unmarked),
        "half-marked attempts": half,
        "wrong answers of the server": len(drill.faults),
    }


def _count_lost(journal: Journal, connection: Connection) -> int:
    """Return how many acknowledged answers are not there, nor what was sent after them."""
    held = select(Answer.position, Answer.response).join(Attempt, Attempt.id == Answer.attempt_id)
    rows = connection.execute(held.where(Attempt.public_id == journal.attempt))
    stored = {row.position: row.response for row in rows}
    return sum(
        stored.get(place) not in (response, journal.sent[place])
        for place, response in journal.acknowledged.items()
    )


def _is_half_done(attempt: Row[Any], connection: Connection) -> bool:
    """Tell whether a part of an attempt's end was written: points, mark, outcome or certificate without the others."""
    answers = connection.execute(select(Answer.earned).where(Answer.attempt_id == attempt.id)).scalars().all()
    if attempt.finished_at is None:
        return attempt.mark is not None or any(earned is not None for earned in answers)
    if attempt.mark is None or not answers or None in answers:
        return True
    outcome = connection.scalar(select(Enrolment.outcome).where(Enrolment.id == attempt.enrolment_id))
    held = select(func.count()).where(Certificate.enrolment_id == attempt.enrolment_id)
    return attempt.is_passed and (outcome != "passed" or connection.scalar(held) != 1)
