"""Looking after people: invite, describe, deactivate; grant and end roles; particulars of issuers."""

from uuid import UUID

from app.domain.access.policy import may_grant, require, scope_of
from app.domain.access.values import Actor, Permission, Role
from app.domain.people import queries as people
from app.domain.people import rules
from app.domain.people import service as persons
from app.domain.people.models import Person, RoleGrant
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import IssuerParticulars
from app.foundation import audit, clock
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.i18n import N_
from app.workflows import notifying
from app.workflows.entering import INVITED_FOR


def invite(actor: Actor, profile: Profile, unit_code: str) -> Person:
    """Enter a person of one of the actor's units and send her an invitation."""
    with transaction():
        unit = _unit(actor, unit_code)
        require(actor, Permission.PERSON_WRITE, unit)
        profile = rules.check_profile(profile)
        if people.find_person_by_email(profile.email) is not None:
            raise Invalid("email", N_("Somebody with this e-mail is already here."))
        person = persons.add(profile, unit)
        _send_invitation(actor, person)
        audit.record(actor.name, "person.invite", person.public_id, unit=unit.code)
    return person


def _unit(actor: Actor, code: str) -> Unit:
    unit = territory.find_unit(code)
    scope = scope_of(actor, Permission.PERSON_WRITE)
    if unit is None or not scope.covers(unit.path):
        raise Invalid("unit", N_("Choose a municipality or office of yours."))
    return unit


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
        _send_invitation(actor, person)
        audit.record(actor.name, "person.resend", person.public_id)
    return person


def _person(actor: Actor, person_id: UUID) -> Person:
    person = people.get_person(scope_of(actor, Permission.PERSON_WRITE), person_id)
    require(actor, Permission.PERSON_WRITE, person)
    return person


def change_person(actor: Actor, person_id: UUID, profile: Profile, unit_code: str) -> Person:
    """Correct a person's record, or move her to another of the actor's units; past completions stay where they were."""
    with transaction():
        person = _person(actor, person_id)
        unit = person.unit if unit_code == person.unit.code else _unit(actor, unit_code)
        profile = rules.check_profile(profile)
        same = people.find_person_by_email(profile.email)
        if same is not None and same.id != person.id:
            raise Invalid("email", N_("Somebody with this e-mail is already here."))
        persons.describe(person, profile, unit)
        audit.record(actor.name, "person.change", person.public_id, unit=unit.code)
    return person


def deactivate(actor: Actor, person_id: UUID) -> Person:
    """Let a person come in no more; every sign-in of hers ends at once."""
    with transaction():
        person = _person(actor, person_id)
        if person.id == actor.person_id:
            raise Conflict(N_("You cannot deactivate yourself."))
        persons.deactivate(person)
        audit.record(actor.name, "person.deactivate", person.public_id)
    return person


def reactivate(actor: Actor, person_id: UUID) -> Person:
    """Let a deactivated person come in again."""
    with transaction():
        person = _person(actor, person_id)
        persons.reactivate(person)
        audit.record(actor.name, "person.reactivate", person.public_id)
    return person


def grant_role(actor: Actor, email: str, role: Role, unit_code: str | None) -> RoleGrant:
    """Give a role at a unit, which covers its subtree; only an administrator's may be for everywhere."""
    with transaction():
        require(actor, Permission.ROLE_GRANT)
        unit = territory.find_unit(unit_code) if unit_code else None
        _may_grant(actor, role, unit, is_everywhere=not unit_code)
        person = people.find_person_by_email(rules.plain_email(email))
        if person is None:
            raise Invalid("email", N_("Nobody with this e-mail is here; invite the person first."))
        made = persons.grant(person, role.value, unit, actor.name)
        audit.record(
            actor.name, "role.grant", person.public_id, role=role.value, unit=unit_code or "everywhere"
        )
    return made


def _may_grant(actor: Actor, role: Role, unit: Unit | None, *, is_everywhere: bool) -> None:
    if role is Role.LEARNER:
        raise Invalid("role", N_("Everyone is a learner; this role is not granted."))
    if is_everywhere and role is not Role.ADMIN:
        raise Invalid("unit", N_("Choose the unit that the role is for."))
    if unit is None and not is_everywhere:
        raise Invalid("unit", N_("There is no such unit."))
    if not may_grant(actor, role, unit.path if unit else ""):
        raise Invalid("unit", N_("You can grant only what you hold yourself, where you hold it."))


def end_role(actor: Actor, grant_id: UUID) -> None:
    """End a role; it is gone at the holder's next request."""
    with transaction():
        require(actor, Permission.ROLE_GRANT)
        held = people.get_grant(scope_of(actor, Permission.ROLE_GRANT), grant_id)
        if not may_grant(actor, Role(held.role), held.unit_path):
            raise Refused
        if held.person_id == actor.person_id and held.role == Role.ADMIN.value:
            raise Conflict(N_("You cannot end your own administration; another administrator can."))
        persons.end_grant(held, actor.name)
        audit.record(actor.name, "role.end", held.public_id, role=held.role, unit=held.unit_path)


def keep_issuer(actor: Actor, unit_code: str, particulars: IssuerParticulars) -> Issuer:
    """Write down by which particulars a unit issues certificates."""
    with transaction():
        unit = territory.find_unit(unit_code)
        if unit is None:
            raise NotFound
        require(actor, Permission.ISSUER_WRITE, unit)
        issuer = units.keep_issuer(unit, particulars)
        audit.record(actor.name, "issuer.keep", unit.code)
    return issuer


def create_admin(actor: Actor, profile: Profile, unit_code: str) -> str:
    """Enter the first administrator; return the path of a single-use link to set the password."""
    with transaction():
        require(actor, Permission.ROLE_GRANT)
        unit = territory.get_unit(unit_code)
        person = people.find_person_by_email(profile.email) or persons.add(rules.check_profile(profile), unit)
        persons.grant(person, Role.ADMIN.value, None, actor.name)
        secret = persons.make_token(person, "invitation", INVITED_FOR)
        audit.record(actor.name, "admin.create", person.public_id)
    return f"/account/invitation/{secret}"
