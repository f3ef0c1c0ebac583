"""Makes the PDF of a certificate from its snapshot and its design, the same bytes every time."""

import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import md5, sha256
from itertools import groupby
from math import atan2, degrees, hypot
from pathlib import Path

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from app.domain.certificates.values import CoursePart, Snapshot
from app.formats import certificate_ornament, logo_png, qr_code
from app.formats.certificate_layout import MM, Layout, Line
from app.formats.certificate_ornament import Tile, rgb
from app.formats.certificate_shapes import (
    Block,
    Cells,
    Column,
    Design,
    FontName,
    Frame,
    Logo,
    Part,
    QrCode,
    Rosette,
    Rule,
    fill,
)
from app.formats.certificate_words import particulars, phrases
from app.formats.pdf_fonts import one_at_a_time, registered, widths
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

_LOGO_DENSITY = 300 / 72  # pixels to a point
_MARK_LENGTH = 0.7  # at most so long, as a multiple of the diagonal of the page
_MARK_SIZE = 0.14  # at most so large, as a multiple of the same
_MARK_DROP = 0.36  # half the height of its capitals, as a multiple of the size
_MARK_THICKNESS = 1.2
_MARK_COLOUR = (0.78, 0.2, 0.2)
_UNDRAWN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that leave no mark of their own, whatever a font says of them."""


class MissingGlyphs(Invalid):
    """The fonts of the design cannot draw a particular of the certificate."""

    def __init__(self, field: str, code_points: tuple[str, ...]) -> None:
        """Take the member of the snapshot and the code points, written ``U+0416``."""
        reason = N_("%(text_field)s has characters that the certificate cannot show: %(code_points)s")
        super().__init__(field, reason, text_field=field, code_points=", ".join(code_points))
        self.code_points = code_points


class WrongKind(Invalid):
    """The design is made for other kinds of certificates."""

    def __init__(self, design: str, kind: str) -> None:
        """Take the name of the design and the kind of the certificate."""
        reason = N_("The design “%(design)s” is not made for certificates of the kind %(kind)s.")
        super().__init__("kind", reason, design=design, kind=kind)


class MissingParticular(Invalid):
    """The design asks for a particular that the certificate does not have."""

    def __init__(self, field: str) -> None:
        """Take the member of the snapshot."""
        super().__init__(field, N_("The certificate needs %(particular)s."), particular=field)


@dataclass(frozen=True, slots=True)
class Element:
    """A piece of the document as it is read aloud: ``tag`` is a standard structure type (ISO 32000-1, 14.8.4).

    Its place in a drawing is the number by which the page marks what belongs to it. ``alt`` stands for a picture,
    ``language`` is given where it is not that of the document, ``box`` holds a picture (left, bottom, right, top
    in points), and ``link`` is the address that it leads to.
    """

    tag: str
    alt: str = ""
    language: str = ""
    box: tuple[float, float, float, float] | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The page as ReportLab writes it, and what its marked pieces are, in reading order."""

    content: bytes
    elements: tuple[Element, ...]


class UnmarkedDuplicate(Invalid):
    """The design has no text that marks a duplicate as one."""

    def __init__(self) -> None:
        """Say so, of the member of the snapshot."""
        super().__init__("duplicate_of", N_("The design of this certificate cannot mark a duplicate."))


def missing_glyphs(text: str, design: Design) -> tuple[str, ...]:
    """Return the code points of a text that a font of the design lacks, each once, in order of appearance.

    The text is composed first (Unicode normalisation form C), as it is before it is drawn.
    """
    drawn = _drawn(tuple(design.fonts.values()))
    composed = unicodedata.normalize("NFC", text)
    return tuple(f"U+{ord(character):04X}" for character in dict.fromkeys(composed) if character not in drawn)


def check_drawable(snapshot: Snapshot, design: Design) -> None:
    """Raise WrongKind, MissingWording, MissingParticular, UnmarkedDuplicate or MissingGlyphs where none can be made."""
    if snapshot.kind not in design.kinds:
        raise WrongKind(design.name, snapshot.kind)
    design.wording_in(snapshot.language)
    _check_complete(snapshot, design.mandatory)
    _check_marked(snapshot, design)
    for each in fields(snapshot):
        if lacking := missing_glyphs(_text_of(getattr(snapshot, each.name)), design):
            raise MissingGlyphs(each.name, lacking)


