"""What may be told to progress: a module is done; a completion is counted."""

from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import CompletionCount, ModuleDone
from app.foundation import clock
from app.foundation.db import insert_into, session


def mark_done(enrolment: Enrolment, address: str) -> None:
    """Note that a module is done; the caller has seen that it was not."""
    session().add(ModuleDone(enrolment_id=enrolment.id, address=address, done_at=clock.now()))
    enrolment.modules_done += 1
    session().flush()


def count_completion(enrolment: Enrolment) -> None:
    """Count one more completion for the learner's unit, in the finishing transaction."""
    statement = insert_into(CompletionCount).values(
        unit_id=enrolment.unit_id, course_id=enrolment.course_id, unit_path=enrolment.unit_path, completions=1
    )
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "course_id"], set_={"completions": CompletionCount.completions + 1}
        )
    )
