"""Pages for those who write courses: the list, one course, its files, previews, the question format."""

from app.web.trainer import analysis, bench, examples, files, previews
from app.web.trainer.shelf import blueprint

__all__ = ["analysis", "bench", "blueprint", "examples", "files", "previews"]
