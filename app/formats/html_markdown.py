"""HTML of other systems as the Markdown of course-format.md: the way in of every imported text.

What Markdown cannot say (sub, sup, a table with joined cells) stays as raw HTML, which the house cleans when it
publishes; what would act or frame is left out and named. Text that Markdown would misread is escaped, so that a
learner reads the words that were written.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TypeAlias
from urllib.parse import quote

from app.formats.html_tree import BLOCKS, Element, Node, read_html
from app.formats.source_text import GAP_OPEN

Address: TypeAlias = Callable[[str], str | None]
"""Returns the address in a course of a link, picture or video, or None where it leads nowhere."""

_SPACE = re.compile(r"[ \t\n\r\f]+")
_SIGNS = re.compile(r"[\\`*\[\]{}<|]|&(?=[#a-zA-Z])|(?<![^\W_])_|_(?![^\W_])|#+(?=\s*$)")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
_START = re.compile(
    r"^(?:(?P<sign>[#>|+-])|(?P<number>[0-9]{1,9})(?P<after>[.)])(?=\s|$)|(?P<open>\()(?=[^()]*\)\s)"
    r"|(?P<odd>=|!!!|\?\?\?|~~~|:(?=\s)))",
    re.MULTILINE,
)
_SIMPLE = re.compile(r"[^*_`\\<>\[\]{}|&#\n\uf8f0\uf8f1]+")
_CODE = re.compile(r"[^`|\[\]\\\n\uf8f0\uf8f1]*[^`|\[\]\\\s\uf8f0\uf8f1][^`|\[\]\\\n\uf8f0\uf8f1]*")
_OUTSIDE = re.compile(r"(?:https?://[^/?#\s]|mailto:[^/\s]|tel:[+0-9])", re.IGNORECASE)
_MARKED = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_NAMED = {"b": "strong", "i": "em", "strike": "del", "s": "s", "tt": "code"}
_RAW_INLINE = frozenset(
    {"sub", "sup", "u", "s", "del", "ins", "mark", "small", "q", "abbr", "cite", "dfn", "kbd", "samp", "var"}
    | {"bdi", "bdo", "ruby", "rt", "rp"}
)
_RAW_BLOCKS = frozenset({"dl", "details"})
_RAW_TAGS = (
    _RAW_INLINE | BLOCKS | {"strong", "em", "code", "a", "img", "br", "span", "caption", "col", "colgroup"}
)
_KEPT = frozenset({"lang", "dir", "title", "colspan", "rowspan", "start", "alt"})
_VIDEO = (".mp4", ".webm")


@dataclass(frozen=True, slots=True)
class Converted:
    """Markdown, and the names of what could not come over, such as ``<iframe>``."""

    text: str
    lost: tuple[str, ...] = ()


def only_outside(address: str) -> str | None:
    """Return an address of the web, of mail or telephone; anything else leads nowhere."""
    return address if _OUTSIDE.match(address) else None


def to_markdown(html: str, address: Address = only_outside) -> Converted:
    """Return HTML as blocks of Markdown."""
    tree = read_html(html)
    writer = _Writer(address)
    text = "\n\n".join(writer.blocks(tree.root.children))
    return Converted(text, _names(tree.dropped, writer.lost))


def to_line(html: str, address: Address = only_outside) -> Converted:
    """Return HTML as the inside of one paragraph, on one line: an option or a remark."""
    tree = read_html(html)
    writer = _Writer(address)
    text = _escape_start(_lines(writer.inline(tree.root.children, is_flat=True)).replace("\n", "<br>"))
    return Converted(text, _names(tree.dropped, writer.lost))


def to_words(html: str) -> str:
    """Return the words that a reader of HTML sees, on one line, not escaped: an answer to be typed."""
    return " ".join(_words(read_html(html).root).split())


def escape_text(text: str) -> str:
    """Return plain text as Markdown that says the same, line for line."""
    return _escape_start(_SIGNS.sub(_escaped, text))


def _names(dropped: tuple[str, ...], lost: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(f"<{tag}>" for tag in dropped), *lost]))


def _escaped(found: re.Match[str]) -> str:
    sign = found.group()
    return _ENTITIES.get(sign) or "".join(f"\\{letter}" for letter in sign)


def _entity(found: re.Match[str]) -> str:
    """Return signs as entities: within raw HTML Markdown looks or not, by where it stands."""
    return "".join(_ENTITIES.get(letter) or f"&#{ord(letter)};" for letter in found.group())


def _escape_start(text: str) -> str:
    return _START.sub(_escaped_start, text)


def _escaped_start(found: re.Match[str]) -> str:
    if found["number"]:
        return f"{found['number']}\\{found['after']}"
    if found["odd"]:
        return f"&#{ord(found['odd'][0])};{found['odd'][1:]}"
    return f"\\{found.group()}"


def _words(element: Element) -> str:
    parts: list[str] = []
    for child in element.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag in {"br", "wbr"} or child.tag in BLOCKS:
            parts.append(f" {_words(child)} " if child.tag != "wbr" else "")
        else:
            parts.append(child.given.get("alt", "") if child.tag == "img" else _words(child))
    return "".join(parts)


def _lines(text: str) -> str:
    """Return inline Markdown, its lines trimmed and empty ones left out."""
    lines = (re.sub(" {2,}", " ", line).strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _has_gap(element: Element) -> bool:
    return GAP_OPEN in element.text()


def _destination(address: str) -> str:
    return quote(address, safe="/:?#@!$&'+,;=%~.-_")


class _Writer:
    """Writes the nodes of a tree."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.lost: list[str] = []
        self.inline_writers: dict[str, Callable[[Element], str]] = {
            "br": lambda _: "\n",
            "a": self._link,
            "img": self._picture,
            "video": self._video,
            "code": self._code,
            "tt": self._code,
            "span": self._span,
            **dict.fromkeys(_MARKED, self._emphasis),
            **dict.fromkeys(_RAW_INLINE, self._raw_inline),
        }
        self.block_writers: dict[str, Callable[[Element], list[str]]] = {
            "pre": self._code_block,
            "table": self._table,
            "blockquote": self._quote,
            "ul": self._list,
            "ol": self._list,
            "hr": lambda _: ["* * *"],
            **{f"h{level}": self._heading for level in range(1, 7)},
            **dict.fromkeys(_RAW_BLOCKS, self._raw_block),
        }

    def blocks(self, nodes: list[Node]) -> list[str]:
        """Return nodes as blocks: what is inline between two blocks is a paragraph, or several after empty lines."""
        found: list[str] = []
        for is_block, group in groupby(nodes, _holds_block):
            run = list(group)
            if not is_block:
                found += self._paragraphs(run)
                continue
            for node in run:
                if isinstance(node, Element):
                    found += self.block_writers.get(node.tag, self._inner)(node)
        return found

    def _inner(self, element: Element) -> list[str]:
        return self.blocks(element.children)

    def _paragraphs(self, nodes: list[Node]) -> list[str]:
        text = re.sub(r" *\n *(?:\n *)+", "\n\n", self.inline(nodes))
        paragraphs = (_escape_start(_lines(part)).replace("\n", "<br>\n") for part in text.split("\n\n"))
        return [paragraph for paragraph in paragraphs if paragraph]

    def inline(self, nodes: list[Node], *, is_flat: bool = False) -> str:
        """Return nodes as the inside of a paragraph; a line feed is a line break. ``is_flat`` takes blocks too."""
        parts: list[str] = []
        for node in nodes:
            if isinstance(node, str):
                parts.append(_SIGNS.sub(_escaped, _SPACE.sub(" ", node)))
            elif is_flat and _holds_block(node):
                parts.append(self._flat(node))
            else:
                _join(parts, self.inline_writers.get(node.tag, self._transparent)(node))
        return "".join(parts)

    def _flat(self, element: Element) -> str:
        """Return a block as lines of a paragraph."""
        inner = self.inline(element.children, is_flat=True)
        if element.tag in {"td", "th"}:
            return f"{inner} "
        if element.tag == "pre":
            return "\n" + "\n".join(map(escape_text, element.text().split("\n"))) + "\n"
        mark = "• " if element.tag == "li" and inner.strip() else ""
        return f"\n{mark}{inner.strip()}\n"

    def _transparent(self, element: Element) -> str:
        return self.inline(element.children)

    def _emphasis(self, element: Element) -> str:
        inner = self.inline(element.children)
        core = inner.strip()
        if not core:
            return inner
        if not _SIMPLE.fullmatch(core):
            return _in_tags(element, inner)
        sign = _MARKED[element.tag]
        before, after = inner.partition(core)[::2]
        return f"{before}{sign}{core}{sign}{after}"

    def _raw_inline(self, element: Element) -> str:
        return _in_tags(element, self.inline(element.children))

    def _span(self, element: Element) -> str:
        return (
            self._raw_inline(element)
            if {"lang", "dir"} & element.given.keys()
            else self._transparent(element)
        )

    def _code(self, element: Element) -> str:
        text = _SPACE.sub(" ", element.text())
        if _CODE.fullmatch(text):
            return f"`{text.strip()}`"
        return self._transparent(element) if _has_gap(element) else self._raw_inline(element)

    def _link(self, element: Element) -> str:
        inner = self.inline(element.children)
        target = element.given.get("href", "").strip()
        address = self.address(target) if target else None
        if target and address is None:
            self.lost.append(f"href={target[:60]}")
        if address is None or not inner.strip() or _has_gap(element):
            return inner
        words = _lines(inner).replace("\n", " ")
        return f"[{words}]({_destination(address)})"

    def _picture(self, element: Element) -> str:
        source = element.given.get("src", "").strip()
        words = _SIGNS.sub(_escaped, _SPACE.sub(" ", element.given.get("alt", "")).strip())
        address = self.address(source) if source else None
        if address is None:
            self.lost.append(f"src={source[:60]}")
            return words
        return f"![{words}]({_destination(address)})"

    def _video(self, element: Element) -> str:
        inside = [each.given.get("src", "") for each in element.every() if each.tag in {"video", "source"}]
        addresses = [self.address(source) for source in inside if source]
        chosen = next((each for each in addresses if each and each.lower().endswith(_VIDEO)), None)
        if chosen is None:
            self.lost.append("<video>")
            return self._transparent(element)
        return f"![{_SIGNS.sub(_escaped, element.given.get('title', ''))}]({_destination(chosen)})"

    def _heading(self, element: Element) -> list[str]:
        text = _lines(self.inline(element.children, is_flat=True)).replace("\n", " ")
        return [f"{'#' * max(int(element.tag[1]), 3)} {text}"] if text else []

    def _code_block(self, element: Element) -> list[str]:
        text = element.text().strip("\n")
        if not text.strip() or _has_gap(element):
            return self._inner(element)
        fence = "`" * (max([2, *map(len, re.findall("`+", text))]) + 1)
        return [f"{fence}\n{text}\n{fence}"]

    def _quote(self, element: Element) -> list[str]:
        inner = "\n\n".join(self._inner(element))
        return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))] if inner else []

    def _list(self, element: Element) -> list[str]:
        items = [
            self.blocks(_children(each))
            for each in element.children
            if not isinstance(each, str) or each.strip()
        ]
        if any(_is_no_item(blocks) for blocks in items):
            return (
                [block for blocks in items for block in blocks]
                if _has_gap(element)
                else self._raw_block(element)
            )
        written: list[str] = []
        for number, blocks in enumerate(filter(None, items), _first_number(element)):
            mark = f"{number}. " if element.tag == "ol" else "- "
            written.append(mark + re.sub(r"\n(?=[^\n])", "\n    ", "\n\n".join(blocks)))
        between = "\n\n" if any("\n\n" in item for item in written) else "\n"
        return [between.join(written)] if written else []

    def _table(self, element: Element) -> list[str]:
        rows = _rows(element)
        if rows is None or not _is_simple(element, rows):
            return self._raw_block(element)
        if _has_gap(element):
            return self._rows_as_lines(rows)
        texts = [[self._cell(cell) for cell in row] for row in rows]
        if any(cell.tag != "th" for cell in rows[0]):
            texts.insert(0, [""] * len(rows[0]))
        texts.insert(1, ["---"] * len(rows[0]))
        return ["\n".join(f"| {' | '.join(row)} |" for row in texts)]

    def _cell(self, cell: Element) -> str:
        return _lines(self.inline(cell.children, is_flat=True)).replace("\n", "<br>")

    def _rows_as_lines(self, rows: list[list[Element]]) -> list[str]:
        """Return a table that holds gaps as paragraphs, for a gap cannot stand in a table."""
        self.lost.append("<table>")
        lines = (" ".join(self._cell(cell) for cell in row) for row in rows)
        return [_escape_start(line.strip()) for line in lines if line.strip()]

    def _raw_block(self, element: Element) -> list[str]:
        if _has_gap(element):
            return self._inner(element)
        return [_SPACE.sub(" ", self._raw(element)).strip()]

    def _raw(self, node: Node) -> str:
        """Return a node as HTML on one line."""
        if isinstance(node, str):
            return _SIGNS.sub(_entity, node).replace("\n", " ")
        if node.tag == "br":
            return "<br>"
        if node.tag == "img":
            return self._raw_picture(node)
        tag = _NAMED.get(node.tag, node.tag)
        inner = "".join(map(self._raw, node.children))
        if node.tag == "pre":
            inner = _SIGNS.sub(_entity, node.text()).replace("\n", "&#10;")
        if tag == "a":
            address = self.address(node.given.get("href", ""))
            return f'<a href="{escape(_destination(address))}">{inner}</a>' if address else inner
        return f"<{tag}{_kept(node)}>{inner}</{tag}>" if tag in _RAW_TAGS else inner

    def _raw_picture(self, element: Element) -> str:
        address = self.address(element.given.get("src", ""))
        if address is None:
            self.lost.append(f"src={element.given.get('src', '')[:60]}")
            return _SIGNS.sub(_entity, element.given.get("alt", ""))
        return f'<img src="{escape(_destination(address))}"{_kept(element)}>'


