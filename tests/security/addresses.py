"""What stands in an address: for every parameter of every rule an object in each territory, and who reaches it.

A new rule whose parameter is unknown here makes the matrix fail, and says what to add.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from werkzeug.routing import Rule

from app.domain.access.policy import OWN, TABLE
from app.domain.access.values import Permission, Role
from tests.security.cast import AWAY, HOME, Cast, Part, Thing

P = Permission


@dataclass(frozen=True)
class Oracle:
    """Who may do what, read from the policy table alone, without ``holds``, ``scope_of`` or the database."""

    cast: Cast
    unit_paths: dict[str, str]

    def holds(self, part: Part, permission: Permission) -> bool:
        """Tell whether a part has a permission anywhere."""
        return permission in OWN or any(permission in TABLE[role] for role, _code in part.roles)

    def reaches(self, part: Part, permission: Permission, thing: Thing) -> bool:
        """Tell whether a thing is the part's own, or lies where she has the permission."""
        is_own = thing.owner_id is not None and thing.owner_id == self.cast.ids.get(part.name)
        return (permission in OWN and is_own) or any(
            permission in TABLE[role] and self._covers(role, code, thing.path) for role, code in part.roles
        )

    def _covers(self, role: Role, code: str | None, path: str) -> bool:
        if code is None:
            return role is Role.ADMIN
        return path.startswith(self.unit_paths[code])


@dataclass(frozen=True)
class Asked:
    """Who tries a rule, and what the rule asks for."""

    oracle: Oracle
    part: Part
    permission: Permission


Judge: TypeAlias = Callable[[Asked, Thing], bool]


def by_permission(asked: Asked, thing: Thing) -> bool:
    """Whoever has the rule's own permission where the thing lies, or whose own it is."""
    return asked.oracle.reaches(asked.part, asked.permission, thing)


def by_learner(asked: Asked, thing: Thing) -> bool:
    """The learner alone."""
    return asked.oracle.reaches(asked.part, P.OWN_LEARNING, thing)


def by_asker(asked: Asked, thing: Thing) -> bool:
    """Whoever asked for a report file, while she reaches the unit that it is about."""
    is_own = thing.owner_id == asked.oracle.cast.ids.get(asked.part.name)
    return is_own and asked.oracle.reaches(asked.part, P.REPORT_READ, Thing(thing.value, thing.path))


def by_teacher(asked: Asked, thing: Thing) -> bool:
    """Whoever writes the course that an attempt is of."""
    return asked.oracle.reaches(asked.part, P.COURSE_WRITE, Thing(thing.value, thing.course_path))


def by_adjuster(asked: Asked, thing: Thing) -> bool:
    """Whoever looks after the learner of an attempt, or writes its course."""
    return asked.oracle.reaches(asked.part, P.ATTEMPT_ADJUST, thing) or by_teacher(asked, thing)


def by_companion(asked: Asked, thing: Thing) -> bool:
    """The learner of an attempt, and whoever looks after her."""
    return by_learner(asked, thing) or asked.oracle.reaches(asked.part, P.ATTEMPT_ADJUST, thing)


def by_reader(asked: Asked, thing: Thing) -> bool:
    """The learner of an attempt, whoever looks after her, and whoever writes its course."""
    return by_learner(asked, thing) or by_adjuster(asked, thing)


def by_examiner(asked: Asked, thing: Thing) -> bool:
    """Whoever holds an exam date, or may set dates where it is."""
    return any(asked.oracle.reaches(asked.part, wanted, thing) for wanted in (P.EXAM_HOLD, P.EXAM_SET))


def by_anyone(asked: Asked, thing: Thing) -> bool:
    """Whoever has the rule's permission at all: the thing is no territory's."""
    return True


@dataclass(frozen=True)
class Given:
    """What a parameter is filled with: things of the cast by their kinds, or a word; and who reaches them."""

    kinds: tuple[str, ...] = ()
    judge: Judge = by_permission
    word: str = ""


def word(text: str) -> Given:
    """Return a value that no territory has."""
    return Given(judge=by_anyone, word=text)


