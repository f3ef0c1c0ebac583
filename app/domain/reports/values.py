"""What reports are asked and what they answer: frozen values, and rows in the order of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID


class Format(StrEnum):
    """The formats that a report may be had in."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class Result(StrEnum):
    """The outcomes of an enrolment (contract.md, Exports)."""

    PASSED = "passed"
    ATTENDED = "attended"
    FAILED = "failed"


COMPLETED = (Result.PASSED.value, Result.ATTENDED.value)
"""The results that count as a completion."""


class State(StrEnum):
    """How far an enrolment is; each is in exactly one of these."""

    NOT_BEGUN = "not-begun"
    READING = "reading"
    TEST_OPEN = "test-open"
    FAILED = "failed"
    COMPLETED = "completed"


class QuestionState(StrEnum):
    """Whether a question of the bank can be drawn in a test."""

    IN_USE = "in-use"
    PRACTICE = "practice"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class BankFilter:
    """Which questions of the bank are wanted; None is all."""

    course: str | None = None  # slug
    area: str | None = None
    kind: str | None = None
    language: str | None = None  # in which it is written itself, not fallen back
    state: QuestionState | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class BankLine:
    """A question as a list shows it; ``language`` is that of ``heading``."""

    slug: str
    titles: Mapping[str, str]  # of the course
    key: str
    kind: str
    area: str
    state: QuestionState
    heading: str
    language: str


@dataclass(frozen=True, slots=True)
class Use:
    """In how many attempts a question was drawn, in how many it was marked, and the shares earned there, summed."""

    drawn: int = 0
    marked: int = 0
    earned: Fraction = Fraction(0)

    def __add__(self, other: "Use") -> "Use":
        """Return both taken together."""
        return Use(self.drawn + other.drawn, self.marked + other.marked, self.earned + other.earned)

    @property
    def facility(self) -> Fraction | None:
        """The mean share of the points that was earned; None where nothing was marked."""
        return self.earned / self.marked if self.marked else None


@dataclass(frozen=True, slots=True)
class Uses:
    """How many finished attempts were counted, and the use of each question by its id."""

    attempts: int
    by_key: Mapping[str, Use]


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both of them in it; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which completions a report holds; without a unit, all that its asker may see."""

    unit_code: str | None = None
    unit_path: str | None = None
    period: Period = Period()
    course: str | None = None  # slug
    track: str | None = None
    result: str | None = None

    def parameters(self) -> dict[str, str | None]:
        """Return what was asked by the names of the address, all of them."""
        first, last = self.period.first, self.period.last
        return {
            "unit": self.unit_code,
            "from": first.isoformat() if first else None,
            "to": last.isoformat() if last else None,
            "course": self.course,
            "track": self.track,
            "result": self.result,
        }


class Handout(StrEnum):
    """As what certificates are handed over, many at once."""

    FILES = "files"  # a ZIP of the signed documents
    PRINT = "print"  # one PDF with a page for each
    LIST = "list"  # a list to sign when they are given out


@dataclass(frozen=True, slots=True)
class AwardFilter:
    """Which certificates are wanted; ``period`` is of the day of completion, ``state`` that of today, None is all."""

    selection: Selection
    state: str | None = None

    def parameters(self) -> dict[str, str | None]:
        """Return what was asked by the names of the address, all of them."""
        asked = self.selection.parameters()
        kept = {name: asked[name] for name in ("unit", "from", "to", "course")}
        return {**kept, "state": self.state or "all"}


class Award(NamedTuple):
    """A certificate as it is handed over: as its document says it, the name in the script of its language."""

    number: str
    code: str
    family_name: str
    given_name: str
    workplace: str
    course_title: str
    language: str
    completed_on: date
    state: str
    file_digest: str | None
    signed_digest: str | None

    @property
    def name(self) -> str:
        """The whole name, the family name first."""
        return f"{self.family_name} {self.given_name}"


@dataclass(frozen=True, slots=True)
class Shape:
    """How an export is written; ``dialect`` is CSV's."""

    format: Format
    dialect: str = "plain"
    is_bundled: bool = False


class CompletionRow(NamedTuple):
    """A row of the completion report: the columns of contract.md in their order; None is empty.

    A tuple, because exports of many rows write it as it is.
    """

    person_id: str
    family_name: str
    given_name: str
    family_name_latin: str
    given_name_latin: str
    gender: str | None
    target_group: str
    job_title: str
    unit_code: str
    unit_name: str
    municipality_code: str | None
    municipality_name: str | None
    region_code: str | None
    region_name: str | None
    course_id: str
    course_title: str
    course_version: str
    form: str
    hours: Decimal
    language: str
    enrolled_on: date
    completed_on: date
    score_percent: Decimal | None
    result: str
    certificate_number: str | None
    certificate_code: str | None
    certificate_status: str | None
    valid_until: date | None


