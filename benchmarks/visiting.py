"""What a first visit of a page brings over the wire: the page and everything it refers to, as it is sent."""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_FACE = re.compile(r"@font-face\s*\{([^}]*)\}")
_SOURCE = re.compile(r"url\(\s*[\"']?([^\"')]+\.woff2)[\"']?\s*\)")
_RANGE = re.compile(r"U\+([0-9A-F?]+)(?:-([0-9A-F]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer as it went over the wire."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """What it says."""
        is_small = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if is_small else self.body).decode("utf-8")

    @property
    def size(self) -> int:
        """How many bytes it takes with its headers."""
        return len(self.body) + sum(len(name) + len(value) + 4 for name, value in self.headers.items())


Fetch = Callable[[str], Fetched]


class _References(HTMLParser):
    """What a browser fetches for a page, and the letters that it shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.letters: set[str] = set()
        self._system = 0
        self._open: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_link = tag == "link" and given.get("rel") in {"stylesheet", "preload", "icon"}
        if is_link:
            self.addresses.append(given["href"])
        if tag in {"script", "img", "source", "video"} and given.get("src"):
            self.addresses.append(given["src"])
        if tag not in {"link", "meta", "img", "input", "br", "hr", "source", "use", "path", "wbr", "col"}:
            self._open.append("g-system" in given.get("class", "").split())

    def handle_endtag(self, _tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.letters |= set(data)


def visit(address: str, fetch: Fetch) -> dict[str, int]:
    """Return address → bytes of everything that a browser with an empty cache fetches, a course's media left out.

    A font is fetched where its range (CSS Fonts 4, 4.5) holds a letter of the page that is shown in it.
    """
    page = fetch(address)
    sizes = {address: page.size}
    references = _References(page.text)
    for each in references.addresses:
        if each in sizes or urlsplit(each).path.startswith("/media/"):
            continue
        found = fetch(each)
        sizes[each] = found.size
        if each.endswith(".css"):
            for font in _fonts(each, found.text, references.letters):
                if font not in sizes:
                    sizes[font] = fetch(font).size
    return sizes


def _fonts(sheet: str, text: str, letters: set[str]) -> Iterator[str]:
    codes = {ord(letter) for letter in letters}
    for face in _FACE.findall(text):
        source = _SOURCE.search(face)
        if source is not None and any(_holds(face, code) for code in codes):
            yield urljoin(sheet, source[1])


def _holds(face: str, code: int) -> bool:
    ranges = _RANGE.findall(face)
    for first, last in ranges:
        low = int(first.replace("?", "0"), 16)
        high = int(last or first.replace("?", "F"), 16)
        if low <= code <= high:
            return True
    return not ranges
