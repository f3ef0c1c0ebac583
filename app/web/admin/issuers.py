"""Issuers: by which particulars units issue certificates."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.queries import keys
from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import IssuerParticulars
from app.formats.logo_png import LARGEST
from app.foundation.errors import Invalid, NotFound
from app.foundation.files import store
from app.web.account.views import add_error
from app.web.admin.forms import TEXTS, IssuerForm
from app.web.admin.section import Answer, blueprint
from app.web.headers import SANDBOX_POLICY
from app.web.labels import LANGUAGE_NAMES
from app.web.manager import asking
from app.web.session import actor
from app.workflows import administering

P = Permission
_FIRST = {
    "CZ": ("cs", "en"),
    "RS": ("sr-Cyrl", "sr-Latn", "en"),
    "UA": ("uk", "en"),
    "BG": ("bg", "en"),
}
"""The languages that an issuer of a country needs first."""


@blueprint.get("/admin/issuers")
@requires(P.ISSUER_WRITE)
def issuers() -> str:
    """List the issuers, and find a unit that is to become one."""
    scope, text = scope_of(actor(), P.ISSUER_WRITE), request.args.get("q", "").strip()[:200]
    held = territory.list_issuers(scope)
    found = asking.find_units(scope, text) if text else []
    known = {issuer.unit_id for issuer in held}
    unsigned = keys.count_waiting_for_key(scope_of(actor(), P.CERTIFICATE_READ))
    return render_template(
        "admin/issuers.html", held=held, text=text, found=found, known=known, unsigned=unsigned
    )


def _get(actor: Actor, code: str) -> tuple[Unit, Issuer | None]:
    unit = territory.get_unit_within(scope_of(actor, P.ISSUER_WRITE), code)
    return unit, territory.find_issuer(unit.id)


def _open_form(kept: Issuer | None) -> IssuerForm:
    if kept is None:
        return IssuerForm()
    texts = {
        f"{name}_{tag}": (getattr(kept, name) or {}).get(tag, "") for name in TEXTS for tag in LANGUAGE_NAMES
    }
    plain = ("legal_name", "registration_number", "prefix", "place", "accreditation", "signatory")
    return IssuerForm(data={**texts, **{name: getattr(kept, name) or "" for name in plain}})


def _read(form: IssuerForm) -> IssuerParticulars:
    texts = {
        name: {tag: text for tag in LANGUAGE_NAMES if (text := form[f"{name}_{tag}"].data or "")}
        for name in TEXTS
    }
    return IssuerParticulars(
        legal_name=form.legal_name.data or "",
        registration_number=form.registration_number.data or "",
        prefix=(form.prefix.data or "").strip(),
        signatory=form.signatory.data or "",
        place=form.place.data or "",
        accreditation=form.accreditation.data or None,
        function=texts["function"],
        legal_line=texts["legal_line"],
        funder_line=texts["funder_line"],
    )


def _picture(given: object) -> bytes | None:
    """Return the uploaded bytes, one more than is allowed where they are too many."""
    return given.stream.read(LARGEST + 1) or None if isinstance(given, FileStorage) else None


def _keep(code: str, form: IssuerForm) -> None:
    administering.keep_issuer(
        actor(),
        code,
        _read(form),
        _picture(form.logo.data),
        _picture(form.funder_logo.data),
        is_logo_dropped=bool(form.drop_logo.data),
        is_funder_logo_dropped=bool(form.drop_funder_logo.data),
    )


@blueprint.route("/admin/issuers/<string:code>", methods=["GET", "POST"])
@requires(P.ISSUER_WRITE)
def issuer(code: str) -> Answer:
    """Write down by which particulars a unit issues certificates."""
    unit, kept = _get(actor(), code)
    form = _open_form(kept)
    if form.validate_on_submit():
        try:
            _keep(code, form)
        except Invalid as error:
            _add_error(form, error, unit)
        else:
            flash(
                _("The particulars are saved. Look at the specimen before the next certificate."), "success"
            )
            return redirect(url_for("admin.issuer", code=code))
    view = {"unit": unit, "kept": kept, "first": _FIRST[unit.country], "texts": TEXTS}
    return render_template("admin/issuer.html", form=form, **view), 422 if form.is_submitted() else 200


def _add_error(form: IssuerForm, error: Invalid, unit: Unit) -> None:
    """Show a refusal at its field; one of all languages stands at that of the issuer's country."""
    field = f"{error.field}_{_FIRST[unit.country][0]}" if error.field in TEXTS else error.field
    add_error(form, Invalid(field, error.reason, **error.values))


@blueprint.get("/admin/issuers/<string:code>/specimen.pdf")
@requires(P.ISSUER_WRITE)
def specimen(code: str) -> Response:
    """Show what a certificate looks like; nothing of it is kept."""
    language = request.args.get("lang", "en")
    response = make_response(administering.draw_specimen(actor(), code, language))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="specimen-{language}.pdf"'
    return response


@blueprint.get("/admin/issuers/<string:code>/logo.png")
@requires(P.ISSUER_WRITE)
def logo(code: str) -> Response:
    """Show an issuer's logo."""
    _unit, kept = _get(actor(), code)
    return _show(kept.logo if kept else None)


@blueprint.get("/admin/issuers/<string:code>/funder-logo.png")
@requires(P.ISSUER_WRITE)
def funder_logo(code: str) -> Response:
    """Show the logo of an issuer's funder."""
    _unit, kept = _get(actor(), code)
    return _show(kept.funder_logo if kept else None)


def _show(digest: str | None) -> Response:
    if digest is None:
        raise NotFound
    response = make_response(store().get(digest))
    response.headers["Content-Type"] = "image/png"
    response.headers["Content-Security-Policy"] = SANDBOX_POLICY
    return response
