"""Who may do what, where: one table, read aloud by ``allows`` for a thing and ``scope_of`` for a query."""

from collections.abc import Mapping

from app.domain.access.values import Actor, Permission, Placed, Role
from app.domain.territory.values import Scope
from app.foundation.errors import NotFound, Refused

P = Permission

OWN: frozenset[Permission] = frozenset({
    P.OWN_LEARNING,
    P.ENROLMENT_READ,
    P.ATTEMPT_READ,
    P.CERTIFICATE_READ,
    P.EXAM_HOLD,
})
"""What everyone who is signed in may do with what is her own."""

TABLE: Mapping[Role, frozenset[Permission]] = {
    Role.LEARNER: frozenset(),
    Role.TRAINER: frozenset({P.COURSE_WRITE, P.ATTEMPT_ADJUST, P.TASK_MARK, P.EXAM_SET}),
    Role.METHODOLOGIST: frozenset({
        P.COURSE_WRITE,
        P.ATTEMPT_ADJUST,
        P.TASK_MARK,
        P.TASK_SETTLE,
        P.EXAM_SET,
        P.KEY_MEND,
        P.CERTIFICATE_SHORTEN,
    }),
    Role.MANAGER: frozenset({
        P.PERSON_READ,
        P.PERSON_WRITE,
        P.ENROLMENT_READ,
        P.CERTIFICATE_READ,
        P.CERTIFICATE_CORRECT,
        P.REGISTER_READ,
        P.ATTEMPT_GRANT,
        P.ATTEMPT_ADJUST,
        P.EXAM_SET,
        P.ISSUER_WRITE,
        P.REPORT_READ,
    }),
    Role.HEAD_OF_OFFICE: frozenset({
        P.PERSON_READ,
        P.PERSON_WRITE,
        P.ENROLMENT_READ,
        P.CERTIFICATE_READ,
        P.ATTEMPT_GRANT,
        P.ATTEMPT_ADJUST,
        P.EXAM_SET,
        P.REPORT_READ,
    }),
    Role.COORDINATOR: frozenset({P.ENROLMENT_READ, P.CERTIFICATE_READ, P.REPORT_READ}),
    Role.AUDITOR: frozenset({
        P.REPORT_READ,
        P.AUDIT_READ,
        P.CERTIFICATE_READ,
        P.REGISTER_READ,
        P.ENROLMENT_READ,
    }),
    Role.ADMIN: frozenset(Permission) - {P.OWN_LEARNING},
}
"""Role → permissions, each for the subtree of the unit that the role is granted on."""


def holds(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor has the permission anywhere at all."""
    if actor.is_system:
        return True
    if permission in OWN and actor.person_id is not None:
        return True
    return any(permission in TABLE[grant.role] for grant in actor.grants)


def scope_of(actor: Actor, permission: Permission) -> Scope:
    """Return how far the actor may look by a permission; nothing where she does not hold it.

    Only an administrator's grant may lack a unit, and then reaches everywhere; any other such grant is void.
    """
    if actor.is_system:
        return Scope(everything=True)
    is_everywhere = any(grant.role is Role.ADMIN and not grant.path for grant in actor.grants)
    if is_everywhere and permission in TABLE[Role.ADMIN]:
        return Scope(everything=True, person_id=actor.person_id)
    paths = tuple(
        sorted({grant.path for grant in actor.grants if grant.path and permission in TABLE[grant.role]})
    )
    return Scope(paths=paths, person_id=actor.person_id if permission in OWN else None)


def scope_of_own(person_id: int) -> Scope:
    """Return what is a person's own: for an act for her by somebody else, who was asked for it otherwise."""
    return Scope(person_id=person_id)


def allows(actor: Actor, permission: Permission, thing: Placed) -> bool:
    """Tell whether the actor may do this with this thing: ``scope_of`` for one object."""
    return scope_of(actor, permission).covers(thing.unit_path, thing.owner_id)


def require(actor: Actor, permission: Permission, thing: Placed | None = None) -> None:
    """Refuse the act: Refused where the right is lacking altogether, NotFound outside its territory."""
    if not holds(actor, permission):
        raise Refused
    if thing is not None and not allows(actor, permission, thing):
        raise NotFound


def may_grant(actor: Actor, role: Role, path: str) -> bool:
    """Tell whether the actor may grant or end a role at a unit.

    Nobody gives what she does not hold: an administrator gives any role within her units; whoever else may
    grant gives only roles that she holds herself at that unit or above it.
    """
    if not scope_of(actor, P.ROLE_GRANT).covers(path):
        return False
    if actor.is_system:
        return True
    return any(
        grant.role is Role.ADMIN or (grant.role is role and grant.path)
        for grant in actor.grants
        if path.startswith(grant.path)
    )
