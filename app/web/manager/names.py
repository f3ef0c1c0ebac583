"""The name on certificates is wrong: which ones, the right name, the reason; shown old beside new, then done."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate
from app.domain.certificates.rules import State
from app.domain.certificates.values import Name
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.foundation import clock
from app.foundation.errors import Invalid
from app.web.account.views import add_error
from app.web.labels import CERTIFICATE_STATES
from app.web.manager.attempts import Answer, blueprint
from app.web.manager.forms import NameForm
from app.web.session import actor
from app.workflows import renaming
from app.workflows.renaming import Restated, Wanted

__all__ = ["blueprint"]

P = Permission
_NAMES = ("family_name", "given_name", "family_name_latin", "given_name_latin")
_IN_FORCE = (State.VALID, State.EXPIRED)


def _open_form(actor: Actor, person: Person) -> NameForm:
    """Return the form with the name of the profile; of the certificates, those that are valid are chosen."""
    today = clock.now().date()
    held = register.list_of_person(scope_of(actor, P.CERTIFICATE_CORRECT), person.id)
    open_ones = [each for each in held if each.state_on(today) in _IN_FORCE]
    valid = [each.code for each in open_ones if each.state_on(today) is State.VALID]
    form = NameForm(data={"codes": valid, **{name: getattr(person, name) for name in _NAMES}})
    form.codes.choices = [SelectChoice(value=each.code, label=_say(each)) for each in open_ones]
    return form


def _say(certificate: Certificate) -> str:
    """Return a certificate as a list of choices shows it: number, course, the name on it, and whether it is over."""
    said = certificate.snapshot
    words = f"{certificate.number} – {said['course_title']} – {said['given_name']} {said['family_name']}"
    state = certificate.state_on(clock.now().date())
    return words if state is State.VALID else f"{words} ({CERTIFICATE_STATES[state]})"


def _read(form: NameForm) -> Wanted:
    name = Name(**{field: str(form[field].data or "") for field in _NAMES})
    return Wanted(tuple(dict.fromkeys(form.codes.data or ())), name, str(form.reason.data))


def _preview(actor: Actor, person: Person, form: NameForm) -> Sequence[Restated]:
    """Return what is to be confirmed; none where something is to be corrected or written otherwise first."""
    if not form.validate_on_submit() or request.form.get("step") == "back":
        return ()
    try:
        return renaming.preview(actor, person.public_id, _read(form))
    except Invalid as error:
        add_error(form, error)
        return ()


@blueprint.route("/manage/people/<uuid:person_id>/name-on-certificates", methods=["GET", "POST"])
@requires(P.CERTIFICATE_CORRECT)
def correct_name(person_id: UUID) -> Answer:
    """Correct the name on certificates, once it is confirmed."""
    someone = people.get_person(scope_of(actor(), P.CERTIFICATE_CORRECT), person_id)
    form = _open_form(actor(), someone)
    changes = _preview(actor(), someone, form)
    if changes and request.form.get("step") == "correct":
        count = renaming.correct(actor(), person_id, _read(form))
        made = ngettext("%(num)s certificate is issued anew.", "%(num)s certificates are issued anew.", count)
        flash(" ".join([made, _("The holder is told by mail.")]), "success")
        return redirect(url_for("manager.person", person_id=person_id))
    status = 422 if form.errors else 200
    page = render_template("manager/correct_name.html", form=form, someone=someone, changes=changes)
    return page, status
