"""CI skips nothing: a run in which a test was skipped fails there, and only there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

SKIPPED = (
    "import pytest\n\ndef test_here():\n    pass\n\ndef test_elsewhere():\n    pytest.skip('no such part')\n"
)


@pytest.mark.parametrize(("ci", "code", "flags"), [("true", 1, ("--numprocesses", "1")), ("", 0, ())])
def test_a_skipped_test_fails_a_run_of_ci(tmp_path: Path, ci, code, flags):
    (tmp_path / "test_parts.py").write_text(SKIPPED, encoding="utf-8")
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-q", "-p", "tests.parts", "-c", os.devnull, *flags, tmp_path),
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("nothing may be skipped, but 1" in done.stdout) is (code == 1)
    assert done.stdout.splitlines()[-1].startswith("1 passed, 1 skipped")


def test_ci_runs_make_test_with_nothing_skipped():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert "export CI=true" in text
    assert "exec make test" in text
