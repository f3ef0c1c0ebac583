"""A certificate was lost, destroyed or got into wrong hands: what a duplicate means, the reason, then it is made."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.foundation.errors import Invalid
from app.web.account.views import add_error
from app.web.manager.forms import DuplicateForm
from app.web.manager.names import blueprint
from app.web.manager.views import Answer
from app.web.session import actor
from app.workflows import duplicating

__all__ = ["blueprint"]


@blueprint.route("/manage/certificates/<string:code>/duplicate", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_CORRECT)
def duplicate(code: str) -> Answer:
    """Make a duplicate of a certificate, once it is confirmed."""
    lost, form = duplicating.look(actor(), code), DuplicateForm()
    if form.validate_on_submit():
        try:
            fresh = duplicating.duplicate(actor(), code, str(form.reason.data))
        except Invalid as error:
            add_error(form, error)
        else:
            made = _("The duplicate %(number)s is made.", number=fresh.number)
            flash(" ".join([made, _("The holder is told by mail.")]), "success")
            return redirect(url_for("manager.person", person_id=lost.holder.public_id))
    status = 422 if form.errors else 200
    return render_template("manager/duplicate.html", form=form, lost=lost), status
