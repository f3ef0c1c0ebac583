"""Add corrections.

Why: a mended key must reach the results that rest on it, and the certificates: what was decided, what it made of each
result, and which certificate took another's place. Certificates that are there have none in their place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("situation", sa.String(length=64), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("unmatched", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("fairness", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decider", sa.String(length=200), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_correction_course_id_course")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_correction_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_correction_public_id")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index("ix_correction_course", ["course_id", "stage"], unique=False)
        batch_op.create_index(
            "uq_correction_open",
            ["course_id"],
            unique=True,
            sqlite_where=sa.text("stage != 'done'"),
            postgresql_where=sa.text("stage != 'done'"),
        )

    op.create_table(
        "correction_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("old_earned", sa.String(length=40), nullable=False),
        sa.Column("old_points", sa.Integer(), nullable=False),
        sa.Column("old_mark", sa.Integer(), nullable=True),
        sa.Column("was_passed", sa.Boolean(), nullable=True),
        sa.Column("kind_mark", sa.Integer(), nullable=True),
        sa.Column("kind_passed", sa.Boolean(), nullable=True),
        sa.Column("strict_mark", sa.Integer(), nullable=True),
        sa.Column("strict_passed", sa.Boolean(), nullable=True),
        sa.Column("is_later", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hindrance", sa.String(length=300), nullable=True),
        sa.Column("certificate", sa.String(length=40), nullable=True),
        sa.Column("touch", sa.String(length=12), nullable=True),
        sa.Column("successor", sa.String(length=40), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_correction_result_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_correction_result_correction_id_correction")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_correction_result_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_result")),
        sa.UniqueConstraint(
            "correction_id", "attempt_id", name=op.f("uq_correction_result_correction_id_attempt_id")
        ),
    )
    with op.batch_alter_table("correction_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_result_attempt_id"), ["attempt_id"], unique=False)
        batch_op.create_index(
            "ix_correction_result_turn", ["correction_id", "done_at", "enrolment_id"], unique=False
        )

    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("successor", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_column("successor")
        batch_op.drop_column("superseded_at")

    op.drop_table("correction_result")
    op.drop_table("correction")
