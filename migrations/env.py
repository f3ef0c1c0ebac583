"""How Alembic meets the database: one transaction, SQLite's limits respected, numbers without gaps."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.operations import ops
from alembic.script import ScriptDirectory

import app  # noqa: F401 -- The roof imports every door, and so every table.
from app.foundation.db import Base, Moment, db

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.runtime.migration import MigrationContext


class BrokenReference(Exception):
    """A migration leaves a row that points to nothing."""


def number(_context: "MigrationContext", _revision: object, directives: list[ops.MigrationScript]) -> None:
    """Give a new migration the next number, and drop one that would change nothing."""
    script = directives[0]
    asked = vars(context.config.cmd_opts) if context.config.cmd_opts else {}
    is_compared = asked.get("autogenerate") or asked.get("migrate")  # Alembic's word, and Flask-Migrate's.
    if is_compared and script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        directives[:] = []
        return
    head = ScriptDirectory.from_config(context.config).get_current_head()
    script.rev_id = f"{int(head or 0) + 1:04d}"
    if script.upgrade_ops is not None and script.downgrade_ops is not None:
        part_circles(script.upgrade_ops, script.downgrade_ops)


def part_circles(up: ops.UpgradeOps, down: ops.DowngradeOps) -> None:
    """Add the references marked ``use_alter`` after both tables stand; Alembic would leave them out."""
    for made in [each for each in up.ops if isinstance(each, ops.CreateTableOp)]:
        made.columns = [each for each in made.columns if not getattr(each, "use_alter", False)]
        for key in Base.metadata.tables[made.table_name].foreign_key_constraints:
            if key.use_alter:
                adding = ops.CreateForeignKeyOp.from_constraint(key)
                up.ops.append(ops.ModifyTableOps(made.table_name, [adding]))
                down.ops.insert(0, ops.ModifyTableOps(made.table_name, [adding.reverse()]))


def render_item(kind: str, thing: object, _context: "AutogenContext") -> str | Literal[False]:
    """Write the house's own types as plain ones: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


def run(engine: sa.Engine) -> None:
    """Run what Alembic was asked for, wholly or not at all.

    SQLite changes a table by copying it, which its foreign keys would take for a deletion: they rest
    meanwhile, and are checked before the commit. The pragma counts only outside a transaction.
    """
    with engine.connect().execution_options(writing=True) as connection:
        raw: Any = connection.connection.dbapi_connection
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                migrate(connection)
                if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise BrokenReference(
                        f"table {broken[0]}, row {broken[1]} points to nothing in {broken[2]}"
                    )
        finally:
            if is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def migrate(connection: sa.Connection) -> None:
    """Run the migrations on a connection whose transaction is open."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,
        process_revision_directives=number,
    )
    context.run_migrations()


if context.is_offline_mode():
    raise SystemExit(f"{Path(__file__).parent}: migrations are run on a database, not written as a script")
run(context.config.attributes.get("engine") or db.engine)
