"""Certificates of programmes, as acts of the worker: earned by completing every course, taken back with a completion.

They are issued after the act that completed a course, one programme in a transaction: nobody's submission waits for
them, and none holds two number series at once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import Programme
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.foundation.db import transaction
from app.foundation.errors import AppError, NotFound
from app.foundation.i18n import N_, locale_of, translate
from app.foundation.queue import enqueue, enqueue_each
from app.workflows import certifying

P = Permission
_REASON = N_("A course of this programme no longer counts as completed.")


def award(actor: Actor, person: str, programme: str | None = None) -> None:
    """Let somebody's certificates of programmes follow from what she has completed; done again it changes nothing.

    With ``programme`` it is of that one alone. One of which none can be issued hinders no other. Raises what
    ``certifying.issue_of_programme`` raises: the job is done again, and administrators see why it waits.
    """
    require(actor, P.CERTIFICATE_READ, people.get_person(scope_of(actor, P.CERTIFICATE_READ), UUID(person)))
    meant = [each for each in catalogue.list_programmes() if programme in {None, each.slug}]
    tried = [_try(actor, UUID(person), each) for each in meant]
    for fault in filter(None, tried):
        raise fault


def _try(actor: Actor, person_id: UUID, programme: Programme) -> AppError | None:
    try:
        with transaction():
            _award(actor, person_id, programme)
    except AppError as fault:
        return fault
    return None


def look_back(actor: Actor, programme: str) -> int:
    """Let all who completed a programme's courses and hold no certificate of it be looked at; return how many."""
    require(actor, P.CERTIFICATE_READ)
    found = catalogue.find_programme(programme)
    if found is None:
        raise NotFound
    with transaction():
        waiting = register.list_to_award(scope_of(actor, P.CERTIFICATE_READ), found)
        each_of = [{"person": str(each), "programme": programme} for each in waiting]
        enqueue_each("certificates.programmes", each_of)
    return len(waiting)


def _award(actor: Actor, person_id: UUID, programme: Programme) -> None:
    """Count somebody's rounds through a programme, while nobody else does, and give or take what differs."""
    scope = scope_of(actor, P.CERTIFICATE_READ)
    person = people.get_person_in_turn(scope, person_id)
    held = list(register.list_current_of_programme(scope, person.id, programme.id))
    slugs = {*programme.courses, *(slug for each in held for slug in _slugs_of(each))}
    completed = enrolments.list_completed(scope, person.id, slugs)
    times = Counter(each.course.slug for each in completed)
    while (unearned := _find_unearned(held, times)) is not None:
        held.remove(unearned)
        _take_back(actor, unearned)
    while programme.design and (rests_on := _find_round(completed, programme.courses, len(held) + 1)):
        held.append(certifying.issue_of_programme(actor, programme, person, rests_on))


def _slugs_of(certificate: Certificate) -> Sequence[str]:
    """Return the courses that a certificate was given for; the programme may have others by now."""
    return [part["slug"] for part in certificate.snapshot["courses"]]


def _find_unearned(held: Sequence[Certificate], times: Mapping[str, int]) -> Certificate | None:
    """Return the newest certificate whose courses were not all completed so often as it is the how-manieth."""
    for number, each in reversed(list(enumerate(held, start=1))):
        if any(times.get(slug, 0) < number for slug in _slugs_of(each)):
            return each
    return None


def _find_round(completed: Sequence[Taken], courses: Sequence[str], number: int) -> Sequence[Taken]:
    """Return what a round through a programme rests on: of each course the newest completion when it was whole.

    ``completed`` has the oldest first. The round of a number is whole when each course was completed so often; empty
    where it is not.
    """
    newest: dict[str, Taken] = {}
    times: Counter[str] = Counter()
    for each in completed:
        newest[each.course.slug] = each
        times[each.course.slug] += 1
        if all(times[slug] >= number for slug in courses):
            return [newest[slug] for slug in courses]
    return []


def _take_back(actor: Actor, certificate: Certificate) -> None:
    """Let a certificate be good no more, and tell its holder, unless it was revoked before."""
    if certificate.revoked_at is None:
        enqueue("notify.revoked", code=certificate.code)
    reason = translate(locale_of(certificate.snapshot["language"]), _REASON)
    certifying.take_back(actor, certificate, reason)
