"""Add surveys.

Why: learners say what they think of a course once they have finished it. What is said and who has said something
lie in two tables without any way between them; on SQLite these have no row numbers, which would tell the order.
There are no rows before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("random_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("practical", sa.Integer(), nullable=False),
        sa.Column("usable", sa.Integer(), nullable=False),
        sa.Column("explained", sa.Integer(), nullable=False),
        sa.Column("interactive", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("half_year", sa.String(length=6), nullable=True),
        sa.CheckConstraint(
            "practical BETWEEN 1 AND 5 AND usable BETWEEN 1 AND 5 AND explained BETWEEN 1 AND 5"
            " AND interactive BETWEEN 1 AND 5",
            name=op.f("ck_survey_answer_ratings"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_survey_answer_edition_id_edition")
        ),
        sa.PrimaryKeyConstraint("random_id", name=op.f("pk_survey_answer")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.create_index("ix_survey_answer_edition", ["edition_id", "half_year"], unique=False)

    op.create_table(
        "survey_done",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_survey_done_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_survey_done")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("survey_done")
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_answer_edition")

    op.drop_table("survey_answer")
