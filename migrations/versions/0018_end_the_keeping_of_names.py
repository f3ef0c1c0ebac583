"""End the keeping of names.

Why: the register keeps the names of people who were erased for as long as the law of the issuer's country asks for;
afterwards they leave it, and the row says when. Whoever was erased is found by an index, for it is asked each minute.

Down: names that have left do not come back, and older programs call such a certificate changed and its file missing.
Up again, the lines of the register say when each of them left.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_erased_at"), ["erased_at"], unique=False)
    line = sa.table(
        "register_entry", sa.column("certificate_id"), sa.column("kind"), sa.column("at", sa.DateTime(True))
    )
    certificate = sa.table("certificate", sa.column("id"), sa.column("erased_at", sa.DateTime(True)))
    erased = sa.select(line.c.certificate_id).where(line.c.kind == "erased")
    moment = sa.select(sa.func.max(line.c.at)).where(
        line.c.kind == "erased", line.c.certificate_id == certificate.c.id
    )
    op.execute(
        sa.update(certificate).where(certificate.c.id.in_(erased)).values(erased_at=moment.scalar_subquery())
    )


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_erased_at"))
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
