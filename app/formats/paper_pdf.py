"""Papers as PDF: ``app/papers/<name>.html``, a few elements of HTML, filled in a locale and set on A4.

The elements: ``header`` (the letterhead: ``p``, above them ``<img data="…"/>`` with what ``show.picture`` gave);
``h1`` (the title), ``h2``, ``p`` (``class``: lead, quiet) and ``li`` with ``b``, ``i`` and ``br``; ``dl`` with ``dt``
and ``dd`` (facts in two columns); ``table`` (``widths="1 4 2"``: shares of the line) with ``tr``, ``th`` and ``td``
(``room="11"``: left free to write in, so many millimetres high); ``section`` (kept on one page where it fits); ``hr``
(lines to sign on, one for each name in ``names="…|…"``). Where an element says ``lines="kept"``, ends of lines stay.
"""

import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from hashlib import md5
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from defusedxml.ElementTree import fromstring
from reportlab.lib.colors import HexColor
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    Image,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from app.formats import logo_png
from app.formats.pdf_fonts import one_at_a_time, registered
from app.formats.word_templates import environment
from app.foundation.i18n import content_language

PAPERS = Path(__file__).parent.parent / "papers"
FONTS = Path(__file__).parent.parent.parent / "certificates" / "fonts"
MARGIN, TOP, FOOT = 22 * mm, 18 * mm, 22 * mm
WIDTH = A4[0] - 2 * MARGIN
INK, QUIET, LINE, ACCENT = map(HexColor, ("#1b2430", "#55606d", "#c9d3da", "#0b4f57"))
GAP, ROOM = 10 * mm, 20 * mm
"""Between two lines to sign on, and above them."""
LEAST = 28 * mm
"""How much of a page must be left for a heading and what it heads to begin there."""
LOGO = 60 * mm, 16 * mm
"""The most room that a logo gets."""
_DENSITY = 300 / 72  # pixels to a point

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
_SIZES = {
    "h1": 20.0,
    "h2": 11.5,
    "lead": 11.5,
    "p": 10.0,
    "li": 10.0,
    "dt": 10.0,
    "dd": 10.0,
    "th": 8.5,
    "td": 9.0,
    "quiet": 8.5,
    "head": 9.0,
}
_ABOVE = {"h1": 14.0, "h2": 14.0, "p": 3.0, "lead": 3.0, "quiet": 3.0}
_BELOW = {"h1": 4.0, "h2": 4.0, "p": 4.0, "li": 3.0, "lead": 6.0, "quiet": 3.0}
_BOLD = frozenset({"h1", "h2", "th"})
_COLOURS = {"h1": ACCENT, "h2": ACCENT, "dt": QUIET, "th": QUIET, "quiet": QUIET, "head": QUIET}
_FOOT_SIZE = 7.5
_TOTAL = "pages"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a file says of itself: in the foot of each page, and in its properties."""

    title: str
    author: str
    made_on: date


@dataclass(frozen=True, slots=True)
class Show:
    """How papers show values: the ``show`` of their templates."""

    locale: str
    zone: ZoneInfo

    def day(self, value: date | datetime) -> str:
        """Return a day in words; a moment's in the zone of the paper."""
        here = value.astimezone(self.zone) if isinstance(value, datetime) else value
        return str(format_date(here, "long", self.locale))

    def short_day(self, value: date) -> str:
        """Return a day in figures, for tables."""
        return str(format_date(value, "medium", self.locale))

    def moment(self, value: datetime) -> str:
        """Return a moment in the zone of the paper."""
        return str(format_datetime(value, "medium", self.zone, self.locale))

    def picture(self, logo: bytes) -> str:
        """Return a logo as the ``data`` of an ``img``."""
        return b64encode(logo).decode()

    def points(self, value: Fraction) -> str:
        """Return points, at most two decimals."""
        return str(format_decimal(round(float(value), 2), locale=self.locale))

    def percent(self, basis_points: int) -> str:
        """Return a mark in percent, at most two decimals."""
        return str(format_percent(basis_points / 10_000, locale=self.locale, decimal_quantization=False))


