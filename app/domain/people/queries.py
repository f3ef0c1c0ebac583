"""Every question put to people; what returns rows about them takes a scope, but for the look-ups of sign-in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, func, not_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.domain.people.models import Person, RoleGrant, SignInFailure, Token
from app.domain.people.values import Credentials, TrailFilter
from app.domain.territory.models import Unit
from app.domain.territory.values import Scope, ScopeShape, subtree
from app.foundation import clock
from app.foundation.audit import AuditEntry
from app.foundation.db import Base, session
from app.foundation.errors import NotFound
from app.foundation.ids import digest
from app.foundation.mail import MailMessage
from app.foundation.text import fold

Row = TypeVar("Row", bound=Base)


_BY_EMAIL = select(Person).where(Person.email == bindparam("email")).options(joinedload(Person.unit))
_CREDENTIALS = select(Person.public_id, Person.password_hash, Person.session_token, Person.locale).where(
    Person.email == bindparam("email"), Person.deactivated_at.is_(None)
)
_FAILURES = select(
    func.count().filter(SignInFailure.email_digest == bindparam("email")),
    func.count().filter(SignInFailure.address == bindparam("address")),
).where(
    SignInFailure.failed_at > bindparam("since"),
    (SignInFailure.email_digest == bindparam("email")) | (SignInFailure.address == bindparam("address")),
)


def find_credentials(email: str) -> Credentials | None:
    """Return what the person of a normalised e-mail address signs in by; None for nobody and the deactivated."""
    row = session().connection().execute(_CREDENTIALS, {"email": email}).first()
    return Credentials(*row) if row is not None else None


def find_person_by_email(email: str) -> Person | None:
    """Return the person of a normalised e-mail address: the look-up of sign-in and reset."""
    return session().scalar(_BY_EMAIL, {"email": email})


def find_token(purpose: str, secret: str, *, is_locked: bool = False) -> Token | None:
    """Return a token that is still good: unused, unexpired, of a person who is not deactivated.

    Locked until the transaction ends where asked, so that two users of one link take turns.
    """
    statement = (
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
    if is_locked:
        statement = statement.with_for_update(of=Token).execution_options(populate_existing=True)
    return session().scalar(statement)


def list_open_tokens(person_id: int, purpose: str | None = None) -> Sequence[Token]:
    """Return a person's unused tokens of a purpose, or of all, so that they can be voided."""
    statement = select(Token).where(Token.person_id == person_id, Token.used_at.is_(None))
    if purpose is not None:
        statement = statement.where(Token.purpose == purpose)
    return session().scalars(statement).all()


def count_failures(email_digest: str, address: str, since: datetime) -> tuple[int, int]:
    """Return how often sign-in failed since a moment: for the e-mail, and from the network address."""
    session().flush()
    bounds = {"email": email_digest, "address": address, "since": since}
    row = session().connection().execute(_FAILURES, bounds).one()
    return row[0], row[1]


def get_person(scope: Scope, public_id: UUID, *, is_locked: bool = False) -> Person:
    """Return a person within a scope, who is not erased; locked until the transaction ends where asked."""
    statement = _person(scope, public_id)
    if is_locked:
        statement = statement.with_for_update(of=Person).execution_options(populate_existing=True)
    person = session().scalar(statement)
    if person is None:
        raise NotFound
    return person


def _person(scope: Scope, public_id: UUID) -> Select[Person]:
    return (
        select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.public_id == public_id, Person.erased_at.is_(None), scope.within(Unit.path, Person.id))
        .options(joinedload(Person.unit))
    )


def get_person_in_turn(scope: Scope, public_id: UUID) -> Person:
    """Return a person within a scope, who is not erased; of two acts that ask for her so the second one waits.

    The lock is the weaker one (FOR NO KEY UPDATE): rows that point to her, as certificates do, may be written
    meanwhile, so that nobody who holds a number series waits for this act.
    """
    held = _person(scope, public_id).with_for_update(of=Person, key_share=True)
    person = session().scalar(held.execution_options(populate_existing=True))
    if person is None:
        raise NotFound
    return person


@cache
def _owner(shape: ScopeShape) -> Select[Person]:
    return (
        select(Person)
        .join(Person.unit)
        .where(Person.id == bindparam("person"), shape.within(Unit.path, Person.id))
        .options(contains_eager(Person.unit))
    )


