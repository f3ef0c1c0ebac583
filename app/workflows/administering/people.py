"""Looking after people: invite, describe, deactivate."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import TABLE, require, scope_of
from app.domain.access.values import Actor, Permission, Role
from app.domain.catalogue.values import Audience
from app.domain.people import queries as people
from app.domain.people import rules
from app.domain.people import service as persons
from app.domain.people.models import Person
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import N_
from app.workflows import notifying
from app.workflows.entering import INVITED_FOR

TAKEN = N_("Somebody with this e-mail is already here. Only an administrator can say who it is.")


def invite(actor: Actor, profile: Profile, unit_code: str) -> Person:
    """Enter a person of one of the actor's units and send her an invitation."""
    with _told_apart("email", TAKEN), transaction():
        unit = _unit(actor, unit_code)
        require(actor, Permission.PERSON_WRITE, unit)
        profile = _checked(profile)
        _refuse_known(actor, profile.email, None)
        person = persons.add(profile, unit)
        _send_invitation(actor, person)
        audit.record(actor.name, "person.invite", person.public_id, unit=unit.code)
    return person


@contextmanager
def _told_apart(field: str, reason: str) -> Iterator[None]:
    """Tell of a value that two acts gave at the same moment as of any other that is there already."""
    try:
        yield
    except IntegrityError as error:
        raise Invalid(field, reason) from error


def _unit(actor: Actor, code: str) -> Unit:
    unit = territory.find_unit(code)
    scope = scope_of(actor, Permission.PERSON_WRITE)
    if unit is None or not scope.covers(unit.path):
        raise Invalid("unit", N_("Choose a municipality or office of yours."))
    if unit.valid_to is not None and unit.valid_to < clock.now().date():
        raise Invalid(
            "unit", N_("This municipality or office exists no more; choose the one that followed it.")
        )
    return unit


def _checked(profile: Profile) -> Profile:
    if profile.target_group not in set(Audience):
        raise Invalid("target_group", N_("Choose one of the groups."))
    return rules.check_profile(profile)


def _refuse_known(actor: Actor, email: str, own_id: int | None) -> None:
    """Refuse an e-mail that another person has; whom the actor may know is named."""
    same = people.find_person_by_email(email)
    if same is None or same.id == own_id:
        return
    if scope_of(actor, Permission.PERSON_READ).covers(same.unit_path):
        reason = N_("%(name)s of %(unit)s has this e-mail already.")
        raise Invalid("email", reason, name=same.full_name, unit=same.unit.name)
    raise Invalid("email", TAKEN)


def _send_invitation(actor: Actor, person: Person) -> None:
    secret = persons.make_token(person, "invitation", INVITED_FOR)
    person.invited_at = clock.now()
    inviter = actor.full_name or "Gradivo"
    notifying.post(person, "invitation", inviter=inviter, link=f"/account/invitation/{secret}")


def resend_invitation(actor: Actor, person_id: UUID) -> Person:
    """Send the invitation once more; the earlier link is void."""
    with transaction():
        person = _person(actor, person_id)
        if person.password_hash is not None:
            raise Conflict(N_("This person has already chosen a password."))
        if person.deactivated_at is not None:
            raise Conflict(N_("This person is deactivated; allow the sign-in again first."))
        _send_invitation(actor, person)
        audit.record(actor.name, "person.resend", person.public_id)
    return person


def _person(actor: Actor, person_id: UUID) -> Person:
    person = people.get_person(scope_of(actor, Permission.PERSON_WRITE), person_id)
    require(actor, Permission.PERSON_WRITE, person)
    return person


def is_above(actor: Actor, person: Person) -> bool:
    """Tell whether the actor holds everything that a person's roles let her do, where they let her do it.

    Whoever is not above a person cannot touch how she comes in: a changed address would be a granted role.
    """
    scope = scope_of(actor, Permission.PERSON_WRITE)
    return not people.has_grants_beyond(scope, person.id) and all(
        scope_of(actor, permission).covers(held.unit_path)
        for held in people.list_grants(scope, person.id)
        for permission in TABLE[Role(held.role)]
    )


def change_person(actor: Actor, person_id: UUID, profile: Profile, unit_code: str) -> Person:
    """Correct a record, or move a person to another of the actor's units; past completions stay where they were.

    A new e-mail voids every link sent to the old one, which is told; an open invitation goes to the new one.
    """
    with _told_apart("email", TAKEN), transaction():
        person = _person(actor, person_id)
        unit = person.unit if unit_code == person.unit.code else _unit(actor, unit_code)
        profile = _checked(profile)
        _refuse_known(actor, profile.email, person.id)
        is_new_address = profile.email != person.email
        if is_new_address and not is_above(actor, person):
            raise Invalid(
                "email", N_("This person holds roles that you do not; an administrator changes this.")
            )
        if is_new_address and person.password_hash is not None:
            notifying.post(person, "email_changed", address=profile.email, link="/help")
        persons.describe(person, profile, unit)
        if is_new_address:
            _begin_anew(actor, person)
        audit.record(
            actor.name, "person.change", person.public_id, unit=unit.code, is_new_address=is_new_address
        )
    return person


def _begin_anew(actor: Actor, person: Person) -> None:
    persons.void_tokens(person)
    persons.end_sign_ins(person)
    if person.password_hash is None and person.deactivated_at is None and person.invited_at is not None:
        _send_invitation(actor, person)


def deactivate(actor: Actor, person_id: UUID) -> Person:
    """Let a person come in no more; every sign-in of hers ends at once."""
    with transaction():
        person = _person(actor, person_id)
        if person.id == actor.person_id:
            raise Conflict(N_("You cannot deactivate yourself."))
        _refuse_unless_above(actor, person)
        persons.deactivate(person)
        audit.record(actor.name, "person.deactivate", person.public_id)
    return person


def _refuse_unless_above(actor: Actor, person: Person) -> None:
    if not is_above(actor, person):
        raise Conflict(N_("This person holds roles that you do not; ask an administrator."))


def reactivate(actor: Actor, person_id: UUID) -> Person:
    """Let a deactivated person come in again."""
    with transaction():
        person = _person(actor, person_id)
        _refuse_unless_above(actor, person)
        persons.reactivate(person)
        audit.record(actor.name, "person.reactivate", person.public_id)
    return person
