"""What a course says, as frozen values: what a reader yields, a publisher stores and a learner gets.

Every mapping by language uses BCP 47 tags as written in course.yaml (``cs``, ``sr-Cyrl``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Texts: TypeAlias = Mapping[str, str]
LONGEST_WINDOW = 366
"""How many days before its end a certificate may be renewed at the earliest."""


class Track(StrEnum):
    """The field that a course belongs to."""

    EGOVERNMENT = "egovernment"
    OFFICE_PROCEDURES = "office-procedures"
    OPEN_DATA = "open-data"
    OTHER = "other"


class Form(StrEnum):
    """How a course is held (Czech Act 312/2002, s. 31)."""

    DISTANCE = "distance"
    CLASSROOM = "classroom"
    BLENDED = "blended"


class Level(StrEnum):
    """How much a learner should know before."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Audience(StrEnum):
    """The groups whom training is meant for and counted by."""

    OFFICIAL = "official"
    COUNCILLOR = "councillor"
    HEAD_OF_OFFICE = "head-of-office"
    IT_EXPERT = "it-expert"
    TRAINER = "trainer"
    CONTRIBUTORY_ORGANISATION = "contributory-organisation"
    PUBLIC = "public"


class Kind(StrEnum):
    """The kinds of question; all but ``task`` are marked by the machine."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SHORT = "short"
    NUMBER = "number"
    MATCH = "match"
    ORDER = "order"
    CLOZE = "cloze"
    TASK = "task"


class Feedback(StrEnum):
    """When right answers and explanations are shown after a test."""

    AFTER_SUBMIT = "after-submit"
    AFTER_PASS = "after-pass"  # noqa: S105 -- To pass a test, not a password.
    NEVER = "never"


class PlaceOfTest(StrEnum):
    """Where a final test is sat: anywhere, or at a place where somebody watches."""

    ONLINE = "online"
    PROCTORED = "proctored"


class CertificateKind(StrEnum):
    """What a certificate says was done."""

    EXAM = "exam"
    ATTENDANCE = "attendance"
    NONE = "none"


class ProgrammeCertificate(StrEnum):
    """Whether who has completed all courses of a programme gets a certificate of it."""

    PROGRAMME = "programme"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number and a unit: ``min``, ``h``, ``d``, ``mo`` or ``y``, as written by the author."""

    amount: int
    unit: str

    def __str__(self) -> str:
        """Return the duration as it is written in course.yaml."""
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The rules of a final test; ``draw`` maps area → number, None meaning all of it; None draws everything."""

    draw: Mapping[str, int | None] | None = None
    pass_mark: int = 60  # percent of points
    attempts: int = 0  # 0 is unlimited
    cooldown: Duration | None = None
    time_limit: Duration | None = None
    shuffle: bool = True
    feedback: Feedback = Feedback.AFTER_SUBMIT
    markers: int = 1  # how many people mark each task, 1 or 2
    place: PlaceOfTest = PlaceOfTest.ONLINE


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """Which certificate a completion earns, in which design, for how long it holds, and how it is renewed.

    It holds for a time, or until a day of the year, or for ever.
    """

    kind: CertificateKind = CertificateKind.NONE
    design: str = "standard"
    valid_for: Duration | None = None
    valid_until: str | None = None  # MM-DD: the first such day after the issue
    renewal_window: Duration | None = None  # days before the end; None is the usual window
    renewal_course: str | None = None  # slug of a course that may be taken instead


@dataclass(frozen=True, slots=True)
class Completion:
    """What must hold before a course counts as completed; ``modules`` None means all of them."""

    modules: int | None = None
    attendance: int = 0  # percent of classroom hours


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the course rests on."""

    title: Texts
    url: str


@dataclass(frozen=True, slots=True)
class CourseMeta:
    """What course.yaml says, every default filled in."""

    slug: str
    owner: str  # code of the territory unit
    track: Track
    languages: tuple[str, ...]  # the first is the source language
    title: Texts
    summary: Texts
    objectives: Mapping[str, tuple[str, ...]]
    hours: Decimal
    form: Form
    level: Level
    audience: tuple[Audience, ...]
    prerequisites: tuple[str, ...]
    accreditation: str | None
    law_as_of: date
    review_by: date | None
    authors: tuple[str, ...]
    licence: str
    sources: tuple[Source, ...]
    completion: Completion
    assessment: Assessment | None
    certificate: CertificateRule

    @property
    def source_language(self) -> str:
        """The language that the others are translated from."""
        return self.languages[0]


