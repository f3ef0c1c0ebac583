"""Pages for anyone: front page, catalogue, what certificates are signed with, statements."""

from pathlib import PurePosixPath

from flask import Blueprint, Response, render_template, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from app.domain.access.gate import public
from app.domain.catalogue import queries as catalogue
from app.domain.certificates.queries import keys
from app.foundation.errors import NotFound
from app.foundation.files import store
from app.web.headers import SANDBOX_POLICY
from app.web.public import shelf
from app.web.session import choose_locale, find_current_actor

blueprint = Blueprint("public", __name__)

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".vtt": "text/vtt; charset=utf-8",
}


@blueprint.get("/")
@public
def home() -> str:
    """Say what this is, and where to begin."""
    return render_template("public/home.html", courses=shelf.find(choose_locale())[:6])


@blueprint.get("/courses")
@public
def courses() -> str:
    """Show the catalogue, by track, language, level and search."""
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "track", "language", "level")}
    found = shelf.find(choose_locale(), **wanted)
    return render_template("public/courses.html", courses=found, wanted=wanted, languages=shelf.languages())


@blueprint.get("/courses/<string:slug>")
@public
def course(slug: str) -> str:
    """Tell what a course is about, what its test is like and who wrote it."""
    return render_template("public/course.html", **shelf.about(slug, find_current_actor(), choose_locale()))


@blueprint.get("/media/<string:digest>/<string:name>")
@public
def media(digest: str, name: str) -> BaseResponse:
    """Hand out a file of a published course; it can do nothing in the browser but be shown."""
    kind = MEDIA_TYPES.get(PurePosixPath(name).suffix.lower())
    if kind is None or catalogue.find_media(digest, name) is None:
        raise NotFound
    response = send_file(store().path(digest), mimetype=kind, conditional=True, etag=digest, max_age=31536000)
    response.headers["Content-Security-Policy"] = SANDBOX_POLICY
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


# What certificates are signed with.


@blueprint.get("/issuer")
@public
def issuer() -> str:
    """Show what certificates are signed with, for whoever checks a signature."""
    return render_template("public/issuer.html", held=keys.list_signing_certificates())


@blueprint.get("/issuer/<string:fingerprint>.pem")
@public
def issuer_chain(fingerprint: str) -> Response:
    """Hand out a certificate that documents were signed with, and those that vouch for it."""
    held = keys.find_signing_certificate(fingerprint)
    if held is None:
        raise NotFound
    disposition = f'attachment; filename="gradivo-{fingerprint[:8]}.pem"'
    return Response(
        held.chain, mimetype="application/x-pem-file", headers={"Content-Disposition": disposition}
    )


# Statements.


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Say what is kept of a person, and why."""
    return render_template("public/privacy.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """State how accessible the pages are."""
    return render_template("public/accessibility.html")


@blueprint.get("/help")
@public
def help_page() -> str:
    """Help in a few questions and answers."""
    return render_template("public/help_page.html")


@blueprint.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Say where to report a weakness (RFC 9116)."""
    return Response(shelf.security_text(), mimetype="text/plain")
