"""What is measured without a server: documents, statements, and what a first visit weighs."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.certificates.models import Certificate
from app.domain.certificates.values import Snapshot
from app.formats import certificate_archive, certificate_design, certificate_seal
from app.foundation import clock, settings, signing
from app.foundation.db import db
from app.foundation.plain import load
from app.web.limiter import limiter
from benchmarks import counting, ground, processes, scenes, visiting
from benchmarks.browsing import Browser
from benchmarks.figures import Figure
from benchmarks.ground import COURSE, Instance
from benchmarks.here import Here
from benchmarks.serving import Server, serving

MOST_ARCHIVE_MS, MOST_SIGNED_MS, MOST_ARCHIVE_KB = 20.0, 60.0, 60.0
MOST_CHECK_MS = 4.0
MOST_PAGE_STATEMENTS, MOST_ATTEMPT_STATEMENTS = 5, 70
MOST_VISIT_KB, MOST_VISIT_REQUESTS = 250.0, 12
DOCUMENTS = 40
CHECKS = 300


def document(instance: Instance) -> Iterator[Figure]:
    """Make the archive copy of a certificate and sign it, again and again, in this process."""
    with ground.opened(instance.environ), Session(db.engine) as held:
        stored = held.scalars(select(Certificate.snapshot).order_by(Certificate.id).limit(DOCUMENTS)).all()
    snapshots = [load(Snapshot, each) for each in stored]
    design = certificate_design.load(ground.ROOT / "certificates" / snapshots[0].design)
    with TemporaryDirectory() as folder:
        given = settings.from_env({**instance.environ, "INSTANCE": folder})
        key = signing.load(given, may_make=True)
        _make(snapshots[0], design, key, given)
        costs = [_make(snapshot, design, key, given) for snapshot in snapshots]
    archived, signed, sizes = zip(*costs, strict=True)
    yield Figure("certificate: archive copy", "process", median(archived), "ms CPU", MOST_ARCHIVE_MS)
    yield Figure(
        "certificate: archive copy and signature", "process", median(signed), "ms CPU", MOST_SIGNED_MS
    )
    yield Figure("certificate: archive copy, size", "process", max(sizes), "KB", MOST_ARCHIVE_KB)


def _make(
    snapshot: Snapshot, design: certificate_design.Design, key: signing.Key, given: settings.Settings
) -> tuple[float, float, float]:
    """Return the CPU time of the archive copy, that of both copies, and how large the archive copy is."""
    before = processes.own_cpu_ms()
    archive = certificate_archive.write(snapshot, design, None)
    middle = processes.own_cpu_ms()
    looks = certificate_seal.draw(snapshot, design, key.name, clock.now())
    signing.sign(archive, key, looks, given)
    return middle - before, processes.own_cpu_ms() - before, len(archive) / 1024


def verification(instance: Instance) -> Iterator[Figure]:
    """Verify certificates by their codes, each another, by somebody who is not signed in: page and JSON."""
    with ground.opened({**instance.environ, "LOG_LEVEL": "WARNING"}) as app, Session(db.engine) as held:
        codes = held.scalars(select(Certificate.code).order_by(Certificate.id).limit(CHECKS)).all()
        limiter.enabled = False
        anyone = Here(app)
        for name, way in (("page", "/verify/"), ("JSON", "/api/v1/certificates/")):
            anyone.get(f"{way}{codes[0]}")
            costs = []
            for code in codes:
                before = processes.own_cpu_ms()
                anyone.get(f"{way}{code}")
                costs.append(processes.own_cpu_ms() - before)
            yield Figure(f"verification by code: {name}", "process", median(costs), "ms CPU", MOST_CHECK_MS)


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
