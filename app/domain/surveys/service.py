"""What may be told to surveys: a learner says what she thinks, and answers are let out five at a time."""

from collections.abc import Collection

from sqlalchemy import delete, insert

from app.domain.enrolment.models import Enrolment
from app.domain.surveys import queries
from app.domain.surveys.models import SurveyAnswer, SurveyDone
from app.domain.surveys.values import FEWEST, Aspect, Opinion
from app.foundation import clock, ids
from app.foundation.db import insert_into, session
from app.foundation.plain import dump

_MONTHS_OF_HALF = 6


def answer(enrolment: Enrolment, opinion: Opinion) -> bool:
    """Keep what a learner says, and apart from it that she has; return False where she had said it before.

    Answers wait until five of an edition are there, and are then let out together under new keys: whatever is
    shown grows by five at once, so that no look, no filter and no two of them set one answer apart.
    """
    mark = insert_into(SurveyDone).values(enrolment_id=enrolment.id)
    fresh = mark.on_conflict_do_nothing(index_elements=["enrolment_id"]).returning(SurveyDone.enrolment_id)
    if session().scalar(fresh) is None:
        return False
    waiting = [_facts(each) for each in queries.list_waiting(enrolment.edition_id)]
    given = {"edition_id": enrolment.edition_id, **dump(opinion)}
    if len(waiting) + 1 < FEWEST:
        _add([given], None)
        return True
    session().execute(
        delete(SurveyAnswer).where(
            SurveyAnswer.edition_id == enrolment.edition_id, SurveyAnswer.half_year.is_(None)
        )
    )
    _add([*waiting, given], _half_year())
    return True


def _facts(waiting: SurveyAnswer) -> dict[str, object]:
    names = (*(aspect.value for aspect in Aspect), "edition_id", "comment")
    return {name: getattr(waiting, name) for name in names}


def _add(answers: list[dict[str, object]], half_year: str | None) -> None:
    """Write answers down in the order of their new random keys."""
    keys = sorted(ids.public_id() for _ in answers)
    rows = [
        {"random_id": key, "half_year": half_year, **given}
        for key, given in zip(keys, ids.shuffled(answers), strict=True)
    ]
    session().execute(insert(SurveyAnswer), rows)


def _half_year() -> str:
    present = clock.now()
    return f"{present.year}-{1 if present.month <= _MONTHS_OF_HALF else 2}"


def forget(enrolment_ids: Collection[int]) -> None:
    """Let it not be known that somebody who is erased has answered; what she said bears no name, and stays."""
    session().execute(delete(SurveyDone).where(SurveyDone.enrolment_id.in_(enrolment_ids)))
