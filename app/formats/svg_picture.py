"""Makes an SVG harmless: what draws is kept, what runs, frames, links or fetches is taken out.

A picture in a page runs no script anyway; opened by its own address it would (security.md, T8).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
DEPTH_LIMIT = 100
ELEMENT_LIMIT = 50_000

_TAG_NAMES = """
svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath
linearGradient radialGradient stop pattern clipPath mask marker style switch view filter feBlend feColorMatrix
feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight
feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset
fePointLight feSpecularLighting feSpotLight feTile feTurbulence
"""
_TAGS = frozenset(_TAG_NAMES.split())
_HREFS = frozenset({"href", f"{{{XLINK}}}href"})
_UNSAFE_STYLE = re.compile(
    r"""url\s*\(\s*(?!["']?\#)|@import|@charset|expression|javascript|image-set|-moz-binding|behavior|\\|<""",
    re.IGNORECASE,
)

register_namespace("", SVG)
register_namespace("xlink", XLINK)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture fit to be served, or none with the line where it could not be read; ``removed`` names what went."""

    data: bytes | None
    removed: tuple[str, ...] = ()
    line: int = 1


def sanitise(data: bytes) -> Drawing:
    """Return the picture without anything that could act; for ``run_limited``."""
    try:
        root: Element = fromstring(data)
    except ParseError as error:
        return Drawing(None, line=error.position[0])
    except (DefusedXmlException, ValueError, LookupError):
        return Drawing(None)
    if root.tag != f"{{{SVG}}}svg" or _is_too_much(root):
        return Drawing(None)
    removed: list[str] = []
    for element in list(root.iter()):
        _clean_children(element, removed)
        _clean_attributes(element, removed)
    _cut_nested_uses(root, removed)
    return Drawing(tostring(root, encoding="utf-8", xml_declaration=True), tuple(dict.fromkeys(removed)))


def _is_too_much(root: "Element") -> bool:
    """Tell whether the picture is nested so deeply, or so large, that writing it again would fail."""
    count = 0
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if depth > DEPTH_LIMIT or count > ELEMENT_LIMIT:
            return True
        waiting.extend((child, depth + 1) for child in element)
    return False


def _clean_children(element: "Element", removed: list[str]) -> None:
    for child in list(element):
        name = str(child.tag).removeprefix(f"{{{SVG}}}")
        is_style = name == "style" and _UNSAFE_STYLE.search("".join(child.itertext())) is not None
        if name not in _TAGS or is_style:
            removed.append(f"<{name.rpartition('}')[2]}>")
            _take_out(element, child)


def _take_out(parent: "Element", child: "Element") -> None:
    """Remove a child but keep the text after it, which belongs to the parent."""
    if child.tail:
        place = list(parent).index(child)
        before = parent[place - 1] if place else None
        if before is None:
            parent.text = (parent.text or "") + child.tail
        else:
            before.tail = (before.tail or "") + child.tail
    parent.remove(child)


def _clean_attributes(element: "Element", removed: list[str]) -> None:
    for name, value in list(element.attrib.items()):
        if not _is_harmless(name, value):
            removed.append(f"{name.rpartition('}')[2]}=")
            del element.attrib[name]


def _is_harmless(name: str, value: str) -> bool:
    if name in _HREFS:
        return value.strip().startswith("#")
    if name.startswith("{") and not name.startswith((f"{{{XLINK}}}", f"{{{XML}}}")):
        return False
    local = name.rpartition("}")[2].lower()
    if local.startswith("on") or local in {"src", "base", "ping", "formaction", "from", "to", "values"}:
        return False
    return _UNSAFE_STYLE.search(value) is None


def _cut_nested_uses(root: "Element", removed: list[str]) -> None:
    """Remove a ``use`` inside what is itself used: each level would multiply what a browser has to draw."""
    used = {element.get(name, "").strip()[1:] for element in root.iter(f"{{{SVG}}}use") for name in _HREFS}
    for target in [element for element in root.iter() if element.get("id") in used]:
        for parent in list(target.iter()):
            for child in list(parent):
                if child.tag == f"{{{SVG}}}use":
                    removed.append("<use>")
                    _take_out(parent, child)
