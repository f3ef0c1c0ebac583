"""Draws the woven border and the rosette of a certificate as tiles, so that a page repeats few short paths.

Everything here is in points from the lower left corner of the page, as PDF has it (ISO 32000-1, 8.3).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from math import cos, pi, sin, tau
from typing import TypeAlias

from app.formats.certificate_layout import MM
from app.formats.certificate_shapes import Colour, Frame, Rosette

_PERIOD = 11 * MM  # a wave of the border is about this long
_AMPLITUDES = (1, 0.72, 0.44, 0.16, -0.16, -0.44, -0.72, -1)
_STEPS = 8  # curves for one wave
_HAIR = 0.4
_KNOT_PETALS = 12

Curve: TypeAlias = Callable[[float], tuple[float, float]]
Ring: TypeAlias = tuple[float, float, int]
"""Radius, height of the waves (both as multiples of the whole radius) and number of lines."""

_ROSETTE_RINGS: tuple[Ring, ...] = ((0.82, 0.18, 6), (0.52, 0.16, 4), (0.27, 0.11, 3))
_KNOT_RINGS: tuple[Ring, ...] = ((0.72, 0.28, 3), (0.32, 0.26, 2))


@dataclass(frozen=True, slots=True)
class Tile:
    """Operators that paint a path in its own coordinates, and those that move it to each of its places."""

    operators: str
    box: tuple[float, float, float, float]
    places: tuple[str, ...]


def rgb(colour: Colour) -> tuple[float, float, float]:
    """Return red, green and blue from 0 to 1."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255


@lru_cache(maxsize=32)
def border(frame: Frame, width: float, height: float) -> tuple[Tile, ...]:
    """Weave a border along the four edges of a page of this size, with a knot in each corner."""
    band = frame.band * MM
    start = frame.margin * MM + band
    near = start - band / 2
    across, along = width - 2 * start, height - 2 * start
    rows = [(0.0, start, near), (0.0, start, height - near)]
    columns = [(pi / 2, near, start), (pi / 2, width - near, start)]
    corners = [(x, y) for x in (near, width - near) for y in (near, height - near)]
    knots = [(colour, (ring,)) for colour, ring in zip(frame.strands, cycle(_KNOT_RINGS), strict=False)]
    return (
        _weave(frame, across, rows),
        _weave(frame, along, columns),
        _wreath(corners, band * 0.46, _KNOT_PETALS, knots, _HAIR),
    )


@lru_cache(maxsize=32)
def rosette(shape: Rosette, height: float) -> Tile:
    """Turn one sector of a wreath of waves around its centre."""
    centre = (shape.left * MM, height - shape.top * MM)
    rings = [(shape.colour, _ROSETTE_RINGS)]
    return _wreath([centre], shape.radius * MM, shape.petals, rings, shape.thickness)


def _wreath(
    centres: Sequence[tuple[float, float]],
    radius: float,
    petals: int,
    rings: Sequence[tuple[Colour, Sequence[Ring]]],
    thickness: float,
) -> Tile:
    """Turn one sector of wavy rings as often as there are petals."""
    sector = tau / petals
    operators = [
        _stroked(
            [
                _path(_petal(radius * base, radius * swing, petals, number * tau / phases), sector)
                for base, swing, phases in same_colour
                for number in range(phases)
            ],
            colour,
            thickness,
        )
        for colour, same_colour in rings
    ]
    places = ((n * sector, x, y) for x, y in centres for n in range(petals))
    box = (-radius - 1, -radius - 1, radius + 1, radius + 1)
    return Tile(" ".join(operators), box, _moved(places))


def _weave(frame: Frame, length: float, sides: Sequence[tuple[float, float, float]]) -> Tile:
    """Repeat one wave of every strand along equal sides, given by their directions and beginnings."""
    waves = round(length / _PERIOD)
    period = length / waves
    swing = frame.band * MM * 0.45
    operators = [
        _stroked(
            [
                _path(_wave(period, swing * part, number * pi / len(frame.strands)), period)
                for part in _AMPLITUDES
            ],
            colour,
            _HAIR,
        )
        for number, colour in enumerate(frame.strands)
    ]
    places = (
        (turn, x + n * period * cos(turn), y + n * period * sin(turn))
        for turn, x, y in sides
        for n in range(waves)
    )
    return Tile(" ".join(operators), (-1, -swing - 1, period + 1, swing + 1), _moved(places))


def _wave(period: float, swing: float, phase: float) -> Curve:
    return lambda t: (t, swing * sin(tau * t / period + phase))


def _petal(base: float, swing: float, petals: int, phase: float) -> Curve:
    return lambda t: (
        (base + swing * sin(t * petals + phase)) * cos(t),
        (base + swing * sin(t * petals + phase)) * sin(t),
    )


def _moved(places: Iterable[tuple[float, float, float]]) -> tuple[str, ...]:
    """Return the operator that turns and moves what follows, for each angle and point."""
    return tuple(
        f"{cos(turn):.4f} {sin(turn):.4f} {-sin(turn):.4f} {cos(turn):.4f} {x:.3f} {y:.3f} cm"
        for turn, x, y in places
    )


def _stroked(paths: Iterable[str], colour: Colour, thickness: float) -> str:
    red, green, blue = rgb(colour)
    return f"{red:.3f} {green:.3f} {blue:.3f} RG {thickness} w 1 J {' '.join(paths)} S"


def _path(curve: Curve, end: float) -> str:
    """Follow a curve from 0 to its end by cubic Bézier curves that share its tangents (Hermite's form)."""
    step = end / _STEPS
    nudge = step / 1000
    operators = ["{:.2f} {:.2f} m".format(*curve(0))]
    for n in range(_STEPS):
        (x0, y0), (x3, y3) = curve(n * step), curve((n + 1) * step)
        (dx0, dy0), (dx3, dy3) = _slope(curve, n * step, nudge), _slope(curve, (n + 1) * step, nudge)
        third = step / 3
        points = (x0 + dx0 * third, y0 + dy0 * third, x3 - dx3 * third, y3 - dy3 * third, x3, y3)
        operators.append(" ".join(f"{each:.2f}" for each in points) + " c")
    return " ".join(operators)


def _slope(curve: Curve, t: float, nudge: float) -> tuple[float, float]:
    (x0, y0), (x1, y1) = curve(t - nudge), curve(t + nudge)
    return (x1 - x0) / (2 * nudge), (y1 - y0) / (2 * nudge)
