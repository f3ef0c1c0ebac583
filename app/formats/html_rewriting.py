"""Turns cleaned HTML into that of the pages: addresses, ids, tables, pictures, videos; and tells what leads nowhere."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

from app.formats.content_words import BOXES, words_of
from app.formats.places import PICTURES, VIDEOS, Places, ending
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.foundation.i18n import N_

_VOID = frozenset({"br", "hr", "img", "wbr", "col"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLASSES = BOXES | {
    "admonition",
    "admonition-title",
    "footnote",
    "footnote-ref",
    "footnote-backref",
    "highlight",
    "task-list",
    "task-list-item",
    "task-box",
    "toc",
}
_PYGMENTS = re.compile(r"[a-z][a-z0-9]{0,2}")
_NO_GAPS = frozenset({"table", "a", "code", "pre", "summary"})
_GAP = re.compile(f"{GAP_OPEN}[0-9]+{GAP_CLOSE}")
_TABLE_CLASSES = {
    "thead": "govuk-table__head",
    "tbody": "govuk-table__body",
    "tr": "govuk-table__row",
    "th": "govuk-table__header",
    "td": "govuk-table__cell",
    "caption": "govuk-table__caption",
}
_SIZE = re.compile(r"[1-9][0-9]{0,3}")

Attributes = dict[str, str]

GAP_MISPLACED = N_("A gap cannot stand in a table, a link, code or a picture: move it into plain text.")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend; ``needle`` is a text by which its line is found in the source.

    A needle that begins with a line end stands at the beginning of its line.
    """

    needle: str
    message: str
    values: Mapping[str, str]
    is_error: bool = True


@dataclass(slots=True)
class Rewritten:
    """HTML for the pages, what is wrong in it, the ids in it, and the places in other modules that it leads to."""

    html: str = ""
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    anchors: list[tuple[str, str]] = field(default_factory=list)  # (module address, fragment)
    gaps: int = 0


def rewrite(html: str, places: Places, prefix: str, level: int) -> Rewritten:
    """Rewrite cleaned HTML; ids get ``prefix``, headings begin at ``level``."""
    writer = _Writer(places, prefix, level)
    writer.feed(html)
    writer.close()
    return writer.finish()


