"""Who comes with a cookie: the one look-up of an actor."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import aliased

from app.domain.access.values import Actor, Grant, Role
from app.domain.people.models import Person, RoleGrant
from app.domain.territory.models import Unit
from app.domain.territory.values import ZONES
from app.foundation.db import session

_HOME = aliased(Unit)
_HELD = aliased(Unit)
_STATEMENT = (
    select(
        Person.id,
        Person.public_id,
        Person.given_name,
        Person.family_name,
        Person.locale,
        Person.time_zone,
        _HOME.path,
        _HOME.country,
        _HOME.time_zone,
        RoleGrant.role,
        _HELD.path,
    )
    .join(_HOME, Person.unit_id == _HOME.id)
    .outerjoin(RoleGrant, (RoleGrant.person_id == Person.id) & RoleGrant.ended_at.is_(None))
    .outerjoin(_HELD, RoleGrant.unit_id == _HELD.id)
    .where(Person.deactivated_at.is_(None))
)


_BY_TOKEN = _STATEMENT.where(Person.session_token == bindparam("token"))
_BY_ID = _STATEMENT.where(Person.public_id == bindparam("public_id"))


def find_actor(session_token: str) -> Actor | None:
    """Return who holds a sign-in, with her present roles; one statement, asked at every request."""
    return _actor(session().connection().execute(_BY_TOKEN, {"token": session_token}).all())


def find_actor_by_id(public_id: UUID) -> Actor | None:
    """Return a person as an actor, for acts on her behalf in demonstration data and tests."""
    session().flush()
    return _actor(session().connection().execute(_BY_ID, {"public_id": public_id}).all())


def _actor(rows: Sequence[Row[*tuple[Any, ...]]]) -> Actor | None:
    if not rows:
        return None
    person_id, public_id, given, family, locale, own_zone, path, country, zone = rows[0][:9]
    return Actor(
        name=str(public_id),
        person_id=person_id,
        public_id=public_id,
        unit_path=path,
        grants=tuple(Grant(Role(role), held or "") for *_, role, held in rows if role),
        locale=locale,
        zone=own_zone or zone or ZONES.get(country, "UTC"),
        full_name=f"{given} {family}",
    )
