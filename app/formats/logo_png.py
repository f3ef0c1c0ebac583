"""Makes the picture of a logo safe: a PNG is read and written anew, so that nothing but its points is kept."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

LARGEST = 200_000
"""Bytes that a logo may have."""
WIDEST = 4000
"""Points that a logo may be wide or high."""


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
