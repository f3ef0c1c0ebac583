"""The ground of a drill: an installation with learners before their test, on SQLite and on PostgreSQL."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ground, land
from benchmarks.ground import ROOT, Instance
from tests.servers import has_postgres, postgres

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class House:
    """An installation that is ready for a drill, and a folder for logs."""

    engine: str
    instance: Instance
    folder: Path


class Program:
    """A program of the system in a process group of its own, so that it can be killed with all its children."""

    def __init__(self, house: House, environ: Mapping[str, str], *command: str) -> None:
        self._environ = {"PATH": os.environ["PATH"], **environ}
        self._log = (house.folder / "program.log").open("ab")
        self._command = command
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environ,
            stderr=self._log,
            stdout=self._log,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill it, as the loss of power would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def laid(engine: str, learners: int, completed: int = 10) -> Iterator[House]:
    """Lay the ground for so many learners and holders on an engine, whose database is set up to lose nothing."""
    folder = Path(tempfile.mkdtemp(prefix=f"gradivo-drill-{engine}-"))
    try:
        if engine == "sqlite":
            yield _house(engine, folder, None, learners, completed)
        elif has_postgres():
            with postgres(durable=True) as cluster:
                yield _house(engine, folder, cluster.create("drill"), learners, completed)
        else:
            raise ground.NotReady("PostgreSQL is missing: apt-get install postgresql")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _house(engine: str, folder: Path, database_url: str | None, learners: int, completed: int) -> House:
    environ = ground.environment(folder, database_url)
    return House(engine, ground.prepare(environ, land.VILLAGE_LAND, learners, completed), folder)
