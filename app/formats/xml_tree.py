"""Reads XML of other systems into a tree whose elements know their lines; what reaches outside itself is refused.

Document types, entities and external references are refused by defusedxml (security.md, T11), deep or endless trees
here. Names stand without their namespaces.
"""

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from app.formats.html_tree import VOID
from app.formats.question_exchange import Ledger, Unreadable, check_size, decode
from app.foundation.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.sax.xmlreader import AttributesImpl

DEPTH_LIMIT = 100
ELEMENT_LIMIT = 200_000

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")
_OTHERS = frozenset({
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-5",
    "iso-8859-15",
    "windows-1252",
    "koi8-r",
    "koi8-u",
})
"""Encodings that are read where a file names them, beside those of ``decode``."""


@dataclass(slots=True)
class Xml:
    """An element: its name and attributes without namespaces, the line it begins on, what is in it."""

    tag: str
    given: dict[str, str] = field(default_factory=dict)
    line: int = 1
    children: "list[Xml | str]" = field(default_factory=list)

    def elements(self) -> "Iterator[Xml]":
        """Yield the elements directly in it."""
        return (child for child in self.children if isinstance(child, Xml))

    def all(self, *tags: str) -> "list[Xml]":
        """Return the elements directly in it that have one of the names."""
        return [child for child in self.elements() if child.tag in tags]

    def find(self, tag: str) -> "Xml | None":
        """Return the first element directly in it that has the name."""
        return next((child for child in self.elements() if child.tag == tag), None)

    def every(self, *tags: str) -> "list[Xml]":
        """Return this element and all in it that have one of the names, in their order."""
        found = [self] if self.tag in tags else []
        for child in self.elements():
            found += child.every(*tags)
        return found

    def text(self) -> str:
        """Return all text in it."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def value(self, *path: str) -> str:
        """Return the text of the element that a path of names leads to, trimmed; nothing where it leads nowhere."""
        element: Xml | None = self
        for tag in path:
            element = element.find(tag) if element is not None else None
        return element.text().strip() if element is not None else ""

    def html(self, instead: "Callable[[Xml], str | None]") -> str:
        """Return what is in it as HTML; ``instead`` may give another text for an element."""
        parts: list[str] = []
        for child in self.children:
            if isinstance(child, str):
                parts.append(escape(child, quote=False))
                continue
            other = instead(child)
            if other is None:
                given = "".join(f' {name}="{escape(value)}"' for name, value in child.given.items())
                end = "" if child.tag in VOID else f"</{child.tag}>"
                other = f"<{child.tag}{given}>{child.html(instead)}{end}"
            parts.append(other)
        return "".join(parts)


def read_xml(data: bytes, ledger: Ledger) -> Xml:
    """Return the root of an XML file; raises Unreadable with the line."""
    check_size(data)
    text = decode(_in_utf_8(data), ledger, _declared(data))
    start = len(text) - len(text.lstrip())
    parser = DefusedExpatParser(forbid_dtd=True)
    builder = _Builder(parser, text.count("\n", 0, start))
    parser.setContentHandler(builder)
    try:
        parser.feed(text[start:])
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(
            builder.line(), N_("A document type or entities of its own are not taken: delete “<!DOCTYPE …>”.")
        ) from error
    except SAXException as error:
        raise Unreadable(
            builder.line(), N_("This is no XML that can be read: %(fault)s."), fault=error.getMessage()
        ) from error
    return builder.root


def _declared(data: bytes) -> str:
    found = _DECLARED.search(data[:300])
    return found[1].decode().lower() if found else ""


def _in_utf_8(data: bytes) -> bytes:
    """Return the bytes of a file in one of the rarer encodings as UTF-8, the others as they are."""
    declared = _declared(data)
    return data.decode(declared, "replace").encode() if declared in _OTHERS else data


class _Builder(ContentHandler):
    """Puts the tree together."""

    def __init__(self, parser: DefusedExpatParser, lines_before: int) -> None:
        super().__init__()
        self.parser, self.lines_before = parser, lines_before
        self.root = Xml("")
        self.stack: list[Xml] = []
        self.count = 0

    def line(self) -> int:
        """Return the line of the file that is being read."""
        return self.lines_before + (self.parser.getLineNumber() or 1)

    def startElement(self, name: str, attrs: "AttributesImpl") -> None:  # noqa: N802 -- Named by xml.sax.
        line = self.line()
        self.count += 1
        if len(self.stack) >= DEPTH_LIMIT or self.count > ELEMENT_LIMIT:
            raise Unreadable(line, N_("This file is nested too deeply or has too many elements."))
        given = {_local(name): value for name, value in attrs.items() if not name.startswith("xmlns")}
        element = Xml(_local(name), given, line)
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802 -- Named by xml.sax.
        self.stack.pop()

    def characters(self, content: str) -> None:
        self.stack[-1].children.append(content)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