def write(name: str, locale: str, zone: ZoneInfo, imprint: Imprint, values: Mapping[str, object]) -> bytes:
    """Return the paper ``name`` in a locale; a value that is wanted and missing is an error.

    Equal arguments give equal bytes. The template gets ``values`` and ``show``: see Show.
    """
    template = environment(PAPERS, locale).get_template(f"{name}.html")
    text = template.render({**values, "show": Show(locale, zone)})
    composed = unicodedata.normalize("NFC", _ILLEGAL.sub("\ufffd", text))
    tree: Element = fromstring(f"<paper>{composed}</paper>")
    with one_at_a_time:
        return _set(tree, imprint, content_language(locale), composed)


def _set(tree: Element, imprint: Imprint, language: str, text: str) -> bytes:
    """Lay a tree of elements out on pages; the file's identifier comes from its text."""
    file = BytesIO()
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=imprint.title,
        author=imprint.author,
        creator="Gradivo",
        lang=language,
        invariant=1,
        initialFontName=_font(is_bold=False),
    )

    def begin(canvas: Canvas, _document: BaseDocTemplate) -> None:
        if canvas.getPageNumber() == 1:
            canvas._doc.signature = md5(text.encode(), usedforsecurity=False)  # noqa: SLF001 -- ReportLab has no other way.
            canvas.setDateFormatter(lambda *_: f"D:{imprint.made_on:%Y%m%d}000000Z")
        _foot(canvas, imprint)

    room = Frame(MARGIN, FOOT, WIDTH, A4[1] - TOP - FOOT, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[room], onPage=begin))
    document.build([*_flow(tree), _Total()])
    return file.getvalue()


def _foot(canvas: Canvas, imprint: Imprint) -> None:
    """Write title and author, the number of the page and, by a form that the last page defines, how many there are."""
    canvas.saveState()
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, FOOT - 4 * mm, MARGIN + WIDTH, FOOT - 4 * mm)
    canvas.setFillColor(QUIET)
    canvas.setFont(_font(is_bold=False), _FOOT_SIZE)
    words = simpleSplit(f"{imprint.title} · {imprint.author}", _font(is_bold=False), _FOOT_SIZE, WIDTH * 0.85)
    canvas.drawString(MARGIN, FOOT - 9 * mm, words[0])
    canvas.drawRightString(MARGIN + WIDTH - 3 * mm, FOOT - 9 * mm, f"{canvas.getPageNumber()} / ")
    canvas.translate(MARGIN + WIDTH - 3 * mm, FOOT - 9 * mm)
    canvas.doForm(_TOTAL)
    canvas.restoreState()


class _Total(Flowable):  # type: ignore[misc] # ReportLab has no types.
    """Stands at the end, where the number of pages is known, and takes no room."""

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        canvas = self.canv
        number = canvas.getPageNumber()
        canvas.beginForm(_TOTAL)
        canvas.setFillColor(QUIET)
        canvas.setFont(_font(is_bold=False), _FOOT_SIZE)
        canvas.drawString(0, 0, str(number))
        canvas.endForm()


@cache
def _font(*, is_bold: bool) -> str:
    """Return the name of a font; the regular one knows its bold and leans on itself for italics."""
    regular, bold = (registered(FONTS / f"NotoSans-{weight}.ttf") for weight in ("Regular", "Bold"))
    for name in (regular, bold):
        for heavy in (0, 1):
            for slanted in (0, 1):
                addMapping(name, heavy, slanted, bold if heavy else name)
    return bold if is_bold else regular


@cache
def _style(name: str) -> ParagraphStyle:
    size = _SIZES[name]
    return ParagraphStyle(
        name,
        fontName=_font(is_bold=name in _BOLD),
        fontSize=size,
        leading=size * (1.2 if name == "h1" else 1.45),
        textColor=_COLOURS.get(name, INK),
        spaceBefore=_ABOVE.get(name, 0),
        spaceAfter=_BELOW.get(name, 0),
        bulletIndent=0,
        leftIndent=10 if name == "li" else 0,
    )


def _markup(element: Element) -> str:
    """Return what an element says as ReportLab's own markup: bold, italics, ends of lines."""
    is_kept = element.get("lines") == "kept"

    def words(text: str | None) -> str:
        plain = (text or "").strip("\n") if is_kept else " ".join((f".{text or ''}.").split())[1:-1]
        return escape(plain).replace("\n", "<br/>")

    inner = [words(element.text)]
    for child in element:
        tag = child.tag
        inner.append("<br/>" if tag == "br" else f"<{tag}>{_markup(child)}</{tag}>")
        inner.append(words(child.tail))
    return "".join(inner)


