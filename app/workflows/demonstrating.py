"""The demonstration's people: entered with a known password, which production refuses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission, Role
from app.domain.people import queries as people
from app.domain.people import rules
from app.domain.people import service as persons
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.foundation import audit, settings
from app.foundation.db import transaction
from app.foundation.errors import Refused
from app.workflows.entering import hash_password

PASSWORD = "gradivo-demo"  # noqa: S105 -- Known to everyone, and only in a demonstration.


@dataclass(frozen=True, slots=True)
class Part:
    """Someone of the demonstration: her record, where she works, and the role that she holds at a unit."""

    profile: Profile
    unit_code: str
    role: Role | None = None
    role_code: str | None = None


def enter_people(actor: Actor, parts: Iterable[Part], *, with_password: bool) -> int:
    """Enter those who are not there yet, in one transaction; return how many were new.

    The password is taken although the rules would refuse it: it is printed on the front page.
    """
    if not settings.current().is_demo:
        raise Refused
    require(actor, Permission.PERSON_WRITE)
    password_hash = hash_password(PASSWORD) if with_password else None
    with transaction():
        units = {unit.code: unit for unit in territory.list_all_units()}
        missing: Sequence[Part] = [
            part for part in parts if people.find_person_by_email(part.profile.email) is None
        ]
        for part in missing:
            person = persons.add(rules.check_profile(part.profile), units[part.unit_code])
            if password_hash is not None:
                persons.set_password(person, password_hash)
            if part.role is not None:
                unit = units[part.role_code] if part.role_code else None
                persons.grant(person, part.role.value, unit, actor.name)
        audit.record(actor.name, "demo.people", len(missing))
    return len(missing)
