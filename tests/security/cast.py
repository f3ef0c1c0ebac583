"""Who stands on the stage of attacks, where, and which tokens betray a region."""

import hashlib
from dataclasses import dataclass, field

from app.domain.access.values import Role

HOME, AWAY = "home", "away"
MUNICIPALITY = {HOME: "596230", AWAY: "585068"}
REGION = {HOME: "CZ-K3107", AWAY: "CZ-K3131"}
CENTRE = {HOME: "CZ-O6115", AWAY: "CZ-O7213"}


RECORD = {
    "family_name": "Nová",
    "given_name": "Eva",
    "family_name_latin": "",
    "given_name_latin": "",
    "target_group": "official",
    "locale": "en",
    "gender": "",
    "job_title": "",
}
"""The form of a person, but for her e-mail and unit."""


@dataclass(frozen=True)
class Part:
    """Whoever asks: her name on the stage, and the roles that she holds, each at the code of a unit."""

    name: str
    roles: tuple[tuple[Role, str | None], ...] = ()
    is_deactivated: bool = False

    @property
    def email(self) -> str:
        """The address that she signs in with."""
        return f"{self.name}@example.org"


PARTS = (
    Part("anonymous"),
    Part("learner"),
    Part("trainer", ((Role.TRAINER, CENTRE[HOME]),)),
    Part("methodologist", ((Role.METHODOLOGIST, REGION[HOME]),)),
    Part("manager", ((Role.MANAGER, CENTRE[HOME]),)),
    Part("head-of-office", ((Role.HEAD_OF_OFFICE, MUNICIPALITY[HOME]),)),
    Part("coordinator", ((Role.COORDINATOR, REGION[HOME]),)),
    Part("auditor", ((Role.AUDITOR, REGION[HOME]),)),
    Part("admin", ((Role.ADMIN, None),)),
    Part("admin-of-region", ((Role.ADMIN, REGION[HOME]),)),
    Part("coordinator-without-unit", ((Role.COORDINATOR, None),)),
    Part("deactivated", ((Role.ADMIN, None),), is_deactivated=True),
)
"""Everyone who tries every door; all of them work in the municipality of HOME."""


def token(*words: object) -> str:
    """Return the token of 16 hexadecimal digits that belongs to some words."""
    return hashlib.sha256(repr(words).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Thing:
    """Something with an address: what stands in the address, where it lies and whose it is."""

    value: str
    path: str
    owner_id: int | None = None
    course_path: str = ""  # of an attempt: where its course lies


@dataclass
class Cast:
    """What stands on the stage, by kind and by place: ``things["attempt"]["away"]``.

    Places are HOME and AWAY for what lies in a region, and the name of a part for what is her own.
    """

    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=lambda: {HOME: {}, AWAY: {}})

    def put(
        self,
        kind: str,
        place: str,
        value: object,
        path: str,
        owner_id: int | None = None,
        course_path: str = "",
    ) -> None:
        """Note a thing."""
        self.things.setdefault(kind, {})[place] = Thing(str(value), path, owner_id, course_path)

    def mark(self, place: str, what: str) -> str:
        """Return a token of a region, and note where it stands."""
        made = token(place, what)
        self.tokens[place][made] = what
        return made
