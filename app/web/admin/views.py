"""Pages for administrators, gathered: each module adds its own to the one blueprint."""

from app.web.admin import audit, designs, issuers, mail, register, revocations, roles, territory
from app.web.admin.section import blueprint

__all__ = [
    "audit",
    "blueprint",
    "designs",
    "issuers",
    "mail",
    "register",
    "revocations",
    "roles",
    "territory",
]
