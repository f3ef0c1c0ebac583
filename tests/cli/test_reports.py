"""The completion report by command."""

import csv
import io
import json

import openpyxl
import pytest
from sqlalchemy import select

from app.domain.reports.values import COLUMNS
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from tests import population


@pytest.fixture
def run(app):
    with clock.at(population.NOW):
        population.settle()
        session().rollback()

        def command(*arguments):
            return app.test_cli_runner().invoke(args=["reports", "completions", *map(str, arguments)])

        yield command


def test_a_csv_is_written_with_a_note_of_what_was_asked(run, tmp_path):
    file = tmp_path / "report.csv"
    result = run("--unit", "CZ-K3107", "--from", "2026-01-01", "--to", "2026-06-30", "-o", file)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 5
    facts = json.loads((tmp_path / "report.csv.meta.json").read_text(encoding="utf-8"))
    assert facts["asked_by"] == "reports completions"
    assert facts["parameters"]["unit"] == "CZ-K3107"
    assert facts["rows"] == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.csv", "report.csv.meta.json"]
    assert session().scalars(select(AuditEntry.actor).where(AuditEntry.action == "report.export")).all() == [
        "reports completions"
    ]


def test_a_workbook_has_its_note_inside(run, tmp_path):
    file = tmp_path / "report.xlsx"
    assert run("--format", "xlsx", "-o", file).exit_code == 0
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["completions", "parameters"]
    assert book["completions"].max_row == 1 + 9
    assert [path.name for path in tmp_path.iterdir()] == ["report.xlsx"]


def test_without_a_file_it_goes_to_standard_output(run):
    result = run("--format", "json", "--result", "failed")
    assert [row["family_name"] for row in json.loads(result.stdout)] == ["Cibulka", "Novák"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--unit", "nowhere"), 1),
        (("--course", "none-such"), 1),
        (("--from", "yesterday"), 2),
        (("--from", "2026-02-01", "--to", "2026-01-01"), 2),
        (("--format", "ods"), 2),
        (("-o", "/nowhere/at/all.csv"), 1),
    ],
)
def test_what_cannot_be_is_an_error_on_stderr(run, arguments, code):
    result = run(*arguments)
    assert result.exit_code == code
    assert result.stderr
    assert not result.stdout
