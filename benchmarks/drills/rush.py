"""Two hundred people hand in within two seconds, each twice: one result each, and nobody waits long."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import monotonic, sleep

from sqlalchemy import func, select

from app.domain.assessments.models import Attempt
from app.domain.certificates.models import Certificate
from app.foundation.db import db
from benchmarks import figures, ground
from benchmarks.browsing import Browser, WrongAnswer
from benchmarks.drills.houses import House
from benchmarks.scenes import Form, right_form, start
from benchmarks.serving import serving

PEOPLE = 200
SECONDS = 2.0
SEED = 200


def run(house: House, processes: int) -> dict[str, float]:
    """Let them hand in; return what was counted, and how long they waited."""
    environ = {**house.instance.environ, "WEB_CONCURRENCY": str(processes)}
    with ground.opened(house.instance.environ):
        with db.engine.connect() as connection:
            before = connection.scalar(select(func.max(Attempt.id))) or 0
        with serving("wsgi:app", environ, None, house.folder / "server.log") as server:
            sittings = [_begin(server.port, token) for token in house.instance.crowd.learners[:PEOPLE]]
            waited, faults = _hand_in(sittings)
        with db.engine.connect() as connection:
            made = select(func.count()).where(Attempt.id > before)
            results = connection.scalar(made.where(Attempt.mark.is_not(None))) or 0
            attempts = connection.scalar(made) or 0
            newest = select(Attempt.enrolment_id).where(Attempt.id > before)
            held = select(func.count()).where(Certificate.enrolment_id.in_(newest))
            certificates = connection.scalar(held) or 0
    return {
        "attempts": attempts,
        "results": results,
        "certificates": certificates,
        "wrong answers of the server": faults,
        **figures.latencies(waited),
        "longest_ms": round(max(waited) * 1000, 1),
    }


def _begin(port: int, token: str) -> tuple[Browser, str, Form]:
    """Let a learner begin and save her answers."""
    browser = Browser(port, token)
    address = start(browser)
    form = right_form(db.engine, address)
    browser.post(address, {**form, "action": "save"})
    return browser, address, form


def _hand_in(sittings: list[tuple[Browser, str, Form]]) -> tuple[list[float], int]:
    dice, began = Random(SEED), monotonic() + 1
    moments = [began + dice.uniform(0, SECONDS) for _ in sittings]

    def send(place: int) -> tuple[list[float], int]:
        (browser, address, form), waited, faults = sittings[place], [], 0
        sleep(max(0, moments[place] - monotonic()))
        for _turn in range(2):
            sent = monotonic()
            try:
                browser.post(address, {**form, "action": "submit"})
            except WrongAnswer:
                faults += 1
            waited.append(monotonic() - sent)
        return waited, faults

    with ThreadPoolExecutor(len(sittings)) as crew:
        told = list(crew.map(send, range(len(sittings))))
    return [each for waited, _faults in told for each in waited], sum(faults for _waited, faults in told)
