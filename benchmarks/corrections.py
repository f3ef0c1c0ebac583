"""A mended key laid over ten thousand attempts of thirty questions: the dry run, and what is decided.

Alone: ``python -m benchmarks.corrections``. The crowd is that of ``benchmarks.items``.
"""

import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

from sqlalchemy import func, insert, select, update

from app.domain.access.values import Actor
from app.domain.assessments.models import Attempt
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue import service as courses
from app.domain.catalogue.values import Kind, Question
from app.domain.certificates.models import Certificate
from app.domain.corrections.models import CorrectionResult
from app.domain.corrections.values import Fairness
from app.domain.enrolment.models import Enrolment
from app.foundation import ids
from app.foundation.db import db, transaction
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import correcting, publishing, regrading
from benchmarks import figures, ground, items, serving
from benchmarks.figures import Figure
from benchmarks.ground import Instance
from tests.servers import has_postgres, postgres

MOST_SECONDS = 20.0
YEAR = 1999
"""That of the certificates which stand before: no other has it."""


def mending(engine: str, instance: Instance, database: int | None = None) -> Iterator[Figure]:
    """Mend the key of a question of the course that everybody has sat; ``database`` is the process of a server."""
    with ground.opened({**instance.environ, "LOG_LEVEL": "WARNING"}), _as_a_worker():
        _complete()
        key = _publish()
        actor = Actor.system("benchmark")
        made = correcting.begin(actor, items.COURSE, {key: "mend"})
        dry = _cost(lambda: regrading.reckon(actor, str(made)), database)
        if not correcting.decide(actor, made, Fairness.AS_CORRECTED, "The other option was right."):
            raise ValueError("the situation changed by itself")
        applied = _cost(lambda: regrading.apply(actor, str(made)), database)
        detail = {"dry_run_s": round(dry[0], 2), "cpu_s": round(max(dry[1] + applied[1], 0), 2), **_counts()}
        db.session.remove()
    name = f"a key mended in {items.ATTEMPTS:,} attempts, dry run and results"
    yield Figure(name, engine, dry[0] + applied[0], "s", MOST_SECONDS, detail)


@contextmanager
def _as_a_worker() -> Iterator[None]:
    """Search for garbage as the worker does, whose work this is."""
    before = gc.get_threshold()
    worker.collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _cost(act: Callable[[], None], database: int | None) -> tuple[float, float]:
    """Return seconds by the clock and of the processors."""
    began, before = monotonic(), items.cpu_ms(database)
    act()
    return monotonic() - began, (items.cpu_ms(database) - before) / 1000


def _counts() -> dict[str, float]:
    held = db.session
    return {
        "held": held.scalar(select(func.count()).select_from(CorrectionResult)) or 0,
        "certificates": held.scalar(
            select(func.count()).select_from(CorrectionResult).where(CorrectionResult.touch.is_not(None))
        )
        or 0,
        "mails": held.scalar(
            select(func.count()).select_from(OutboxJob).where(OutboxJob.name == "notify.corrected")
        )
        or 0,
    }


def _complete() -> None:
    """Let everybody who passed have completed the course and hold a certificate."""
    passed = select(Attempt).where(Attempt.id >= items.FIRST_ID, Attempt.is_passed.is_(True))
    with db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        pattern = connection.execute(select(Certificate).limit(1)).mappings().one()
        rows = connection.execute(passed).mappings().all()
        for begin in range(0, len(rows), items.CHUNK):
            chunk = rows[begin : begin + items.CHUNK]
            connection.execute(
                insert(Certificate),
                [_certificate(pattern, row, begin + turn) for turn, row in enumerate(chunk, 1)],
            )
        for row in rows:
            outcome = {"outcome": "passed", "mark": row["mark"], "version_id": row["version_id"]}
            connection.execute(
                update(Enrolment)
                .where(Enrolment.id == row["enrolment_id"])
                .values(**outcome, outcome_at=row["finished_at"], outcome_on=row["finished_at"].date())
            )


def _certificate(pattern: "dict[str, object] | object", row: object, ordinal: int) -> dict[str, object]:
    code, held = ids.code(), dict(pattern)  # type: ignore[call-overload]
    sat = dict(row)  # type: ignore[call-overload]
    number = f"CZ-{YEAR}-{ordinal:06d}"
    return {
        **held,
        "id": sat["id"],
        "code": code,
        "code_digest": ids.digest(ids.normalise_code(code)),
        "number": number,
        "year": YEAR,
        "ordinal": ordinal,
        "enrolment_id": sat["enrolment_id"],
        "person_id": sat["person_id"],
        "unit_path": sat["unit_path"],
        "snapshot": {**held["snapshot"], "number": number, "code": code, "mark": sat["mark"]},
        "valid_until": None,
    }


def _publish() -> str:
    """Publish the course with another option right in one question; return its key."""
    actor = Actor.system("benchmark")
    read = publishing.read(items.COURSE, publishing.export(actor, items.COURSE)).draft
    if read is None:
        raise ValueError("the course cannot be read")
    chosen = next(each for each in read.questions if each.kind is Kind.SINGLE and not each.is_practice)
    questions = tuple(_mended(each) if each.key == chosen.key else each for each in read.questions)
    course = catalogue.get_course(items.COURSE)
    draft = replace(read, questions=questions, digest="mended", marking_digest="mended")
    with transaction():
        courses.publish(draft, course.owner_unit, {}, "benchmark")
    return chosen.key


def _mended(question: Question) -> Question:
    number = len(next(iter(question.bodies.values())).options)
    return replace(
        question,
        keys={
            tag: replace(key, right=((key.right[0] + 1) % number,), feedback=())
            for tag, key in question.keys.items()
        },
    )


def main() -> None:
    """Measure this alone, on a small country, and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="gradivo-bench-"))
    try:
        found = list(_alone("sqlite", items.lay(folder / "sqlite")))
        if has_postgres():
            with postgres(durable=True) as cluster:
                instance = items.lay(folder / "postgresql", cluster.create("bench"))
                found += _alone("postgresql", instance, serving.postmaster(cluster))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures.show(found)


def _alone(engine: str, instance: Instance, database: int | None = None) -> Iterator[Figure]:
    with ground.opened({**instance.environ, "LOG_LEVEL": "WARNING"}):
        items.sit()
        db.session.remove()
    yield from mending(engine, instance, database)


if __name__ == "__main__":
    main()
