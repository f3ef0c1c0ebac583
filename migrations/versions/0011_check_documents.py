"""Know documents by their bytes, hide names, count checks.

Why: whoever has a document may upload it and be told whether these are the bytes that were issued, so certificates
are looked up by the digests of their copies, and by the number that a changed document names. A holder may have her
initials shown to those who check, and sees how often they did: both stand beside the register, for they change nothing
that a certificate says.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LOOKED_UP = ("file_digest", "number", "signed_digest")


def upgrade() -> None:
    op.create_table(
        "certificate_check",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_check_certificate_id_certificate"),
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_check")),
    )
    op.create_table(
        "hidden_name",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hidden_name_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_hidden_name")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        for name in LOOKED_UP:
            batch_op.create_index(batch_op.f(f"ix_certificate_{name}"), [name], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        for name in reversed(LOOKED_UP):
            batch_op.drop_index(batch_op.f(f"ix_certificate_{name}"))
    op.drop_table("hidden_name")
    op.drop_table("certificate_check")
