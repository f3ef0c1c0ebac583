"""Serve an instance for trying it (`make run`): prepare it, then run web server and worker as one.

An instance that is made here gets a ``.env`` as a demonstration. Ctrl-C ends everything; where one program
ends by itself, the other is ended too, and its exit code is passed on.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15

ACCOUNTS = """\
  admin@example.org           administrator of the whole instance
  methodologist@example.org   Institute: model programmes, publishing, review (CZ)
  trainer@example.org         trainer of the ORP Žďár nad Sázavou
  manager@example.org         education manager of the eGON centre ORP Žďár nad Sázavou
  head@example.org            head of office of the municipality Nové Veselí
  learner@example.org         official of Nové Veselí (Czech)
  coordinator@example.org     regional coordinator of Kraj Vysočina
  coordinator-rs@example.org  coordinator of AP Vojvodina (Serbian, Cyrillic)
  coordinator-ua@example.org  regional coordinator of the Dnipropetrovsk oblast (Ukrainian)
  coordinator-bg@example.org  coordinator of the oblast Stara Zagora (Bulgarian)
  learner-rs@example.org, learner-ua@example.org, learner-bg@example.org
                              officials in Vojvodina, Obukhivka hromada, Stara Zagora
  auditor@example.org         funder, read-only (CZ)"""


class Stopped(Exception):
    """Somebody asked for the end."""


def main() -> int:
    """Prepare the instance and serve it until the end; return the exit code."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--instance", type=Path, default=Path("instance"))
    wanted.add_argument("--port", type=int, default=8000)
    given = wanted.parse_args()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    try:
        refuse_port_in_use(given.port)
        environ = found(given.instance.resolve(), given.port)
        prepare(environ)
        return serve(environ, given.port)
    except Stopped:
        return 130
    except subprocess.CalledProcessError as error:
        return exit_code(error.returncode)


def stop(_signal: int, _frame: object) -> None:
    """End what is going on; a second signal changes nothing."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped


def refuse_port_in_use(port: int) -> None:
    """End with a plain word where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            sys.exit(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make run PORT={port + 10}"
            )


def found(instance: Path, port: int) -> Mapping[str, str]:
    """Return the environment of the programs; a new instance gets its ``.env`` as a demonstration."""
    kept = instance / ".env"
    if not instance.exists() or not any(instance.iterdir()):
        instance.mkdir(parents=True, exist_ok=True)
        write_env(kept, port)
    here = {"INSTANCE": str(instance), "FLASK_APP": str(ROOT / "wsgi.py"), "PYTHONUNBUFFERED": "1"}
    environ = {**os.environ, **here}
    base_url = "" if environ.get("BASE_URL") else dotenv_values(kept).get("BASE_URL") or ""
    if urlsplit(base_url).hostname in {HOST, "localhost"} and urlsplit(base_url).port != port:
        environ["BASE_URL"] = f"http://{HOST}:{port}"
        print(
            f"This instance was made for {base_url}, and {kept} says so. This run serves it at\n"
            f"{environ['BASE_URL']}; mails and certificates made meanwhile bear that address.",
            flush=True,
        )
    return environ


def write_env(path: Path, port: int) -> None:
    """Write the settings of a demonstration, wholly or not at all."""
    draft = path.with_name(".env.part")
    draft.touch(mode=0o600)
    lines = ("ENVIRONMENT=demo", f"SECRET_KEY={os.urandom(32).hex()}", f"BASE_URL=http://{HOST}:{port}")
    draft.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    draft.rename(path)


def prepare(environ: Mapping[str, str]) -> None:
    """Bring the tables up to date and load the demonstration, where it is one; raises CalledProcessError."""
    subprocess.run((sys.executable, "deploy/prepare.py"), check=True, cwd=ROOT, env=environ)


def is_demo(environ: Mapping[str, str]) -> bool:
    """Tell whether the instance is a demonstration."""
    kept = dotenv_values(Path(environ["INSTANCE"]) / ".env")
    return (environ.get("ENVIRONMENT") or kept.get("ENVIRONMENT")) == "demo"


def programs(port: int) -> dict[str, tuple[str, ...]]:
    """Return the command of each program that makes up the site."""
    python = (sys.executable, "-m")
    address = f"{HOST}:{port}"
    return {
        "The web server": (
            *python,
            "gunicorn",
            "--config",
            "deploy/gunicorn.conf.py",
            "--bind",
            address,
            "wsgi:app",
        ),
        "The worker": (*python, "flask", "jobs", "run"),
    }


def serve(environ: Mapping[str, str], port: int) -> int:
    """Run every program until one ends or a signal comes; return the exit code."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in programs(port).items():
            running[name] = subprocess.Popen(command, cwd=ROOT, env=environ)
        children = tuple(running.values())
        if wait_until_ready(children, port):
            say(environ, port)
        while all(child.poll() is None for child in children):
            sleep(0.2)
        name, ended = next((name, child) for name, child in running.items() if child.poll() is not None)
        print(f"{name} ended with {ended.returncode}; stopping everything.", file=sys.stderr, flush=True)
        return exit_code(ended.returncode)
    except Stopped:
        return 0
    finally:
        end(tuple(running.values()))


def wait_until_ready(children: Sequence[subprocess.Popen[bytes]], port: int) -> bool:
    """Tell whether the site answers within a minute; False at once where a program ended."""
    until = monotonic() + START_SECONDS
    while monotonic() < until and all(child.poll() is None for child in children):
        try:
            with urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return True
        except (URLError, OSError):
            sleep(0.1)
    return False


def say(environ: Mapping[str, str], port: int) -> None:
    """Print where the site is, and who may sign in."""
    print(f"\nGradivo serves at http://{HOST}:{port} (instance: {environ['INSTANCE']}). Ctrl-C stops it.")
    if is_demo(environ):
        print(f"\nSign in as one of these with the password gradivo-demo:\n{ACCOUNTS}")
    print(flush=True)


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask every program to end, and see to it."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, until - monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def exit_code(returncode: int) -> int:
    """Return the exit code of a program that ended: that of a shell for one ended by a signal, never 0."""
    return 128 - returncode if returncode < 0 else returncode or 1


if __name__ == "__main__":
    sys.exit(main())
