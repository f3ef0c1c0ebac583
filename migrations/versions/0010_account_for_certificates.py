"""Account for every column of a certificate.

Why: the register's chain covered what a certificate says, but not the columns beside it: until when it is valid,
whether it is revoked, whose it is, which file is its document. A hand could change those unseen. From now on each line
of the register carries the values that it sets. For certificates that are there a line ``recorded`` says how they
stand at this moment; what was changed before that no line can tell. ``folded`` lets the register be searched.

Down: the lines that older programs do not know are deleted, and the chain is let go, so that the job seals it anew.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.foundation import clock
from app.foundation.chain import hash_content
from app.foundation.text import fold

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHUNK = 500
BY = "migration 0010"


def upgrade() -> None:
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("folded", sa.String(length=2000), nullable=False, server_default=""))
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.alter_column(
            "folded", existing_type=sa.String(length=2000), existing_nullable=False, server_default=None
        )
    held = op.get_bind()
    for page in _list_pages(held, _certificate):
        _record(held, page)


def downgrade() -> None:
    held = op.get_bind()
    held.execute(sa.delete(_entry).where(_entry.c.kind.in_(("recorded", "filed", "signed", "ended"))))
    held.execute(sa.update(_entry).values(chain_position=None, chain_hash=None))
    for page in _list_pages(held, _entry):
        for row in page:
            rehashed = sa.update(_entry).where(_entry.c.id == row["id"])
            held.execute(rehashed.values(content_hash=hash_content(_content(row))))
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.drop_column("facts")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_column("folded")


def _moment(name: str) -> sa.ColumnClause[Any]:
    return sa.column(name, sa.DateTime(timezone=True))


_certificate: sa.TableClause = sa.table(
    "certificate",
    sa.column("id", sa.Integer),
    sa.column("code", sa.String),
    sa.column("code_digest", sa.String),
    sa.column("number", sa.String),
    sa.column("issuer_unit_id", sa.Integer),
    sa.column("year", sa.Integer),
    sa.column("ordinal", sa.Integer),
    sa.column("enrolment_id", sa.Integer),
    sa.column("is_current", sa.Boolean),
    sa.column("person_id", sa.Integer),
    sa.column("unit_path", sa.String),
    sa.column("snapshot", sa.JSON),
    _moment("issued_at"),
    sa.column("valid_until", sa.Date),
    _moment("revoked_at"),
    sa.column("file_digest", sa.String),
    _moment("rendered_at"),
    _moment("superseded_at"),
    sa.column("successor", sa.String),
    sa.column("signed_digest", sa.String),
    _moment("signed_at"),
    sa.column("signing_certificate_id", sa.Integer),
    sa.column("folded", sa.String),
)
_entry: sa.TableClause = sa.table(
    "register_entry",
    sa.column("id", sa.Integer),
    sa.column("certificate_id", sa.Integer),
    sa.column("kind", sa.String),
    _moment("at"),
    sa.column("actor", sa.String),
    sa.column("reason", sa.String),
    sa.column("number", sa.String),
    sa.column("snapshot_hash", sa.String),
    sa.column("facts", sa.JSON(none_as_null=True)),
    sa.column("content_hash", sa.String),
    sa.column("chain_position", sa.Integer),
    sa.column("chain_hash", sa.String),
)
_SEARCHED = (
    "number",
    "family_name",
    "given_name",
    "family_name_latin",
    "given_name_latin",
    "course_title",
    "course_slug",
)


def _list_pages(held: sa.Connection, table: sa.TableClause) -> Iterator[list[Mapping[str, Any]]]:
    last = 0
    following = sa.select(table).where(table.c.id > sa.bindparam("last")).order_by(table.c.id).limit(CHUNK)
    while page := [dict(row) for row in held.execute(following, {"last": last}).mappings()]:
        yield page
        last = page[-1]["id"]


def _record(held: sa.Connection, page: list[Mapping[str, Any]]) -> None:
    """Enter how certificates stand."""
    lines = []
    for row in page:
        said = row["snapshot"] if isinstance(row["snapshot"], dict) else {}
        folded = fold(" ".join(str(said.get(name, "")) for name in _SEARCHED))
        held.execute(sa.update(_certificate).where(_certificate.c.id == row["id"]).values(folded=folded))
        line = {
            "certificate_id": row["id"],
            "kind": "recorded",
            "at": clock.now(),
            "actor": BY,
            "reason": "",
            "number": row["number"],
            "snapshot_hash": hash_content(row["snapshot"]),
            "facts": _facts(row),
        }
        content = _content(line) | {"certificate": row["id"], "facts": line["facts"]}
        lines.append(line | {"content_hash": hash_content(content)})
    held.execute(sa.insert(_entry), lines)


def _content(line: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: line[name] for name in ("kind", "actor", "reason", "number")}
    return said | {"at": _utc(line["at"]), "snapshot": line["snapshot_hash"]}


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in row.items() if name not in {"snapshot", "folded"}}
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _utc(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _utc(moment: datetime) -> datetime:
    """Return a moment in UTC: SQLite keeps it without a zone, PostgreSQL gives it in that of the session."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
