"""Pages for those who write courses: the list, one course, its files, previews, the question format."""

from app.web.trainer import bench, examples, exchange, files, previews
from app.web.trainer.shelf import blueprint

__all__ = ["bench", "blueprint", "examples", "exchange", "files", "previews"]
