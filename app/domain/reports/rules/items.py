"""Answers gathered attempt by attempt into the figures of a test and its questions: nothing here reads a table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from app.domain.catalogue.values import Kind
from app.domain.reports.rules import statistics
from app.domain.reports.values import ChoiceCount, ItemFigures, Statistic, TypedCount, WholeTest
from app.foundation.i18n import N_

FEWEST_ALIKE = 5
"""A typed answer is shown once so many learners gave it: it could name somebody, and nobody shall be known by it."""
MOST_TYPED = 10
"""So many wrong answers of a question are shown, the most frequent."""

LENGTHS_DIFFER = Statistic(None, N_("Papers differ in length, so this figure would mean nothing."))
AREAS_DIFFER = Statistic(
    None,
    N_("Papers hold questions of different areas at the same position, so this figure would mean nothing."),
)

BETWEEN_ANSWERS, BETWEEN_CELLS, BETWEEN_POSITIONS = "\x1e", "\x1f", ","
"""What parts the answers of an attempt in one text; JSON never holds these signs as they are (RFC 8259, 7)."""
LEFT_OUT = "[]"
NO_ANSWER = f"0{BETWEEN_CELLS}{LEFT_OUT}"

WEAKER, MIDDLE, BETTER = range(3)
TYPED = frozenset({Kind.SHORT.value, Kind.NUMBER.value})
"""The kinds whose answers are typed."""


class Part(NamedTuple):
    """What a learner chose from at once: options and indexes of right ones as in the file, and her order of them."""

    label: str
    options: tuple[str, ...]
    right: frozenset[int]
    order: tuple[int, ...]  # index on the paper → index in the file


class Met(NamedTuple):
    """A question as it lay on a paper; no parts where nothing is chosen from options."""

    key: str
    kind: str
    area: str
    points: int
    version_id: int
    parts: tuple[Part, ...] = ()


class Sat(NamedTuple):
    """An attempt that counts: whose it is, the exact points she earned, of how many, and her third."""

    person_id: int
    earned: str
    points: int
    third: int


@lru_cache(maxsize=1 << 12)
def share(earned: str, points: int) -> float:
    """Return which part of some points was earned; exact until the last rounding, so that equals stay equal."""
    return float(Fraction(earned) / points) if points else 0.0


class Answers(NamedTuple):
    """The answers of an attempt: their positions in one text, and points with response of each in another."""

    positions: str = ""
    given: str = ""  # points as a fraction, response as JSON


class Portions(NamedTuple):
    """What was earned at one position, as shares of 1."""

    own: float  # of the question
    rest: float  # of the rest of the paper: total − item, of what the other questions are worth
    part: float  # of the whole paper


@lru_cache(maxsize=1 << 16)
def portions(total: str, paper: int, earned: str, points: int) -> Portions:
    """Return what points earned for a question mean on a paper; exact until the last rounding, as ``share``."""
    others = (Fraction(total) - Fraction(earned)) / (paper - points) if paper != points else Fraction(0)
    return Portions(share(earned, points), float(others), share(earned, paper))


def thirds(shares: Sequence[float]) -> list[int]:
    """Return for each attempt whether it lies in the weaker third, the better third or between.

    Attempts as good as the last of a third belong to it; where both thirds would meet, there are none.
    """
    size = len(shares) // 3
    if not size:
        return [MIDDLE] * len(shares)
    ranked = sorted(shares)
    low, high = ranked[size - 1], ranked[-size]
    if low >= high:
        return [MIDDLE] * len(shares)
    return [WEAKER if each <= low else BETTER if each >= high else MIDDLE for each in shares]


Tally: TypeAlias = list[int]
"""How often something was chosen, by third of the learners."""


@dataclass(slots=True)
class Item:
    """What was gathered of a question, however it lay on papers."""

    kind: str
    area: str
    version_id: int  # the newest in which it was drawn
    gained: tuple[list[Portions], ...] = field(default_factory=lambda: ([], [], []))  # by third
    unanswered: int = 0
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)  # part and option, as in the file
    right: set[tuple[str, str]] = field(default_factory=set)
    wrong: dict[str, set[int]] = field(default_factory=dict)  # wrong response as JSON → who gave it

    def figures(self) -> ItemFigures:
        """Return the figures of the question."""
        portions = list(chain.from_iterable(self.gained))
        return statistics.describe_item([each.own for each in portions], [each.rest for each in portions])

    def choices(self) -> tuple[ChoiceCount, ...]:
        """Return how often each option was chosen, in the order of the file."""
        return tuple(
            ChoiceCount(*name, name in self.right, sum(tally), tally[WEAKER], tally[BETTER])
            for name, tally in self.tallies.items()
        )

    def typed(self) -> tuple[TypedCount, ...]:
        """Return the wrong answers that at least ``FEWEST_ALIKE`` learners typed, the most frequent first."""
        people: dict[str, set[int]] = {}
        for response, givers in self.wrong.items():
            text = " ".join("".join(json.loads(response)).split()).casefold()
            people.setdefault(text, set()).update(givers)
        often = [
            TypedCount(text, len(givers)) for text, givers in people.items() if len(givers) >= FEWEST_ALIKE
        ]
        return tuple(sorted(often, key=lambda each: (-each.people, each.text))[:MOST_TYPED])

    def miss(self, response: str, person_id: int) -> None:
        """Note an answer that was left out, or typed and wrong."""
        if response == LEFT_OUT:
            self.unanswered += 1
        else:
            self.wrong.setdefault(response, set()).add(person_id)

    def meet(self, part: Part) -> tuple[Tally, ...]:
        """Return the tallies of a part's options in the order of a paper."""
        names = [(part.label, text) for text in part.options]
        self.right.update(names[place] for place in part.right)
        tallies = [self.tallies.setdefault(name, [0, 0, 0]) for name in names]
        return tuple(tallies[place] for place in part.order)