def _paragraph(element: Element, style: str | None = None) -> Paragraph:
    name = style or element.get("class") or element.tag
    return Paragraph(_markup(element), _style(name), bulletText="•" if name == "li" else None)


def _flow(parent: Element) -> Iterator[Flowable]:
    for element in parent:
        yield from _BLOCKS.get(element.tag, _plain)(element)


def _plain(element: Element) -> Iterator[Flowable]:
    yield _paragraph(element)


def _heading(element: Element) -> Iterator[Flowable]:
    """Yield a heading that does not stand alone at the foot of a page."""
    yield CondPageBreak(LEAST)
    yield _paragraph(element)


def _letterhead(element: Element) -> Iterator[Flowable]:
    """Yield who writes: the logo where there is one, the words, and a line beneath."""
    for child in element:
        yield from _picture(child) if child.tag == "img" else [_paragraph(child, "head")]
    yield HRFlowable(WIDTH, 1.2, color=ACCENT, spaceBefore=3 * mm, spaceAfter=2 * mm)


def _picture(element: Element) -> Iterator[Flowable]:
    """Yield a logo at the left, no larger than its room."""
    width, height = LOGO
    flat = logo_png.flat(
        b64decode(element.get("data", "")), round(width * _DENSITY), round(height * _DENSITY)
    )
    scale = min(width / flat.width, height / flat.height)
    plain = BytesIO()
    flat.save(plain, "PNG")
    yield Image(plain, flat.width * scale, flat.height * scale, hAlign="LEFT")
    yield Spacer(0, 2 * mm)


def _facts(element: Element) -> Iterator[Flowable]:
    """Yield a list of facts: what it is, and beside it what is so."""
    cells = [_paragraph(each) for each in element]
    rows = [cells[place : place + 2] for place in range(0, len(cells), 2)]
    if rows:
        yield Table(
            rows,
            colWidths=(WIDTH * 0.32, WIDTH * 0.68),
            style=_GRID,
            splitInRow=1,
            spaceBefore=4,
            spaceAfter=6,
        )


def _table(element: Element) -> Iterator[Flowable]:
    """Yield a table; its first row is repeated on each page where it is one of headings."""
    rows = [[_cell(cell) for cell in row] for row in element]
    if not rows:
        return
    shares = [float(share) for share in element.get("widths", "1 " * len(rows[0])).split()]
    widths = [WIDTH * share / sum(shares) for share in shares]
    heads = int(element[0][0].tag == "th")
    style = _TABLE if heads else _GRID
    yield Table(
        rows, colWidths=widths, repeatRows=heads, style=style, splitInRow=1, spaceBefore=4, spaceAfter=6
    )


def _cell(element: Element) -> Flowable:
    room = element.get("room")
    return Spacer(0, float(room) * mm) if room else _paragraph(element)


def _section(element: Element) -> Iterator[Flowable]:
    yield KeepTogether([each for each in _flow(element) if not isinstance(each, CondPageBreak)])


def _signatures(element: Element) -> Iterator[Flowable]:
    """Yield lines to sign on, each above the name of who signs."""
    names = element.get("names", "").split("|")
    width = (WIDTH + GAP) / max(2, len(names)) - GAP
    signers: list[object] = []
    for name in names:
        signers += [Paragraph(escape(name), _style("quiet")), ""]
    lines = [("LINEBELOW", (place, 0), (place, 0), 0.6, INK) for place in range(0, len(signers), 2)]
    yield Table(
        [[""] * len(signers), signers],
        colWidths=[width, GAP] * len(names),
        rowHeights=[ROOM, None],
        style=TableStyle([*lines, ("NOSPLIT", (0, 0), (-1, -1))], parent=_BARE),
        hAlign="LEFT",
    )


_BLOCKS: Mapping[str, Callable[[Element], Iterator[Flowable]]] = {
    "dl": _facts,
    "h2": _heading,
    "header": _letterhead,
    "hr": _signatures,
    "section": _section,
    "table": _table,
    "ul": _flow,
}
_BARE = TableStyle([
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
])
_GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("RIGHTPADDING", (0, 0), (-2, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
    ],
    parent=_BARE,
)
_TABLE = TableStyle([("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT)], parent=_GRID)
