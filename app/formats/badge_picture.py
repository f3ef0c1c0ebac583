"""Draws the picture of a badge: what was achieved, who issued it, under which number; nobody's name."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = 800
"""Points in width and height."""
_MARGIN, _EDGE, _BAND = 72, 28, 150
_FAR, _FINE = SIZE - _EDGE, 3
_GROUND, _BRAND, _INK, _SOFT, _ACCENT = "#ffffff", "#0b4f57", "#1b2427", "#414d51", "#b4532a"
_SIZES = (64, 56, 48, 40, 34, 28)
_MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Face:
    """What stands on a badge."""

    title: str
    issuer: str
    number: str


def draw(face: Face, fonts: Path) -> bytes:
    """Return the picture as PNG; a text that is too long is set smaller, and cut with … as a last resort."""
    image = _ground().copy()
    pen = ImageDraw.Draw(image)
    bold, plain = fonts / "NotoSans-Bold.ttf", fonts / "NotoSans-Regular.ttf"
    _set(pen, face.title, bold, _SIZES, _MOST_LINES, (240, 520), _INK)
    _set(pen, face.issuer, plain, (30, 26, 22), 2, (530, 612), _SOFT)
    _set(pen, face.number, bold, (40, 32, 26), 1, (_FAR - _BAND, _FAR), _GROUND)
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache(maxsize=1)
def _ground() -> Image.Image:
    """Return frame, foot and tick, which are the same on every badge; drawn larger, so that edges come out smooth."""
    image = Image.new("RGB", (SIZE * _FINE, SIZE * _FINE), _GROUND)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle(_grown(_EDGE, _EDGE, _FAR, _FAR), 48 * _FINE, outline=_BRAND, width=10 * _FINE)
    foot = _grown(_EDGE, _FAR - _BAND, _FAR, _FAR)
    pen.rounded_rectangle(foot, 48 * _FINE, fill=_BRAND, corners=(False, False, True, True))
    pen.ellipse(_grown(340, 90, 460, 210), fill=_ACCENT)
    pen.line(_grown(372, 152, 392, 174, 430, 128), fill=_GROUND, width=13 * _FINE, joint="curve")
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _grown(*places: int) -> list[int]:
    return [place * _FINE for place in places]


@lru_cache(maxsize=32)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


def _set(
    pen: ImageDraw.ImageDraw,
    text: str,
    path: Path,
    sizes: tuple[int, ...],
    most: int,
    band: tuple[int, int],
    colour: str,
) -> None:
    """Set a text in the middle of a band (top, bottom), as large as it fits."""
    top, bottom = band
    size = next((each for each in sizes if _fits(text, _font(path, each), most, bottom - top)), sizes[-1])
    font, step = _font(path, size), _step(size)
    lines, room = _broken(text, font), min(most, (bottom - top) // step)
    if len(lines) > room:
        lines = [*lines[: room - 1], f"{lines[room - 1]}…"]
    height = (top + bottom - len(lines) * step) / 2
    for line in lines:
        pen.text((SIZE / 2, height + step / 2), line, font=font, fill=colour, anchor="mm")
        height += step


def _fits(text: str, font: ImageFont.FreeTypeFont, most: int, room: int) -> bool:
    lines = len(_broken(text, font))
    return lines <= most and lines * _step(int(font.size)) <= room


def _step(size: int) -> int:
    """Return how far lines of a size are from each other."""
    return size * 13 // 10


def _broken(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """Return a text in lines that are no wider than the picture allows; a word that is wider is cut."""
    lines = [""]
    for word in " ".join(text.split()).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= SIZE - 2 * _MARGIN:
            lines[-1] = longer
            continue
        lines += _pieces(word, font)
    return [line for line in lines if line]


def _pieces(word: str, font: ImageFont.FreeTypeFont) -> list[str]:
    pieces = [""]
    for letter in word:
        if font.getlength(pieces[-1] + letter) > SIZE - 2 * _MARGIN:
            pieces.append("")
        pieces[-1] += letter
    return pieces
