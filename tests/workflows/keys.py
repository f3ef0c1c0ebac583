"""A course whose key is mended, who sat it, and what becomes of it: for tests of corrections."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments.models import Attempt
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.values import Assessment, CourseDraft, Kind
from app.domain.corrections import queries as corrections
from app.domain.corrections.values import Fairness
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.mail import MailMessage
from app.foundation.queue import OutboxJob
from app.jobs.worker import JOBS
from app.workflows import correcting, sitting
from tests import world

KIND, STRICT = Fairness.NOBODY_LOSES, Fairness.AS_CORRECTED
WHY = "Option c was right, not b."
PLAIN = Assessment(attempts=2, pass_mark=60)


def bank(**mended: object) -> tuple:
    """Return three questions of a point each, some of them mended: key of the question → what is right now."""
    one, text = world.QUESTIONS[0], world.QUESTIONS[2]
    other = replace(world.QUESTIONS[0], key="other")
    made = []
    for question in (one, text, other, world.QUESTIONS[-1]):
        if question.key in mended and mended[question.key] is None:
            continue
        right = mended.get(question.key)
        keys = question.keys
        if right is not None:
            keys = {tag: replace(key, **right) for tag, key in question.keys.items()}
        made.append(replace(question, keys=keys))
    return tuple(made)


def draft(label: str, questions: tuple, test: Assessment = PLAIN, **changes: object) -> CourseDraft:
    plain = world.course("keys", assessment=test, **changes)
    return replace(plain, questions=questions, digest=label, marking_digest=label)


def publish(label: str, owner: str = "CZ", test: Assessment = PLAIN, **mended: object):
    with transaction():
        made = draft(label, bank(**mended), test)
        return catalogue.publish(made, territory.get_unit(owner), {}, "test")


MENDED = {"one": {"right": (2,)}}
"""Not b but c."""


def sit(
    email: str, one: str = "b", text: str = "secretword", other: str = "b", is_new: bool = True
) -> Attempt:
    """Let somebody sit the test: what she answers to each question, in words."""
    actor = world.act_as(world.person(email)) if is_new else world.act_as(email)
    attempt = world.begin_test(actor, "keys") if is_new else sitting.start_attempt(actor, "keys")
    return sitting.submit_attempt(
        actor, attempt.public_id, answers(actor, attempt, one=one, text=text, other=other)
    )


def answers(actor: Actor, attempt: Attempt, **said: str) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {"whole": ["1"]}
    for place, question in enumerate(world.paper_of(actor, attempt), start=1):
        word = said[question.key]
        if question.kind is Kind.SHORT:
            form[f"q{place}"] = [word]
        elif word:
            form[f"q{place}"] = [str(question.body.options.index(word))]
    return form


def work(name: str | tuple[str, ...] = ("corrections.", "notify.corrected")) -> None:
    """Do the jobs that wait, the oldest first, each once, until there is none."""
    waiting = select(OutboxJob).where(OutboxJob.done_at.is_(None)).order_by(OutboxJob.id)
    session().rollback()
    while found := [job for job in session().scalars(waiting) if job.name.startswith(name)]:
        for job in found:
            JOBS[job.name](Actor.system(job.name), **job.arguments)
            with transaction():
                session().get(OutboxJob, job.id).done_at = clock.now()


def dry_run(actor: Actor, **choices: str) -> UUID:
    made = correcting.begin(actor, "keys", choices or {"one": "mend"})
    work("corrections.reckon")
    return made


def mend(actor: Actor, fairness: Fairness = STRICT, **choices: str) -> UUID:
    made = dry_run(actor, **choices)
    assert correcting.decide(actor, made, fairness, WHY)
    work()
    return made


def again(thing):
    session().rollback()
    session().refresh(thing)
    return thing


def rows(model: type, *clauses: object) -> list:
    session().rollback()
    return list(session().scalars(select(model).where(*clauses).order_by(*model.__table__.primary_key)))


def sums(actor: Actor, made: UUID, fairness: Fairness):
    session().rollback()
    scope = scope_of(actor, Permission.COURSE_WRITE)
    return corrections.sum_up(scope, corrections.get_correction(scope, made), fairness, clock.now().date())


def mails() -> list[MailMessage]:
    return rows(MailMessage)
