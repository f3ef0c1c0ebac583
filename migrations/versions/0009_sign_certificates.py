"""Sign certificates.

Why: the document that people get is signed by the issuer's key; the archive copy stays as it was made, and both are
kept. Documents that are there stay the archive copies that they are, and a job signs each of them.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JOB = "certificates.render"


def upgrade() -> None:
    op.create_table(
        "signing_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_certificate")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_signing_certificate_fingerprint")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("signing_certificate_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_signing_certificate_id_signing_certificate"),
            "signing_certificate",
            ["signing_certificate_id"],
            ["id"],
        )
    _promise_signatures(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_certificate_signing_certificate_id_signing_certificate"), type_="foreignkey"
        )
        batch_op.drop_column("signing_certificate_id")
        batch_op.drop_column("signed_at")
        batch_op.drop_column("signed_digest")
    op.drop_table("signing_certificate")


_certificate: sa.TableClause = sa.table(
    "certificate",
    sa.column("id", sa.Integer),
    sa.column("code", sa.String),
    sa.column("file_digest", sa.String),
)
_job: sa.TableClause = sa.table(
    "outbox_job",
    sa.column("name", sa.String),
    sa.column("arguments", sa.JSON),
    sa.column("created_at", sa.DateTime),
    sa.column("due_at", sa.DateTime),
    sa.column("tries", sa.Integer),
)


def _promise_signatures(held: sa.Connection) -> None:
    """Promise a job for each document that is there; what is not made yet has its job already."""
    present = datetime.now(UTC)  # noqa: TID251 -- Nothing of the program is known here.
    if held.dialect.name == "sqlite":
        present = present.replace(tzinfo=None)
    there = _certificate.c.file_digest.is_not(None)
    codes = held.scalars(sa.select(_certificate.c.code).where(there).order_by(_certificate.c.id))
    rows = [
        {
            "name": JOB,
            "arguments": {"code": code, "tells": False},
            "created_at": present,
            "due_at": present,
            "tries": 0,
        }
        for code in codes
    ]
    if rows:
        held.execute(sa.insert(_job), rows)
