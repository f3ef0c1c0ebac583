"""My learning: enrol, read modules, mark them done, print; my certificates."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.catalogue import queries as catalogue
from app.domain.certificates import queries as register
from app.domain.enrolment import queries as enrolments
from app.domain.surveys import queries as surveys
from app.foundation.errors import Gone, Unready
from app.foundation.files import store
from app.foundation.i18n import N_
from app.web.learner import outline
from app.web.session import actor
from app.workflows import learning, renewing, verifying

blueprint = Blueprint("learner", __name__)
P = Permission
WAITS_FOR_KEY = N_(
    "The certificate is entered in the register, and its document waits to be signed. It will be here by itself."
)
NAME_ERASED = N_(
    "This certificate names nobody any more: its legal keeping period is over, and its document was removed. "
    "Whether it is genuine can still be checked by its code."
)


@blueprint.post("/courses/<string:slug>/enrol")
@requires(P.OWN_LEARNING)
def enrol(slug: str) -> Response:
    """Enrol in a course, and open it."""
    learning.enrol(actor(), slug)
    flash(_("You are enrolled. Read the modules in your own time; nothing is lost when you stop."), "success")
    return redirect(url_for("learner.course", slug=slug))


@blueprint.post("/learn/<string:slug>/edition")
@requires(P.OWN_LEARNING)
def move(slug: str) -> Response:
    """Go on with the newest edition."""
    learning.move_to_newest(actor(), slug)
    flash(_("You are now on the newest version of this course."), "success")
    return redirect(url_for("learner.course", slug=slug))


@blueprint.get("/learn")
@requires(P.OWN_LEARNING)
def home() -> str:
    """My learning: what to go on with, and what is done."""
    own = actor()
    taken = enrolments.list_taken(scope_of(own, P.ENROLMENT_READ), own.person_id or 0)
    ended = [each for each in taken if each.enrolment.outcome is not None]
    scope = scope_of(own, P.OWN_LEARNING)
    return render_template(
        "learner/home.html",
        running=[each for each in taken if each.enrolment.outcome is None],
        ended=ended,
        answered=surveys.list_answered(scope, own.person_id or 0) if ended else frozenset(),
        due=renewing.list_due(own) if ended else (),
    )


@blueprint.get("/learn/<string:slug>")
@requires(P.OWN_LEARNING)
def course(slug: str) -> str:
    """Show the outline of a course, and the one step to take next."""
    view = outline.load(actor(), slug, request.args.get("lang"))
    return render_template(
        "learner/course.html",
        view=view,
        admission=view.admission(),
        may_answer=outline.may_answer(actor(), view.taken),
    )


@blueprint.get("/learn/<string:slug>/<string:address>")
@requires(P.OWN_LEARNING)
def module(slug: str, address: str) -> str:
    """Show a module, with its control questions."""
    view = outline.load(actor(), slug, request.args.get("lang"))
    text = catalogue.get_kept_module(view.version, view.language, address)
    checks = learning.practise(actor(), view.taken, text.check, view.language, None) if text.check else []
    return render_template(
        "learner/module.html", view=view, text=text, checks=checks, around=view.around(address)
    )


@blueprint.post("/learn/<string:slug>/<string:address>")
@requires(P.OWN_LEARNING)
def check(slug: str, address: str) -> str:
    """Mark the control questions of a module on the spot; nothing is counted."""
    view = outline.load(actor(), slug, request.form.get("lang"))
    text = catalogue.get_kept_module(view.version, view.language, address)
    form = {**request.form.to_dict(flat=False), "whole": ["1"]}
    checks = learning.practise(actor(), view.taken, text.check, view.language, form)
    return render_template(
        "learner/module.html",
        view=view,
        text=text,
        checks=checks,
        around=view.around(address),
        is_checked=True,
    )


@blueprint.post("/learn/<string:slug>/<string:address>/done")
@requires(P.OWN_LEARNING)
def done(slug: str, address: str) -> Response:
    """Mark a module done, and go on to the next one that is not."""
    learning.finish_module(actor(), slug, address, request.form.get("lang"))
    view = outline.load(actor(), slug, request.form.get("lang"))
    following = view.next_open(address)
    if following is None:
        return redirect(view.link("learner.course"))
    return redirect(view.link("learner.module", address=following))


@blueprint.get("/learn/<string:slug>/print")
@requires(P.OWN_LEARNING)
def print_course(slug: str) -> str:
    """Show a whole course on one page, to be printed."""
    view = outline.load(actor(), slug, request.args.get("lang"))
    texts = catalogue.list_modules(view.version.id, view.language)
    return render_template("learner/print_course.html", view=view, texts=texts)


@blueprint.get("/learn/<string:slug>/<string:address>/print")
@requires(P.OWN_LEARNING)
def print_module(slug: str, address: str) -> str:
    """Show one module on a page of its own, to be printed."""
    view = outline.load(actor(), slug, request.args.get("lang"))
    text = catalogue.get_kept_module(view.version, view.language, address)
    return render_template("learner/print_module.html", view=view, text=text)


# The certificates.


@blueprint.get("/certificates")
@requires(P.OWN_LEARNING)
def certificates() -> str:
    """Show my certificates."""
    own = actor()
    held = register.list_of_person(scope_of(own, P.CERTIFICATE_READ), own.person_id or 0)
    scope = scope_of(own, P.OWN_LEARNING)
    checks, hides_name = register.list_checks(scope, own.person_id or 0)
    return render_template(
        "learner/certificates.html",
        held=held,
        checks=checks,
        failed=register.list_failed(scope, own.person_id or 0),
        due=renewing.list_due(own) if held else (),
        hides_name=hides_name,
    )


@blueprint.post("/certificates/name")
@requires(P.OWN_LEARNING)
def certificate_name() -> Response:
    """Hide my name behind initials where others check my certificates, or show it again."""
    is_hidden = request.form.get("hidden") != "no"
    verifying.choose_name(actor(), is_hidden=is_hidden)
    flash(
        _("Others now see your initials first.") if is_hidden else _("Others now see your name."), "success"
    )
    return redirect(url_for("learner.certificates"))


@blueprint.get("/certificates/<string:code>.pdf")
@requires(P.CERTIFICATE_READ)
def certificate_file(code: str) -> Response:
    """Hand out the stored bytes of a certificate."""
    held = register.get_certificate(scope_of(actor(), P.CERTIFICATE_READ), code)
    if held.erased_at is not None:
        raise Gone(NAME_ERASED)
    if held.waits_for_key:
        raise Unready(WAITS_FOR_KEY, seconds=60)
    if held.signed_digest is None:
        raise Unready(N_("Your certificate is being made. It will be here in a few seconds."), seconds=3)
    response = make_response(store().get(held.signed_digest))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{held.number}.pdf"'
    return response


@blueprint.get("/certificates/<string:code>/state")
@requires(P.CERTIFICATE_READ)
def certificate_state(code: str) -> Response:
    """Answer the page that waits for a file: 202 while it is being made, then the button."""
    held = register.get_certificate(scope_of(actor(), P.CERTIFICATE_READ), code)
    body = render_template("learner/certificate_state.html", held=held)
    return make_response(body, 200 if held.signed_digest else 202)
