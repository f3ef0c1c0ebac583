"""Serbian Latin from Serbian Cyrillic, in plain texts and in HTML (never the reverse: nj may be нј or њ)."""

import re
from html import escape
from html.parser import HTMLParser

from app.foundation.text import latin

_UNTOUCHED = frozenset({"code", "pre", "kbd", "samp", "var"})
_SPOKEN = frozenset({"alt", "title", "aria-label", "label"})
_SPACES = re.compile(r"(\s+)")


def to_latin(text: str) -> str:
    """Return a text in Latin letters; what is Latin already stays, and so do addresses of pages and mail."""
    return "".join(word if _is_address(word) else latin(word, "sr") for word in _SPACES.split(text))


def _is_address(word: str) -> bool:
    return "://" in word or "@" in word or word.startswith("www.")


def html_to_latin(html: str) -> str:
    """Return HTML with its words in Latin letters; code, addresses and ids stay as they are."""
    writer = _LatinWriter()
    writer.feed(html)
    writer.close()
    return "".join(writer.parts)


class _LatinWriter(HTMLParser):
    """Writes sanitised HTML again as it comes, with the text in between transliterated."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.untouched = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(_start(tag, attrs) if _speaks(attrs) else self.get_starttag_text() or "")
        self.untouched += tag in _UNTOUCHED

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(_start(tag, attrs) if _speaks(attrs) else self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")
        self.untouched = max(0, self.untouched - (tag in _UNTOUCHED))

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self.untouched else to_latin(data))

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")


def _speaks(attrs: list[tuple[str, str | None]]) -> bool:
    return any(name in _SPOKEN for name, _ in attrs)


def _start(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    written = "".join(
        f' {name}="{escape(to_latin(value or "") if name in _SPOKEN else value or "")}"'
        for name, value in attrs
    )
    return f"<{tag}{written}>"
