"""Draws the visible signature of a certificate: who sealed it and when, at the place that the design keeps for it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import ceil, floor
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from app.domain.certificates.values import Snapshot
from app.formats.certificate_layout import MM, Layout, Line
from app.formats.certificate_ornament import rgb
from app.formats.certificate_shapes import Design, FontName
from app.formats.certificate_words import phrases, sealing
from app.formats.pdf_fonts import one_at_a_time, registered, widths
from app.foundation.signing import Appearance

_ALWAYS = "0123456789 .,:+-()UTC"
"""What every moment is written with; letters that a seal may need are cut out of the fonts once for all seals."""


@dataclass(frozen=True, slots=True)
class _Lettering:
    """Fonts cut down to some letters, as a file, and for each font its name there and the codes of its letters."""

    pdf: bytes
    fonts: Mapping[FontName, tuple[str, Mapping[str, int]]]


def draw(snapshot: Snapshot, design: Design, signer: str, at: datetime) -> Appearance:
    """Return the words of the seal as they are drawn; ``at`` is aware, and shown in its own zone."""
    wording = design.wording_in(snapshot.language)
    places = sealing(snapshot, wording, signer, at)
    seal = design.seal

    def measure(font: FontName, text: str) -> float:
        return sum(map(widths(design.fonts[font]).__getitem__, text))

    with one_at_a_time:
        lines = Layout({**places, **phrases(snapshot, wording, places)}, measure).column(seal)
        letters = {*_ALWAYS, *"".join(wording.months), *"".join(line.text for line in lines)}
        faces = tuple((name, design.fonts[name]) for name in sorted({line.style.font for line in lines}))
        lettering = _lettering(faces, "".join(sorted(letters)))
    box = seal.box
    left, bottom = floor(box.left * MM), floor((design.height - box.top - box.height) * MM)
    drawn = (_line(line, lettering, left, design.height * MM - bottom) for line in lines)
    return Appearance(
        box=(left, bottom, ceil((box.left + box.width) * MM), ceil((design.height - box.top) * MM)),
        operators=" ".join(drawn).encode("ascii"),
        fonts=lettering.pdf,
        label=" ".join(line.text for line in lines),
    )


@lru_cache(maxsize=64)
def _lettering(faces: tuple[tuple[FontName, Path], ...], letters: str) -> _Lettering:
    made = io.BytesIO()
    names = [registered(path) for _, path in faces]
    canvas = Canvas(made, invariant=1, initialFontName=names[0], pageCompression=1, pdfVersion=(1, 4))
    fonts = {}
    for (face, _), name in zip(faces, names, strict=True):
        canvas.setFont(name, 10)
        canvas.drawString(0, 0, letters)
        fonts[face] = _codes(pdfmetrics.getFont(name), canvas, letters)
    canvas.save()
    return _Lettering(made.getvalue(), fonts)


def _codes(font: TTFont, canvas: Canvas, letters: str) -> tuple[str, Mapping[str, int]]:
    """Return the name of a font in a file, and the codes of letters there; all fit the first of its subsets."""
    document = canvas._doc  # noqa: SLF001 -- ReportLab hands its document to nobody.
    codes = {letter: font.splitString(letter, document)[0][1][0] for letter in letters}
    return font.getSubsetInternalName(0, document).removeprefix("/"), codes


def _line(line: Line, lettering: _Lettering, left: float, top: float) -> str:
    name, codes = lettering.fonts[line.style.font]
    red, green, blue = rgb(line.style.colour)
    text = "".join(f"{codes[letter]:02x}" for letter in line.text)
    return (
        f"BT /{name} {line.size:.3f} Tf {red:.4f} {green:.4f} {blue:.4f} rg "
        f"{line.style.tracking * line.size:.3f} Tc {line.left - left:.3f} {top - line.baseline:.3f} Td <{text}> Tj ET"
    )
