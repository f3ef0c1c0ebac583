"""What people do while it is measured: each scene is one act, repeated in rounds between rounds of the probe."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from time import monotonic, perf_counter
from typing import Protocol, TypeAlias
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from app.domain.assessments.models import Attempt, Paper
from app.domain.assessments.values import PaperQuestion
from app.foundation.plain import load
from benchmarks import crowd, processes
from benchmarks.browsing import Answer, Browser
from benchmarks.ground import COURSE, PASSWORD, Instance
from benchmarks.serving import Server
from tests.world import right_answer

SAVES = 10
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASH = _HASHER.hash(PASSWORD)

Form = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Round:
    """What a round cost: processor milliseconds for one act, and how many seconds each act took."""

    cpu_ms: float
    seconds: Sequence[float]


class Scene(Protocol):
    """An act that can be repeated."""

    def play(self, times: int) -> Round:
        """Do it so many times."""
        ...


class Requests:
    """One request after the other, each a person's who waits for the answer."""

    def __init__(self, server: Server, act: Callable[[int], object]) -> None:
        self._server = server
        self._act = act

    def play(self, times: int) -> Round:
        """Send so many of them."""
        before, seconds = self._server.cpu_ms(), []
        for number in range(times):
            began = perf_counter()
            self._act(number)
            seconds.append(perf_counter() - began)
        return Round((self._server.cpu_ms() - before) / times, seconds)


class Hashes:
    """The bare password hash that a sign-in cannot do without, in this process."""

    def play(self, times: int) -> Round:
        """Check a password so many times."""
        before, began = processes.own_cpu_ms(), perf_counter()
        for _ in range(times):
            _HASHER.verify(_HASH, PASSWORD)
        return Round((processes.own_cpu_ms() - before) / times, [(perf_counter() - began) / times])


Finish: TypeAlias = Callable[[Browser, str, Form], None]


class Attempts:
    """Whole attempts of the final test: start, ten saves, submit; each by a learner who has made none."""

    def __init__(self, server: Server, learners: Iterator[str], engine: Engine, finish: Finish) -> None:
        self._server = server
        self._finish = finish
        self._learners = learners
        self._engine = engine

    def play(self, times: int) -> Round:
        """Let so many learners sit the test; what is looked up for them in between is not counted."""
        seconds, cost, sittings = [], 0.0, []
        for _ in range(times):
            browser = Browser(self._server.port, next(self._learners))
            before, began = self._server.cpu_ms(), perf_counter()
            address = start(browser)
            seconds.append(perf_counter() - began)
            cost += self._server.cpu_ms() - before
            sittings.append((browser, address, right_form(self._engine, address)))
        before = self._server.cpu_ms()
        for place, (browser, address, form) in enumerate(sittings):
            began = perf_counter()
            self._finish(browser, address, form)
            seconds[place] += perf_counter() - began
            browser.close()
        return Round((cost + self._server.cpu_ms() - before) / times, seconds)


def start(browser: Browser) -> str:
    """Begin the final test, and return its address."""
    return browser.post(f"/learn/{COURSE}/test", {"lang": "en"}).headers["Location"]


def right_form(engine: Engine, address: str) -> Form:
    """Look up what a learner would have to know: the inputs that earn every point of her paper."""
    attempt = UUID(address.rpartition("/")[2])
    statement = select(Paper.questions).join(Attempt, Attempt.id == Paper.attempt_id)
    with engine.connect() as connection:
        questions = connection.execute(statement.where(Attempt.public_id == attempt)).scalar_one()
    form: Form = {}
    for place, question in enumerate(questions, start=1):
        form |= right_answer(load(PaperQuestion, question), place)
    return form


def finish_by_script(browser: Browser, address: str, form: Form) -> None:
    """Save ten answers, each by itself, as the script of the page does, and hand in with the others."""
    saved: Form = {}
    for name, known in list(shown(form, {}).items())[:SAVES]:
        place = name.removeprefix("shown-")
        given = {field: value for field, value in form.items() if field.partition("-")[0] == f"q{place}"}
        browser.send(address, {"action": "save", "age": ["0"], name: known, **given})
        saved |= given
    browser.post(address, {**shown(form, saved), **form, "action": "submit"})


def finish_by_form(browser: Browser, address: str, form: Form) -> None:
    """Save the form of the page ten times, each time with more answers, and hand in: without any script."""
    fields, saved = list(form.items()), {}
    for done in range(1, SAVES + 1):
        given = dict(fields[: len(fields) * done // SAVES])
        browser.post(address, {**shown(form, saved), **given, "action": "save"})
        saved = given
    browser.post(address, {**shown(form, saved), **form, "action": "submit"})


def shown(form: Form, saved: Form) -> Form:
    """Return the hidden fields of a page: for each question of a form what was saved of it."""
    found: dict[str, list[str]] = {}
    for name in form:
        place = name.partition("-")[0].removeprefix("q")
        found.setdefault(place, []).extend(saved.get(name, ()))
    return {f"shown-{place}": [json.dumps(response)] for place, response in found.items()}


class Exports:
    """The completion report of the whole country as CSV."""

    def __init__(self, server: Server, instance: Instance) -> None:
        self._server = server
        self._instance = instance
        self.firsts: list[float] = []
        self.above_idle: list[float] = []

    def play(self, times: int) -> Round:
        """Fetch it so many times; the seconds are those of the whole file."""
        before, seconds = self._server.cpu_ms(), []
        for _ in range(times):
            answer = self._fetch()
            self.firsts.append(answer.first)
            seconds.append(answer.whole)
        return Round((self._server.cpu_ms() - before) / times, seconds)

    def _fetch(self) -> Answer:
        browser = Browser(self._server.port, self._instance.crowd.coordinator)
        idle = processes.resident_mib(self._server.worker)
        processes.forget_peak(self._server.worker)
        answer = browser.get("/reports/completions?format=csv")
        self.above_idle.append(processes.peak_mib(self._server.worker) - idle)
        browser.close()
        lines = answer.body.count(b"\r\n")
        if lines < self._instance.size + 1:
            raise ValueError(f"the export has {lines} lines for {self._instance.size} completions")
        return answer


def sign_in(server: Server, *, is_known: bool) -> Callable[[int], object]:
    """Return the act of signing in by a password, in a browser that the person used before or in a new one."""
    marks: dict[int, dict[str, str]] = {}

    def act(number: int) -> object:
        browser = Browser(server.port)
        browser.cookies |= marks.get(number, {})
        answer = browser.post("/login", {"email": crowd.email_of(number + 1), "password": PASSWORD})
        if is_known and number not in marks:
            marks[number] = browser.kept(answer)
        browser.close()
        return answer

    return act


def flood(
    server: Server, tokens: Sequence[str], act: Callable[[Browser, int], object], seconds: float
) -> tuple[float, list[float]]:
    """Let several people ask at once for so many seconds; return requests a second, and how long each took."""
    until, numbers = monotonic() + seconds, count()

    def ask(token: str) -> list[float]:
        browser, waited = Browser(server.port, token), []
        while monotonic() < until:
            began = perf_counter()
            act(browser, next(numbers))
            waited.append(perf_counter() - began)
        browser.close()
        return waited

    with ThreadPoolExecutor(len(tokens)) as crew:
        waited = [each for part in crew.map(ask, tokens) for each in part]
    return len(waited) / seconds, waited