def _kept(element: Element) -> str:
    return "".join(
        f' {name}="{escape(_SPACE.sub(" ", value))}"'
        for name, value in element.given.items()
        if name in _KEPT
    )


def _holds_block(node: Node) -> bool:
    """Tell whether a node is a block, or an inline element around one, as ``<b><p>`` is."""
    return isinstance(node, Element) and (
        node.tag in BLOCKS or any(each.tag in BLOCKS for each in node.every())
    )


def _in_tags(element: Element, inner: str) -> str:
    """Return inline Markdown between the element's own tags, which Markdown leaves alone."""
    tag = _NAMED.get(element.tag, element.tag)
    kept = re.sub(r"\n\s*", "\n", inner)
    return f"<{tag}{_kept(element)}>{kept}</{tag}>" if inner.strip() else inner


def _join(parts: list[str], written: str) -> None:
    """Put inline Markdown after other: signs that would run into each other are kept apart."""
    before = parts[-1] if parts else ""
    if written[:1] in {"*", "`"} and before.endswith(written[0]):
        parts.append("<wbr>")
    if written[:1] == "[" and before.endswith("!"):
        parts[-1] = f"{before[:-1]}\\!"
    if written:
        parts.append(written)


def _children(node: Node) -> list[Node]:
    return [node] if isinstance(node, str) else node.children


