"""Verification: by the code, by the file; anyone may ask, and nobody so often that guessing pays."""

from http import HTTPStatus

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from app.domain.access.gate import public
from app.domain.certificates import queries as register
from app.domain.certificates import rules
from app.domain.certificates.models import Certificate
from app.foundation import settings
from app.foundation.ids import normalise_code
from app.web.limiter import limiter, verification
from app.web.public.forms import LARGEST, DocumentForm, NameForm
from app.web.public.views import blueprint
from app.web.session import find_current_actor
from app.workflows import verifying
from app.workflows.verifying import Told

__all__ = ["blueprint"]

_LONGEST_SHOWN = 60


@blueprint.get("/verify")
@verification
@public
def verify() -> Response:
    """Check a certificate by the code that was typed, or ask for one."""
    code = request.args.get("code", "").strip()
    return _by_code(code) if code else _ask(DocumentForm(formdata=None))


@blueprint.get("/verify/<string:code>")
@verification
@public
def verify_code(code: str) -> Response:
    """Check a certificate by its code or QR: unknown and malformed codes get the same page."""
    return _by_code(code)


@blueprint.post("/verify/<string:code>")
@verification
@limiter.limit("10/minute")
@public
def verify_name(code: str) -> Response:
    """Show the name that its holder hides to whoever types the end of the code."""
    certificate, form = register.find_by_code(code), NameForm()
    if certificate is None or not form.validate_on_submit():
        return _by_code(code, form)
    is_named = rules.is_last_group(normalise_code(certificate.code), normalise_code(form.group.data))
    if not is_named:
        form.group.errors = [_("The code does not end so. Compare it with the certificate.")]
    return _show(certificate, form, is_named=is_named)


@blueprint.post("/verify")
@verification
@limiter.limit("20/minute")
@public
def verify_file() -> Response:
    """Tell whether a file is a certificate as it was issued here; the file is not kept."""
    form = DocumentForm()
    content = form.file.data.read(LARGEST + 1) if form.validate_on_submit() else b""
    if len(content) > LARGEST:
        form.file.errors = [_("This file is larger than 1 MB: it is no certificate of ours.")]
    if form.errors:
        return _ask(form)
    found = verifying.recognise(content)
    told = _tell(found.certificate) if found.certificate else None
    return _answer(render_template("public/verify_file.html", told=told, numbers=found.numbers, **_place()))


def _by_code(code: str, form: NameForm | None = None) -> Response:
    """Answer for a code; a form that was sent comes back with what is wrong in it."""
    certificate = register.find_by_code(code)
    if certificate is not None:
        return _show(certificate, form)
    unknown = render_template("public/verify_code.html", told=None, code=code[:_LONGEST_SHOWN], **_place())
    return _answer(unknown, HTTPStatus.NOT_FOUND)


def _show(certificate: Certificate, form: NameForm | None, *, is_named: bool = False) -> Response:
    """Show a certificate; only the opening of its page is a check, typing the end of its code is a part of that."""
    told = verifying.tell(certificate, is_named=is_named) if form else _tell(certificate)
    form = form or NameForm(formdata=None)
    page = render_template("public/verify_code.html", told=told, code=certificate.code, form=form, **_place())
    return _answer(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _tell(certificate: Certificate) -> Told:
    """Return what is told of a certificate, and count that it was."""
    verifying.note_check(find_current_actor(), certificate)
    return verifying.tell(certificate, is_named=False)


def _ask(form: DocumentForm) -> Response:
    page = render_template("public/verify.html", form=form, **_place())
    return _answer(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _place() -> dict[str, str]:
    """Return the address that people come to, and where this page was opened if that is elsewhere."""
    given = settings.current()
    return {"base_url": given.base_url, "opened_at": "" if request.host == given.host else request.host}


def _answer(body: Response | str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return an answer that is true now, and is to be asked for again: no search engine and no cache keeps it."""
    response = make_response(body, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
