"""A person is erased: everything that is hers goes, but for the register of certificates and what totals count.

The law obliges the issuer to keep the register (Czech Act 312/2002, s. 20(5)–(6); GDPR, art. 17(3)(b)), so her
certificates stay as they are, with name and document, and are verified as before; what becomes of them after the
keeping period of their country is in ``forgetting``. Enrolments that ended with a result stay without her name, because
completions are counted by them. The audit trail cannot be changed; it has no names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.access.policy import require, scope_of, scope_of_own
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import service as assessments
from app.domain.badges import queries as made
from app.domain.badges import service as badges
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.corrections import service as corrections
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment import service as enrolment
from app.domain.enrolment.models import Enrolment
from app.domain.examinations import queries as exams
from app.domain.examinations import service as examinations
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.models import Person
from app.domain.progress import service as progress
from app.domain.reports import service as reports
from app.domain.reports.queries import files as report_files
from app.domain.surveys import service as surveys
from app.domain.tasks import queries as works
from app.domain.tasks import service as tasks
from app.domain.territory import queries as territory
from app.domain.territory.values import Scope
from app.foundation import audit, mail, queue, settings
from app.foundation.db import transaction
from app.foundation.errors import Conflict
from app.foundation.i18n import N_
from app.workflows import administering, entering, renewing

P = Permission


@dataclass(frozen=True, slots=True)
class Remains:
    """What there is of a person: what stays, and what goes."""

    person: Person
    certificates: Sequence[Certificate]
    kept_until: Mapping[int, date | None]  # id of each → last day with her name; None is for ever
    results: Sequence[Enrolment]  # they stay, without her name
    begun: Sequence[Enrolment]  # they go
    attempt_ids: Sequence[int]
    digests: frozenset[str]  # of files that she handed in or asked for


def look(actor: Actor, person_id: UUID) -> Remains:
    """Return what ``erase`` would leave and remove, and raise what it would; nothing is written."""
    require(actor, P.PERSON_ERASE)
    return _look(actor, people.get_person(scope_of(actor, P.PERSON_ERASE), person_id))


def erase(actor: Actor, person_id: UUID, *, password: str = "") -> None:
    """Erase a person; whoever does it gives her own password again, as for roles. It cannot be undone."""
    require(actor, P.PERSON_ERASE)
    look(actor, person_id)
    if not actor.is_system:
        entering.prove_password(actor, password)
    with transaction():
        person = people.get_person(scope_of(actor, P.PERSON_ERASE), person_id, is_locked=True)
        require(actor, P.PERSON_ERASE, person)
        remains, public_id = _look(actor, person), person.public_id
        _forget(remains)
        for digest in sorted(remains.digests):
            queue.enqueue("files.forget", digest=digest)
        queue.enqueue("reports.forget", person_id=person.id)
        audit.record(
            actor.name,
            "person.erase",
            public_id,
            certificates=len(remains.certificates),
            results=len(remains.results),
        )


def _look(actor: Actor, person: Person) -> Remains:
    own = scope_of_own(person.id)
    _check_may_go(actor, person, own)
    taken = [each.enrolment for each in enrolments.list_taken(own, person.id)]
    held = register.list_of_person(own, person.id)
    certified = {each.enrolment_id for each in held}
    results = [each for each in taken if each.outcome is not None or each.id in certified]
    return Remains(
        person=person,
        certificates=held,
        kept_until={each.id: _kept_until(each) for each in held},
        results=results,
        begun=[each for each in taken if each not in results],
        attempt_ids=attempts.list_ids(own, person.id),
        digests=works.list_digests(own, person.id)
        | report_files.list_digests(own, person.id)
        | made.list_digests(own, person.id),
    )


def _kept_until(certificate: Certificate) -> date | None:
    """Return the last day on which the register keeps the name of somebody who is erased today; None is for ever."""
    unit = territory.get_unit_by_id(certificate.issuer_unit_id)
    years = settings.current().register_years.get(unit.country)
    if years is None:
        return None
    issued_on = date.fromisoformat(certificate.snapshot["issued_on"])
    return max(rules.kept_until(issued_on, years), renewing.today_at(unit))


def _check_may_go(actor: Actor, person: Person, own: Scope) -> None:
    if person.id == actor.person_id:
        raise Conflict(N_("You cannot erase yourself; another administrator can."))
    if not administering.is_above(actor, person):
        raise Conflict(N_("This person holds roles that you do not; ask another administrator."))
    if exams.count_to_hold(own, person.id):
        raise Conflict(N_("This person is to supervise a test: name somebody else or cancel the date first."))


def _forget(remains: Remains) -> None:
    """Remove what goes, from the rooms above to those below."""
    person, own = remains.person, scope_of_own(remains.person.id)
    taken_ids = [each.id for each in (*remains.results, *remains.begun)]
    reports.forget(person.id)
    corrections.forget(remains.attempt_ids)
    badges.forget([each.id for each in remains.certificates])
    certificates.forget_notices(person.id)
    progress.forget(taken_ids)
    tasks.forget(works.list_work_ids(own, person.id), remains.attempt_ids)
    examinations.forget(exams.list_seat_ids(own, person.id))
    assessments.forget(person, remains.attempt_ids, taken_ids)
    surveys.forget(taken_ids)
    queue.drop([str(person.public_id), *(str(each.public_id) for each in remains.begun)])
    enrolment.forget([each.id for each in remains.begun])
    mail.forget(person.email)
    persons.erase(person)