@dataclass(frozen=True, slots=True)
class ModuleText:
    """A module in one language; ``language`` is that of the words, the source's where it falls back."""

    language: str
    title: str
    html: str  # sanitised
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its address in the course, its length, and its text by content language (all of them)."""

    address: str
    minutes: int
    law_as_of: date | None
    check: tuple[str, ...]  # keys of practice questions
    texts: Mapping[str, ModuleText]


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of a cloze text: typed, or chosen from ``choices`` (in file order, the right one among them)."""

    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class QuestionBody:
    """What a learner sees of a question in one language; holds no trace of what is right.

    ``options`` are HTML fragments: the options of single and multiple, the left cells of match, the items of
    order (file order; a paper shuffles them). ``choices`` are the plain right-hand texts of match.
    ``fragments`` are the HTML pieces around the gaps of a cloze: one more than there are gaps.
    """

    language: str
    heading: str  # plain text, begins the legend
    stem: str = ""  # HTML after the heading
    options: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    is_fallback: bool = False
    unit: str | None = None  # number: what stands behind the field, in this language


@dataclass(frozen=True, slots=True)
class QuestionKey:
    """What is right, and what is said afterwards, in one language.

    ``right``: indexes of right options (single, multiple). ``accepted``: answers of short.
    ``ranges``: inclusive (low, high) of number. ``pairs``: for match, for each left cell the index of its right
    text in ``choices``. ``gaps``: for each gap the accepted texts. Order is right as it stands in the body.
    """

    right: tuple[int, ...] = ()
    accepted: tuple[str, ...] = ()
    ranges: tuple[tuple[Decimal, Decimal], ...] = ()
    pairs: tuple[int, ...] = ()
    gaps: tuple[tuple[str, ...], ...] = ()
    feedback: tuple[str | None, ...] = ()  # HTML by option
    explanation: str = ""  # HTML


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the bank; bodies and keys by content language (all languages of the course)."""

    key: str  # the id written by the author
    kind: Kind
    area: str
    points: int
    is_practice: bool
    is_pinned: bool
    is_retired: bool
    is_exact: bool  # short: compared to the letter
    is_partial: bool  # order: neighbours count
    is_all_or_nothing: bool  # multiple
    unit: str | None  # number, in the source language
    bodies: Mapping[str, QuestionBody]
    keys: Mapping[str, QuestionKey]
    criteria: tuple[int, ...] = ()  # task: the points of each criterion, which the body's options name
    upload: tuple[str, ...] = ()  # task: endings of files
    max_words: int | None = None  # task


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question of a version in one language, as it lies in the bank: file order, with its key."""

    key: str
    kind: Kind
    area: str
    points: int
    is_pinned: bool
    is_exact: bool
    is_partial: bool
    is_all_or_nothing: bool
    unit: str | None
    body: QuestionBody
    answer_key: QuestionKey
    criteria: tuple[int, ...] = ()
    upload: tuple[str, ...] = ()
    max_words: int | None = None


@dataclass(frozen=True, slots=True)
class CourseDraft:
    """A whole course as read and rendered, ready to be published; ``files`` are the bytes it was read from."""

    meta: CourseMeta
    modules: tuple[Module, ...]  # in order
    questions: tuple[Question, ...]  # in order of the bank
    files: Mapping[str, bytes]  # path inside the folder → content
    digest: str  # SHA-256 over everything a learner can see or that changes marking
    marking_digest: str  # SHA-256 over what makes a new edition when it differs
    media: Mapping[str, bytes] = field(default_factory=dict)  # name in media/ → what is served of it
    media_digests: Mapping[str, str] = field(default_factory=dict)  # name → SHA-256 of that, as in the HTML


@dataclass(frozen=True, slots=True)
class ProgrammeDraft:
    """A model programme as read from courses/programmes/."""

    slug: str
    owner: str
    track: Track
    languages: tuple[str, ...]
    title: Texts
    form: Form
    courses: tuple[str, ...]
    is_ordered: bool
    deadline: Duration | None
    design: str | None = "programme"  # of its certificates; None: it has none


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an author should mend: an English sentence with ``%(name)s`` places, and what fills them.

    ``message`` is also the msgid of its translation (marked with ``foundation.i18n.N_`` where it is written);
    the door translates it and fills it in. ``is_error`` False is a warning.
    """

    file: str
    line: int
    message: str
    values: Mapping[str, str]
    is_error: bool = True
