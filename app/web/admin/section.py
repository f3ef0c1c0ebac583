"""The blueprint of all pages for administrators, and the menu between them."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.access.policy import holds
from app.domain.access.values import Permission
from app.web.session import find_current_actor

blueprint = Blueprint("admin", __name__)
Answer = Response | str | tuple[str, int]

_PAGES = (
    ("/admin/roles", _("Roles"), Permission.ROLE_GRANT),
    ("/admin/issuers", _("Issuers"), Permission.ISSUER_WRITE),
    ("/admin/designs", _("Designs"), Permission.ISSUER_WRITE),
    ("/admin/register", _("Register"), Permission.REGISTER_READ),
    ("/admin/revocations", _("Revocations"), Permission.CERTIFICATE_REVOKE),
    ("/admin/territory", _("Territory"), Permission.TERRITORY_WRITE),
    ("/admin/mail", _("Mail"), Permission.MAIL_READ),
    ("/admin/audit", _("Audit trail"), Permission.AUDIT_READ),
)


@blueprint.context_processor
def section() -> dict[str, object]:
    """Give the pages the menu of those that the reader may open; of a single one there is none."""
    actor = find_current_actor()
    pages = [(href, label) for href, label, permission in _PAGES if actor and holds(actor, permission)]
    entries = [
        {"href": href, "label": label, "current": request.path.startswith(href)} for href, label in pages
    ]
    return {"section": entries if len(entries) > 1 else []}
