"""Reports as acts: an export is read by its asker's scope and written to the audit trail."""

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission


def make_file(actor: Actor, report_id: int) -> None:
    """Make a report file that a person asked for."""
    require(actor, Permission.REPORT_READ)
    raise NotImplementedError(report_id)
