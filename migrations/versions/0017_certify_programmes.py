"""Certify programmes.

Why: who has completed every course of a model programme gets a certificate of it. It rests on no one enrolment, so a
certificate is of an enrolment or of a programme, and never of both. A programme says in which design its certificates
are; those that are here say nothing until they are published again, so that nobody is certified by surprise.

Down: refused while there are certificates of programmes. The tables before cannot hold them, and whoever removed them
would break the chain of the register, which the law obliges issuers to keep.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("design", sa.String(length=80), nullable=True))
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("programme_id", sa.Integer(), nullable=True))
        batch_op.alter_column("enrolment_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_programme_id_programme"), "programme", ["programme_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_certificate_ground"), "(enrolment_id IS NULL) <> (programme_id IS NULL)"
        )


def downgrade() -> None:
    held = op.get_bind().scalar(sa.text("SELECT count(*) FROM certificate WHERE enrolment_id IS NULL"))
    if held:
        raise RuntimeError(f"There are {held} certificates of programmes: see the words of this migration.")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_certificate_ground"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_certificate_programme_id_programme"), type_="foreignkey")
        batch_op.alter_column("enrolment_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("programme_id")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_column("design")
