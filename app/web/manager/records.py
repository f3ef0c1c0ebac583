"""What the pages about people show, and what their form says."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from app.domain.access.policy import allows, holds, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate
from app.domain.certificates.queries import revocations
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.domain.people.models import Person, RoleGrant
from app.domain.people.values import Profile
from app.foundation.errors import NotFound
from app.web import paging
from app.web.manager import asking
from app.web.manager.asking import Places
from app.web.manager.forms import STATES, PersonForm, PersonOfFewForm
from app.workflows import administering
from app.workflows.entering import INVITED_FOR, profile_of


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the people whom a list shows, and how it was narrowed."""

    rows: Sequence[Person]
    count: int
    page: int
    pages: int
    text: str
    state: str | None
    places: Places

    @property
    def is_narrowed(self) -> bool:
        """Whether the list leaves people out."""
        return bool(self.text or self.state or self.places.typed)

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        unit = self.places.unit.code if self.places.unit else None
        given: dict[str, Any] = {"q": self.text, "state": self.state, "unit": unit, **changes}
        return url_for("manager.people", **{name: value for name, value in given.items() if value})


def show_people(actor: Actor, asked: Mapping[str, str]) -> PeoplePage:
    """Return one page of the people of the actor's units."""
    scope = scope_of(actor, Permission.PERSON_READ)
    page, places = paging.read_page(asked), asking.read_places(scope, asked)
    text, state = asked.get("q", "").strip()[:200], asking.read_choice(asked, "state", STATES)
    path = places.unit.path if places.unit else None
    rows, count = (
        ((), 0) if places.is_open else people.list_persons(scope, text, path, state, page, paging.SIZE)
    )
    return PeoplePage(rows, count, page, paging.count_pages(page, count), text, state, places)


def state_of(person: Person) -> str:
    """Return how a person stands, as one of ``STATES``."""
    if person.deactivated_at is not None:
        return "deactivated"
    return "invited" if person.password_hash is None else "active"


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person's record, the roles and courses that the actor may know of, and what she may do."""

    person: Person
    grants: Sequence[RoleGrant]
    taken: Sequence[Taken]
    certificates: Mapping[int, Certificate]  # by enrolment
    of_programmes: Sequence[Certificate]
    lost: frozenset[int]  # the ids of those that a duplicate may be made of
    is_self: bool
    is_below: bool
    may_correct_name: bool
    may_erase: bool
    may_adjust_attempts: bool
    may_grant_attempts: bool
    may_grant_roles: bool

    @property
    def state(self) -> str:
        """How she stands."""
        return state_of(self.person)

    @property
    def invited_until(self) -> object:
        """The moment at which the link of her invitation expires."""
        return self.person.invited_at + INVITED_FOR if self.person.invited_at else None


def get_person(actor: Actor, person_id: UUID) -> Person:
    """Return a person whom the actor may look after."""
    return people.get_person(scope_of(actor, Permission.PERSON_WRITE), person_id)


def show_person(actor: Actor, person_id: UUID) -> PersonPage:
    """Return a person's record."""
    scope = scope_of(actor, Permission.PERSON_READ)
    person = people.get_person(scope, person_id)
    held = register.list_of_person(scope_of(actor, Permission.CERTIFICATE_READ), person.id)
    may_correct = person.id != actor.person_id and allows(actor, Permission.CERTIFICATE_CORRECT, person)
    return PersonPage(
        person=person,
        grants=people.list_grants(scope, person.id),
        taken=enrolments.list_taken(scope_of(actor, Permission.ENROLMENT_READ), person.id),
        certificates={each.enrolment_id: each for each in held if each.enrolment_id and each.is_current},
        of_programmes=[each for each in held if each.programme_id and each.is_current],
        lost=_list_losable(actor, held) if may_correct else frozenset(),
        is_self=person.id == actor.person_id,
        is_below=administering.is_above(actor, person),
        may_correct_name=bool(held) and may_correct,
        may_erase=person.id != actor.person_id and allows(actor, Permission.PERSON_ERASE, person),
        may_adjust_attempts=allows(actor, Permission.ATTEMPT_ADJUST, person),
        may_grant_attempts=holds(actor, Permission.ATTEMPT_GRANT),
        may_grant_roles=holds(actor, Permission.ROLE_GRANT),
    )


def _list_losable(actor: Actor, held: Sequence[Certificate]) -> frozenset[int]:
    """Return the ids of those certificates in force that the actor may correct and nobody asks to be revoked."""
    may = Permission.CERTIFICATE_CORRECT
    in_force = {each.id for each in held if each.is_in_force and allows(actor, may, each)}
    waiting = revocations.list_waiting_for_revocation(scope_of(actor, may), in_force)
    return frozenset(in_force - {each.id for each in waiting})


def get_failed(actor: Actor, person_id: UUID, enrolment_id: UUID) -> tuple[Person, Taken]:
    """Return a person and a course of hers that ended without success."""
    person = people.get_person(scope_of(actor, Permission.PERSON_READ), person_id)
    taken = enrolments.get_taken_by_public_id(scope_of(actor, Permission.ATTEMPT_GRANT), enrolment_id)
    if taken.enrolment.person_id != person.id or taken.enrolment.outcome != "failed":
        raise NotFound
    return person, taken


def open_form(actor: Actor, person: Person | None = None) -> PersonForm:
    """Return the form for a new person or for a record that is there, with the units of the actor."""
    options = asking.list_options(scope_of(actor, Permission.PERSON_WRITE))
    given: dict[str, object] = {"locale": actor.locale, "target_group": "official"}
    if person is not None:
        given = {**asdict(profile_of(person)), "gender": person.gender or "", "unit": person.unit.code}
    elif options and len(options) == 1:
        given["unit"] = options[0][0]
    if options is None:
        return PersonForm(data=given)
    form = PersonOfFewForm(data=given)
    asking.offer(form.unit, options if len(options) == 1 else [("", _("choose one")), *options])
    return form


def read_form(actor: Actor, form: PersonForm, person: Person | None = None) -> tuple[Profile, str] | None:
    """Return what the form says of a person and where she works; None where something is to be corrected."""
    is_well, unit = form.validate(), str(form.unit.data or "")
    if not isinstance(form, PersonOfFewForm) and unit:
        found = asking.settle_unit(scope_of(actor, Permission.PERSON_WRITE), form.unit, form.choice)
        is_well, unit = is_well and found is not None, found or ""
    if not is_well:
        return None
    words = {name: form.data[name] or "" for name in _WORDS}
    zone = person.time_zone if person is not None else None
    return Profile(**words, gender=form.gender.data or None, time_zone=zone), unit


_WORDS = (
    "email",
    "family_name",
    "given_name",
    "family_name_latin",
    "given_name_latin",
    "target_group",
    "job_title",
    "locale",
)
