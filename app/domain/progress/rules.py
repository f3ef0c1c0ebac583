"""What counts as completed: pure functions."""

from app.domain.catalogue.values import CourseMeta


def modules_wanted(meta: CourseMeta, module_count: int) -> int:
    """Return how many modules must be marked done."""
    wanted = meta.completion.modules
    return module_count if wanted is None else min(wanted, module_count)


def is_test_open(meta: CourseMeta, module_count: int, modules_done: int) -> bool:
    """Tell whether the final test may be sat: enough modules are done."""
    return meta.assessment is not None and modules_done >= modules_wanted(meta, module_count)


def is_completed_by_reading(meta: CourseMeta, module_count: int, modules_done: int) -> bool:
    """Tell whether a course without final test is completed."""
    return meta.assessment is None and modules_done >= modules_wanted(meta, module_count)
