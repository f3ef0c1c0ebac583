"""Revoke certificates together, and erase people.

Why: several certificates are revoked by two people, so what the first one asks for has to wait for the second. And a
person who is erased leaves an empty row behind, to which the register, her completions and the totals still point.

Down: what waits or was decided is forgotten; whoever was erased stays without a name, as somebody deactivated.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("word", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_revocation_public_id")),
    )
    op.create_index(op.f("ix_revocation_decided_at"), "revocation", ["decided_at"])
    op.create_table(
        "revocation_part",
        sa.Column("revocation_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_revocation_part_certificate_id_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["revocation_id"], ["revocation.id"], name=op.f("fk_revocation_part_revocation_id_revocation")
        ),
        sa.PrimaryKeyConstraint("revocation_id", "certificate_id", name=op.f("pk_revocation_part")),
    )
    op.create_index(op.f("ix_revocation_part_certificate_id"), "revocation_part", ["certificate_id"])
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
    op.drop_index(op.f("ix_revocation_part_certificate_id"), table_name="revocation_part")
    op.drop_table("revocation_part")
    op.drop_index(op.f("ix_revocation_decided_at"), table_name="revocation")
    op.drop_table("revocation")
