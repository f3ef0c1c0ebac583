"""Starts what is measured: gunicorn with the settings of deploy/, on this machine only, ended at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from benchmarks import processes
from benchmarks.ground import ROOT
from tests.servers import Postgres, free_port, wait_for_port

_START_SECONDS = 30
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server; ``roots`` are the processes whose time counts, its database's among them."""

    port: int
    roots: tuple[int, ...] = field(default=())

    def cpu_ms(self) -> float:
        """Return the processor time that everything has taken since its start."""
        return processes.cpu_ms(self.roots)

    @property
    def worker(self) -> int:
        """The process that answers: gunicorn's only worker."""
        until = monotonic() + _START_SECONDS
        while not (children := processes.children_of(self.roots[0])):
            if monotonic() > until:
                raise TimeoutError("gunicorn has no worker")
            sleep(0.05)
        return children[0]


@contextmanager
def serving(target: str, environ: Mapping[str, str], database: int | None, log: Path) -> Iterator[Server]:
    """Serve a WSGI application as in production, with one worker; ``database`` is the server's process."""
    port = free_port()
    command = (
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        str(ROOT / "deploy" / "gunicorn.conf.py"),
        "--bind",
        f"127.0.0.1:{port}",
        target,
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    with log.open("ab") as stream:
        process = subprocess.Popen(command, cwd=ROOT, env={**kept, **environ}, stderr=stream, stdout=stream)
        try:
            wait_for_port(port, process)
            yield Server(port, (process.pid, *((database,) if database else ())))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def postmaster(cluster: Postgres) -> int:
    """Return the process that all others of a PostgreSQL cluster were started by."""
    return int((cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
