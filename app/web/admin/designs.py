"""Designs of certificates: what each asks for, and how it copes with the hardest names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.territory import queries as territory
from app.domain.territory.models import Issuer
from app.foundation.errors import NotFound
from app.web.admin.section import blueprint
from app.web.labels import CERTIFICATE_KINDS, COUNTRIES, PARTICULARS
from app.web.session import actor
from app.workflows import administering
from app.workflows.administering.designs import DesignReport

P = Permission
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class DesignsPage:
    """Every design, the issuers that specimens may be by, the one chosen, and what was found of typed letters."""

    designs: Sequence[DesignReport]
    issuers: Sequence[Issuer]
    issuer: Issuer | None
    letters: str
    lacking: Mapping[str, tuple[str, ...]]


def show_designs(actor: Actor, asked: Mapping[str, str]) -> DesignsPage:
    """Return the designs as seen by one who looks after issuers; raises NotFound for an issuer that is not hers."""
    held = territory.list_issuers(scope_of(actor, P.ISSUER_WRITE))
    code, letters = asked.get("issuer", ""), asked.get("letters", "").strip()[:_LONGEST]
    chosen = next((issuer for issuer in held if issuer.unit.code == code), None)
    if code and chosen is None:
        raise NotFound
    lacking = administering.check_letters(actor, letters) if letters else {}
    return DesignsPage(administering.list_designs(actor), held, chosen, letters, lacking)


@blueprint.get("/admin/designs")
@requires(P.ISSUER_WRITE)
def designs() -> str:
    """List the designs of certificates, with specimens of each in every language."""
    view = show_designs(actor(), request.args)
    words = {"particulars": PARTICULARS, "countries": COUNTRIES, "kinds": CERTIFICATE_KINDS}
    return render_template("admin/designs.html", view=view, **words)


@blueprint.get("/admin/designs/<string:name>/specimen.pdf")
@requires(P.ISSUER_WRITE)
def design_specimen(name: str) -> Response:
    """Show a design with names as long as they come; nothing of it is kept."""
    kind, language = request.args.get("kind", ""), request.args.get("lang", "en")
    issuer = request.args.get("issuer", "")
    response = make_response(administering.draw_hardest(actor(), name, kind, language, issuer))
    response.headers["Content-Type"] = "application/pdf"
    called = "-".join(filter(None, ("specimen", name, kind, language)))
    response.headers["Content-Disposition"] = f'inline; filename="{called}.pdf"'
    return response
