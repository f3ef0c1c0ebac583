"""Reads HTML of other systems into a tree, in one pass whose time grows with the text alone, however broken it is.

It keeps order where a browser would not look: an element that nothing closes ends with its parent, one nested beyond
``DEPTH_LIMIT`` is passed over and its text stays. Nothing here makes HTML safe: that is ``html_cleaning``.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import TypeAlias

DEPTH_LIMIT = 60

VOID = frozenset({
    "br",
    "hr",
    "img",
    "wbr",
    "col",
    "input",
    "source",
    "track",
    "embed",
    "param",
    "link",
    "meta",
})
DROPPED = frozenset(
    {"script", "style", "iframe", "object", "embed", "applet", "template", "textarea", "select", "title"}
    | {"svg", "math", "audio", "form", "canvas", "noscript", "frame", "frameset", "noembed", "head"}
)
"""Elements that a course cannot show: they go with all that is in them, a form excepted."""
_RAW = frozenset({"script", "style", "title", "textarea", "iframe", "noembed", "noscript"})
_KEPT_INSIDE = frozenset({"form", "noscript", "head"})
_BLOCK_NAMES = """
address article aside blockquote center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6
header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul caption body html
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
}
"""What an element that begins ends, and within which element."""
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<close>/?)(?P<tag>[a-zA-Z][^\s/<>]*)(?P<given>(?:=\s*\"[^\"]*\"|=\s*'[^']*'|[^>])*+)(?:>|\Z)"
    r"|<[!?/][^>]*(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>]*)))?"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\uf8f0-\uf8f2\ufffe\uffff]")

Node: TypeAlias = "Element | str"


@dataclass(slots=True)
class Element:
    """An element of the tree: its name in small letters, its attributes, what is in it."""

    tag: str
    given: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def every(self) -> Iterator["Element"]:
        """Yield this element and all in it, in their order."""
        waiting: list[Element] = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def text(self) -> str:
        """Return all text in it as it is written."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read: the root, and the names of the elements that were dropped, each once."""

    root: Element
    dropped: tuple[str, ...]


def read_html(html: str) -> Tree:
    """Return the tree of any text; raises nothing."""
    builder = _Builder()
    place = 0
    while (found := _TOKEN.search(html, place)) is not None:
        builder.text(html[place : found.start()])
        place = found.end()
        if found["tag"] is None:
            continue
        tag = found["tag"].lower()
        if found["close"]:
            builder.end(tag)
        elif tag in _RAW:
            builder.drop(tag)
            place = _after(html, tag, place)
        else:
            builder.begin(tag, found["given"])
    builder.text(html[place:])
    return Tree(builder.stack[0], tuple(builder.dropped))


def plain(text: str) -> str:
    """Return text with its entities resolved; what neither pages nor databases take is left out."""
    return _ENTITY.sub(lambda found: _UNWANTED.sub("", unescape(found.group())), text)


def _after(html: str, tag: str, place: int) -> int:
    found = re.compile(rf"</{tag}", re.IGNORECASE).search(html, place)
    return found.start() if found else len(html)


class _Builder:
    """Puts the tree together; ``hidden`` counts the dropped elements that are open."""

    def __init__(self) -> None:
        self.stack = [Element("")]
        self.open: Counter[str] = Counter()
        self.hidden: list[str] = []
        self.dropped: dict[str, None] = {}

    def text(self, text: str) -> None:
        if text and not self.hidden:
            self.stack[-1].children.append(plain(text))

    def drop(self, tag: str) -> None:
        self.dropped[tag] = None

    def begin(self, tag: str, written: str) -> None:
        if tag in DROPPED:
            self.drop(tag)
            if tag not in VOID and tag not in _KEPT_INSIDE and not written.endswith("/"):
                self.hidden.append(tag)
        elif not self.hidden:
            self._close_what_ends(tag)
            self._push(Element(tag, _attributes(written)))

    def _push(self, element: Element) -> None:
        if element.tag in VOID:
            self.stack[-1].children.append(element)
        elif len(self.stack) <= DEPTH_LIMIT:
            self.stack[-1].children.append(element)
            self.stack.append(element)
            self.open[element.tag] += 1

    def end(self, tag: str) -> None:
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.pop()
        elif self.open[tag]:
            self._pop_to(tag)

    def _pop_to(self, tag: str) -> None:
        while True:
            gone = self.stack.pop().tag
            self.open[gone] -= 1
            if gone == tag:
                return

    def _close_what_ends(self, tag: str) -> None:
        ended, bounds = _ENDS.get(tag, (frozenset(), frozenset()))
        if tag in BLOCKS and self.stack[-1].tag == "p":
            self._pop_to("p")
        for element in reversed(self.stack[1:] if ended else ()):
            if element.tag in bounds:
                return
            if element.tag in ended:
                self._pop_to(element.tag)
                return


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written) if written.strip("/ ") else ():
        value = next((part for part in match.group("double", "single", "bare") if part is not None), "")
        found.setdefault(match["name"].lower(), _UNWANTED.sub("", plain(value)))
    return found