def get_owner(scope: Scope, person_id: int) -> Person:
    """Return a person within a scope by her number inside: the owner of a thing at hand."""
    person = session().scalar(_owner(scope.shape), {"person": person_id, **scope.bounds()})
    if person is None:
        raise NotFound
    return person


_LEARNER = (
    select(Person)
    .join(Person.unit)
    .where(Person.id == bindparam("person"))
    .options(contains_eager(Person.unit))
)


def get_learner(person_id: int) -> Person:
    """Return the person of an enrolment that was found within a scope."""
    return session().scalars(_LEARNER, {"person": person_id}).one()


def named(text: str) -> list[ColumnElement[bool]]:
    """Return the conditions for people whom a text names, in any script, or by e-mail; none for an empty text."""
    return [Person.folded.contains(word, autoescape=True) for word in fold(text).split()]


def _find_persons(scope: Scope, text: str, unit_path: str | None, state: str | None = None) -> Select[Person]:
    """Return the query for people within a scope, by name in any script or by e-mail, at or below a unit.

    ``state`` is ``active``, ``invited`` (no password yet) or ``deactivated``; None is everyone.
    """
    statement = (
        select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.erased_at.is_(None), scope.within(Unit.path))
        .options(joinedload(Person.unit))
        .order_by(Person.sort_key, Person.id)
    )
    statement = statement.where(*named(text))
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
    return _page_of(_find_persons(scope, text, unit_path, state), page, size)


def _page_of(statement: Select[Row], page: int, size: int) -> tuple[Sequence[Row], int]:
    count = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session().scalars(statement.offset((page - 1) * size).limit(size)).all()
    return rows, count


def list_grants(scope: Scope, person_id: int | None = None) -> Sequence[RoleGrant]:
    """Return the roles held within a scope; one for the whole instance is shown to whom everything is open."""
    statement = _find_grants(scope)
    if person_id is not None:
        statement = statement.where(RoleGrant.person_id == person_id)
    return session().scalars(statement).all()


_GRANTED_AT = func.coalesce(Unit.path, "")


def _find_grants(scope: Scope) -> Select[RoleGrant]:
    return (
        select(RoleGrant)
        .outerjoin(Unit, RoleGrant.unit_id == Unit.id)
        .join(Person, RoleGrant.person_id == Person.id)
        .where(RoleGrant.ended_at.is_(None), scope.within(_GRANTED_AT))
        .options(joinedload(RoleGrant.person).joinedload(Person.unit), joinedload(RoleGrant.unit))
        .order_by(_GRANTED_AT, RoleGrant.role, Person.sort_key)
    )


def list_grants_page(
    scope: Scope, text: str, unit_path: str | None, role: str | None, page: int, size: int
) -> tuple[Sequence[RoleGrant], int]:
    """Return one page of the roles held within a scope, and how many there are in all.

    ``text`` is a name in any script or an e-mail; ``unit_path`` narrows to roles held at or below a unit.
    """
    statement = _find_grants(scope)
    statement = statement.where(*named(text))
    if unit_path:
        statement = statement.where(subtree(Unit.path, unit_path))
    if role:
        statement = statement.where(RoleGrant.role == role)
    return _page_of(statement, page, size)


def has_grants_beyond(scope: Scope, person_id: int) -> bool:
    """Tell whether a person holds a role outside a scope, without telling which."""
    beyond = (
        select(func.count())
        .select_from(RoleGrant)
        .outerjoin(Unit, RoleGrant.unit_id == Unit.id)
        .where(
            RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None), not_(scope.within(_GRANTED_AT))
        )
    )
    return bool(session().scalar(beyond))


def get_grant(scope: Scope, public_id: UUID) -> RoleGrant:
    """Return a role held within a scope, not yet ended."""
    grant = session().scalar(_find_grants(scope).where(RoleGrant.public_id == public_id))
    if grant is None:
        raise NotFound
    return grant


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
    return _list_holders_above(scope, unit_path, ("manager", "head-of-office"))


def list_trainers_above(scope: Scope, unit_path: str) -> Sequence[Person]:
    """Return the trainers and methodologists whose units cover a course's owner, the nearest first."""
    return _list_holders_above(scope, unit_path, ("trainer", "methodologist"))


