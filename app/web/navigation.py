"""Menus: what a person is shown follows from what she may do."""

from flask import Flask, request
from flask_babel import lazy_gettext as _

from app.domain.access.policy import holds
from app.domain.access.values import Actor, Permission
from app.foundation.i18n import content_language
from app.foundation.settings import Settings
from app.web.session import choose_locale, find_current_actor

_MENU = (
    ("/learn", _("My learning"), Permission.OWN_LEARNING),
    ("/certificates", _("My certificates"), Permission.OWN_LEARNING),
    ("/courses", _("Courses"), None),
    ("/teach/courses", _("Writing courses"), Permission.COURSE_WRITE),
    ("/teach/marking", _("Marking"), Permission.TASK_MARK),
    ("/proctor", _("Supervised tests"), Permission.EXAM_SET),
    ("/manage/people", _("People"), Permission.PERSON_READ),
    ("/reports/progress", _("Reports"), Permission.REPORT_READ),
    ("/admin/roles", _("Administration"), Permission.ROLE_GRANT),
)
_PARTS = (
    ("/admin/issuers", _("Issuers"), Permission.ISSUER_WRITE),
    ("/admin/register", _("Register of certificates"), Permission.REGISTER_READ),
    ("/admin/audit", _("Audit trail"), Permission.AUDIT_READ),
)
"""What those find in the menu who hold a part of an administrator's rights."""
_ANYONE = (("/courses", _("Courses"), None), ("/verify", _("Verify a certificate"), None))
_ACCOUNT = (
    ("/account/profile", _("My profile")),
    ("/proctor", _("Tests that I supervise")),
    ("/account/password", _("Password")),
)


def install(app: Flask, settings: Settings) -> None:
    """Give every template its menus and facts."""

    def context() -> dict[str, object]:
        actor, locale = find_current_actor(), choose_locale()
        return {
            "locale": locale,
            "locale_tag": content_language(locale),
            "content_tag": content_language(locale),
            "is_demo": settings.is_demo,
            "person": {"name": actor.full_name} if actor else None,
            "navigation": _entries(actor),
            "account_navigation": [
                {"href": href, "label": label, "current": request.path == href} for href, label in _ACCOUNT
            ],
        }

    app.context_processor(context)


def _entries(actor: Actor | None) -> list[dict[str, object]]:
    menu = _ANYONE if actor is None else _menu_of(actor)
    here = _current([href for href, _label, _permission in menu])
    return [{"href": href, "label": label, "current": href == here} for href, label, _permission in menu]


def _menu_of(actor: Actor) -> list[tuple[str, object, Permission | None]]:
    entries = [entry for entry in _MENU if entry[2] is None or holds(actor, entry[2])]
    if not holds(actor, Permission.ROLE_GRANT):
        entries += [entry for entry in _PARTS if holds(actor, entry[2])]
    return list(entries)


def _current(menu: list[str]) -> str | None:
    """Return the entry that the present page lies under, else the first of its section that is no part of one."""
    under = [href for href in menu if _is_under(href)]
    parts = {part[0] for part in _PARTS}
    section = [href for href in menu if href not in parts and _is_under("/" + href.split("/")[1])]
    return next(iter([*under, *section]), None)


def _is_under(address: str) -> bool:
    return request.path == address or request.path.startswith(address + "/")


def home_of(actor: Actor) -> str:
    """Return where a person lands after sign-in: at the figures that are hers to look after, else at her learning."""
    return "/reports/progress" if holds(actor, Permission.REPORT_READ) else "/learn"
