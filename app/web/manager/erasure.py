"""A person is erased: what goes and what stays is said first, and a password asked for."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.foundation.errors import Invalid
from app.web.account.views import add_error
from app.web.manager.duplicates import blueprint
from app.web.manager.forms import ErasureForm
from app.web.manager.views import Answer
from app.web.session import actor
from app.workflows import erasing

__all__ = ["blueprint"]


@blueprint.route("/manage/people/<uuid:person_id>/erase", methods=["GET", "POST"])
@requires(Permission.PERSON_ERASE)
def erase(person_id: UUID) -> Answer:
    """Erase a person, once it is confirmed."""
    remains, form = erasing.look(actor(), person_id), ErasureForm()
    if form.validate_on_submit():
        try:
            erasing.erase(actor(), person_id, password=str(form.present.data))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("This person is erased."), "success")
            return redirect(url_for("manager.people"))
    status = 422 if form.errors else 200
    return render_template("manager/erase.html", form=form, remains=remains), status
