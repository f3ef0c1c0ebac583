"""The door for servers: it opens by good settings, and says at once why it does not open."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(*command: str, **given: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], **given}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("key", ["", "short", "x" * 64])
def test_a_server_with_a_weak_key_does_not_start(tmp_path, key):
    ended = start(
        "-m",
        "gunicorn",
        "--config=deploy/gunicorn.conf.py",
        "--bind=127.0.0.1:0",
        "wsgi:app",
        INSTANCE=str(tmp_path),
        SECRET_KEY=key,
        BASE_URL="https://learn.example.org",
    )
    assert ended.returncode == 3
    assert "SECRET_KEY: at least 32 random characters are wanted" in ended.stderr


def test_a_server_loads_no_commands_and_no_migrations(tmp_path):
    named = "import sys, wsgi; print(sorted({'app.cli', 'app.commands', 'alembic'} & sys.modules.keys()))"
    ended = start(
        "-c",
        named,
        INSTANCE=str(tmp_path),
        SECRET_KEY=os.urandom(32).hex(),
        BASE_URL="https://learn.example.org",
    )
    assert ended.stdout == "[]\n", ended.stderr


def test_a_command_without_settings_says_which_is_wrong(tmp_path):
    ended = start("-m", "flask", "doctor", INSTANCE=str(tmp_path), SECRET_KEY="short")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: SECRET_KEY: ")
