"""What HTML may stand in a course: everything else is taken out by nh3, whoever wrote it."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

_TAG_NAMES = """
a abbr article b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em
figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span
strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
"""
_TEXT_TAGS = frozenset(_TAG_NAMES.split())
_EVERYWHERE = frozenset({"id", "class", "lang", "dir", "title"})
_BY_TAG = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"align", "colspan", "rowspan", "headers"},
    "th": {"align", "colspan", "rowspan", "headers", "scope", "abbr"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "details": {"open"},
    "time": {"datetime"},
    "data": {"value"},
    "del": {"datetime"},
    "ins": {"datetime"},
}
_WRITTEN = {"*": set(_EVERYWHERE), **_BY_TAG}
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_DROPPED_NAMES = """
script style iframe frame frameset object embed noscript noembed template textarea select title svg math
"""
_DROPPED_WHOLE = frozenset(_DROPPED_NAMES.split())
_ADDED_TAGS = frozenset({"video", "track"})
_ADDED = {
    **{tag: set(names) for tag, names in _BY_TAG.items()},
    "*": {*_EVERYWHERE, "role", "aria-label", "tabindex"},
    "a": {"href", "rel"},
    "img": {"src", "alt", "width", "height", "loading"},
    "video": {"src", "controls", "preload"},
    "track": {"src", "kind", "srclang", "label", "default"},
}
_QUIET_TAGS = frozenset({"html", "head", "body"})
_SCHEME = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\x00-\x20-]*):")


@dataclass(frozen=True, slots=True)
class Removed:
    """A tag, attribute or address that is taken out; ``needle`` is how it begins in what the author wrote."""

    what: str
    needle: str


def clean(html: str) -> str:
    """Return the HTML without anything that an author may not write; the scheme ``course:`` is kept for a while."""
    return nh3.clean(
        html,
        tags=set(_TEXT_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=_WRITTEN,
        url_schemes={*_SCHEMES, "course"},
        link_rel=None,
    )


def clean_finished(html: str) -> str:
    """Return finished HTML, with what rendering added, cleaned once more, so that nothing else can be in it."""
    return nh3.clean(
        html,
        tags={*_TEXT_TAGS, *_ADDED_TAGS},
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=_ADDED,
        url_schemes=set(_SCHEMES),
        link_rel=None,
    )


def list_removed(html: str) -> tuple[Removed, ...]:
    """Return what ``clean`` takes out of HTML, each thing once."""
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    return tuple(dict.fromkeys(inspector.removed))


class _Inspector(HTMLParser):
    """Looks for tags, attributes and addresses that are not allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.removed: list[Removed] = []

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Pass over ``<![`` as browsers do: Python 3.11 stops there with an AssertionError."""
        return self.parse_bogus_comment(i, bool(report))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TEXT_TAGS:
            if tag not in _QUIET_TAGS:
                self.removed.append(Removed(f"<{tag}>", f"<{tag}"))
            return
        for name, value in attrs:
            if name not in _EVERYWHERE and name not in _BY_TAG.get(tag, ()):
                self.removed.append(Removed(f"{name}=", name))
            elif name in {"href", "src"} and not _has_known_scheme(value or ""):
                self.removed.append(Removed(f"{name}={(value or '')[:60]}", (value or "")[:20]))


def _has_known_scheme(address: str) -> bool:
    found = _SCHEME.match(address)
    if found is None:
        return True
    return re.sub(r"[\x00-\x20]", "", found[1]).lower() in {*_SCHEMES, "course"}
