"""Servers that tests start for themselves: PostgreSQL, Redis and a mailbox; each stops at the end.

Every server lies in a temporary folder, listens on this machine only, and is waited for within bounds.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import psycopg
from aiosmtpd.controller import Controller
from psycopg import sql

_PATIENCE_SECONDS = 30
_INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_program(name: str) -> str | None:
    """Return where a server's program lies; Debian keeps PostgreSQL's out of PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or (str(places[0]) if places else None)


def has_postgres() -> bool:
    """Tell whether a PostgreSQL server can be started here."""
    return find_program("initdb") is not None and find_program("pg_ctl") is not None


def has_redis() -> bool:
    """Tell whether a Redis server can be started here."""
    return find_program("redis-server") is not None


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Postgres:
    """A private cluster; ``folder`` holds its socket."""

    folder: Path
    control: tuple[str, ...]
    flags: str

    def start(self) -> None:
        """Start the server, and wait until it has recovered."""
        log = self.folder / "log"
        _run(*self.control, "-l", log, "-w", "-t", _PATIENCE_SECONDS, "-o", self.flags, "start")

    def crash(self) -> None:
        """Let every process of the server end at once, writing nothing more: as when the power goes."""
        _run(*self.control, "-m", "immediate", "-w", "-t", _PATIENCE_SECONDS, "stop")

    def url(self, name: str) -> str:
        """Return the address of a database, as DATABASE_URL takes it."""
        return f"postgresql+psycopg://postgres@/{name}?host={quote(str(self.folder))}"

    def create(self, name: str, template: str | None = None) -> str:
        """Create a database anew, as a copy of ``template`` where one is given, and return its address."""
        self.drop(name)
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template or "template0")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database with whoever is still connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        where = {"host": str(self.folder), "user": "postgres", "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a private PostgreSQL cluster; ``durable`` keeps fsync on, for tests of power loss.

    A cluster may not run as root: then it runs as the user ``postgres``.
    """
    initdb, pg_ctl = find_program("initdb"), find_program("pg_ctl")
    if initdb is None or pg_ctl is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="gradivo-pg-"))
    as_user: tuple[str, ...] = ()
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_user = ("runuser", "-u", "postgres", "--")
    data = folder / "data"
    options = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=100"]
    options += () if durable else _FAST
    flags = " ".join(f"-c {option}" for option in options)
    cluster = Postgres(folder, (*as_user, pg_ctl, "-D", str(data)), flags)
    try:
        _run(*as_user, initdb, "-D", data, *_INITDB)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """Start a private Redis that keeps nothing, and yield its address, as REDIS_URL takes it."""
    program = find_program("redis-server")
    if program is None:
        raise FileNotFoundError("Redis is not installed: apt-get install redis-server")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="gradivo-redis-") as folder:
        flags = (
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        )
        server = subprocess.Popen((program, *flags), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port, server)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(_PATIENCE_SECONDS)


@dataclass
class Mailbox:
    """What an SMTP server was given; ``url`` is as SMTP_URL takes it."""

    url: str
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 -- aiosmtpd's name.
        """Keep a message."""
        self.messages.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 kept"

    def wait(self, count: int, seconds: float = _PATIENCE_SECONDS) -> list[EmailMessage]:
        """Return the messages once there are ``count`` of them; raises TimeoutError."""
        until = monotonic() + seconds
        while len(self.messages) < count:
            if monotonic() > until:
                raise TimeoutError(f"{len(self.messages)} of {count} messages within {seconds} s")
            sleep(0.02)
        return self.messages


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Start an SMTP server that keeps what it is given."""
    port = free_port()
    kept = Mailbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()


def wait_for_port(port: int, server: subprocess.Popen[bytes], seconds: float = _PATIENCE_SECONDS) -> None:
    """Return once something listens on a port; raises if the server ends or takes too long."""
    until = monotonic() + seconds
    while monotonic() < until:
        if server.poll() is not None:
            raise ChildProcessError(f"{server.args} ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port} after {seconds} s")


def _run(*command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS * 2,
    )
    if done.returncode:
        raise ChildProcessError(f"{command[0]} …: {done.stdout}{done.stderr}")
