"""Outline papers.

Why: whoever counts over ten thousand papers needs only which questions they hold and how these were turned, not their
texts; parsing or cutting those took more than two seconds. Papers that are there get the outline that a new one gets:
each option's place in the bank that it was drawn from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHUNK = 500


def upgrade() -> None:
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outline", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.alter_column(
            "outline", existing_type=sa.Text(), existing_nullable=False, server_default=None
        )
    _outline(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_column("outline")


_paper: sa.TableClause = sa.table(
    "paper",
    sa.column("attempt_id", sa.Integer),
    sa.column("questions", sa.JSON),
    sa.column("outline", sa.Text),
)
_attempt: sa.TableClause = sa.table(
    "attempt",
    sa.column("id", sa.Integer),
    sa.column("version_id", sa.Integer),
    sa.column("language", sa.String),
)
_version: sa.TableClause = sa.table(
    "course_version", sa.column("id", sa.Integer), sa.column("languages", sa.JSON)
)
_question: sa.TableClause = sa.table(
    "question", sa.column("id", sa.Integer), sa.column("version_id", sa.Integer), sa.column("key", sa.String)
)
_text: sa.TableClause = sa.table(
    "question_text",
    sa.column("question_id", sa.Integer),
    sa.column("language", sa.String),
    sa.column("body", sa.JSON),
)
Bank: TypeAlias = Mapping[str, Mapping[str, Any]]  # key → body as it lies in the bank


def _outline(held: sa.Connection) -> None:
    banks: dict[tuple[int, str], Bank] = {}
    drawn = (
        sa
        .select(_paper.c.attempt_id, _attempt.c.version_id, _attempt.c.language, _version.c.languages)
        .join(_attempt, _attempt.c.id == _paper.c.attempt_id)
        .join(_version, _version.c.id == _attempt.c.version_id)
        .order_by(_paper.c.attempt_id)
    )
    rows = held.execute(drawn).all()
    for begin in range(0, len(rows), CHUNK):
        chunk = rows[begin : begin + CHUNK]
        papers = held.execute(
            sa.select(_paper.c.attempt_id, _paper.c.questions).where(
                _paper.c.attempt_id.in_([row.attempt_id for row in chunk])
            )
        )
        questions = {each.attempt_id: each.questions for each in papers}
        for row in chunk:
            languages = row.languages or [row.language]
            spoken = row.language if row.language in languages else next(iter(languages))
            place = (row.version_id, spoken)
            bank = banks.get(place) or banks.setdefault(place, _bank(held, *place))
            held.execute(
                sa
                .update(_paper)
                .where(_paper.c.attempt_id == row.attempt_id)
                .values(outline=" ".join(_line(each, bank) for each in questions[row.attempt_id] or ()))
            )


def _bank(held: sa.Connection, version_id: int, language: str) -> Bank:
    rows = held.execute(
        sa
        .select(_question.c.key, _text.c.body)
        .join(_text, _text.c.question_id == _question.c.id)
        .where(_question.c.version_id == version_id, _text.c.language == language)
    )
    return {row.key: row.body for row in rows}


def _line(question: Mapping[str, Any], bank: Bank) -> str:
    lists = zip(
        _lists(question["kind"], question["body"]),
        _lists(question["kind"], bank[question["key"]]),
        strict=True,
    )
    turning = "/".join(".".join(map(str, _places(*each))) for each in lists)
    return f"{question['key']}:{turning}" if turning else str(question["key"])


def _lists(kind: str, body: Mapping[str, Any]) -> list[Sequence[str]]:
    if kind == "cloze":
        return [gap["choices"] or () for gap in body["gaps"]]
    return [body["choices" if kind == "match" else "options"]]


def _places(shown: Sequence[str], filed: Sequence[str]) -> list[int]:
    places = {text: [place for place, each in enumerate(filed) if each == text] for text in filed}
    return [places[text].pop(0) for text in shown]
