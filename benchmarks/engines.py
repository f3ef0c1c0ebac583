"""One engine measured: server and probe side by side, rounds in turn, then a flood, then memory."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median

from flask import Flask

from app.foundation.db import db
from benchmarks import figures, ground, processes, scenes
from benchmarks.browsing import Browser
from benchmarks.figures import Figure
from benchmarks.ground import COURSE, Instance
from benchmarks.scenes import Attempts, Exports, Hashes, Requests, Round, Scene
from benchmarks.serving import Server, serving

PROBE, PAGE, CATALOGUE, ATTEMPT = "probe", "module page, signed in", "catalogue", "whole attempt, 12 POSTs"
FORM_ATTEMPT = "whole attempt without a script, 12 POSTs"
SIGN_IN, NEW_BROWSER, HASH = "sign-in POST", "sign-in POST, new browser, with notice", "bare argon2id hash"
CSV, COVERAGE = "completion CSV of 10,000 rows", "coverage page of 6,258 municipalities"
MOST_OF_PROBE = {PAGE: 4.0, ATTEMPT: 45.0}
MOST_OF_HASH = 1.5
MOST_MS = {CSV: 400.0, COVERAGE: 100.0}
MOST_FIRST_BYTE_MS, MOST_ABOVE_IDLE_MIB = 100.0, 10.0
MOST_RESIDENT_MIB, MOST_GROWTH_PERCENT = 150.0, 5.0
PEOPLE_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: rounds, acts of each scene in a round, seconds of flood, requests at the end."""

    rounds: int
    acts: dict[str, int]
    flood_seconds: float
    further: int


WHOLE = Effort(
    rounds=7,
    acts={
        PROBE: 400,
        PAGE: 200,
        CATALOGUE: 80,
        ATTEMPT: 8,
        FORM_ATTEMPT: 8,
        SIGN_IN: 10,
        NEW_BROWSER: 10,
        HASH: 10,
        CSV: 2,
        COVERAGE: 5,
    },
    flood_seconds=6,
    further=10_000,
)
QUICK = Effort(
    rounds=3,
    acts={
        PROBE: 200,
        PAGE: 100,
        CATALOGUE: 40,
        ATTEMPT: 5,
        FORM_ATTEMPT: 5,
        SIGN_IN: 5,
        NEW_BROWSER: 5,
        HASH: 5,
        CSV: 1,
        COVERAGE: 3,
    },
    flood_seconds=2,
    further=1_500,
)


@dataclass
class Measured:
    """The rounds of every scene, in the order in which they were played."""

    rounds: dict[str, list[Round]] = field(default_factory=dict)

    def cpu_ms(self, name: str) -> float:
        """Return the median cost of an act."""
        return median(each.cpu_ms for each in self.rounds[name])

    def ratio(self, name: str, base: str) -> float:
        """Return the median of how much more an act cost than another in the same round."""
        pairs = zip(self.rounds[name], self.rounds[base], strict=True)
        return median(one.cpu_ms / other.cpu_ms for one, other in pairs)

    def latencies(self, name: str) -> dict[str, float]:
        """Return how long people waited."""
        return figures.latencies([each for one in self.rounds[name] for each in one.seconds])


