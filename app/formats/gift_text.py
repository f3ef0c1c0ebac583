"""The signs and formats of GIFT texts: escapes, ``[html]`` and its like, and what they are as Markdown."""

import re
from dataclasses import dataclass

from app.formats.html_markdown import escape_text, only_outside, to_line, to_markdown, to_words
from app.formats.question_wording import from_markdown, one_line

FORMATS = frozenset({"html", "moodle", "plain", "markdown"})
_HIDDEN = {
    "~": "\x01",
    "=": "\x02",
    "#": "\x03",
    "{": "\x04",
    "}": "\x05",
    ":": "\x06",
    "n": "\x07",
    "\\": "\\",
}
"""Control characters, which no text holds, in the place of escaped signs while a question is taken apart."""
_SHOWN = str.maketrans(
    {hidden: sign for sign, hidden in _HIDDEN.items() if sign not in "n\\"} | {"\x07": "\n"}
)
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_SIGNS = re.compile(r"[\\~=#{}:]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_TAGGED = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#[0-9]+|[a-zA-Z]+);")
_MEDIUM = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|bmp|mp4|webm|ogg|mp3)(?:[?#].*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as Markdown, and what HTML of it could not come over."""

    text: str
    lost: tuple[str, ...] = ()


def hide(text: str) -> str:
    """Return a text with its escaped signs out of sight."""
    return _ESCAPE.sub(lambda found: _HIDDEN[found[1]], text)


def show(text: str) -> str:
    """Return a text with the signs that were hidden."""
    return text.translate(_SHOWN)


def write(text: str) -> str:
    """Return a text with its signs escaped, on one line."""
    return _SIGNS.sub(lambda found: f"\\{found.group()}", text).replace("\n", "\\n")


def split_format(text: str, usual: str) -> tuple[str, str]:
    """Return the format that a text names, or the usual one, and the text after it."""
    found = _FORMAT.match(text)
    return (found[1], text[found.end() :]) if found else (usual, text)


def _without_wraps(text: str) -> str:
    return re.sub(r"[ \t]*\n[ \t]*", " ", text)


def _address(target: str) -> str | None:
    """Return where a link leads; pictures and sounds of elsewhere lead nowhere."""
    return None if _MEDIUM.search(target) else only_outside(target)


def to_block(text: str, usual: str) -> Wording:
    """Return a hidden text as blocks of Markdown."""
    kind, text = split_format(text, usual)
    if kind == "markdown":
        return Wording(from_markdown(show(text).strip()))
    shown = show(_without_wraps(text)).strip()
    if kind == "html" or (kind == "moodle" and _TAGGED.search(shown)):
        found = to_markdown(shown if kind == "html" else shown.replace("\n", "<br>"), _address)
        return Wording(found.text, found.lost)
    paragraphs = (_lines(part, "<br>\n") for part in re.split(r"\n(?:[ \t]*\n)+", shown))
    return Wording("\n\n".join(part for part in paragraphs if part))


def _lines(text: str, end: str) -> str:
    return end.join(escape_text(line.strip()) for line in text.split("\n") if line.strip())


def to_inline(text: str, usual: str) -> Wording:
    """Return a hidden text as the inside of a paragraph: an option or a remark."""
    kind, text = split_format(text, usual)
    if kind == "markdown":
        shown = show(text).strip()
        return Wording(one_line(shown) if re.search(r"\n\s*\n", shown) else shown)
    shown = show(_without_wraps(text)).strip()
    if kind == "html" or (kind == "moodle" and _TAGGED.search(shown)):
        found = to_line(shown if kind == "html" else shown.replace("\n", "<br>"), _address)
        return Wording(found.text, found.lost)
    return Wording(_lines(shown, "<br>"))


def to_plain(text: str) -> str:
    """Return a hidden text as the words that a learner types or chooses, on one line."""
    kind, text = split_format(text, "plain")
    shown = show(_without_wraps(text))
    return to_words(shown) if kind == "html" else " ".join(shown.split())
