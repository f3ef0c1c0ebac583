"""Add practical work: tasks of questions, files, works, markings.

Why: a task is read from a question file since the first release, but was not kept; now learners hand work in to it,
and people mark it. Questions that are there have no criteria that a paper could name, for none could be drawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("criteria", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("upload", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("max_words", sa.Integer(), nullable=True))
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.alter_column(
            "criteria", existing_type=sa.JSON(), existing_nullable=False, server_default=None
        )
        batch_op.alter_column("upload", existing_type=sa.JSON(), existing_nullable=False, server_default=None)

    op.create_table(
        "answer_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_answer_file_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answer_file_public_id")),
    )
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.create_index("ix_answer_file_place", ["attempt_id", "position"], unique=False)

    op.create_table(
        "work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "unit_path",
            sa.String(length=200).with_variant(sa.TEXT(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("markers", sa.Integer(), nullable=False),
        sa.Column("handing", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("earned", sa.String(length=40), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_work_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_work_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_work_attempt_id_position")),
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index("ix_work_queue", ["state", "handed_in_at"], unique=False)
        batch_op.create_index("ix_work_unit_path", ["unit_path"], unique=False)

    op.create_table(
        "handing",
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_handing_work_id_work")),
        sa.PrimaryKeyConstraint("work_id", "ordinal", name=op.f("pk_handing")),
    )
    op.create_table(
        "marking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("handing", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("marker", sa.String(length=80), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("comments", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_marking_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking")),
    )
    with op.batch_alter_table("marking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marking_work_id"), ["work_id"], unique=False)


def downgrade() -> None:
    op.drop_table("marking")
    op.drop_table("handing")
    op.drop_table("work")
    op.drop_table("answer_file")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_column("max_words")
        batch_op.drop_column("upload")
        batch_op.drop_column("criteria")
