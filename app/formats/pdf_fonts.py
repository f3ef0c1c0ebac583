"""Fonts of PDF files: each known to ReportLab once in a process."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

rl_config.useA85 = 0  # Streams as plain bytes: a fifth smaller, and quicker than as ASCII.

one_at_a_time = Lock()
"""ReportLab's fonts keep a place in their file while they are read, so that threads must take turns."""


@lru_cache(maxsize=32)
def registered(path: Path) -> str:
    """Make a font known to ReportLab once in a process, and return its name there."""
    name = f"{path.stem}-{sha256(str(path).encode()).hexdigest()[:12]}"
    pdfmetrics.registerFont(TTFont(name, str(path), asciiReadable=False))
    return name


@lru_cache(maxsize=32)
def widths(path: Path) -> Mapping[str, float]:
    """Return the advance of each character at one point; of an unknown one, that of the empty box."""
    face = pdfmetrics.getFont(registered(path)).face
    empty: float = face.defaultWidth / 1000
    return defaultdict(lambda: empty, {chr(code): width / 1000 for code, width in face.charWidths.items()})
