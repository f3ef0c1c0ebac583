"""Draws a QR symbol (ISO/IEC 18004) as rectangles in a unit grid."""

from collections.abc import Iterator

import segno

_MASK = 3
"""Any of the eight masks may be used; a fixed one saves drawing and weighing all of them."""
_CAPACITY = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412)
"""Bytes that versions 1 to 15 hold at error correction level M (ISO/IEC 18004, table 7)."""


def runs(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Return the modules on a side, and the dark runs as (column, row from the top, length).

    The quiet zone of four modules is left to the caller. Raises ValueError for a text over 412 bytes.
    """
    size = len(text.encode())
    version = next((n for n, capacity in enumerate(_CAPACITY, start=1) if size <= capacity), None)
    if version is None:
        raise ValueError(f"{size} bytes are too many for a QR symbol that can be read from paper")
    symbol = segno.make(
        text,
        version=version,
        error="m",
        mask=_MASK,
        mode="byte",
        encoding="utf-8",
        micro=False,
        boost_error=False,
    )
    dark = [run for row, modules in enumerate(symbol.matrix) for run in _dark(row, bytes(modules))]
    return len(symbol.matrix), tuple(dark)


def _dark(row: int, modules: bytes) -> Iterator[tuple[int, int, int]]:
    start = modules.find(1)
    while start >= 0:
        end = modules.find(0, start)
        end = len(modules) if end < 0 else end
        yield start, row, end - start
        start = modules.find(1, end)
