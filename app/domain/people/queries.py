"""Every question put to people; what returns rows about them takes a scope, but for the look-ups of sign-in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.domain.people.models import Person, RoleGrant, SignInFailure, Token
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope, subtree
from app.foundation import clock
from app.foundation.db import session
from app.foundation.errors import NotFound
from app.foundation.ids import digest
from app.foundation.text import fold


def find_person_by_email(email: str) -> Person | None:
    """Return the person of a normalised e-mail address: the look-up of sign-in and reset."""
    statement = select(Person).where(Person.email == email).options(joinedload(Person.unit))
    return session().scalar(statement)


def find_token(purpose: str, secret: str) -> Token | None:
    """Return a token that is still good: unused, unexpired, of a person who is not deactivated."""
    return session().scalar(
        select(Token)
        .join(Person)
        .where(
            Token.digest == digest(secret),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > clock.now(),
            Person.deactivated_at.is_(None),
        )
        .options(joinedload(Token.person).joinedload(Person.unit))
    )


def list_open_tokens(person_id: int, purpose: str) -> Sequence[Token]:
    """Return a person's unused tokens of a purpose, so that a new one can void them."""
    return (
        session()
        .scalars(
            select(Token).where(
                Token.person_id == person_id, Token.purpose == purpose, Token.used_at.is_(None)
            )
        )
        .all()
    )


def count_failures(email_digest: str, address: str, since: datetime) -> tuple[int, int]:
    """Return how often sign-in failed since a moment: for the e-mail, and from the network address."""
    row = (
        session()
        .execute(
            select(
                func.count().filter(SignInFailure.email_digest == email_digest),
                func.count().filter(SignInFailure.address == address),
            ).where(
                SignInFailure.failed_at > since,
                (SignInFailure.email_digest == email_digest) | (SignInFailure.address == address),
            )
        )
        .one()
    )
    return row[0], row[1]


def get_person(scope: Scope, public_id: UUID) -> Person:
    """Return a person within a scope."""
    person = session().scalar(
        select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.public_id == public_id, scope.within(Unit.path, Person.id))
        .options(joinedload(Person.unit))
    )
    if person is None:
        raise NotFound
    return person


def get_owner(scope: Scope, person_id: int) -> Person:
    """Return a person within a scope by her number inside: the owner of a thing at hand."""
    person = session().scalar(
        select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.id == person_id, scope.within(Unit.path, Person.id))
        .options(joinedload(Person.unit))
    )
    if person is None:
        raise NotFound
    return person


def _find_persons(
    scope: Scope, text: str, unit_path: str | None, state: str | None = None
) -> Select[Person]:
    """Return the query for people within a scope, by name in any script or by e-mail, at or below a unit.

    ``state`` is ``active``, ``invited`` (no password yet) or ``deactivated``; None is everyone.
    """
    statement = (
        select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .where(scope.within(Unit.path))
        .options(joinedload(Person.unit))
        .order_by(Person.sort_key, Person.id)
    )
    for word in fold(text).split():
        statement = statement.where(Person.folded.contains(word, autoescape=True))
    if unit_path:
        statement = statement.where(subtree(Unit.path, unit_path))
    match state:
        case "active":
            statement = statement.where(Person.deactivated_at.is_(None), Person.password_hash.is_not(None))
        case "invited":
            statement = statement.where(Person.deactivated_at.is_(None), Person.password_hash.is_(None))
        case "deactivated":
            statement = statement.where(Person.deactivated_at.is_not(None))
        case _:
            pass
    return statement


def list_persons(
    scope: Scope,
    text: str = "",
    unit_path: str | None = None,
    state: str | None = None,
    page: int = 1,
    size: int = 50,
) -> tuple[Sequence[Person], int]:
    """Return one page of the people within a scope, and how many there are in all."""
    statement = _find_persons(scope, text, unit_path, state)
    count = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session().scalars(statement.offset((page - 1) * size).limit(size)).all()
    return rows, count


def list_grants(scope: Scope, person_id: int | None = None) -> Sequence[RoleGrant]:
    """Return the roles held within a scope; one for the whole instance is shown to whom everything is open."""
    path = func.coalesce(Unit.path, "")
    statement = (
        select(RoleGrant)
        .outerjoin(Unit, RoleGrant.unit_id == Unit.id)
        .join(Person, RoleGrant.person_id == Person.id)
        .where(RoleGrant.ended_at.is_(None), scope.within(path))
        .options(joinedload(RoleGrant.person).joinedload(Person.unit), joinedload(RoleGrant.unit))
        .order_by(path, RoleGrant.role, Person.sort_key)
    )
    if person_id is not None:
        statement = statement.where(RoleGrant.person_id == person_id)
    return session().scalars(statement).all()


def get_grant(scope: Scope, public_id: UUID) -> RoleGrant:
    """Return a role held within a scope, not yet ended."""
    for grant in list_grants(scope):
        if grant.public_id == public_id:
            return grant
    raise NotFound


def find_grant(person_id: int, role: str, unit_id: int | None) -> RoleGrant | None:
    """Return the running grant of a role to a person at exactly this unit: so that none is given twice."""
    return session().scalar(
        select(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.unit_id == unit_id if unit_id is not None else RoleGrant.unit_id.is_(None),
            RoleGrant.ended_at.is_(None),
        )
    )


def list_managers_above(scope: Scope, unit_path: str) -> Sequence[Person]:
    """Return the managers and heads of office whose units cover a place, the nearest first: whom to ask."""
    statement = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Unit, RoleGrant.unit_id == Unit.id)
        .where(
            RoleGrant.role.in_(("manager", "head-of-office")),
            RoleGrant.ended_at.is_(None),
            Person.deactivated_at.is_(None),
            Unit.path.in_(_above(unit_path)),
        )
        .order_by(func.length(Unit.path).desc(), Person.sort_key)
    )
    return session().scalars(statement).all() if scope.covers(unit_path) or scope.person_id else []


def _above(path: str) -> list[str]:
    parts = [part for part in path.split(".") if part]
    return [".".join(parts[:end]) + "." for end in range(1, len(parts) + 1)]
