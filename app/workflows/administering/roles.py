"""Granting and ending roles: nobody gives or takes what she does not hold, nor without her password."""

from uuid import UUID

from app.domain.access.policy import may_grant, require, scope_of
from app.domain.access.values import Actor, Permission, Role
from app.domain.people import queries as people
from app.domain.people import rules
from app.domain.people import service as persons
from app.domain.people.models import Person, RoleGrant
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.domain.territory.models import Unit
from app.foundation import audit
from app.foundation.db import transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.foundation.i18n import N_
from app.workflows import entering


def grant_role(
    actor: Actor, email: str, role: Role, unit_code: str | None, *, password: str = ""
) -> RoleGrant:
    """Give a role at a unit, which covers its subtree; only an administrator's may be for everywhere.

    A person gives her own password again (ASVS 7.5.3); raises TooMany after too many wrong ones.
    """
    require(actor, Permission.ROLE_GRANT)
    _place_for(actor, role, unit_code)
    _prove(actor, password)
    with transaction():
        require(actor, Permission.ROLE_GRANT)
        unit = _place_for(actor, role, unit_code)
        person = _holder(email)
        if people.find_grant(person.id, role.value, unit.id if unit else None) is not None:
            raise Invalid("role", N_("This person holds this role there already."))
        made = persons.grant(person, role.value, unit, actor.name)
        audit.record(
            actor.name, "role.grant", person.public_id, role=role.value, unit=unit_code or "everywhere"
        )
    return made


def _holder(email: str) -> Person:
    person = people.find_person_by_email(rules.plain_email(email))
    if person is None:
        raise Invalid("email", N_("Nobody with this e-mail is here; invite the person first."))
    if person.deactivated_at is not None:
        raise Invalid("email", N_("This person is deactivated; allow the sign-in again first."))
    return person


def _prove(actor: Actor, password: str) -> None:
    """Ask a person for her password, before the transaction; a command is the operator's, who holds the machine."""
    if not actor.is_system:
        entering.prove_password(actor, password)


def _place_for(actor: Actor, role: Role, unit_code: str | None) -> Unit | None:
    """Return where a role would be, None for everywhere; raises Invalid where it is not the actor's to give."""
    is_everywhere = not unit_code
    unit = territory.find_unit(unit_code) if unit_code else None
    if role is Role.LEARNER:
        raise Invalid("role", N_("Everyone is a learner; this role is not granted."))
    if is_everywhere and role is not Role.ADMIN:
        raise Invalid("unit", N_("Choose the unit that the role is for."))
    if unit is None and not is_everywhere:
        raise Invalid("unit", N_("There is no such unit."))
    if not may_grant(actor, role, unit.path if unit else ""):
        raise Invalid("unit", N_("You can grant only what you hold yourself, where you hold it."))
    return unit


def end_role(actor: Actor, grant_id: UUID, *, password: str = "") -> RoleGrant:
    """End a role; it is gone at the holder's next request. A person gives her own password again, as above."""
    require(actor, Permission.ROLE_GRANT)
    scope = scope_of(actor, Permission.ROLE_GRANT)
    _may_end(actor, people.get_grant(scope, grant_id))
    _prove(actor, password)
    with transaction():
        held = people.get_grant(scope, grant_id)
        _end(actor, held)
    return held


def _may_end(actor: Actor, held: RoleGrant) -> None:
    if not may_grant(actor, Role(held.role), held.unit_path):
        raise Refused
    if held.person_id == actor.person_id and held.role == Role.ADMIN.value:
        raise Conflict(N_("You cannot end your own administration; another administrator can."))


def _end(actor: Actor, held: RoleGrant) -> None:
    _may_end(actor, held)
    persons.end_grant(held, actor.name)
    place = held.unit.code if held.unit else "everywhere"
    audit.record(actor.name, "role.end", held.person.public_id, role=held.role, unit=place)


def revoke_role(actor: Actor, email: str, role: Role, unit_code: str | None) -> None:
    """End a role that is named by its holder, what it is and where."""
    with transaction():
        require(actor, Permission.ROLE_GRANT)
        person = people.find_person_by_email(rules.plain_email(email))
        unit = territory.get_unit(unit_code) if unit_code else None
        held = people.find_grant(person.id, role.value, unit.id if unit else None) if person else None
        if held is None:
            raise NotFound(N_("Nobody with this e-mail holds this role there."))
        _end(actor, held)


def create_admin(actor: Actor, profile: Profile, unit_code: str) -> str:
    """Enter the first administrator; return the path of a single-use link to set the password."""
    with transaction():
        require(actor, Permission.ROLE_GRANT)
        if not may_grant(actor, Role.ADMIN, ""):
            raise Refused
        unit = territory.find_unit(unit_code)
        if unit is None:
            raise Invalid("unit", N_("There is no such unit."))
        profile = rules.check_profile(profile)
        person = people.find_person_by_email(profile.email) or persons.add(profile, unit)
        persons.grant(person, Role.ADMIN.value, None, actor.name)
        secret = persons.make_token(person, "invitation", entering.INVITED_FOR)
        audit.record(actor.name, "admin.create", person.public_id)
    return f"/account/invitation/{secret}"
