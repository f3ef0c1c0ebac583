"""Finds where each line of a certificate stands: texts wrap, shrink and share the room of their box.

Nothing is cut off and nothing runs out of its box: a text that is too long becomes smaller.
All lengths in and out of the functions here are points, measured from the upper left corner of the page.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.formats.certificate_shapes import Align, Box, Cells, Column, FontName, Style, fill

MM = 72 / 25.4
"""Points in a millimetre."""
_CAP_HEIGHT = 0.714  # of Noto Sans, as a multiple of the size
_TIGHTER = 0.96  # step by which a column shrinks until it fits
_FIRMNESS = 4  # how much later a firm text shrinks than the others of its column
_LOOSEST = 1.6  # how much a shared gap may grow, as a multiple of itself
_CELL_PADDING = 2.5 * MM
_EVEN_ENOUGH = 0.02  # how exactly lines are evened, as a multiple of the size
_TOLERANCE = 1e-6
_SPACES = re.compile(r"[ \t\r\n]+")  # a no-break space is none of them
_AFTER_SIGN = re.compile(r"(?<=[/\-.@_])")

Measure: TypeAlias = Callable[[FontName, str], float]
"""The width of a text in a font at the size of one point."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as it is drawn: its left end, its baseline and its look.

    ``place`` counts the texts that the part has, ``item`` the lines of a list, so that what was wrapped is known
    to belong together.
    """

    text: str
    left: float
    baseline: float
    size: float
    style: Style
    place: int
    item: int


@dataclass(frozen=True, slots=True)
class Stroke:
    """A thin upright line between two cells."""

    left: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    lines: tuple[str, ...]
    size: float
    style: Style
    place: int = 0
    item: int = 0

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * self.style.leading


class Layout:
    """Lays texts out for one certificate, whose words and widths it knows."""

    def __init__(self, values: Mapping[str, str], measure: Measure) -> None:
        """Take what stands for each placeholder, and how wide a text is."""
        self._values = values
        self._measure = measure
        self._known: dict[tuple[str, Style, int], tuple[float, tuple[str, ...]]] = {}

    def column(self, column: Column) -> tuple[Line, ...]:
        """Place the texts of a column under one another, each line of a list as a text of its own."""
        box = _points(column.box)
        filled = [
            (place, item, block, text)
            for place, block in enumerate(column.blocks)
            for item, text in enumerate(fill(block.text, self._values).split("\n"))
            if not _is_blank(text)
        ]
        texts = [(block, text) for _, _, block, text in filled]
        scale = 1.0
        while True:
            fitted = [
                self._fit(text, block.style, box.width, min(1.0, _FIRMNESS * scale) if block.firm else scale)
                for block, text in texts
            ]
            gaps = [block.above * MM * scale for block, _ in texts]
            gaps[:1] = [0.0] * bool(gaps)
            spare = box.height - sum(gaps) - sum(each.height for each in fitted)
            if spare >= 0 or not texts:
                break
            scale *= _TIGHTER
        widened = _widen(gaps, [block.shared for block, _ in texts], spare)
        rest = spare - (sum(widened) - sum(gaps))
        top = box.top + {"top": 0.0, "middle": rest / 2, "bottom": rest}[column.anchor]
        placed = [
            replace(each, place=place, item=item)
            for each, (place, item, _, _) in zip(fitted, filled, strict=True)
        ]
        return tuple(self._stack(placed, widened, box, top, column.align))

    def cells(self, cells: Cells) -> tuple[tuple[Line, ...], tuple[Stroke, ...]]:
        """Place labels over values side by side, with a stroke between neighbours."""
        box = _points(cells.box)
        pairs = [(fill(cell.label, self._values), fill(cell.value, self._values)) for cell in cells.cells]
        pairs = [(label, value) for label, value in pairs if not _is_blank(value)]
        wanted = [
            max(
                self._em(label, cells.label) * cells.label.size,
                self._em(value, cells.value) * cells.value.size,
            )
            + 2 * _CELL_PADDING
            for label, value in pairs
        ]
        widths = _share(wanted, box.width, is_even=cells.even)
        lines: list[Line] = []
        strokes: list[Stroke] = []
        left = box.left
        for (label, value), width in zip(pairs, widths, strict=True):
            if strokes or left > box.left:
                strokes.append(Stroke(left, box.top, box.top + box.height))
            cell = Box(left + _CELL_PADDING, box.top, width - 2 * _CELL_PADDING, box.height)
            lines += self._cell(label, value, cells, cell)
            left += width
        return tuple(lines), tuple(strokes)

    def _cell(self, label: str, value: str, cells: Cells, box: Box) -> Iterable[Line]:
        scale = 1.0
        while True:
            fitted = [
                self._fit(label, cells.label, box.width, scale),
                replace(self._fit(value, cells.value, box.width, scale), place=1),
            ]
            spare = box.height - sum(each.height for each in fitted)
            if spare >= 0:
                return self._stack(fitted, [0.0, 0.0], box, box.top + spare / 2, "centre")
            scale *= _TIGHTER

    def _stack(
        self, fitted: Sequence[_Fitted], gaps: Sequence[float], box: Box, top: float, align: Align
    ) -> Iterable[Line]:
        for each, gap in zip(fitted, gaps, strict=True):
            top += gap
            for text in each.lines:
                free = box.width - self._em(text, each.style) * each.size
                left = box.left + {"left": 0.0, "centre": free / 2, "right": free}[align]
                baseline = top + each.size * (each.style.leading + _CAP_HEIGHT) / 2
                yield Line(text, left, baseline, each.size, each.style, each.place, each.item)
                top += each.size * each.style.leading

    def _em(self, text: str, style: Style) -> float:
        """Return the width of a text at one point, the space after its last letter not counted."""
        return self._measure(style.font, text) + style.tracking * max(0, len(text) - 1)

    def _fit(self, text: str, style: Style, width: float, scale: float) -> _Fitted:
        """Return the largest size, and the most even lines, in which a text fits a width."""
        size, smallest = style.size * scale, style.smallest * scale
        for count in range(1, style.lines + 1):
            limit, lines = self._evened(text, style, count)
            possible = min(size, width / limit)
            if possible >= (smallest if count == style.lines else max(smallest, size * style.patience)):
                return _Fitted(lines, possible, style)
        limit = width / smallest
        pieces = [piece for word in self._words(text, style) for piece in self._pieces(word, style, limit)]
        return _Fitted(_wrap(pieces, limit), smallest, style)

    def _evened(self, text: str, style: Style, count: int) -> tuple[float, tuple[str, ...]]:
        """Return the least width at one point in which a text takes so many lines, and these lines."""
        key = (text, style, count)
        if key not in self._known:
            words = self._words(text, style)
            limit = _least_width(words, count)
            self._known[key] = limit, _wrap(words, limit)
        return self._known[key]

    def _words(self, text: str, style: Style) -> list["_Word"]:
        letters = text.upper() if style.capitals else text
        gap = self._measure(style.font, " ") + 2 * style.tracking
        return [_Word(word, self._em(word, style), " ", gap) for word in _SPACES.split(letters) if word]

    def _pieces(self, word: "_Word", style: Style, limit: float) -> Iterator["_Word"]:
        """Break a word that is wider than a line: after a sign where there is one, else anywhere."""
        if word.width <= limit or len(word.text) == 1:
            yield word
            return
        parts = [part for part in _AFTER_SIGN.split(word.text) if part]
        if len(parts) == 1:
            parts = list(word.text)
        for part in parts[:-1]:
            yield from self._pieces(_Word(part, self._em(part, style), "", style.tracking), style, limit)
        last = _Word(parts[-1], self._em(parts[-1], style), word.after, word.gap)
        yield from self._pieces(last, style, limit)


@dataclass(frozen=True, slots=True)
class _Word:
    """What stays on one line, its width, what follows it if more does, and how wide that is."""

    text: str
    width: float
    after: str
    gap: float


def _wrap(words: Sequence[_Word], limit: float) -> tuple[str, ...]:
    """Fill lines one after the other, none wider than the limit unless a single word is."""
    lines: list[str] = []
    reached = limit
    pending = _Word("", 0, "", 0)
    for word in words:
        beside = reached + pending.gap + word.width
        if lines and beside <= limit + _TOLERANCE:
            lines[-1] += pending.after + word.text
            reached = beside
        else:
            lines.append(word.text)
            reached = word.width
        pending = word
    return tuple(lines)


def _least_width(words: Sequence[_Word], count: int) -> float:
    """Return the least width at which the words take no more than so many lines."""
    whole = sum(word.width + word.gap for word in words) - words[-1].gap
    if count == 1:
        return whole
    low, high = max(whole / count, *(word.width for word in words)), whole
    if len(_wrap(words, low)) <= count:
        return low
    while high - low > _EVEN_ENOUGH:
        middle = (low + high) / 2
        if len(_wrap(words, middle)) <= count:
            high = middle
        else:
            low = middle
    return high


def _is_blank(text: str) -> bool:
    return not _SPACES.sub("", text)


def _points(box: Box) -> Box:
    return Box(box.left * MM, box.top * MM, box.width * MM, box.height * MM)


def _share(wanted: Sequence[float], width: float, *, is_even: bool) -> list[float]:
    """Give each its wanted width and an equal part of what remains, or less to all in proportion."""
    if is_even and wanted and max(wanted) * len(wanted) <= width:
        return [width / len(wanted)] * len(wanted)
    spare = width - sum(wanted)
    if spare < 0:
        return [each * width / sum(wanted) for each in wanted]
    return [each + spare / len(wanted) for each in wanted]


def _widen(gaps: Sequence[float], shared: Sequence[bool], spare: float) -> list[float]:
    """Let shared gaps grow alike, by what is spare but not out of proportion."""
    room = sum(gap for gap, is_shared in zip(gaps, shared, strict=True) if is_shared)
    growth = min(_LOOSEST - 1, spare / room) if room else 0.0
    return [gap * (1 + growth) if is_shared else gap for gap, is_shared in zip(gaps, shared, strict=True)]
