"""Pages for those who write courses: the list, one course, its files, previews, the question format."""

from app.web.trainer import analysis, bank, bench, examples, exchange, files, opinions, previews
from app.web.trainer.shelf import blueprint

__all__ = ["analysis", "bank", "bench", "blueprint", "examples", "exchange", "files", "opinions", "previews"]
