"""``make bench``: measures what the system costs on SQLite and PostgreSQL, and prints one table."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from benchmarks import alone, corrections, figures, ground, items, land, serving
from benchmarks.engines import QUICK, WHOLE, Effort, measuring
from benchmarks.figures import Figure
from benchmarks.ground import Instance
from tests.servers import has_postgres, postgres

LEARNERS, COMPLETED = 1_000, 10_000


def main() -> int:
    """Measure everything; return 0 when it could be measured, whatever the verdicts are."""
    is_quick = bool(os.environ.get("QUICK"))
    effort = QUICK if is_quick else WHOLE
    began = monotonic()
    with _workshop() as folder:
        found = [*_on_sqlite(folder, effort), *_on_postgresql(folder, effort)]
    figures.show(found)
    written = figures.keep(found, is_quick=is_quick)
    print(
        f"{monotonic() - began:.0f} s; written: {', '.join(path.name for path in written)} in benchmarks/results"
    )
    return 0


@contextmanager
def _workshop() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gradivo-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay(folder: Path, name: str, database_url: str | None = None) -> Instance:
    print(
        f"{name}: {LEARNERS + COMPLETED:,} people in {land.CZECHIA.municipalities:,} municipalities",
        flush=True,
    )
    home = folder / name
    home.mkdir()
    return ground.prepare(ground.environment(home, database_url), land.CZECHIA, LEARNERS, COMPLETED)


def _on_sqlite(folder: Path, effort: Effort) -> Iterator[Figure]:
    instance = _lay(folder, "sqlite")
    with measuring("sqlite", instance, None, folder) as engine:
        yield from engine.play(effort)
    yield from alone.document(instance)
    yield from alone.verification(instance)
    yield from alone.statements(instance)
    yield from alone.visits(instance, folder)
    yield from items.analysis("sqlite", instance)
    yield from corrections.mending("sqlite", instance)


def _on_postgresql(folder: Path, effort: Effort) -> Iterator[Figure]:
    if not has_postgres():
        print("PostgreSQL is missing (apt-get install postgresql): only SQLite is measured.")
        return
    with postgres(durable=True) as cluster:
        instance = _lay(folder, "postgresql", cluster.create("bench"))
        with measuring("postgresql", instance, serving.postmaster(cluster), folder) as engine:
            yield from engine.play(effort)
        yield from items.analysis("postgresql", instance, serving.postmaster(cluster))
        yield from corrections.mending("postgresql", instance, serving.postmaster(cluster))


if __name__ == "__main__":
    sys.exit(main())
