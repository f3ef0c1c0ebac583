"""What `make run` starts: an instance is founded once, and its programs live and end together."""

import os
import re
import signal
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from time import monotonic

import pytest
from dotenv import dotenv_values

from app.cli.demo import cast
from tests import servers

ROOT = Path(__file__).parents[2]
FOR_EVER = (sys.executable, "-c", "import time; time.sleep(60)")
WITH_THREE = (sys.executable, "-c", "import sys; sys.exit(3)")
BY_A_SIGNAL = (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")


@pytest.fixture
def serve(monkeypatch):
    """The supervisor, with no settings around it."""
    for name in ("BASE_URL", "ENVIRONMENT", "INSTANCE"):
        monkeypatch.delenv(name, raising=False)
    spec = spec_from_file_location("serve", ROOT / "deploy" / "serve.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_new_instance_becomes_a_demonstration_once(serve, tmp_path):
    serve.found(tmp_path / "new", 8000)
    kept = tmp_path / "new" / ".env"
    first = kept.read_text()
    settings = dotenv_values(kept)
    assert (settings["ENVIRONMENT"], settings["BASE_URL"]) == ("demo", "http://127.0.0.1:8000")
    assert len(settings["SECRET_KEY"]) == 64
    assert kept.stat().st_mode & 0o077 == 0
    serve.found(tmp_path / "new", 8000)
    assert kept.read_text() == first


def test_a_folder_that_holds_something_gets_no_settings(serve, tmp_path):
    (tmp_path / "something").touch()
    serve.found(tmp_path, 8000)
    assert not (tmp_path / ".env").exists()


def test_a_run_on_another_port_says_so_and_its_addresses_follow(serve, tmp_path, capsys):
    assert "BASE_URL" not in serve.found(tmp_path / "new", 8000)
    assert serve.found(tmp_path / "new", 8010)["BASE_URL"] == "http://127.0.0.1:8010"
    assert "was made for http://127.0.0.1:8000" in capsys.readouterr().out
    assert dotenv_values(tmp_path / "new" / ".env")["BASE_URL"] == "http://127.0.0.1:8000"


def test_an_address_that_is_not_of_this_machine_stays(serve, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("BASE_URL=https://learn.example.org\n")
    assert "BASE_URL" not in serve.found(tmp_path, 8010)
    monkeypatch.setenv("BASE_URL", "http://localhost:9000")
    assert serve.found(tmp_path, 8010)["BASE_URL"] == "http://localhost:9000"


def test_a_port_in_use_is_named(serve):
    port = servers.free_port()
    with servers.socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(SystemExit, match=f"Port {port} cannot be used"):
            serve.refuse_port_in_use(port)
    serve.refuse_port_in_use(port)


@pytest.mark.parametrize(
    ("ending", "code"), [(WITH_THREE, 3), (BY_A_SIGNAL, 137), ((sys.executable, "-c", ""), 1)]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_whatever_program_ends_the_other_is_ended_and_the_code_passed_on(
    serve, monkeypatch, ending, code, is_first
):
    pair = (ending, FOR_EVER) if is_first else (FOR_EVER, ending)
    monkeypatch.setattr(serve, "programs", lambda _: dict(zip("ab", pair, strict=True)))
    started: list[subprocess.Popen[bytes]] = []
    end = serve.end
    monkeypatch.setattr(serve, "end", lambda children: (started.extend(children), end(children)))
    before = monotonic()
    assert serve.serve({**os.environ, "INSTANCE": "/nowhere"}, servers.free_port()) == code
    assert monotonic() - before < 10
    assert all(child.returncode is not None for child in started)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_every_program(tmp_path, name):
    script = f"""
import runpy, signal, sys
serve = runpy.run_path({str(ROOT / "deploy" / "serve.py")!r})
known = serve["serve"].__globals__
known["programs"] = lambda port: {{"a": {FOR_EVER!r}, "b": {FOR_EVER!r}}}
known["wait_until_ready"] = lambda children, port: print(*(child.pid for child in children), flush=True)
signal.signal(signal.{name}, serve["stop"])
sys.exit(serve["serve"]({{"INSTANCE": "/nowhere"}}, 1))
"""
    with subprocess.Popen((sys.executable, "-c", script), stdout=subprocess.PIPE, text=True) as running:
        pids = [int(pid) for pid in running.stdout.readline().split()]
        running.send_signal(getattr(signal, name))
        assert running.wait(10) == 0
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_accounts_named_are_those_of_the_demonstration(serve):
    assert set(re.findall(r"\S+@example\.org", serve.ACCOUNTS)) == {
        person.profile.email for person in cast.PEOPLE
    }
