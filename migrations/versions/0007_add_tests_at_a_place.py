"""Add tests at a place: exam dates, seats, incidents, and attempts on paper.

Why: a test may be sat under supervision, where a proctor lets people in by a code, or on paper; hiring and pay hang
on it, so who sat where and what happened is kept. Attempts that are there were all answered on a screen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _ordered(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_on_paper", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.alter_column(
            "is_on_paper", existing_type=sa.Boolean(), existing_nullable=False, server_default=None
        )

    op.create_table(
        "exam_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_path", _ordered(200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proctor_id", sa.Integer(), nullable=False),
        sa.Column("proctor_name", sa.String(length=130), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=80), nullable=True),
        sa.Column("cancellation", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_exam_date_course_id_course")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_exam_date_unit_id_unit")),
        sa.ForeignKeyConstraint(["proctor_id"], ["person.id"], name=op.f("fk_exam_date_proctor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_date")),
        sa.UniqueConstraint("public_id", name=op.f("uq_exam_date_public_id")),
    )
    with op.batch_alter_table("exam_date", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_date_unit_path"), ["unit_path"], unique=False)
        batch_op.create_index(batch_op.f("ix_exam_date_opens_at"), ["opens_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_exam_date_proctor_id"), ["proctor_id"], unique=False)

    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("date_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_path", _ordered(200), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("full_name", sa.String(length=130), nullable=False),
        sa.Column("sort_key", _ordered(600), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.String(length=80), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by", sa.String(length=80), nullable=True),
        sa.Column("absent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.String(length=20), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proved_to", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["date_id"], ["exam_date.id"], name=op.f("fk_seat_date_id_exam_date")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id_person")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_seat_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("public_id", name=op.f("uq_seat_public_id")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_seat_attempt_id")),
        sa.UniqueConstraint("date_id", "person_id", name=op.f("uq_seat_date_id_person_id")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_person_id"), ["person_id"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["date_id"], ["exam_date.id"], name=op.f("fk_incident_date_id_exam_date")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_incident_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_date_id"), ["date_id"], unique=False)


def downgrade() -> None:
    op.drop_table("incident")
    op.drop_table("seat")
    op.drop_table("exam_date")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("is_on_paper")