PARAMETERS: dict[tuple[str, str], Given] = {
    ("account", "purpose"): word("reset"),
    ("account", "secret"): Given(("secret",), by_anyone),
    ("admin", "code"): Given(("issuer",)),
    ("admin.certificate", "code"): Given(("certificate",)),
    ("admin", "grant_id"): Given(("grant",)),
    ("admin.design_specimen", "name"): word("standard"),
    ("admin", "revocation_id"): Given(("revocation",)),
    ("admin", "letter_id"): Given(("mail",)),
    ("admin.unit", "code"): Given(("issuer",), by_anyone),
    ("api", "code"): Given(("certificate",), by_anyone),
    ("coordinator", "file_id"): Given(("file",), by_asker),
    ("learner", "address"): word("first"),
    ("learner", "attempt_id"): Given(("open", "finished"), by_learner),
    ("learner.keep_work", "attempt_id"): Given(("returned",), by_learner),
    ("learner.notice", "attempt_id"): Given(("missed",), by_companion),
    ("learner.protocol", "attempt_id"): Given(("finished", "missed"), by_reader),
    ("learner.work", "attempt_id"): Given(("returned",), by_learner),
    ("learner", "position"): word("1"),
    ("learner.work_file", "attempt_id"): Given(("work",), by_learner),
    ("learner.work_file", "file_id"): Given(("work-file",), by_learner),
    ("learner", "code"): Given(("certificate",)),
    ("learner", "slug"): Given(("taken",), by_learner),
    ("learner.enrol", "slug"): word("open-data"),
    ("manager", "attempt_id"): Given(("open", "finished"), by_adjuster),
    ("manager", "code"): Given(("certificate",)),
    ("manager.annul", "attempt_id"): Given(("open", "finished"), by_teacher),
    ("manager", "person_id"): Given(("person", "invited")),
    ("manager.grant_attempt", "enrolment_id"): Given(("failed",)),
    ("manager.grant_attempt", "person_id"): Given(("failing",)),
    ("proctor", "date_id"): Given(("exam",), by_examiner),
    ("proctor", "seat_id"): Given(("seat",), by_examiner),
    ("proctor.cancel", "date_id"): Given(("exam",)),
    ("proctor.codes", "date_id"): Given(("exam",)),
    ("proctor.draw", "date_id"): Given(("exam",)),
    ("proctor.people", "date_id"): Given(("exam",)),
    ("proctor.questions", "date_id"): Given(("exam",)),
    ("public.badge_course", "correction"): word("0"),
    ("public.badge_course", "edition"): word("1"),
    ("public.badge_course", "language"): word("en"),
    ("public.badge_issuer", "code"): word("CZ"),
    ("public.badge_programme", "language"): word("en"),
    ("public.badge_programme", "slug"): word("official"),
    ("public.badge_states", "number"): word("0"),
    ("public", "code"): Given(("certificate",), by_anyone),
    ("public", "digest"): Given(("media",), by_anyone),
    ("public", "name"): word("line.png"),
    ("public", "fingerprint"): Given(("fingerprint",), by_anyone),
    ("public", "slug"): word("open-data"),
    ("trainer", "address"): word("first"),
    ("trainer", "correction_id"): Given(("correction",)),
    ("trainer", "digest"): Given(("media",), by_anyone),
    ("trainer", "language"): word("en"),
    ("trainer", "attempt_id"): Given(("work",)),
    ("trainer", "file_id"): Given(("work-file",)),
    ("trainer", "name"): word("line.png"),
    ("trainer", "path"): word("en/01-first.md"),
    ("trainer", "position"): word("1"),
    ("trainer", "slug"): Given(("course", "draft")),
    ("trainer.question", "key"): word("separator"),
    ("trainer.question", "slug"): Given(("course",)),
    ("trainer.validity", "slug"): Given(("course",)),
    ("trainer.validity_table", "slug"): Given(("course",)),
    ("trainer.discard", "slug"): Given(("draft",)),
}
"""(blueprint, or endpoint where it differs; parameter) → what to fill it with."""


class Unknown(AssertionError):
    """A parameter of which nobody said what it stands for."""

    def __init__(self, rule: Rule, name: str) -> None:
        blueprint = rule.endpoint.partition(".")[0]
        super().__init__(
            f"{rule.rule} has the parameter “{name}”, which tests/security/addresses.py does not know. "
            f'Add PARAMETERS[("{blueprint}", "{name}")] (or ("{rule.endpoint}", "{name}")): the kinds of things in '
            "tests/security/stage.py that it names, one in each region, and who reaches them; "
            "or word(...) where it belongs to no territory."
        )


@dataclass(frozen=True)
class Target:
    """A path, and the things in it with who reaches them; ``place`` says whose territory they are of."""

    path: str
    place: str
    things: tuple[tuple[Judge, Thing], ...] = ()

    def is_reached(self, asked: Asked) -> bool:
        """Tell whether whoever asks reaches everything that the address names."""
        return all(judge(asked, thing) for judge, thing in self.things)


def given_for(rule: Rule, name: str) -> Given:
    """Return what a parameter of a rule is filled with."""
    for key in (rule.endpoint, rule.endpoint.partition(".")[0]):
        if (key, name) in PARAMETERS:
            return PARAMETERS[key, name]
    raise Unknown(rule, name)


def targets(cast: Cast, rule: Rule, part: Part) -> Iterator[Target]:
    """Yield the addresses of a rule that a part tries: with things of her own, of her region and of another."""
    names = sorted(rule.arguments)
    if not names:
        yield Target(rule.rule, "")
        return
    seen = set()
    for place in (part.name, HOME, AWAY):
        for turn in range(2):
            target = _target(cast, rule, names, place, turn)
            if target is not None and target.path not in seen:
                seen.add(target.path)
                yield target


def _target(cast: Cast, rule: Rule, names: list[str], place: str, turn: int) -> Target | None:
    values: dict[str, str] = {}
    things: list[tuple[Judge, Thing]] = []
    for name in names:
        given = given_for(rule, name)
        if given.word:
            values[name] = given.word
            continue
        kind = given.kinds[turn % len(given.kinds)]
        thing = cast.things[kind].get(place)
        if thing is None:
            return None
        values[name] = thing.value
        things.append((given.judge, thing))
    return Target(_filled(rule, values), place if things else "", tuple(things))


def _filled(rule: Rule, values: dict[str, str]) -> str:
    """Return the path of a rule with its parameters, converted as the rule wants them."""
    converted = {name: rule._converters[name].to_python(value) for name, value in values.items()}
    built = rule.build(converted, append_unknown=False)
    assert built is not None, f"{rule.rule} cannot be built with {values}"
    return built[1]