class _Writer(HTMLParser):
    """Writes HTML again, tag by tag."""

    def __init__(self, places: Places, prefix: str, level: int) -> None:
        super().__init__()
        self.places, self.prefix, self.level = places, prefix, level
        self.words = words_of(places.language)
        self.out = Rewritten()
        self.parts: list[str] = []
        self.stack: list[str] = []
        self.own_anchors: list[str] = []
        self.tables = 0
        self.last_level = level - 1
        self.head_cell: tuple[int, str] | None = None
        self.writers: dict[str, Callable[[Attributes], None]] = {
            "a": self._link,
            "img": self._picture,
            "span": self._span,
            "div": self._division,
            "pre": self._code_block,
            "table": self._table,
            "th": self._head_cell,
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_gap_in(given)
        self._name(given)
        self._keep_classes(tag, given)
        self._align(tag, given)
        if tag not in _VOID:
            self.stack.append(tag)
        if tag in _HEADINGS:
            self._judge_heading(tag)
            self._write(self._heading(tag), given)
        elif tag in self.writers:
            self.writers[tag](given)
        else:
            self._write(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.stack:
            return
        while self.stack.pop() != tag:
            pass
        if tag in _HEADINGS:
            tag = self._heading(tag)
        elif tag == "th" and self.head_cell is not None:
            tag = self._end_head_cell()
        self.parts.append(f"</{tag}>")
        if tag == "table" and "table" not in self.stack:
            self.parts.append("</div>")

    def handle_data(self, data: str) -> None:
        gaps = _GAP.findall(data)
        self.out.gaps += len(gaps)
        if gaps and _NO_GAPS.intersection(self.stack):
            self._tell_gap(gaps[0])
        self.parts.append(escape(data, quote=False))

    def finish(self) -> Rewritten:
        """Return what was written, once every id is known."""
        for fragment in self.own_anchors:
            if self.prefix + fragment not in self.out.ids:
                self._tell(
                    f"#{fragment}", N_("The link “%(target)s” leads nowhere: correct it."), f"#{fragment}"
                )
        self.out.html = "".join(self.parts)
        return self.out

    def _tell(self, needle: str, message: str, target: str = "", *, is_error: bool = True) -> None:
        self.out.problems.append(Problem(needle, message, {"target": target}, is_error))

    def _tell_gap(self, gap: str) -> None:
        self._tell(gap, GAP_MISPLACED)

    def _check_gap_in(self, given: Attributes) -> None:
        for value in given.values():
            gaps = _GAP.findall(value)
            self.out.gaps += len(gaps)
            if gaps:
                self._tell_gap(gaps[0])

    def _write(self, tag: str, given: Attributes) -> None:
        written = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
        self.parts.append(f"<{tag}{written}>")

    def _name(self, given: Attributes) -> None:
        name = given.pop("id", "")
        name = "".join(name.split())
        if name and self.prefix + name not in self.out.ids:
            self.out.ids.add(self.prefix + name)
            given["id"] = self.prefix + name

    def _keep_classes(self, tag: str, given: Attributes) -> None:
        names = given.pop("class", "").split()
        is_code = tag == "span" and "pre" in self.stack
        kept = [name for name in names if name in _CLASSES or (is_code and _PYGMENTS.fullmatch(name))]
        if "table" in self.stack and tag in _TABLE_CLASSES:
            kept.append(_TABLE_CLASSES[tag])
        if kept:
            given["class"] = " ".join(kept)

    def _align(self, tag: str, given: Attributes) -> None:
        side = given.pop("align", "").lower()
        if tag in {"td", "th"} and side in {"left", "center", "right"}:
            given["class"] = f"{given.get('class', '')} align-{side}".strip()

    def _heading(self, tag: str) -> str:
        return f"h{max(int(tag[1]), self.level)}"

    def _judge_heading(self, tag: str) -> None:
        """Tell a heading of level 1, which is the title of the page, and one that skips a level (WCAG 1.3.1)."""
        written, shown = int(tag[1]), max(int(tag[1]), self.level)
        if written == 1 and self.level == 2:  # noqa: PLR2004 -- A module, whose page has its title above.
            self._tell("\n# ", N_("Headings begin at level 2 (##): level 1 is the title."), is_error=False)
        elif shown > self.last_level + 1:
            signs = "#" * written
            message = N_("“%(target)s” skips a level of headings: write one # less.")
            self._tell(f"\n{signs} ", message, signs, is_error=False)
        self.last_level = shown

    def _link(self, given: Attributes) -> None:
        target = given.pop("href", "")
        if not target:
            self._write("a", given)
            return
        fragment = unquote(target[1:])
        if target.startswith("#"):
            self.own_anchors.append(fragment)
            given["href"] = f"#{self.prefix}{fragment}"
        else:
            self._leave(target, given)
        if "footnote-backref" in given.get("class", ""):
            given["aria-label"] = given.get("title", "")
        self._write("a", given)

    def _leave(self, target: str, given: Attributes) -> None:
        link = self.places.link(target)
        if link is None:
            self._tell(target, N_("The link “%(target)s” leads nowhere: correct it."), target)
            return
        if link.module and link.fragment:
            self.out.anchors.append((link.module, link.fragment))
        given["href"] = link.href
        if link.is_outside:
            given["rel"] = "noopener noreferrer"

    def _picture(self, given: Attributes) -> None:
        target = given.pop("src", "")
        name = self.places.media_name(target)
        address = self.places.media_address(target)
        kind = ending(name or "")
        if name is None or address is None:
            self._tell(
                target,
                N_("The picture “%(target)s” is missing: put it into media/ and link ../media/NAME."),
                target,
            )
            return
        if kind in VIDEOS:
            self._video(name, address, given)
            return
        if kind not in PICTURES:
            self._tell(
                target, N_("“%(target)s” is no picture: link it without the exclamation mark."), target
            )
            return
        if not given.get("alt", "").strip():
            self._tell(
                target,
                N_(
                    "The picture “%(target)s” has no alternative text: write what it shows between the brackets."
                ),
                target,
                is_error=False,
            )
        sizes = {
            name: size
            for name, size in given.items()
            if name in {"width", "height"} and _SIZE.fullmatch(size)
        }
        rest = {name: value for name, value in given.items() if name not in {"width", "height", "alt"}}
        self._write("img", {"src": address, "alt": given.get("alt", ""), **sizes, **rest, "loading": "lazy"})

    def _video(self, name: str, address: str, given: Attributes) -> None:
        captions = self.places.media_address(
            f"{'../' if self.places.folder else ''}media/{name.rpartition('.')[0]}.vtt"
        )
        label = given.get("alt", "").strip()
        if not label:
            self._tell(
                name,
                N_("The video “%(target)s” has no name: write what it shows between the brackets."),
                name,
                is_error=False,
            )
        if captions is None:
            self._tell(
                name,
                N_(
                    "The video “%(target)s” has no captions: put a file of the same name, ending in .vtt, beside it."
                ),
                name,
                is_error=False,
            )
        self._write(
            "video", {"src": address, "controls": "", "preload": "metadata", "aria-label": label or name}
        )
        if captions is not None:
            self._write(
                "track",
                {
                    "src": captions,
                    "kind": "captions",
                    "srclang": self.places.language,
                    "label": self.words["captions"],
                    "default": "",
                },
            )
        self.parts.append(f'<a href="{escape(address)}">{escape(label or name)}</a></video>')

    def _span(self, given: Attributes) -> None:
        if "task-box" in given.get("class", "").split():
            given |= {"role": "img", "aria-label": self.words["done" if "title" in given else "open"]}
            given.pop("title", None)
        self._write("span", given)

    def _division(self, given: Attributes) -> None:
        if "admonition" in given.get("class", "").split():
            given["role"] = "note"
        self._write("div", given)

    def _code_block(self, given: Attributes) -> None:
        self._write("pre", given | {"tabindex": "0"})

    def _table(self, given: Attributes) -> None:
        if self.stack.count("table") == 1:
            self.tables += 1
            label = escape(f"{self.words['table']} {self.tables}")
            self.parts.append(f'<div class="table-wrap" role="group" tabindex="0" aria-label="{label}">')
        self._write("table", given | {"class": "govuk-table"})

    def _head_cell(self, given: Attributes) -> None:
        if "thead" in self.stack:
            given.setdefault("scope", "col")
        self._write("th", given)
        self.head_cell = (len(self.parts), self.parts[-1])

    def _end_head_cell(self) -> str:
        """Make an empty header cell a plain one: a header that says nothing is read out as a mistake."""
        place, start = self.head_cell or (0, "")
        self.head_cell = None
        if "".join(self.parts[place:]).strip():
            return "th"
        self.parts[place - 1] = "<td" + start.removeprefix("<th").replace(' scope="col"', "")
        return "td"
