"""People of one's units: found, invited, corrected, let in no more."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.foundation.errors import Invalid
from app.web.account.views import add_error
from app.web.labels import GENDERS, LOCALE_NAMES, ROLES
from app.web.manager import asking, records
from app.web.manager.forms import STATES, AttemptForm
from app.web.session import actor
from app.workflows import adjusting, administering

blueprint = Blueprint("manager", __name__)
P = Permission
Answer = Response | str | tuple[str, int]


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """Give the templates the words for how people stand and what they hold."""
    return {"person_states": STATES, "role_names": ROLES, "say_unit": asking.say_unit}


@blueprint.get("/manage/people")
@requires(P.PERSON_READ)
def people() -> str:
    """List the people of one's units."""
    view = records.show_people(actor(), request.args)
    return render_template("manager/people.html", view=view, state_of=records.state_of)


@blueprint.route("/manage/people/new", methods=["GET", "POST"])
@requires(P.PERSON_WRITE)
def invite() -> Answer:
    """Invite one person."""
    form = records.open_form(actor())
    given = records.read_form(actor(), form) if request.method == "POST" else None
    if given is not None:
        try:
            person = administering.invite(actor(), *given)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("%(name)s is invited; the mail is on its way.", name=person.full_name), "success")
            return redirect(url_for("manager.person", person_id=person.public_id))
    return render_template("manager/invite.html", form=form), 422 if request.method == "POST" else 200


@blueprint.get("/manage/people/<uuid:person_id>")
@requires(P.PERSON_READ)
def person(person_id: UUID) -> str:
    """Show a person's record, roles and courses."""
    view = records.show_person(actor(), person_id)
    return render_template("manager/person.html", view=view, genders=GENDERS, languages=LOCALE_NAMES)


@blueprint.route("/manage/people/<uuid:person_id>/edit", methods=["GET", "POST"])
@requires(P.PERSON_WRITE)
def edit(person_id: UUID) -> Answer:
    """Correct a record, or move a person to another unit."""
    person = records.get_person(actor(), person_id)
    form = records.open_form(actor(), person)
    given = records.read_form(actor(), form, person) if request.method == "POST" else None
    if given is not None:
        try:
            administering.change_person(actor(), person_id, *given)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("The record is saved."), "success")
            return redirect(url_for("manager.person", person_id=person_id))
    status = 422 if request.method == "POST" else 200
    return render_template("manager/edit.html", form=form, someone=person), status


@blueprint.post("/manage/people/<uuid:person_id>/resend")
@requires(P.PERSON_WRITE)
def resend(person_id: UUID) -> Response:
    """Send the invitation once more."""
    person = administering.resend_invitation(actor(), person_id)
    flash(_("The invitation is on its way again to %(email)s.", email=person.email), "success")
    return redirect(url_for("manager.person", person_id=person_id))


@blueprint.route("/manage/people/<uuid:person_id>/deactivate", methods=["GET", "POST"])
@requires(P.PERSON_WRITE)
def deactivate(person_id: UUID) -> Answer:
    """Let a person come in no more, once it is confirmed."""
    if request.method != "POST":
        return render_template("manager/deactivate.html", view=records.show_person(actor(), person_id))
    person = administering.deactivate(actor(), person_id)
    flash(_("%(name)s can no longer sign in.", name=person.full_name), "success")
    return redirect(url_for("manager.person", person_id=person_id))


@blueprint.post("/manage/people/<uuid:person_id>/reactivate")
@requires(P.PERSON_WRITE)
def reactivate(person_id: UUID) -> Response:
    """Let a deactivated person come in again."""
    person = administering.reactivate(actor(), person_id)
    flash(_("%(name)s can sign in again.", name=person.full_name), "success")
    return redirect(url_for("manager.person", person_id=person_id))


@blueprint.route("/manage/people/<uuid:person_id>/attempts/<uuid:enrolment_id>", methods=["GET", "POST"])
@requires(P.ATTEMPT_GRANT)
def grant_attempt(person_id: UUID, enrolment_id: UUID) -> Answer:
    """Let a person who has no attempt left try the test once more."""
    person, taken = records.get_failed(actor(), person_id, enrolment_id)
    form = AttemptForm()
    if form.validate_on_submit():
        adjusting.grant_attempt(actor(), enrolment_id, str(form.reason.data))
        flash(
            _("%(name)s may try the test once more, and is told by mail.", name=person.full_name), "success"
        )
        return redirect(url_for("manager.person", person_id=person_id))
    status = 422 if form.errors else 200
    return render_template("manager/grant_attempt.html", form=form, someone=person, taken=taken), status
