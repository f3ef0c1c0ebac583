"""What is measured without a server: documents, statements, and what a first visit weighs."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.certificates.models import Certificate
from app.domain.certificates.values import Snapshot
from app.formats import certificate_design, certificate_pdf
from app.foundation.db import db
from app.foundation.plain import load
from benchmarks import counting, ground, processes, scenes, visiting
from benchmarks.browsing import Browser
from benchmarks.figures import Figure
from benchmarks.ground import COURSE, Instance
from benchmarks.here import Here
from benchmarks.serving import Server, serving

MOST_DOCUMENT_MS, MOST_DOCUMENT_KB = 15.0, 60.0
MOST_PAGE_STATEMENTS, MOST_ATTEMPT_STATEMENTS = 5, 70
MOST_VISIT_KB, MOST_VISIT_REQUESTS = 250.0, 12
DOCUMENTS = 40


def document(instance: Instance) -> Iterator[Figure]:
    """Render a certificate again and again, in this process."""
    with ground.opened(instance.environ), Session(db.engine) as held:
        stored = held.scalars(select(Certificate.snapshot).order_by(Certificate.id).limit(DOCUMENTS)).all()
    snapshots = [load(Snapshot, each) for each in stored]
    design = certificate_design.load(ground.ROOT / "certificates" / snapshots[0].design)
    certificate_pdf.write(snapshots[0], design, None)
    costs, sizes = [], []
    for snapshot in snapshots:
        before = processes.own_cpu_ms()
        sizes.append(len(certificate_pdf.write(snapshot, design, None)) / 1024)
        costs.append(processes.own_cpu_ms() - before)
    yield Figure("certificate PDF rendered", "process", median(costs), "ms CPU", MOST_DOCUMENT_MS)
    yield Figure("certificate PDF", "process", max(sizes), "KB", MOST_DOCUMENT_KB)


def statements(instance: Instance) -> Iterator[Figure]:
    """Count the statements of a module page and of a whole attempt."""
    learner = instance.crowd.learners[-1]
    with ground.opened({**instance.environ, "LOG_LEVEL": "WARNING"}) as app:
        here = Here(app, learner)
        address = f"/learn/{COURSE}/{instance.addresses[0]}"
        here.get(address)
        with counting.counted(db.engine) as page:
            here.get(address)
        with counting.counted(db.engine) as attempt:
            sitting = here.post(f"/learn/{COURSE}/test", {"lang": "en"})
            looked_up = len(attempt)
            form = scenes.right_form(db.engine, sitting)
            looked_up = len(attempt) - looked_up
            for _ in range(scenes.SAVES):
                here.post(sitting, {**form, "action": "save"})
            here.post(sitting, {**form, "action": "submit"})
    yield Figure("module page: SQL statements", "process", len(page), "statements", MOST_PAGE_STATEMENTS)
    count = len(attempt) - looked_up
    yield Figure("whole attempt: SQL statements", "process", count, "statements", MOST_ATTEMPT_STATEMENTS)


def visits(instance: Instance, folder: Path) -> Iterator[Figure]:
    """Weigh the first visit of a module page in three languages."""
    with serving("wsgi:app", instance.environ, None, folder / "visit.log") as server:
        for locale in ground.LOCALES:
            sizes = visiting.visit(
                f"/learn/{COURSE}/{instance.addresses[0]}", _fetching(server, instance, locale)
            )
            yield Figure(
                f"first visit of a module page, {locale}",
                "process",
                sum(sizes.values()) / 1024,
                "KB",
                MOST_VISIT_KB,
            )
            yield Figure(
                f"first visit of a module page, {locale}: requests",
                "process",
                len(sizes),
                "requests",
                MOST_VISIT_REQUESTS,
            )


def _fetching(server: Server, instance: Instance, locale: str) -> visiting.Fetch:
    browser = Browser(server.port, instance.crowd.learners[0], locale=locale)

    def fetch(address: str) -> visiting.Fetched:
        answer = browser.get(address)
        return visiting.Fetched(answer.headers, answer.body)

    return fetch
