"""Renewing certificates: which of a person's end, by which courses she renews them, and reminders by mail.

A certificate is renewed by completing its course again, or the shorter course that the course names; either earns a
certificate by its own rules. Which courses these are, and from when, is what the newest version of the course says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app.domain.access.policy import require, scope_of, scope_of_own
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import LONGEST_WINDOW
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import age_of
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.renewals import queries as renewals
from app.domain.renewals import rules
from app.domain.renewals import service as renewal
from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.i18n import content_language
from app.workflows import notifying

P = Permission
AT_ONCE = 200
"""How many holders of an issuer are reminded in a minute."""


@dataclass(frozen=True, slots=True)
class Due:
    """A certificate that ends and is not renewed; ``ways`` are the courses by which it is: slug → newest version."""

    certificate: Certificate
    ends_on: date
    opens_on: date
    today: date
    ways: Mapping[str, CourseVersion]

    @property
    def is_open(self) -> bool:
        """Whether it may be renewed now; also when it has ended."""
        return self.today >= self.opens_on

    @property
    def has_ended(self) -> bool:
        """Whether it is no longer valid."""
        return self.today > self.ends_on


def list_due(actor: Actor) -> Sequence[Due]:
    """Return the actor's certificates that may be renewed now, the soonest end first; days are those of her zone."""
    today = clock.now().astimezone(ZoneInfo(actor.zone)).date()
    found = _list_ending(scope_of(actor, P.OWN_LEARNING), actor.person_id or 0, today)
    return [due for due in found if due.is_open]


def may_renew_by(actor: Actor, slug: str) -> bool:
    """Tell whether a certificate of the actor may be renewed now by completing a course."""
    return any(slug in due.ways for due in list_due(actor))


def begin_of(person_id: int, slug: str, issued_on: date) -> date:
    """Return the day from which the validity of a certificate counts, a part of the act that issues it.

    It is the day of issue; where the completion renews certificates in their window, it is the last of their ends,
    so that nobody loses time by renewing early.
    """
    found = _list_ending(scope_of_own(person_id), person_id, issued_on)
    return max([issued_on, *(due.ends_on for due in found if due.is_open and slug in due.ways)])


def _list_ending(scope: Scope, person_id: int, today: date) -> Sequence[Due]:
    """Return a person's certificates that end within the longest window or have ended, and are not renewed."""
    held = renewals.list_good(scope, person_id)
    latest = today + timedelta(days=LONGEST_WINDOW)
    ending = [(each, each.valid_until) for each in held if each.valid_until and each.valid_until <= latest]
    newest = _newest_of({_slug(each) for each, _end in ending}) if ending else {}
    found = []
    for each, ends_on in ending:
        if _slug(each) not in newest:
            continue
        rule = catalogue.meta_of(newest[_slug(each)]).certificate
        slugs = (_slug(each), rule.renewal_course or "")
        ways = {slug: newest[slug] for slug in slugs if slug in newest}
        if not _is_renewed(each, ends_on, held, ways):
            opens_on = rules.window_opens_on(ends_on, rule.renewal_window)
            found.append(Due(each, ends_on, opens_on, today, ways))
    return sorted(found, key=lambda due: (due.ends_on, due.certificate.id))


def _slug(certificate: Certificate) -> str:
    return str(certificate.snapshot["course_slug"])


def _newest_of(slugs: Collection[str]) -> Mapping[str, CourseVersion]:
    """Return slug → newest version of courses, and of those that they name for renewal."""
    newest = catalogue.newest_of(slugs)
    named = {catalogue.meta_of(version).certificate.renewal_course for version in newest.values()}
    others = {slug for slug in named if slug is not None} - newest.keys()
    return {**newest, **(catalogue.newest_of(others) if others else {})}


def _is_renewed(
    certificate: Certificate, ends_on: date, held: Sequence[Certificate], slugs: Collection[str]
) -> bool:
    """Tell whether a later certificate of one of the courses is valid for as long.

    Later is what was completed later: a duplicate and a corrected certificate are as old as what they stand for.
    """
    return any(
        age_of(other.snapshot, other.id) > age_of(certificate.snapshot, certificate.id)
        and _slug(other) in slugs
        and (other.valid_until is None or other.valid_until >= ends_on)
        for other in held
    )


def remind(actor: Actor) -> int:
    """Remind the holders of certificates that end in 90, 30 and 7 days at most; return how many were told.

    Whatever was missed while nobody worked, the latest step alone is made up for. Days are those of the issuer's zone.
    """
    require(actor, P.CERTIFICATE_READ)
    scope = scope_of(actor, P.CERTIFICATE_READ)
    issuers = [(issuer.unit_id, today_at(issuer.unit)) for issuer in territory.list_issuers(scope)]
    return sum(
        _remind(actor, certificate_id, today)
        for unit_id, today in issuers
        for certificate_id in renewals.list_to_remind(scope, unit_id, today, AT_ONCE)
    )


def today_at(unit: Unit) -> date:
    """Return which day it is at a unit."""
    return clock.now().astimezone(ZoneInfo(territory.zone_of(unit))).date()


def _remind(actor: Actor, certificate_id: int, today: date) -> int:
    """Deal with the present step of one certificate; the note and the mail are of one transaction."""
    with transaction():
        certificate = renewals.find_good(scope_of(actor, P.CERTIFICATE_READ), certificate_id)
        if certificate is None or certificate.valid_until is None:
            return 0
        step = rules.step_reached(certificate.valid_until, today)
        if step is None or renewals.is_dealt_with(certificate, step):
            return 0
        renewal.note_step(certificate, step)
        person = people.get_learner(certificate.person_id)
        own = _list_ending(scope_of_own(person.id), person.id, today)
        due = next((each for each in own if each.certificate.id == certificate.id), None)
        is_new = rules.step_began_on(certificate.valid_until, step) <= _issued_on(certificate)
        if due is None or is_new or person.deactivated_at is not None:
            return 0
        _post(person, due)
        audit.record(actor.name, "certificate.remind", certificate.number, days=step)
    return 1


def _issued_on(certificate: Certificate) -> date:
    return date.fromisoformat(certificate.snapshot["issued_on"])


def _post(person: Person, due: Due) -> None:
    slug = _slug(due.certificate)
    shorter = [title_of(version, person) for way, version in due.ways.items() if way != slug]
    notifying.post(
        person,
        "certificate_ends",
        course=title_of(due.ways[slug], person),
        number=due.certificate.number,
        ends=due.ends_on.isoformat(),
        opens="" if due.is_open else due.opens_on.isoformat(),
        shorter="".join(shorter),
        link="/certificates",
    )


def title_of(version: CourseVersion, person: Person) -> str:
    """Return the title of a course in a person's language, else in its own."""
    titles = version.titles
    return titles.get(content_language(person.locale)) or next(iter(titles.values()))