def _is_no_item(blocks: list[str]) -> bool:
    """Tell whether blocks cannot be an item of a Markdown list: one begins with a paragraph and holds no code."""
    return bool(blocks) and (blocks[0][0] in ">-|<#`*" or any("```" in block for block in blocks))


def _rows(table: Element) -> list[list[Element]] | None:
    """Return the cells of a table by row, or None where something stands between them."""
    rows: list[list[Element]] = []
    waiting = list(reversed(table.children))
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            if node.strip():
                return None
        elif node.tag in {"thead", "tbody", "tfoot"}:
            waiting.extend(reversed(node.children))
        elif node.tag == "tr":
            cells = [each for each in node.children if not isinstance(each, str) or each.strip()]
            rows.append([each for each in cells if isinstance(each, Element) and each.tag in {"td", "th"}])
            if len(rows[-1]) != len(cells):
                return None
        elif node.tag not in {"col", "colgroup"}:
            return None
    return [row for row in rows if row]


def _is_simple(table: Element, rows: list[list[Element]]) -> bool:
    inside = list(table.every())[1:]
    return (
        len({len(row) for row in rows}) == 1
        and all(each.tag not in {"table", "ul", "ol", "pre", "dl"} for each in inside)
        and not any({"colspan", "rowspan"} & each.given.keys() for row in rows for each in row)
        and all(each.tag != "th" for row in rows[1:] for each in row)
    )


def _first_number(element: Element) -> int:
    start = element.given.get("start", "")
    return int(start) if re.fullmatch("[0-9]{1,6}", start) and element.tag == "ol" else 1
