"""What the demonstration's population has learned: lived through by the workflows, day by day, with a set clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.cli.demo import cast
from app.domain.access.policy import scope_of
from app.domain.access.queries import find_actor_by_id
from app.domain.access.values import Actor, Permission
from app.domain.assessments.models import Attempt
from app.domain.assessments.queries import get_attempt
from app.domain.assessments.rules import fields_of
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.values import Kind
from app.domain.people.queries import find_person_by_email
from app.domain.surveys.values import RATINGS, Opinion
from app.foundation import clock
from app.foundation.ids import Dice
from app.foundation.ids import dice as dice_of
from app.workflows import learning, sitting, surveying

DAYS = 330
COURSES = {
    "CZ": ("basic-registers", "open-data-basics"),
    "RS": ("office-procedures",),
    "UA": ("open-data-basics",),
    "BG": ("open-data-basics",),
}
LEARNERS = {"CZ": 520, "RS": 230, "UA": 260, "BG": 110}
"""How many of each country's people enrol."""

WAVES = {"RS": 14, "UA": 52, "BG": 9, "CZ": 31}
"""In how many municipalities of a country anybody completed: in Vojvodina the first wave of 14."""


COMMENTS = {
    "cs": (
        "Nejvíc mi pomohly příklady z obce.",
        "Uvítala bych více cvičení.",
        "Krátké a srozumitelné, dá se to stihnout za odpoledne.",
    ),
    "sr-Cyrl": ("Примери из праксе су најкориснији.", "Више вежби, молим."),
    "uk": ("Приклади з громади дуже допомогли.", "Хотілося б більше вправ."),
    "bg": ("Примерите от практиката са най-полезни.", "Бих искала повече упражнения."),
    "en": ("The examples helped me most.", "More exercises, please."),
}


@dataclass(frozen=True, slots=True)
class Story:
    """One person takes one course: when she enrols, and how far she comes (0 enrols … 4 passes)."""

    email: str
    course: str
    day: int
    minute: int
    reach: int


def beginning(today: datetime) -> datetime:
    """Return the day on which the courses were published and the people entered."""
    return today - timedelta(days=DAYS + 20)


def stories() -> list[Story]:
    """Return what happens, always the same, in the order of time."""
    told = []
    for country, number in LEARNERS.items():
        dice = dice_of(cast.SEED + number)
        places = cast.municipalities(country)
        reached = set(dice.sample(range(len(places)), min(WAVES[country], len(places))))
        for each in range(number):
            may_complete = each % len(places) in reached
            told += [
                Story(
                    f"{country.lower()}{each:04d}@example.org",
                    course,
                    dice.randrange(DAYS - 6),
                    dice.randrange(420),
                    _reach(dice, may_complete=may_complete),
                )
                for course in COURSES[country]
                if course == COURSES[country][0] or dice.random() < 0.3  # noqa: PLR2004 -- A third takes two.
            ]
    return sorted(told, key=lambda story: (story.day, story.minute, story.email, story.course))


def _reach(dice: Dice, *, may_complete: bool) -> int:
    chance = dice.random()
    if may_complete:
        return 4 if chance < 0.85 else dice.randrange(4)  # noqa: PLR2004 -- Most of the reached ones pass.
    return 0 if chance < 0.4 else 1 if chance < 0.8 else 3  # noqa: PLR2004 -- The others have begun, at the most.


def let_happen(today: datetime) -> int:
    """Let every story happen that has not yet; return how many there are."""
    told = stories()
    for story in told:
        start = today - timedelta(days=DAYS - story.day) + timedelta(minutes=story.minute)
        person = find_person_by_email(story.email)
        actor = find_actor_by_id(person.public_id) if person else None
        if actor is not None:
            _live(actor, story, start, dice_of(cast.SEED + story.day * 1000 + story.minute))
    return len(told)


def _live(actor: Actor, story: Story, start: datetime, dice: Dice) -> None:
    with clock.at(start):
        enrolment = learning.enrol(actor, story.course)
    if enrolment.outcome is not None or enrolment.modules_done:
        return
    _course, version = catalogue.get_newest(story.course)
    addresses = list(catalogue.list_addresses(version.id))
    wanted = (
        addresses
        if story.reach > 1
        else addresses[: dice.randrange(1, len(addresses))]
        if story.reach
        else []
    )
    for number, address in enumerate(wanted, start=1):
        with clock.at(start + timedelta(minutes=25 * number)):
            learning.finish_module(actor, story.course, address)
    tries = {3: 1, 4: 1 + (dice.random() < 0.1)}.get(story.reach, 0)  # noqa: PLR2004 -- One in ten needs a second try.
    for each in range(tries):
        is_good = story.reach == 4 and each == tries - 1  # noqa: PLR2004 -- Reach 4 is a pass.
        _sit(actor, story.course, start + timedelta(days=1 + 2 * each), dice, is_good=is_good)
    if story.reach == 4 and dice.random() < 0.5:  # noqa: PLR2004 -- Half of those who pass say what they think.
        with clock.at(start + timedelta(days=1 + 2 * tries)):
            surveying.answer(actor, story.course, _opinion(enrolment.language, dice))


def _opinion(language: str, dice: Dice) -> Opinion:
    practical, usable, explained, interactive = (
        dice.choices(RATINGS, weights)[0]
        for weights in ((1, 2, 5, 12, 10), (1, 3, 6, 10, 10), (0, 1, 4, 12, 13), (3, 6, 10, 8, 3))
    )
    comment = dice.choice(COMMENTS.get(language, COMMENTS["en"])) if dice.random() < 0.3 else ""  # noqa: PLR2004 -- A third writes.
    return Opinion(practical, usable, explained, interactive, comment)


def _sit(actor: Actor, course: str, start: datetime, dice: Dice, *, is_good: bool) -> None:
    with clock.at(start):
        attempt = sitting.start_attempt(actor, course)
    with clock.at(start + timedelta(minutes=14)):
        sitting.submit_attempt(actor, attempt.public_id, _answers(actor, attempt, dice, is_good=is_good))


def _answers(actor: Actor, attempt: Attempt, dice: Dice, *, is_good: bool) -> dict[str, list[str]]:
    scope = scope_of(actor, Permission.OWN_LEARNING)
    _attempt, paper = get_attempt(scope, attempt.public_id)
    form: dict[str, list[str]] = {"whole": ["1"]}
    wrong = dice.sample(range(len(paper)), dice.randrange(0, 3)) if is_good else range(len(paper) // 2 + 1)
    for place, question in enumerate(paper):
        if place not in wrong:
            form |= _right(question, place + 1)
    return form


def _right(question: PaperQuestion, place: int) -> dict[str, list[str]]:
    key, names = question.answer_key, fields_of(question, place)
    if question.kind in {Kind.SINGLE, Kind.MULTIPLE}:
        return {names[0]: [str(index) for index in key.right]}
    values: list[str]
    match question.kind:
        case Kind.SHORT:
            values = [key.accepted[0]]
        case Kind.NUMBER:
            values = [str(key.ranges[0][0])]
        case Kind.MATCH:
            values = [str(pair) for pair in key.pairs]
        case Kind.ORDER:
            values = [str(rank + 1) for rank in key.right]
        case _:
            gaps = zip(question.body.gaps, key.gaps, strict=True)
            values = [
                right[0] if gap.choices is None else str(gap.choices.index(right[0])) for gap, right in gaps
            ]
    return {name: [value] for name, value in zip(names, values, strict=True)}
