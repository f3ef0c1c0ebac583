"""Keep late answers and extra time.

Why: an answer may wait on a device for its line, come too late, or be given in more time than others have; an
attempt may be annulled or reopened, and what it was worth before stays; a completion that is taken back may be earned
again, with another certificate. Answers that are there were given when they
were saved; the only certificate of an enrolment is its current one. The way back ends where an enrolment has two.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    with op.batch_alter_table("accommodation", schema=None) as batch_op:
        batch_op.create_index(
            "uq_accommodation_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "earlier_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earned", sa.String(length=40), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_earlier_result_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_result")),
    )
    with op.batch_alter_table("earlier_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_earlier_result_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "extra_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_extra_time_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_time")),
    )
    with op.batch_alter_table("extra_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extra_time_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "late_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responses", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_late_answers_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answers")),
    )
    with op.batch_alter_table("late_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_answers_attempt_id"), ["attempt_id"], unique=False)

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE answer SET given_at = saved_at")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.alter_column("given_at", nullable=False)

    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("annulled_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("annulment", sa.String(length=500), nullable=True))

    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_current", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.drop_constraint(batch_op.f("uq_certificate_enrolment_id"), type_="unique")
        batch_op.create_index(
            "uq_certificate_current",
            ["enrolment_id"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.alter_column("is_current", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_certificate_current",
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_certificate_enrolment_id"), ["enrolment_id"])
        batch_op.drop_column("is_current")

    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("annulment")
        batch_op.drop_column("annulled_by")
        batch_op.drop_column("annulled_at")

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("given_at")

    with op.batch_alter_table("late_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_late_answers_attempt_id"))

    op.drop_table("late_answers")
    with op.batch_alter_table("extra_time", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extra_time_attempt_id"))

    op.drop_table("extra_time")
    with op.batch_alter_table("earlier_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_earlier_result_attempt_id"))

    op.drop_table("earlier_result")
    with op.batch_alter_table("accommodation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_accommodation_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("accommodation")
