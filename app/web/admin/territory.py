"""The territory: looked through unit by unit, and brought up to date by a file that is looked through first."""

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.catalogue.values import Finding
from app.domain.territory import queries as territory
from app.formats.territory_csv import MAX_BYTES, OPTIONAL, REQUIRED
from app.foundation.errors import Invalid
from app.foundation.i18n import translate
from app.web.account.views import add_error
from app.web.admin.forms import TerritoryForm
from app.web.admin.section import Answer, blueprint
from app.web.labels import UNIT_LEVELS
from app.web.manager import asking
from app.web.session import actor, choose_locale
from app.workflows import administering, importing

P = Permission
_KEPT = "territory"
_LONGEST_NAME = 100
_MOST_SHOWN = 200


@blueprint.get("/admin/territory", endpoint="territory")
@requires(P.TERRITORY_WRITE)
def countries() -> str:
    """Show the countries, and find a unit."""
    scope, text = scope_of(actor(), P.TERRITORY_WRITE), request.args.get("q", "").strip()[:200]
    found = asking.find_units(scope, text) if text else []
    tops = territory.list_countries()
    return render_template(
        "admin/territory.html", units=tops, text=text, found=found, may_import=scope.everything
    )


@blueprint.get("/admin/territory/units/<string:code>")
@requires(P.TERRITORY_WRITE)
def unit(code: str) -> str:
    """Show a unit, what lies above it and what lies right below."""
    shown = territory.get_unit(code)
    above = territory.list_ancestors(shown)[:-1]
    successor = territory.get_unit_by_id(shown.successor_id) if shown.successor_id else None
    return render_template(
        "admin/unit.html",
        unit=shown,
        above=above,
        below=territory.list_children(shown),
        municipalities=territory.count_municipalities(shown.path),
        successor=successor,
        levels=UNIT_LEVELS,
    )


@blueprint.route("/admin/territory/import", methods=["GET", "POST"])
@requires(P.TERRITORY_WRITE)
def territory_import() -> Answer:
    """Take a file, to be looked through before anything changes."""
    form = TerritoryForm()
    if form.validate_on_submit():
        given = form.file.data
        try:
            digest = administering.keep_territory_file(actor(), given.stream.read(MAX_BYTES + 1))
        except Invalid as error:
            add_error(form, error)
        else:
            session[_KEPT] = [digest, (given.filename or "territory.csv")[-_LONGEST_NAME:]]
            return redirect(url_for("admin.territory_plan"))
    columns = {"required": REQUIRED, "optional": OPTIONAL}
    return render_template("admin/territory_import.html", form=form, **columns), 422 if form.errors else 200


@blueprint.get("/admin/territory/import/plan")
@requires(P.TERRITORY_WRITE)
def territory_plan() -> Answer:
    """Show what the file would change, or what is wrong with it, by line."""
    if _KEPT not in session:
        return redirect(url_for("admin.territory_import"))
    digest, name = session[_KEPT]
    data = administering.read_territory_file(actor(), digest)
    plan = importing.import_territory(actor(), data, is_dry=True, file=name)
    return render_template("admin/territory_plan.html", plan=plan, name=name, say=_say, shown=_MOST_SHOWN)


def _say(finding: Finding) -> str:
    return translate(choose_locale(), finding.message, **finding.values)


@blueprint.post("/admin/territory/import/plan")
@requires(P.TERRITORY_WRITE)
def territory_apply() -> Response:
    """Let the territory be as the file says."""
    if _KEPT not in session:
        return redirect(url_for("admin.territory_import"))
    digest, name = session[_KEPT]
    data = administering.read_territory_file(actor(), digest)
    done = importing.import_territory(actor(), data, is_dry=False, file=name)
    if not done.is_done or done.difference is None:
        return redirect(url_for("admin.territory_plan"))
    session.pop(_KEPT)
    added, changed = len(done.difference.added), len(done.difference.changed) + len(done.difference.closed)
    flash(_("Done: %(added)s units are new, %(changed)s changed.", added=added, changed=changed), "success")
    return redirect(url_for("admin.territory"))
