"""Questions on their way between systems: the value every reader yields and every writer takes, and its loss report.

A question on its way is the house's own ``QuestionSource``, its pieces Markdown, its lines those of the file it came
from. A reader collects into a ``Ledger`` and ends with ``question_markdown.settled``, which keeps what a course can
hold and notes the rest. A media file is named in Markdown as ``../media/NAME`` and lies in ``Exchange.media``.
"""

import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import PurePosixPath

from app.domain.catalogue.values import Kind
from app.formats.question_attributes import read_attributes
from app.formats.question_values import FLAGS, Answer, Attributes, Piece, QuestionSource
from app.formats.report import Report
from app.formats.source_text import has_only_letters
from app.formats.yaml_fields import is_id
from app.foundation.errors import Invalid
from app.foundation.i18n import N_
from app.foundation.text import latin

SIZE_LIMIT = 10_000_000
"""Bytes of a question file: a larger one is refused."""
QUESTION_LIMIT = 1_000
"""Questions that are taken from one file."""
LINE_LIMIT = 200_000
"""Lines of a file: more are no questions, and would take long."""
NOTE_LIMIT = 5_000
POINTS_LIMIT = 99_999
ESSAY_CRITERION = N_("The answer is right and complete")
TRUE, FALSE = N_("True"), N_("False")
"""Words that a reader adds where the other system says nothing: whoever takes the questions over translates them."""
TAG = "gradivo:"
"""What a tag begins with that carries one of ``tokens_of`` through another system."""
_KEY_LENGTH = 60
_WHOLE = 1
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_HIGH = re.compile(rb"[\x80-\xff]{2,}")
_LATIN = re.compile(rb"[A-Za-z]")
_NUMBER = re.compile(r"([-+\u2212]?)([0-9]{0,20})(?:[.,]([0-9]{0,20}))?(?:[eE]([-+]?[0-9]{1,2}))?")
_DIGITS = 20
_STROKES = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_ALPHABETS = (("ђјљњћџ", "sr"), ("іїєґ", "uk"))


class Effect(StrEnum):
    """What became of something on its way."""

    CARRIED = "carried"
    CHANGED = "changed"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the loss report: ``message`` is a msgid with ``%(name)s`` places that ``values`` fill.

    ``question`` is the id or name in the file, empty where the whole file is meant; lines count from 1.
    """

    question: str
    line: int
    effect: Effect
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was read from a file of another system: questions with ids unique among them, media by name, notes."""

    questions: tuple[QuestionSource, ...]
    media: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A file for another system, how many questions are in it, and the loss report by id and line of the bank."""

    data: bytes
    count: int
    notes: tuple[Note, ...] = ()


class Unreadable(Invalid):
    """The file cannot be read at all; ``line`` is where, ``reason`` and ``values`` say why."""

    def __init__(self, line: int, reason: str = "", **values: object) -> None:
        """Blame the field ``file`` of the form."""
        super().__init__("file", reason, **values)
        self.line = line


class NotCarried(Exception):
    """The question cannot come over: ``message`` is a msgid, ``values`` fill its places."""

    def __init__(self, message: str, **values: object) -> None:
        """Keep why."""
        super().__init__(message)
        self.message = message
        self.values = values


class Ledger:
    """Collects the questions and the loss report while a file is read or written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.questions: list[QuestionSource] = []
        self.media: dict[str, bytes] = {}
        self.notes: list[Note] = []
        self.taken: set[str] = set()

    def key(self, name: str, own: str = "") -> str:
        """Return a new id: the question's ``own``, if it is one and free, else one made of a name."""
        key = own if is_id(own) and own not in self.taken else make_key(own or name, self.taken)
        self.taken.add(key)
        return key

    def take(self, question: QuestionSource) -> None:
        """Keep a question; raises Unreadable where there are too many."""
        if len(self.questions) >= QUESTION_LIMIT:
            raise Unreadable(
                question.line,
                N_("The file holds more than %(limit)s questions: divide it."),
                limit=QUESTION_LIMIT,
            )
        self.questions.append(question)

    def carried(self, question: str, line: int, message: str, /, **values: object) -> None:
        """Note that something came over as it was."""
        self._note(question, line, Effect.CARRIED, message, values)

    def changed(self, question: str, line: int, message: str, /, **values: object) -> None:
        """Note that something came over in another form."""
        self._note(question, line, Effect.CHANGED, message, values)

    def left_out(self, question: str, line: int, message: str, /, **values: object) -> None:
        """Note that something did not come over."""
        self._note(question, line, Effect.LEFT_OUT, message, values)

    def _note(
        self, question: str, line: int, effect: Effect, message: str, values: Mapping[str, object]
    ) -> None:
        words = {name: str(value)[:200] for name, value in values.items()}
        note = Note(question[:200], max(line, 1), effect, message, words)
        if len(self.notes) < NOTE_LIMIT and note not in self.notes[-20:]:
            self.notes.append(note)


