"""Pages for those who write courses: the list, one course, its files, previews, marking."""

from app.web.trainer import analysis, bank, bench, examples, exchange, files, marking, opinions, previews
from app.web.trainer.shelf import blueprint

__all__ = [
    "analysis",
    "bank",
    "bench",
    "blueprint",
    "examples",
    "exchange",
    "files",
    "marking",
    "opinions",
    "previews",
]