def _text_of(value: object) -> str:
    """Return the letters of a particular; days and numbers need none but those of the wording."""
    if isinstance(value, tuple):
        return "".join(map(_text_of, value))
    if isinstance(value, CoursePart):
        return value.title + value.version
    return value if isinstance(value, str) else ""


def check_issuable(snapshot: Snapshot, design: Design, country: str) -> None:
    """Raise what ``check_drawable`` raises, or MissingParticular where an issuer of a country may issue none."""
    _check_complete(snapshot, design.needs_in(country))
    check_drawable(snapshot, design)


def _check_complete(snapshot: Snapshot, names: Iterable[str]) -> None:
    for name in names:
        if getattr(snapshot, name) in {None, "", ()}:
            raise MissingParticular(name)


def _check_marked(snapshot: Snapshot, design: Design) -> None:
    """Let no duplicate say the same as its original would: whatever the words, the design prints a mark."""
    if snapshot.duplicate_of and _texts(snapshot, design) == _texts(
        replace(snapshot, duplicate_of=""), design
    ):
        raise UnmarkedDuplicate


def _texts(snapshot: Snapshot, design: Design) -> list[str]:
    """Return what the columns of a certificate say."""
    values = _values(snapshot, design)
    columns = [part for part in design.parts if isinstance(part, Column)]
    return [fill(block.text, values) for column in columns for block in column.blocks]


def _values(snapshot: Snapshot, design: Design) -> dict[str, str]:
    """Return what stands for each placeholder of a text."""
    wording = design.wording_in(snapshot.language)
    places = particulars(snapshot, wording)
    values = {**places, **phrases(snapshot, wording, places)}
    return {name: unicodedata.normalize("NFC", text) for name, text in values.items()}


def write(
    snapshot: Snapshot, design: Design, logo: bytes | None, funder_logo: bytes | None = None, mark: str = ""
) -> bytes:
    """Return a document to look at; what is issued is made of the same drawing by the archive.

    A ``mark``, such as “Specimen”, stands large across the page.
    """
    return draw(snapshot, design, logo, funder_logo, mark).content


def draw(
    snapshot: Snapshot, design: Design, logo: bytes | None, funder_logo: bytes | None = None, mark: str = ""
) -> Drawing:
    """Return the page; equal arguments give equal bytes, in every process.

    Logos are PNG or JPEG files. Raises what ``check_drawable`` raises, and ``logo_png.UnreadableLogo``.
    """
    check_drawable(snapshot, design)
    with one_at_a_time:
        sheet = _Sheet(snapshot, design, _values(snapshot, design), {"issuer": logo, "funder": funder_logo})
        return sheet.finish(mark)


@lru_cache(maxsize=32)
def _drawn(paths: tuple[Path, ...]) -> frozenset[str]:
    """Return the characters that all of these fonts have and that leave a mark or a space."""
    faces = [set(pdfmetrics.getFont(registered(path)).face.charToGlyph) for path in paths]
    characters = map(chr, set.intersection(*faces))
    return frozenset(each for each in characters if unicodedata.category(each) not in _UNDRAWN)


