"""Let certificates end.

Why: people are reminded before a certificate ends, each step once, whatever becomes of the worker; and a methodologist
may decide that certificates of older editions end on a day. Certificates that are there keep their day, and whoever
holds one that ends soon is reminded of the step that is reached.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_reminder_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("certificate_id", "step", name=op.f("pk_reminder")),
    )
    op.create_table(
        "shortening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_shortening_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortening")),
        sa.UniqueConstraint("course_id", "edition", name=op.f("uq_shortening_course_id_edition")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_valid_until"), ["valid_until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_valid_until"))
    op.drop_table("shortening")
    op.drop_table("reminder")
