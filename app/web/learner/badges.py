"""A certificate shown elsewhere: a text to share, and the same award as an open badge."""

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.badges import queries as badges
from app.domain.certificates import queries as register
from app.foundation.errors import NotFound, Unready
from app.foundation.files import store
from app.foundation.i18n import N_
from app.web.headers import SANDBOX_POLICY
from app.web.learner.surveys import blueprint
from app.web.session import actor
from app.workflows import badging

__all__ = ["blueprint"]

P = Permission


@blueprint.get("/certificates/<string:code>/share")
@requires(P.OWN_LEARNING)
def share(code: str) -> str:
    """Show what to give to others: a text with the link of verification, and the badge."""
    scope = scope_of(actor(), P.OWN_LEARNING)
    held = register.get_certificate(scope, code)
    return render_template("learner/share.html", held=held, badge=badges.find_badge(scope, held.id))


@blueprint.post("/certificates/<string:code>/badge")
@requires(P.OWN_LEARNING)
def make_badge(code: str) -> Response:
    """Let the badge be made."""
    held = badging.ask(actor(), code)
    return redirect(url_for("learner.share", code=held.code))


@blueprint.get("/certificates/<string:code>.json")
@requires(P.CERTIFICATE_READ)
def badge_document(code: str) -> Response:
    """Hand out a badge as a credential."""
    return _hand_out(code, "document_digest", "application/json", "json")


@blueprint.get("/certificates/<string:code>.png")
@requires(P.CERTIFICATE_READ)
def badge_picture(code: str) -> Response:
    """Hand out a badge as a picture that holds the credential."""
    return _hand_out(code, "picture_digest", "image/png", "png")


def _hand_out(code: str, column: str, kind: str, ending: str) -> Response:
    scope = scope_of(actor(), P.CERTIFICATE_READ)
    held = register.get_certificate(scope, code)
    badge = badges.find_badge(scope, held.id)
    if badge is None:
        raise NotFound
    if badge.made_at is None:
        raise Unready(N_("Your badge is being made. Look again in a moment."), seconds=3)
    response = make_response(store().get(getattr(badge, column)))
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{held.number}.{ending}"'
    response.headers["Content-Security-Policy"] = SANDBOX_POLICY
    return response
