"""What a proctor does: codes, identity, incidents, the end of one attempt and of the date."""

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.examinations.queries import Seated
from app.foundation.errors import Invalid, NotFound
from app.web import paging
from app.web.account.views import add_error
from app.web.proctor.forms import EndForm, IncidentForm, ProofForm
from app.web.proctor.views import Answer, DatePage, blueprint, show_date
from app.web.session import actor
from app.workflows.proctoring import holding

__all__ = ["blueprint"]

P = Permission


def read_seat(word: str | None) -> UUID | None:
    """Return the seat that an address or a form names; None where it names none."""
    return paging.read_id(word) if word else None


@blueprint.post("/proctor/<uuid:date_id>/codes")
@requires(P.EXAM_HOLD)
def codes(date_id: UUID) -> str:
    """Give codes out, on slips to be printed: they are shown this once."""
    seat_id, is_anew = read_seat(request.form.get("seat")), bool(request.form.get("anew"))
    slips = holding.give_codes(actor(), date_id, seat_id, is_anew=is_anew)
    return render_template("proctor/codes.html", view=show_date(date_id), slips=slips)


@blueprint.route("/proctor/<uuid:date_id>/incident", methods=["GET", "POST"])
@requires(P.EXAM_HOLD)
def incident(date_id: UUID) -> Answer:
    """Note what happened."""
    view, form = show_date(date_id), IncidentForm(seat=request.args.get("seat", ""))
    form.seat.choices = [
        SelectChoice(value="", label=_("The whole room")),
        *(SelectChoice(value=str(each.seat.public_id), label=each.seat.full_name) for each in view.seats),
    ]
    if form.validate_on_submit():
        try:
            holding.note_incident(actor(), date_id, read_seat(form.seat.data), str(form.text.data))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("It is noted."), "success")
            return redirect(url_for("proctor.date", date_id=date_id))
    return render_template("proctor/incident.html", form=form, view=view), 422 if form.errors else 200


# One seat.

_DONE = {
    "prove": _l("It is noted how you know this person."),
    "end": _l("The attempt is ended with what was saved."),
    "absent": _l("It is noted that this person is absent."),
}


@dataclass(frozen=True, slots=True)
class SeatForms:
    """The forms of a seat."""

    prove: ProofForm
    end: EndForm

    def act(self, date_id: UUID, seat_id: UUID, action: str) -> bool:
        """Do what one of the forms asks for; False where something is wrong, which it then says."""
        match action:
            case "prove" if self.prove.validate():
                holding.prove(actor(), date_id, seat_id, str(self.prove.proof.data))
            case "end" if self.end.validate():
                holding.end_one(actor(), date_id, seat_id, str(self.end.text.data))
            case "absent":
                holding.be_absent(actor(), date_id, seat_id)
            case _:
                return False
        return True


@blueprint.route("/proctor/<uuid:date_id>/seats/<uuid:seat_id>", methods=["GET", "POST"])
@requires(P.EXAM_HOLD)
def seat(date_id: UUID, seat_id: UUID) -> Answer:
    """Show one person, and do what concerns her alone."""
    view, forms = show_date(date_id), SeatForms(ProofForm(), EndForm())
    seated, action = _find(view, seat_id), request.form.get("action", "")
    if request.method == "POST" and forms.act(date_id, seat_id, action):
        flash(str(_DONE[action]), "success")
        return redirect(url_for("proctor.date", date_id=date_id))
    status = 422 if request.method == "POST" else 200
    return render_template("proctor/seat.html", view=view, seated=seated, forms=forms), status


def _find(view: DatePage, seat_id: UUID) -> Seated:
    found = next((each for each in view.seats if each.seat.public_id == seat_id), None)
    if found is None:
        raise NotFound
    return found


@blueprint.route("/proctor/<uuid:date_id>/close", methods=["GET", "POST"])
@requires(P.EXAM_HOLD)
def close(date_id: UUID) -> Response | str:
    """End a date, once it is confirmed."""
    if request.method != "POST":
        return render_template("proctor/close.html", view=show_date(date_id))
    holding.close(actor(), date_id)
    flash(_("The date is closed. Print the protocol and have it signed."), "success")
    return redirect(url_for("proctor.date", date_id=date_id))