def _list_holders_above(scope: Scope, unit_path: str, roles: Sequence[str]) -> Sequence[Person]:
    if not scope.covers(unit_path) and scope.person_id is None:
        return []
    statement = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Unit, RoleGrant.unit_id == Unit.id)
        .where(
            RoleGrant.role.in_(roles),
            RoleGrant.ended_at.is_(None),
            Person.deactivated_at.is_(None),
            Unit.path.in_(_above(unit_path)),
        )
        .order_by(func.length(Unit.path).desc(), Person.sort_key)
    )
    return session().scalars(statement).all()


def _above(path: str) -> list[str]:
    parts = [part for part in path.split(".") if part]
    return [".".join(parts[:end]) + "." for end in range(1, len(parts) + 1)]


def list_emails(scope: Scope, emails: Iterable[str]) -> frozenset[str]:
    """Return those of some addresses that belong to people within a scope."""
    known = (
        select(Person.email)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.email.in_(list(emails)), scope.within(Unit.path))
    )
    return frozenset(session().scalars(known))


def count_waiting_mails(scope: Scope) -> int:
    """Return how many messages to people within a scope are not sent yet."""
    waiting = (
        select(func.count())
        .select_from(MailMessage)
        .join(Person, Person.email == MailMessage.recipient)
        .join(Unit, Person.unit_id == Unit.id)
        .where(MailMessage.sent_at.is_(None), scope.within(Unit.path))
    )
    return session().scalar(waiting) or 0


# The audit trail, read by what it says of people.


def list_names(scope: Scope, public_ids: Iterable[str]) -> Mapping[str, str]:
    """Return public id → name of people within a scope; what is no public id of theirs stays out."""
    ids = [UUID(text) for text in set(public_ids) if _PUBLIC_ID.fullmatch(text)]
    people = session().scalars(
        select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.public_id.in_(ids), scope.within(Unit.path))
    )
    return {str(person.public_id): person.full_name for person in people}


_PUBLIC_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_NAMESAKES = 200


def list_audit_entries(
    scope: Scope,
    asked: TrailFilter,
    page: int,
    size: int,
) -> tuple[Sequence[AuditEntry], int]:
    """Return one page of the audit trail, the newest first, and how many entries there are in all.

    Whose scope is not everything sees the acts of its people, and what was done to them or to its units.
    """
    statement = select(AuditEntry).order_by(AuditEntry.id.desc())
    if not scope.everything:
        statement = statement.where(_concerns(scope))
    if asked.actor:
        statement = statement.where(AuditEntry.actor.in_(_meant(scope, asked.actor)))
    if asked.subject:
        statement = statement.where(AuditEntry.subject.in_(_meant(scope, asked.subject)))
    if asked.action:
        statement = statement.where(AuditEntry.action == asked.action)
    if asked.begin is not None:
        statement = statement.where(AuditEntry.at >= asked.begin)
    if asked.end is not None:
        statement = statement.where(AuditEntry.at < asked.end)
    return _page_of(statement, page, size)


def _concerns(scope: Scope) -> ColumnElement[bool]:
    """Return the clause for entries of a scope: SQLite keeps a public id without its hyphens."""
    ids = (
        select(func.replace(cast(Person.public_id, String), "-", ""))
        .join(Unit, Person.unit_id == Unit.id)
        .where(scope.within(Unit.path))
    )
    codes = select(Unit.code).where(scope.within(Unit.path))
    return or_(
        func.replace(AuditEntry.actor, "-", "").in_(ids),
        func.replace(AuditEntry.subject, "-", "").in_(ids),
        AuditEntry.subject.in_(codes),
    )


def _meant(scope: Scope, text: str) -> list[str]:
    """Return what a text may stand for in the trail: itself, or the people within a scope whom it names."""
    words = named(text)
    namesakes = select(Person.public_id).join(Unit, Person.unit_id == Unit.id)
    within = namesakes.where(scope.within(Unit.path), *words).limit(_MOST_NAMESAKES)
    ids = session().scalars(within) if words else ()
    return [text, *map(str, ids)]


def list_audited_actions(scope: Scope) -> Sequence[str]:
    """Return the kinds of acts that stand in the trail within a scope, by their codes."""
    statement = select(AuditEntry.action).distinct().order_by(AuditEntry.action)
    return session().scalars(statement if scope.everything else statement.where(_concerns(scope))).all()


def count_unsealed_entries(scope: Scope) -> int:
    """Return how many entries of the trail within a scope wait to be sealed into the chain."""
    statement = select(func.count()).select_from(AuditEntry).where(AuditEntry.chain_position.is_(None))
    return session().scalar(statement if scope.everything else statement.where(_concerns(scope))) or 0
