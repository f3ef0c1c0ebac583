"""What may be told to progress: a module is done; a completion is counted."""

from collections.abc import Collection
from functools import cache
from typing import cast

from sqlalchemy import Executable, Table, bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import CompletionCount, ModuleDone
from app.foundation import clock
from app.foundation.db import session


def mark_done(enrolment: Enrolment, address: str) -> None:
    """Note that a module is done; the caller has seen that it was not."""
    session().add(ModuleDone(enrolment_id=enrolment.id, address=address, done_at=clock.now()))
    enrolment.modules_done += 1
    session().flush()


_counts = cast("Table", CompletionCount.__table__)


@cache
def _counting(dialect: str) -> Executable:
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(_counts)
    names = ("unit_id", "course_id", "unit_path")
    more = {"completions": _counts.c.completions + 1}
    whole: Executable = statement.values({
        **{name: bindparam(name) for name in names},
        "completions": 1,
    }).on_conflict_do_update(index_elements=["unit_id", "course_id"], set_=more)
    return whole


def count_completion(enrolment: Enrolment) -> None:
    """Count one more completion for the learner's unit, in the finishing transaction."""
    held = session().connection()
    held.execute(
        _counting(held.dialect.name),
        {
            "unit_id": enrolment.unit_id,
            "course_id": enrolment.course_id,
            "unit_path": enrolment.unit_path,
        },
    )


def uncount_completion(enrolment: Enrolment) -> None:
    """Count one completion less for the unit that it was counted for: it was taken back."""
    session().execute(
        update(CompletionCount)
        .where(CompletionCount.unit_id == enrolment.unit_id, CompletionCount.course_id == enrolment.course_id)
        .values(completions=CompletionCount.completions - 1)
    )


def forget(enrolment_ids: Collection[int]) -> None:
    """Let nothing be left of what somebody who is erased has read; her completions stay counted."""
    session().execute(delete(ModuleDone).where(ModuleDone.enrolment_id.in_(enrolment_ids)))
