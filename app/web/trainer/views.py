"""Pages for those who write courses: the list, one course, its files, previews, marking."""

from app.web.trainer import bench, examples, files, marking, previews
from app.web.trainer.shelf import blueprint

__all__ = ["bench", "blueprint", "examples", "files", "marking", "previews"]
