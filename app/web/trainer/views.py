"""Pages for those who write courses: the list, one course, its files, previews, marking."""

from app.web.trainer import (
    analysis,
    bank,
    bench,
    corrections,
    examples,
    exchange,
    files,
    marking,
    opinions,
    previews,
    validity,
)
from app.web.trainer.shelf import blueprint

__all__ = [
    "analysis",
    "bank",
    "bench",
    "blueprint",
    "corrections",
    "examples",
    "exchange",
    "files",
    "marking",
    "opinions",
    "previews",
    "validity",
]
