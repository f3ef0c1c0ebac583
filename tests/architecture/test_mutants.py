"""The tests of marking are tested in turn by ``make mutants``, which CI does not run: here only that it can be."""

import subprocess
import tomllib

import pytest

from tests.architecture.source import ROOT
from tests.mutants import judge


@pytest.mark.parametrize(
    ("killed", "timeout", "total", "sentence", "is_enough"),
    [
        (89, 1, 100, "100 mutants: 90 killed, 10 survived; 90.0 % killed, 90 % wanted.", True),
        (899, 0, 1000, "1000 mutants: 899 killed, 101 survived; 89.9 % killed, 90 % wanted.", False),
        (0, 0, 0, "0 mutants: 0 killed, 0 survived; 0.0 % killed, 90 % wanted.", False),
    ],
)
def test_nine_of_ten_mutants_must_be_killed(killed, timeout, total, sentence, is_enough):
    assert judge({"killed": killed, "timeout": timeout, "total": total}) == (sentence, is_enough)


def test_make_mutants_breaks_the_marking_rules_and_judges_their_tests():
    command = ("make", "--no-print-directory", "--dry-run", "--assume-old=.venv/dev.stamp", "mutants")
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "mutmut run" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("tests/mutants.py")
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    assert told["only_mutate"] == ["app/domain/assessments/rules.py"]
    named = told["source_paths"] + told["only_mutate"] + told["pytest_add_cli_args_test_selection"]
    assert all((ROOT / path).exists() for path in named)