def decode(data: bytes, ledger: Ledger, declared: str = "") -> str:
    """Return the text of a file, its lines ended by a line feed alone; raises Unreadable.

    UTF-8 with or without a mark, UTF-16 with one, else an encoding of Windows, which is noted: ``declared``, if it
    is one of the two, or by this rule. A word with letters beyond ASCII counts as Cyrillic where it has two of them
    and no Latin letter, else as Latin; where more words are Cyrillic the encoding is windows-1251, else
    windows-1250.
    """
    check_size(data)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise _undecodable(error, encoding.removesuffix("-sig")) from error
        text = _decode_windows(data, ledger, declared)
    if encoding == "utf-16":
        ledger.changed("", _WHOLE, N_("The file is in the encoding %(encoding)s."), encoding="UTF-16")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > LINE_LIMIT:
        raise Unreadable(
            LINE_LIMIT, N_("The file has more than %(limit)s lines: divide it."), limit=LINE_LIMIT
        )
    check_letters(text)
    return text


def check_size(data: bytes) -> None:
    """Refuse a file that is too large or empty."""
    if len(data) > SIZE_LIMIT:
        limit = SIZE_LIMIT // 1_000_000
        raise Unreadable(_WHOLE, N_("The file is larger than %(limit)s MB: divide it."), limit=limit)
    if not data:
        raise Unreadable(_WHOLE, N_("The file is empty."))


def check_letters(text: str, first_line: int = 1) -> None:
    """Refuse a text with characters that neither pages nor databases take."""
    if has_only_letters(text, first_line, Report("")):
        return
    report = Report("")
    for number, line in enumerate(text.split("\n"), first_line):
        if not has_only_letters(line, number, report):
            finding = report.findings[0]
            raise Unreadable(finding.line, finding.message, **finding.values)


def _decode_windows(data: bytes, ledger: Ledger, declared: str) -> str:
    named = declared.lower().replace("cp", "windows-")
    encoding = named if named in {"windows-1250", "windows-1251"} else _guess(data)
    try:
        text = data.decode(encoding.replace("windows-", "cp"))
    except UnicodeDecodeError as error:
        raise _undecodable(error, encoding) from error
    ledger.changed(
        "",
        _WHOLE,
        N_("The file is not in UTF-8: it was read as %(encoding)s. Look whether the letters are right."),
        encoding=encoding,
    )
    return text


def _guess(data: bytes) -> str:
    cyrillic = latin_script = 0
    for word in _WORD.findall(data):
        if word.isascii():
            continue
        if _HIGH.fullmatch(word) and not _LATIN.search(word):
            cyrillic += 1
        else:
            latin_script += 1
    return "windows-1251" if cyrillic > latin_script else "windows-1250"


def _undecodable(error: UnicodeDecodeError, encoding: str) -> Unreadable:
    line = error.object.count(b"\n", 0, error.start) + 1
    return Unreadable(
        line,
        N_("This line cannot be read in the encoding %(encoding)s: save the file as UTF-8."),
        encoding=encoding,
    )


def make_key(name: str, taken: AbstractSet[str]) -> str:
    """Return a question's id made of a name in any of the scripts: a-z, 0-9 and -, not among those taken."""
    low = name[:300].lower()
    language = next((tag for letters, tag in _ALPHABETS if not set(letters).isdisjoint(low)), "bg")
    low = re.sub("['’ʼ`]", "", low)
    spread = unicodedata.normalize("NFKD", latin(low, language).translate(_STROKES))
    plain = "".join(letter for letter in spread if not unicodedata.combining(letter))
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not re.match("[a-z]", key):
        key = f"q-{key}".rstrip("-")
    key = key[:_KEY_LENGTH].rstrip("-")
    if key not in taken:
        return key
    number = 2
    while f"{key}-{number}" in taken:
        number += 1
    return f"{key}-{number}"


def area_of(category: str) -> str | None:
    """Return the area that a category names, such as ``$course$/top/Formats``; None where it names none."""
    parts = [part.strip() for part in category.split("/")]
    named = [part for part in parts if part and part.lower() not in {"$course$", "$system$", "$cat1$", "top"}]
    return make_key(named[-1], frozenset()) if named else None


