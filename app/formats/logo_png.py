"""Makes the picture of a logo safe: a PNG is read and written anew, so that nothing but its points is kept."""

from functools import lru_cache
from io import BytesIO
from zlib import compress

from PIL import Image, UnidentifiedImageError

from app.foundation.errors import Invalid
from app.foundation.i18n import N_

LARGEST = 200_000
"""Bytes that a logo may have."""
WIDEST = 4000
"""Points that a logo may be wide or high."""
_MOST_PIXELS = 25_000_000
_MOST_BYTES = 16_000  # compressed; a picture that needs more is made coarser


class UnreadableLogo(Invalid):
    """The logo is no PNG or JPEG picture, or too large."""

    def __init__(self) -> None:
        """Take nothing."""
        super().__init__("logo", N_("The logo is not a PNG or JPEG picture of reasonable size."))


def clean(data: bytes) -> bytes | None:
    """Return a PNG without texts, times and positions that a program or camera wrote into it; None if it is none.

    For ``run_limited``: the picture comes from outside.
    """
    if len(data) > LARGEST:
        return None
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as picture:
            if max(picture.size) > WIDEST:
                return None
            points = picture.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None
    out = BytesIO()
    points.save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache(maxsize=16)
def flat(logo: bytes, width: int, height: int) -> Image.Image:
    """Return a logo on white ground, of no more than so many pixels.

    White instead of transparency, because PDF/A-1 knows none (ISO 19005-1, 6.4).
    """
    try:
        with Image.open(BytesIO(logo), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableLogo
            whole = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadableLogo from error
    made = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole).convert("RGB")
    made.thumbnail((width, height), Image.Resampling.LANCZOS)
    while len(compress(made.tobytes())) > _MOST_BYTES:
        made = made.resize((made.width * 4 // 5, made.height * 4 // 5), Image.Resampling.LANCZOS)
    return made