class Given(NamedTuple):
    """What one answer to a variant means."""

    earned: str
    missed: str | None  # the response as JSON, where it was left out, or typed and wrong
    tallies: Sequence[Tally]  # of what was chosen


class Variant:
    """A question in one order of its options: where its answers are counted."""

    __slots__ = ("_parts", "area", "item", "key", "known", "points")

    def __init__(self, met: Met, item: Item) -> None:
        """Take the question's item, of whatever variant."""
        self.key, self.area, self.points, self.item = met.key, met.area, met.points, item
        self.known: dict[str, Given] = {}
        self._parts = [item.meet(part) for part in met.parts]

    def read(self, answer: str) -> Given:
        """Return what an answer, points and response in one text, means; it is ``known`` from then on."""
        earned, _, response = answer.partition(BETWEEN_CELLS)
        values: list[str] = json.loads(response)
        is_wrong = self.item.kind in TYPED and not Fraction(earned)
        missed = LEFT_OUT if not values else response if is_wrong else None
        given = self.known[answer] = Given(earned, missed, self._chosen(values) if self._parts else ())
        return given

    def _chosen(self, values: Sequence[str]) -> list[Tally]:
        parts = self._parts if len(self._parts) > 1 else self._parts * len(values)
        return [part[int(value)] for part, value in zip(parts, values, strict=False) if value and part]


class Gathering:
    """Attempts as they are read, gathered into what the formulas take."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.items: dict[str, Item] = {}
        self._totals: list[float] = []
        self._papers: list[Sequence[Variant]] = []
        self._gained: list[Sequence[Portions]] = []  # by position

    def meet(self, met: Met) -> Variant:
        """Return where the answers to a question of a paper are counted."""
        item = self.items.setdefault(met.key, Item(met.kind, met.area, met.version_id))
        if met.version_id > item.version_id:
            item.kind, item.area, item.version_id = met.kind, met.area, met.version_id
        return Variant(met, item)

    def add(self, sat: Sat, paper: Sequence[Variant], answers: Answers) -> None:
        """Take an attempt with its paper and its answers.

        This is the hot path: it runs for every answer of ten thousand attempts.
        """
        person_id, total, points, third = sat
        row = []
        for variant, answer in zip(paper, _in_order(answers, len(paper)), strict=True):
            earned, missed, tallies = variant.known.get(answer) or variant.read(answer)
            portion = portions(total, points, earned, variant.points)
            variant.item.gained[third].append(portion)
            row.append(portion)
            for tally in tallies:
                tally[third] += 1
            if missed is not None:
                variant.item.miss(missed, person_id)
        self._totals.append(share(total, points))
        self._papers.append(paper)
        self._gained.append(row)

    def whole(self) -> WholeTest:
        """Return the figures of the test."""
        return statistics.describe(self._totals, self._consistency())

    def _consistency(self) -> Statistic:
        """Return Cronbach's alpha over the positions of the papers.

        Where everyone got the same questions, a position is a question, wherever shuffling put it: as Moodle's
        slots are. Otherwise it is a place on the paper, and all that lie there must be of one area.
        """
        if not self._papers:
            return statistics.NOBODY
        if len({len(paper) for paper in self._papers}) > 1:
            return LENGTHS_DIFFER
        if len({frozenset(variant.key for variant in paper) for paper in self._papers}) == 1:
            rows = [_by_question(*each) for each in zip(self._papers, self._gained, strict=True)]
        elif any(len({variant.area for variant in place}) > 1 for place in zip(*self._papers, strict=True)):
            return AREAS_DIFFER
        else:
            rows = self._gained
        columns = [[portion.part for portion in place] for place in zip(*rows, strict=True)]
        return statistics.consistency(columns, self._totals)


def without(
    paper: Sequence[Variant], answers: Answers, places: Sequence[int]
) -> tuple[Sequence[Variant], Answers]:
    """Return a paper and its answers without the positions that were left out of it."""
    if not places:
        return paper, answers
    given = _in_order(answers, len(paper))
    kept = [place for place in range(1, len(paper) + 1) if place not in places]
    cells = BETWEEN_ANSWERS.join(given[place - 1] for place in kept)
    return [paper[place - 1] for place in kept], Answers(_positions(len(kept)), cells)


def _in_order(answers: Answers, length: int) -> list[str]:
    """Return the answers of a paper by position: as they come, where they come so."""
    given, wanted = answers.given.split(BETWEEN_ANSWERS), _positions(length)
    if answers.positions == wanted:
        return given
    by_position = dict(zip(answers.positions.split(BETWEEN_POSITIONS), given, strict=True))
    return [by_position.get(position, NO_ANSWER) for position in wanted.split(BETWEEN_POSITIONS)]


@lru_cache
def _positions(length: int) -> str:
    return BETWEEN_POSITIONS.join(map(str, range(1, length + 1)))


def _by_question(paper: Sequence[Variant], gained: Sequence[Portions]) -> Sequence[Portions]:
    """Return what was earned at the positions of a paper, in the order of its questions' keys."""
    named = sorted(zip([variant.key for variant in paper], gained, strict=True))
    return [portion for _, portion in named]
