"""What may be told to practical work: files come and go, works are handed in, marked, returned and settled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete

from app.domain.assessments.models import Attempt
from app.domain.assessments.values import PaperQuestion, Response
from app.domain.catalogue.values import Kind
from app.domain.tasks import rules
from app.domain.tasks.models import AnswerFile, Handing, Marking, Work
from app.domain.tasks.values import GivenFile, Judgement, MarkingKind, WorkState
from app.foundation import clock
from app.foundation.db import session


def add_files(attempt_id: int, position: int, given: Iterable[GivenFile], handing: int) -> None:
    """Put files to a task, to be part of a handing and those after it."""
    session().add_all(
        AnswerFile(
            attempt_id=attempt_id,
            position=position,
            name=each.name,
            digest=each.digest,
            size=each.size,
            media_type=each.media_type,
            at=clock.now(),
            since=handing,
        )
        for each in given
    )
    session().flush()


def remove_file(file: AnswerFile, handing: int) -> None:
    """Let a file be no part of a handing and those after it; one that was handed in before stays to be read."""
    if file.since >= handing:
        session().delete(file)
    else:
        file.until = handing - 1
    session().flush()


def hand_in(
    attempt: Attempt,
    paper: Sequence[PaperQuestion],
    responses: Mapping[int, Response],
    with_files: frozenset[int],
    markers: int,
    at: datetime,
) -> frozenset[int]:
    """Let the tasks of an attempt to which anything was given wait for a mark; return their positions."""
    waiting = set()
    for position, question in enumerate(paper, start=1):
        text = "".join(responses.get(position, []))
        if question.kind is Kind.TASK and (text.strip() or position in with_files):
            waiting.add(position)
            work = Work(
                attempt_id=attempt.id,
                position=position,
                person_id=attempt.person_id,
                unit_path=attempt.unit_path,
                state=WorkState.WAITING.value,
                markers=markers,
                handing=1,
                handed_in_at=at,
            )
            work.handings.append(Handing(ordinal=1, text=text, at=at))
            session().add(work)
    session().flush()
    return frozenset(waiting)


def keep_draft(work: Work, text: str) -> None:
    """Keep what a learner writes on a work that was returned."""
    work.draft = text
    session().flush()


def hand_in_again(work: Work, text: str) -> None:
    """Let a work that was returned wait for a mark again; what was handed in before stays to be read."""
    present = clock.now()
    work.handing += 1
    work.handings.append(Handing(ordinal=work.handing, text=text, at=present))
    work.state, work.handed_in_at, work.draft = WorkState.WAITING.value, present, None
    session().flush()


def save_marking(work: Work, marker: str, judgement: Judgement) -> Marking:
    """Keep what a marker says so far; whoever is the first takes the work."""
    present = clock.now()
    marking = work.own_draft(marker)
    if marking is None:
        marking = Marking(handing=work.handing, kind=MarkingKind.MARK.value, marker=marker, revision=0)
        work.markings.append(marking)
    if work.taken_by is None:
        work.taken_by, work.taken_at = marker, present
    _write(marking, judgement)
    session().flush()
    return marking


def _write(marking: Marking, judgement: Judgement) -> None:
    marking.points, marking.comments = list(judgement.points), list(judgement.comments)
    marking.comment, marking.saved_at = judgement.comment, clock.now()
    marking.revision += 1


def give_mark(work: Work, marker: str, judgement: Judgement, points: int) -> Fraction | None:
    """Let a marker's mark stand; return the final one where there is one now.

    Where two people mark, the first mark waits for the second; two that lie too far apart are to be settled.
    """
    save_marking(work, marker, judgement).given_at = clock.now()
    given = work.given_marks
    if len(given) < work.markers:
        work.taken_by = work.taken_at = None
        session().flush()
        return None
    final = rules.agreed([marking.total for marking in given], points)
    if final is None:
        work.state = WorkState.SETTLING.value
        session().flush()
        return None
    _decide(work, final)
    return final


def give_back(work: Work, marker: str, judgement: Judgement) -> None:
    """Return a work to the learner; marks that were given for this handing count no more."""
    marking = save_marking(work, marker, judgement)
    marking.kind, marking.given_at = MarkingKind.RETURN.value, clock.now()
    work.state, work.draft = WorkState.RETURNED.value, work.handed_in.text
    session().flush()


def settle(work: Work, marker: str, judgement: Judgement, reason: str) -> Fraction:
    """Let one mark stand in the place of two, or of a final one, with the reason; all of them are kept."""
    marking = Marking(
        handing=work.handing,
        kind=MarkingKind.SETTLEMENT.value,
        marker=marker,
        reason=reason,
        revision=0,
        given_at=clock.now(),
    )
    _write(marking, judgement)
    work.markings.append(marking)
    final = Fraction(marking.total)
    _decide(work, final)
    return final


def _decide(work: Work, final: Fraction) -> None:
    work.state, work.earned, work.marked_at = WorkState.MARKED.value, str(final), clock.now()
    session().flush()


def forget(work_ids: Collection[int], attempt_ids: Collection[int]) -> None:
    """Let nothing be left of the works of somebody who is erased, nor of what was said of them."""
    for model in (Marking, Handing):
        session().execute(delete(model).where(model.work_id.in_(work_ids)))
    session().execute(delete(Work).where(Work.id.in_(work_ids)))
    session().execute(delete(AnswerFile).where(AnswerFile.attempt_id.in_(attempt_ids)))