COLUMNS = CompletionRow._fields
"""The names of the columns in every format."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a completion report; hours are those of the completions."""

    rows: int = 0
    persons: int = 0
    completions: int = 0
    failed: int = 0
    hours: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many enrolments of a place are in which state, and when somebody last did something."""

    not_begun: int = 0
    reading: int = 0
    test_open: int = 0
    failed: int = 0
    completed: int = 0
    last_activity: datetime | None = None

    @property
    def enrolled(self) -> int:
        """All of them."""
        return self.not_begun + self.reading + self.test_open + self.failed + self.completed

    def of(self, state: State | None) -> int:
        """Return the figure of a state; None is all of them."""
        return self.enrolled if state is None else int(getattr(self, state.name.lower()))


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One person in one course, as the progress report lists her."""

    person_id: UUID
    family_name: str
    given_name: str
    unit_name: str
    course: str  # slug
    titles: dict[str, str]
    modules_done: int
    module_count: int
    state: State
    last_activity: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """How many municipalities of a place have at least one completion, of how many."""

    covered: int = 0
    total: int = 0

    @property
    def missing(self) -> int:
        """How many have none."""
        return self.total - self.covered

    @property
    def percent(self) -> int:
        """The share in whole percent, rounded down, so that 100 means all of them."""
        return self.covered * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class MunicipalityTile:
    """A municipality in the coverage report; ``above`` is the unit directly above."""

    code: str
    name: str
    path: str
    above: str
    completions: int


class Which(StrEnum):
    """Which attempts of an enrolment an item analysis counts; its formulas suppose the first."""

    FIRST = "first"
    BEST = "best"
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Sample:
    """Which attempts an item analysis is made of; no edition is all of them, no correction all of an edition's."""

    course: str  # slug
    edition: int | None = None
    correction: int | None = None
    period: Period = Period()  # of the days on which attempts ended, in the zone of the course's owner
    which: Which = Which.FIRST

    @property
    def version(self) -> str:
        """The versions as an address names them: ``all``, an edition ``2``, or a version ``2.1``."""
        if self.edition is None:
            return "all"
        return str(self.edition) if self.correction is None else f"{self.edition}.{self.correction}"

    def parameters(self) -> dict[str, str | None]:
        """Return what was asked by the names of the address, all of them."""
        first, last = self.period.first, self.period.last
        return {
            "version": self.version,
            "from": first.isoformat() if first else None,
            "to": last.isoformat() if last else None,
            "attempts": self.which.value,
        }


class Statistic(NamedTuple):
    """A figure, or the reason why there is none: an English msgid."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WholeTest:
    """The figures of a whole test; mean, median, deviation and standard error in percent of its points."""

    count: int
    mean: Statistic
    median: Statistic
    deviation: Statistic
    skewness: Statistic
    kurtosis: Statistic
    consistency: Statistic  # percent
    error_ratio: Statistic  # percent
    standard_error: Statistic
    histogram: tuple[int, ...]  # attempts in each tenth of the points, the last with 100 %


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of a question over the attempts that drew it, all in percent."""

    count: int
    facility: Statistic
    deviation: Statistic
    discrimination: Statistic
    efficiency: Statistic


class ChoiceCount(NamedTuple):
    """How often an option was chosen; ``part`` names the cell or gap it was chosen for, if there are several."""

    part: str
    text: str
    is_right: bool
    chosen: int
    weaker: int  # of the weaker third
    better: int  # of the better third


class TypedCount(NamedTuple):
    """A wrong answer that enough learners typed alike, and how many did."""

    text: str
    people: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What a figure suggests: an English msgid with places, and what fills them."""

    code: str
    message: str
    values: Mapping[str, str]
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """A question with its figures; heading and options as plain text in one language of the course."""

    key: str
    kind: str
    area: str
    heading: str
    language: str
    is_drawn_still: bool  # by the newest version of the course
    item: ItemFigures
    choices: tuple[ChoiceCount, ...]
    typed: tuple[TypedCount, ...]
    unanswered: int
    weaker: int  # attempts of the weaker third that drew it
    better: int
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The item analysis of a sample: the test, and its questions in the order of the bank."""

    test: WholeTest
    questions: tuple[QuestionFigures, ...]