class Engine:
    """An instance on one engine, being measured."""

    def __init__(self, name: str, instance: Instance, app: Flask, server: Server, probe: Server) -> None:
        self.name = name
        self.instance = instance
        self.server = server
        self.learners = iter(instance.crowd.learners)
        self.reader = next(self.learners)
        self.addresses = [f"/learn/{COURSE}/{address}" for address in instance.addresses]
        with app.app_context():
            self.database = db.engine
        self.exports = Exports(server, instance)
        self.measured = Measured()
        self._probe = probe

    def play(self, effort: Effort) -> list[Figure]:
        """Measure everything and return the figures."""
        playing = self._scenes()
        for scene, times in ((playing[name], min(times, 20)) for name, times in effort.acts.items()):
            scene.play(min(times, 2) if isinstance(scene, Attempts | Exports) else times)
        self.exports.firsts.clear()
        self.exports.above_idle.clear()
        for _ in range(effort.rounds):
            for name, times in effort.acts.items():
                self.measured.rounds.setdefault(name, []).append(playing[name].play(times))
        return [*self._costs(), *self._flooded(effort.flood_seconds), *self._memory(effort.further)]

    def _scenes(self) -> dict[str, Scene]:
        reader, visitor = Browser(self.server.port, self.reader), Browser(self._probe.port)
        coordinator = Browser(self.server.port, self.instance.crowd.coordinator)
        return {
            PROBE: Requests(self._probe, lambda number: visitor.get(f"/{number + 1}")),
            PAGE: Requests(self.server, lambda number: reader.get(self._address(number))),
            CATALOGUE: Requests(self.server, lambda _: reader.get("/courses")),
            ATTEMPT: Attempts(self.server, self.learners, self.database, scenes.finish_by_script),
            FORM_ATTEMPT: Attempts(self.server, self.learners, self.database, scenes.finish_by_form),
            SIGN_IN: Requests(self.server, scenes.sign_in(self.server, is_known=True)),
            NEW_BROWSER: Requests(self.server, scenes.sign_in(self.server, is_known=False)),
            HASH: Hashes(),
            CSV: self.exports,
            COVERAGE: Requests(self.server, lambda _: coordinator.get("/reports/coverage?unit=CZ")),
        }

    def _address(self, number: int) -> str:
        return self.addresses[number % len(self.addresses)]

    def _figure(
        self, name: str, value: float, unit: str, most: float | None = None, **detail: float
    ) -> Figure:
        return Figure(name, self.name, value, unit, most, detail)

    def _costs(self) -> Iterator[Figure]:
        found = self.measured
        yield self._figure("the probe itself", found.cpu_ms(PROBE), "ms CPU", **found.latencies(PROBE))
        for name in (PAGE, CATALOGUE, ATTEMPT, FORM_ATTEMPT):
            detail = {"cpu_ms": round(found.cpu_ms(name), 2), **found.latencies(name)}
            yield self._figure(name, found.ratio(name, PROBE), "× probe", MOST_OF_PROBE.get(name), **detail)
        for name in (SIGN_IN, NEW_BROWSER):
            detail = {"cpu_ms": round(found.cpu_ms(name), 1), "hash_ms": round(found.cpu_ms(HASH), 1)}
            detail |= found.latencies(name)
            yield self._figure(name, found.ratio(name, HASH), "× hash", MOST_OF_HASH, **detail)
        for name in (CSV, COVERAGE):
            yield self._figure(name, found.cpu_ms(name), "ms CPU", MOST_MS[name], **found.latencies(name))
        first = median(self.exports.firsts) * 1000
        yield self._figure(f"{CSV}: first byte", first, "ms", MOST_FIRST_BYTE_MS)
        above = max(self.exports.above_idle)
        yield self._figure(f"{CSV}: memory above idle", above, "MiB", MOST_ABOVE_IDLE_MIB)

    def _flooded(self, seconds: float) -> Iterator[Figure]:
        """Ask by several people at once: how much gets through, and how long each waits."""
        tokens = [next(self.learners) for _ in range(PEOPLE_AT_ONCE)]
        acts = {
            PAGE: lambda browser, number: browser.get(self._address(number)),
            CATALOGUE: lambda browser, _number: browser.get("/courses"),
        }
        for name, act in acts.items():
            rate, waited = scenes.flood(self.server, tokens, act, seconds)
            detail = figures.latencies(waited)
            yield self._figure(f"{name}: {PEOPLE_AT_ONCE} people at once", rate, "requests/s", **detail)

    def _memory(self, further: int) -> Iterator[Figure]:
        """Ask on and on, reading and saving, and see whether the worker grows."""
        before = processes.resident_mib(self.server.worker)
        yield self._figure("memory of the web worker", before, "MiB", MOST_RESIDENT_MIB)
        browser = Browser(self.server.port, next(self.learners))
        sitting = scenes.start(browser)
        form = scenes.right_form(self.database, sitting)
        turns = cycle((self._address(0), self._address(1), "/courses", "/learn", self._address(2), None))
        for _, address in zip(range(further), turns, strict=False):
            if address is None:
                browser.post(sitting, {**form, "action": "save"})
            else:
                browser.get(address)
        after = processes.resident_mib(self.server.worker)
        growth = (after / before - 1) * 100
        yield self._figure(
            f"growth over {further:,} further requests",
            growth,
            "%",
            MOST_GROWTH_PERCENT,
            after_mib=round(after, 1),
        )


@contextmanager
def measuring(name: str, instance: Instance, database: int | None, folder: Path) -> Iterator[Engine]:
    """Serve an instance and the probe, and yield what measures them."""
    probe = {"PROBE_DATABASE": str(folder / "probe.db")}
    with ExitStack() as stack:
        app = stack.enter_context(ground.opened(instance.environ))
        log = folder / f"{name}.log"
        bare = stack.enter_context(serving("benchmarks.probe:app", probe, None, log))
        server = stack.enter_context(serving("wsgi:app", instance.environ, database, log))
        yield Engine(name, instance, app, server, bare)
