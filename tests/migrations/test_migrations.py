"""The migrations: gapless, reversible, and equal to the models, on both engines."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import app  # noqa: F401 -- The roof knows every table.
from app.foundation import migrating, schema
from app.foundation.db import Base, install_engine_rules
from tests.filling import fill

FILES = sorted((schema.MIGRATIONS / "versions").glob("*.py"))
NUMBERS = [path.name[:4] for path in FILES]

HALF = '''"""Fail halfway."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{number}", "{before}", None, None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    1 / 0
'''


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request, tmp_path) -> Iterator[sa.Engine]:
    sqlite = f"sqlite:///{tmp_path / 'gradivo.db'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres").create("migrations")
    made = sa.create_engine(url)
    install_engine_rules(made)
    yield made
    made.dispose()


def table_names(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_numbers_have_no_gap_and_there_is_one_head():
    assert [f"{place:04d}" for place in range(1, len(FILES) + 1)] == NUMBERS
    assert NUMBERS[-1:] == ScriptDirectory(str(schema.MIGRATIONS)).get_heads()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_bears_its_number_and_says_why(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = {
        node.targets[0].id: ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign)
    }
    place = int(path.name[:4])
    assert re.fullmatch(r"\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.py", path.name)
    assert assigned["revision"] == f"{place:04d}"
    assert assigned["down_revision"] == (f"{place - 1:04d}" if place > 1 else None)
    summary, _, why = (ast.get_docstring(tree) or "").partition("\n\n")
    assert summary.endswith(".")
    assert why
    assert "say it here" not in why


def test_the_tables_of_the_migrations_are_those_of_the_models(engine):
    migrating.upgrade(engine)
    assert differences(engine) == []


def test_every_migration_goes_up_and_down_and_up_again(engine):
    for place, number in enumerate(NUMBERS):
        migrating.upgrade(engine, number)
        reached = table_names(engine)
        migrating.downgrade(engine, NUMBERS[place - 1] if place else "base")
        migrating.upgrade(engine, number)
        assert table_names(engine) == reached
    migrating.downgrade(engine, "base")
    assert table_names(engine) == set()
    migrating.upgrade(engine)
    assert differences(engine) == []


def test_the_newest_migration_goes_down_and_up_over_rows_in_every_table(engine):
    migrating.upgrade(engine)
    fill(engine)
    migrating.downgrade(engine, NUMBERS[-2] if len(NUMBERS) > 1 else "base")
    migrating.upgrade(engine)
    assert differences(engine) == []


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """A copy of the migrations, to which a test may add."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    return folder


def test_a_migration_that_fails_in_its_middle_leaves_nothing_behind(engine, copied):
    migrating.upgrade(engine)
    broken = HALF.format(number=f"{len(NUMBERS) + 1:04d}", before=NUMBERS[-1])
    (copied / "versions" / f"{len(NUMBERS) + 1:04d}_fail.py").write_text(broken, encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        migrating.upgrade(engine)
    with engine.connect() as connection:
        assert schema.present(connection) == NUMBERS[-1]
    assert "half" not in table_names(engine)


def test_a_new_migration_gets_the_next_number(engine, copied):
    migrating.upgrade(engine)
    made = command.revision(migrating.config(engine), message="Add half a table")
    assert made.revision == f"{len(NUMBERS) + 1:04d}"
    assert Path(made.path).name == f"{made.revision}_add_half_a_table.py"