class _Sheet:
    """The one page of a certificate while it is drawn."""

    def __init__(
        self,
        snapshot: Snapshot,
        design: Design,
        values: Mapping[str, str],
        logos: Mapping[str, bytes | None],
    ) -> None:
        self._design = design
        self._values = values
        self._logos = logos
        self._url = snapshot.verify_url
        self._latin = f"{snapshot.language.partition('-')[0]}-Latn"
        self._elements: list[Element] = []
        self._fonts = {name: registered(path) for name, path in design.fonts.items()}
        self._width, self._height = design.width * MM, design.height * MM
        self._layout = Layout(values, self._measure)
        self._buffer = io.BytesIO()
        self._canvas = Canvas(
            self._buffer,
            pagesize=(self._width, self._height),
            pageCompression=1,
            invariant=1,
            initialFontName=next(iter(self._fonts.values())),
            lang=snapshot.language,
            pdfVersion=(1, 4),
        )
        self._describe(snapshot)

    def finish(self, mark: str) -> Drawing:
        """Draw every part in reading order, and the mark over them; return the file with its elements."""
        for part in self._design.parts:
            self._draw(part)
        if mark:
            with self._marked(Element("P")):
                self._mark(mark.upper())
        self._canvas.showPage()
        self._canvas.save()
        return Drawing(self._buffer.getvalue(), tuple(self._elements))

    def _describe(self, snapshot: Snapshot) -> None:
        canvas = self._canvas
        canvas.setTitle(fill(self._design.title, self._values))
        canvas.setSubject(fill(self._design.subject, self._values))
        canvas.setAuthor(snapshot.issuer_name)
        canvas.setKeywords(f"{snapshot.number}, {snapshot.code}")
        canvas.setCreator("Gradivo")
        canvas.setDateFormatter(lambda *_: f"D:{snapshot.issued_on:%Y%m%d}000000Z")
        # The file identifier comes from the snapshot, because ReportLab's own depends on SOURCE_DATE_EPOCH.
        canvas._doc.signature = md5(snapshot.to_json().encode(), usedforsecurity=False)  # noqa: SLF001

    def _measure(self, font: FontName, text: str) -> float:
        return sum(map(widths(self._design.fonts[font]).__getitem__, text))

    @contextmanager
    def _marked(self, element: Element | None) -> Iterator[None]:
        """Mark what is drawn meanwhile as a piece to be read aloud, or as an ornament."""
        if element is None:
            self._canvas.addLiteral("/Artifact BMC")
        else:
            self._canvas.addLiteral(f"/{element.tag} <</MCID {len(self._elements)}>> BDC")
            self._elements.append(element)
        yield
        self._canvas.addLiteral("EMC")

    def _draw(self, part: Part) -> None:
        match part:
            case Frame() | Rosette() | Rule():
                with self._marked(None):
                    self._ornament(part)
            case Logo():
                self._logo_in(part)
            case QrCode():
                self._qr(part)
            case Column():
                self._lines(self._layout.column(part), part.blocks)
            case Cells():
                self._cells(part)

    def _ornament(self, part: Frame | Rosette | Rule) -> None:
        match part:
            case Frame():
                self._frame(part)
            case Rosette():
                self._tile(certificate_ornament.rosette(part, self._height))
            case Rule():
                self._rule(part)

    def _frame(self, frame: Frame) -> None:
        for tile in certificate_ornament.border(frame, self._width, self._height):
            self._tile(tile)
        canvas = self._canvas
        outer, inner = frame.margin * MM, (frame.margin + frame.band) * MM
        for inset, thickness, colour in (
            (outer, 1.6, frame.outer),
            (inner, 0.8, frame.outer),
            (inner + 1.1 * MM, 0.35, frame.inner),
        ):
            canvas.setLineWidth(thickness)
            canvas.setStrokeColorRGB(*rgb(colour))
            canvas.rect(inset, inset, self._width - 2 * inset, self._height - 2 * inset)
        self._corners(frame, outer, inner)

    def _corners(self, frame: Frame, outer: float, inner: float) -> None:
        canvas = self._canvas
        canvas.setLineWidth(0.8)
        canvas.setStrokeColorRGB(*rgb(frame.outer))
        right, top = self._width, self._height
        canvas.lines(
            [
                (x, y0, x, y1)
                for x in (inner, right - inner)
                for y0, y1 in ((outer, inner), (top - inner, top - outer))
            ]
            + [
                (x0, y, x1, y)
                for y in (inner, top - inner)
                for x0, x1 in ((outer, inner), (right - inner, right - outer))
            ]
        )

    def _tile(self, tile: Tile) -> None:
        canvas = self._canvas
        name = f"tile{sha256(tile.operators.encode()).hexdigest()[:8]}"
        canvas.beginForm(name, *tile.box)
        canvas.addLiteral(tile.operators)
        canvas.endForm()
        for place in tile.places:
            canvas.addLiteral(f"q {place}")
            canvas.doForm(name)
            canvas.addLiteral("Q")

    def _rule(self, rule: Rule) -> None:
        canvas = self._canvas
        left, right, y = rule.left * MM, (rule.left + rule.width) * MM, self._height - rule.top * MM
        half = rule.lozenge * MM / 2
        middle = (left + right) / 2
        canvas.setLineWidth(rule.thickness)
        canvas.setStrokeColorRGB(*rgb(rule.colour))
        canvas.setFillColorRGB(*rgb(rule.colour))
        if not half:
            canvas.line(left, y, right, y)
            return
        canvas.line(left, y, middle - 2 * half, y)
        canvas.line(middle + 2 * half, y, right, y)
        path = canvas.beginPath()
        path.moveTo(middle - half, y)
        for x, height in ((middle, half), (middle + half, 0), (middle, -half)):
            path.lineTo(x, y + height)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)

    def _logo_in(self, part: Logo) -> None:
        logo = self._logos[part.of]
        if logo is None:
            return
        width, height = part.box.width * MM, part.box.height * MM
        picture = logo_png.flat(logo, round(width * _LOGO_DENSITY), round(height * _LOGO_DENSITY))
        scale = min(width / picture.width, height / picture.height)
        drawn = picture.width * scale, picture.height * scale
        left = part.box.left * MM + {"left": 0, "centre": 0.5, "right": 1}[part.align] * (width - drawn[0])
        bottom = self._height - part.box.top * MM - (height + drawn[1]) / 2
        box = (left, bottom, left + drawn[0], bottom + drawn[1])
        with self._marked(Element("Figure", alt=fill(part.alt, self._values), box=box)):
            self._canvas.drawImage(ImageReader(picture), left, bottom, *drawn)

    def _mark(self, word: str) -> None:
        """Write a word from corner to corner in outlines, so that all under it can be read."""
        canvas, font = self._canvas, next(iter(self._fonts))
        diagonal = hypot(self._width, self._height)
        size = diagonal * min(_MARK_LENGTH / self._measure(FontName(font), word), _MARK_SIZE)
        canvas.saveState()
        canvas.translate(self._width / 2, self._height / 2)
        canvas.rotate(degrees(atan2(self._height, self._width)))
        canvas.setLineWidth(_MARK_THICKNESS)
        canvas.setStrokeColorRGB(*_MARK_COLOUR)
        canvas.setFont(self._fonts[font], size)
        canvas.drawCentredString(0, -size * _MARK_DROP, word, mode=1)
        canvas.restoreState()

    def _qr(self, part: QrCode) -> None:
        side, runs = qr_code.runs(self._url)
        left, top, size = part.left * MM, self._height - part.top * MM, part.size * MM
        squares = " ".join(f"{column} {row} {length} 1 re" for column, row, length in runs)
        box = (left, top - size, left + size, top)
        canvas = self._canvas
        with self._marked(Element("Figure", alt=fill(part.alt, self._values), box=box, link=self._url)):
            canvas.saveState()
            canvas.setFillColorRGB(*rgb(part.colour))
            canvas.transform(size / side, 0, 0, -size / side, left, top)
            canvas.addLiteral(f"{squares} f")
            canvas.restoreState()
        canvas.linkURL(self._url, box, F=4)

    def _cells(self, cells: Cells) -> None:
        lines, strokes = self._layout.cells(cells)
        canvas = self._canvas
        with self._marked(None):
            canvas.setLineWidth(0.5)
            canvas.setStrokeColorRGB(*rgb(cells.divider))
            for stroke in strokes:
                canvas.line(stroke.left, self._height - stroke.top, stroke.left, self._height - stroke.bottom)
        self._lines(lines, ())

    def _lines(self, lines: Iterable[Line], blocks: tuple[Block, ...]) -> None:
        for (place, _, style), run in groupby(lines, key=lambda line: (line.place, line.item, line.style)):
            with self._marked(self._element(blocks[place]) if blocks else Element("P")):
                self._canvas.setFillColorRGB(*rgb(style.colour))
                for line in run:
                    self._line(line)

    def _element(self, block: Block) -> Element:
        """Say what a text is; a name in Latin script beside the native one is romanised."""
        language = self._latin if block.text == "{name_latin}" else ""
        return Element("H1" if block.heading else "P", language=language)

    def _line(self, line: Line) -> None:
        canvas, style = self._canvas, line.style
        canvas.setFont(self._fonts[style.font], line.size)
        tracking = style.tracking * line.size or None
        canvas.drawString(line.left, self._height - line.baseline, line.text, charSpace=tracking)
