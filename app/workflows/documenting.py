"""Papers about one attempt: the notice that it was not passed, and the protocol of what was asked and answered.

They are made anew at each download from what was kept: equal data give equal bytes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.access.policy import allows, require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import rules as test_rules
from app.domain.assessments.models import Answer, Attempt
from app.domain.assessments.queries import Adjustable
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Assessment
from app.domain.certificates import queries as register
from app.domain.certificates.values import Outlook, Snapshot
from app.domain.tasks import queries as tasks
from app.domain.tasks import rules as task_rules
from app.domain.tasks.models import Work
from app.domain.territory import queries as territory
from app.formats import answer_words, paper_pdf
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import NotFound
from app.foundation.files import store
from app.foundation.i18n import N_, locale_of, translate
from app.foundation.plain import load
from app.foundation.text import plain
from app.workflows.proctoring import seating

P = Permission


@dataclass(frozen=True, slots=True)
class Document:
    """A paper as a file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Offered:
    """Which papers there are of an attempt."""

    notice: bool
    protocol: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the paper as the protocol shows it; ``earned`` is None where points are not told."""

    position: int
    asked: str
    answered: Sequence[str]
    points: int
    earned: Fraction | None
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Task:
    """Practical work as the protocol shows it; ``criteria`` are words, points given and points, where they are told."""

    position: int
    asked: str
    text: str
    files: Sequence[str]
    handed_in_at: datetime
    points: int
    earned: Fraction | None
    criteria: Sequence[tuple[str, Fraction, int]]
    comments: Sequence[str]


@dataclass(frozen=True, slots=True)
class Late:
    """Answers that came too late: position and words of each."""

    at: datetime
    answers: Sequence[tuple[int, str]]


def has_notice(attempt: Attempt) -> bool:
    """Tell whether an attempt counts, has its mark and was not passed."""
    return attempt.mark is not None and attempt.is_passed is False and attempt.annulled_at is None


def list_offered(actor: Actor, attempt: Attempt) -> Offered:
    """Return which papers there are of an attempt that the actor has found: none where nothing was kept of it."""
    is_kept = register.find_snapshot(attempt) is not None
    return Offered(is_kept and has_notice(attempt) and _knows(actor, attempt), is_kept)


def _knows(actor: Actor, attempt: Attempt) -> bool:
    """Tell whether the actor may know whose attempt it is: her own, or of somebody whom she looks after."""
    return attempt.person_id == actor.person_id or allows(actor, P.ATTEMPT_ADJUST, attempt)


def _find(actor: Actor, attempt_id: UUID) -> tuple[Adjustable, Snapshot]:
    """Return an attempt that the actor may read with what was kept of it."""
    found = attempts.get_to_read(
        scope_of(actor, P.OWN_LEARNING),
        scope_of(actor, P.ATTEMPT_ADJUST),
        scope_of(actor, P.COURSE_WRITE),
        attempt_id,
    )
    kept = register.find_snapshot(found.attempt)
    if found.attempt.finished_at is None or kept is None:
        raise NotFound
    return found, kept


def _note_reading(actor: Actor, found: Adjustable, action: str) -> None:
    """Enter into the audit trail that somebody else than the learner reads a paper of hers."""
    attempt = found.attempt
    if attempt.person_id == actor.person_id:
        return
    with transaction():
        if not allows(actor, P.ATTEMPT_ADJUST, attempt):
            require(actor, P.COURSE_WRITE, found.course)
        audit.record(actor.name, action, attempt.public_id)


def write_notice(actor: Actor, attempt_id: UUID) -> Document:
    """Return the notice that a test was not passed; it names the learner, so it is for those who know her.

    Raises NotFound where the attempt is open, waits for a mark, was passed or annulled.
    """
    found, kept = _find(actor, attempt_id)
    noted = register.find_notice(found.attempt)
    if noted is None or not has_notice(found.attempt) or not _knows(actor, found.attempt):
        raise NotFound
    values: dict[str, object] = {
        "outlook": load(Outlook, noted.outlook),
        "pass_mark": _test_of(found).pass_mark * 100,
    }
    document = _write("notice", N_("Notice of a test not passed"), found, kept, kept.learner, values)
    _note_reading(actor, found, "attempt.notice")
    return document


def write_protocol(actor: Actor, attempt_id: UUID) -> Document:
    """Return the protocol of an attempt that has its mark; points of single questions as its result page tells them.

    Who teaches the course and does not look after the learner does not read who she is. Raises NotFound where there
    is no mark, or others may still be sitting the test.
    """
    found, kept = _find(actor, attempt_id)
    attempt = found.attempt
    if seating.is_held_back(found.version, attempt):
        raise NotFound
    is_told = test_rules.is_feedback_shown(
        catalogue.meta_of(catalogue.get_newest_correction(found.enrolment.edition_id)).assessment,
        bool(attempt.is_passed),
    )
    paper, record = attempts.paper_of(attempt), attempts.record_of(attempt)
    answers = {each.position: each for each in attempts.answers_of(attempt)}
    works = tasks.works_of(attempt)
    values: dict[str, object] = {
        "pass_mark": _test_of(found).pass_mark * 100,
        "is_told": is_told,
        "items": _list_items(attempt, paper, answers, {work.position for work in works}, is_told=is_told),
        "tasks": [_task(work, paper[work.position - 1], is_told=is_told) for work in works],
        "saved_at": max((each.saved_at for each in answers.values()), default=None),
        "record": record,
        "late": [Late(each.received_at, _words_by_place(paper, each.responses)) for each in record.late],
    }
    who = kept.learner if _knows(actor, attempt) else ""
    document = _write("protocol", N_("Protocol of a test"), found, kept, who, values)
    _note_reading(actor, found, "attempt.protocol")
    return document


def _test_of(found: Adjustable) -> Assessment:
    return catalogue.meta_of(found.version).assessment or Assessment()


def _write(
    name: str, title: str, found: Adjustable, kept: Snapshot, who: str, values: Mapping[str, object]
) -> Document:
    """Set a paper in the language of its attempt; ``who`` is empty where the learner is not named."""
    attempt, locale = found.attempt, locale_of(found.attempt.language)
    filled = {
        **values,
        "kept": kept,
        "who": who,
        "attempt": attempt,
        "earned": Fraction(attempt.earned or 0),
        "logo": store().get(kept.logo_digest) if kept.logo_digest else None,
    }
    imprint = paper_pdf.Imprint(
        title=translate(locale, title), author=kept.issuer_name or kept.course_title, made_on=kept.issued_on
    )
    zone = ZoneInfo(territory.zone_of(found.unit))
    content = paper_pdf.write(name, locale, zone, imprint, filled)
    return Document(f"{name}-{kept.course_slug}-{attempt.ordinal}.pdf", content)


def _list_items(
    attempt: Attempt,
    paper: Sequence[PaperQuestion],
    answers: Mapping[int, Answer],
    apart: Collection[int],
    *,
    is_told: bool,
) -> list[Item]:
    """Return the questions in the order of the paper; those at the positions ``apart`` stand elsewhere."""
    items = []
    for position, question in enumerate(paper, start=1):
        if position in apart:
            continue
        answer = answers.get(position)
        saved_at = answer.saved_at if answer and answer.response else None
        items.append(
            Item(
                position=position,
                asked=answer_words.asked(question),
                answered=answer_words.list_answered(question, answer.response if answer else []),
                points=question.points,
                earned=Fraction(answer.earned or 0 if answer else 0) if is_told else None,
                saved_at=saved_at if saved_at != attempt.finished_at else None,
            )
        )
    return items


def _task(work: Work, question: PaperQuestion, *, is_told: bool) -> Task:
    """Return practical work; what markers gave and said only where the result page tells it."""
    deciding = work.deciding if is_told else []
    given = task_rules.means([each.points for each in deciding]) if deciding else []
    named = [plain(option) for option in question.body.options]
    return Task(
        position=work.position,
        asked=answer_words.asked(question),
        text=work.handed_in.text,
        files=[file.name for file in work.files if file.is_part_of(work.handing)],
        handed_in_at=work.handed_in.at,
        points=question.points,
        earned=Fraction(work.earned or 0) if is_told else None,
        criteria=list(zip(named, given, question.criteria, strict=True)) if given else [],
        comments=[each.comment for each in deciding if each.comment],
    )


def _words_by_place(
    paper: Sequence[PaperQuestion], responses: Mapping[str, Sequence[str]]
) -> list[tuple[int, str]]:
    """Return position and words of answers that lie by position in text; what the paper lacks is left out."""
    places = sorted((int(place), given) for place, given in responses.items() if int(place) <= len(paper))
    return [
        (place, "; ".join(answer_words.list_answered(paper[place - 1], given))) for place, given in places
    ]