def points_of(weight: Decimal) -> int:
    """Return whole points of a weight or default mark: rounded half up, at least 1."""
    if not weight.is_finite() or weight < 1:
        return 1
    return min(
        int(weight.quantize(Decimal(1), ROUND_HALF_UP)) if weight < POINTS_LIMIT else POINTS_LIMIT,
        POINTS_LIMIT,
    )


def read_number(text: str) -> Decimal | None:
    """Return a number of at most 20 digits before and after the decimal sign, or None for what is none."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    sign = "-" if found[1] in {"-", "\u2212"} else ""
    value = Decimal(f"{sign}{found[2] or '0'}.{found[3] or '0'}e{found[4] or '0'}")
    whole, _, part = f"{value:f}".lstrip("-").partition(".")
    return value if len(whole) <= _DIGITS and len(part.rstrip("0")) <= _DIGITS else None


def write_number(value: Decimal) -> str:
    """Return a number with a decimal point, without exponent and without zeros that say nothing."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def medium_name(name: str, taken: AbstractSet[str]) -> str:
    """Return a name for a file in media/ made of any path: letters, digits and hyphens, not among those taken."""
    path = PurePosixPath(name.replace("\\", "/"))
    ending = re.sub(r"[^a-z0-9]", "", path.suffix.lower())[:5]
    stem = make_key(path.stem, frozenset())
    stems = {each.rpartition(".")[0] for each in taken if each.endswith(f".{ending}")}
    return f"{make_key(stem, stems)}.{ending}"


def tokens_of(question: QuestionSource) -> tuple[str, ...]:
    """Return what stands in the braces of a heading after the id: ``.multiple``, ``points=2``, ``unit="a b"``."""
    own = question.attributes
    values = {
        "points": own.points,
        "area": own.area,
        "unit": own.unit,
        "upload": ",".join(own.upload),
        "max_words": own.max_words,
    }
    return (
        *((f".{own.kind.value}",) if own.kind is not None else ()),
        *(f".{flag}" for flag in sorted(own.flags)),
        *(f"{name}={_quoted(str(value))}" for name, value in values.items() if value),
    )


def _quoted(text: str) -> str:
    if re.fullmatch(r"[\w.,%°-]+", text):
        return text
    mark = "'" if '"' in text else '"'
    return f"{mark}{text}{mark}"


def attributes_of(key: str, line: int, tokens: tuple[str, ...]) -> Attributes:
    """Return the attributes that ``tokens_of`` wrote; what is no option of a question is passed over."""
    kept = " ".join(token for token in tokens if _is_token(key, token))
    found = read_attributes(f"#{key} {kept}", line, Report(""))
    return found if found is not None else Attributes(key, line)


def _is_token(key: str, token: str) -> bool:
    report = Report("")
    return read_attributes(f"#{key} {token}", 1, report) is not None and not report.findings


def of_kind(attributes: Attributes, kind: Kind) -> Attributes:
    """Return attributes without the options that do not belong to a kind, for a question that became one."""
    flags = frozenset(flag for flag in attributes.flags if kind in FLAGS[flag])
    return replace(
        attributes,
        kind=None if kind is Kind.SINGLE else kind,
        flags=flags,
        unit=attributes.unit if kind is Kind.NUMBER else None,
        upload=attributes.upload if kind is Kind.TASK else (),
        max_words=attributes.max_words if kind is Kind.TASK else None,
    )


def bare(question: QuestionSource) -> QuestionSource:
    """Return a question without file and lines: two that are the same to learners and trainers are then equal."""
    answer = question.answer
    return QuestionSource(
        file="",
        attributes=replace(question.attributes, line=0),
        kind=question.kind,
        heading=_bare(question.heading),
        stem=_bare(question.stem),
        answer=replace(
            answer,
            options=tuple(_bare(each) for each in answer.options),
            feedback=tuple(None if each is None else _bare(each) for each in answer.feedback),
            choices=tuple(_bare(each) for each in answer.choices),
            text=None if answer.text is None else _bare(answer.text),
        ),
        explanation=None if question.explanation is None else _bare(question.explanation),
    )


def _bare(piece: Piece) -> Piece:
    return Piece(piece.text, 0)


def question_of(
    attributes: Attributes, kind: Kind, heading: str, stem: str, answer: Answer, explanation: str = ""
) -> QuestionSource:
    """Return a question whose pieces all begin at the line of its attributes."""
    line = attributes.line
    return QuestionSource(
        "",
        attributes,
        kind,
        Piece(heading, line),
        Piece(stem, line),
        answer,
        Piece(explanation, line) if explanation else None,
    )
