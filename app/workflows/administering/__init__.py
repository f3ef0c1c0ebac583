"""Looking after people and what serves them: invitations, roles, issuers, designs, files of a territory, letters."""

from app.workflows.administering.designs import check_letters, draw_hardest, list_designs
from app.workflows.administering.issuers import draw_specimen, keep_issuer
from app.workflows.administering.operating import (
    keep_territory_file,
    list_letters,
    read_letter,
    read_territory_file,
    refuse_part_of_territory,
)
from app.workflows.administering.people import (
    change_person,
    deactivate,
    invite,
    is_above,
    reactivate,
    resend_invitation,
)
from app.workflows.administering.roles import create_admin, end_role, grant_role, revoke_role

__all__ = [
    "change_person",
    "check_letters",
    "create_admin",
    "deactivate",
    "draw_hardest",
    "draw_specimen",
    "end_role",
    "grant_role",
    "invite",
    "is_above",
    "keep_issuer",
    "keep_territory_file",
    "list_designs",
    "list_letters",
    "reactivate",
    "read_letter",
    "read_territory_file",
    "refuse_part_of_territory",
    "resend_invitation",
    "revoke_role",
]
