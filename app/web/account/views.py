"""Sign-in, sign-out, invitation, password, profile."""

from dataclasses import asdict
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import public, requires
from app.domain.access.values import Permission
from app.foundation.errors import Invalid
from app.foundation.i18n import LOCALES
from app.web.account.forms import ChangePasswordForm, LoginForm, NewPasswordForm, ProfileForm, ResetForm
from app.web.errors import words_of
from app.web.limiter import limiter
from app.web.navigation import home_of
from app.web.session import actor, find_current_actor, let_in, let_out
from app.workflows import entering

blueprint = Blueprint("account", __name__)


def add_error(form: object, error: Invalid) -> None:
    """Show a workflow's refusal at its field of a form, or above the form where it has none."""
    field = getattr(form, error.field, None)
    words = words_of(error)
    if field is not None and hasattr(field, "errors"):
        field.errors = [*field.errors, words]
    else:
        form.form_errors.append(words)  # type: ignore[attr-defined]


def safe_next(wanted: str | None, otherwise: str) -> str:
    """Return where to go on, if that is a page of ours."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or "\\" in wanted:
        return otherwise
    parts = urlsplit(wanted)
    is_plain = not parts.scheme and not parts.netloc and wanted.isprintable()
    return wanted if is_plain else otherwise


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Response | str | tuple[str, int]:
    """Sign in."""
    form = LoginForm()
    if request.method == "POST" and form.validate():
        try:
            signed_in = entering.sign_in(
                request.remote_addr or "",
                str(form.email.data),
                str(form.password.data),
                is_known_browser="browser" in session,
            )
        except Invalid as error:
            add_error(form, error)
        else:
            let_in(signed_in)
            session["browser"] = "known"
            return redirect(safe_next(request.args.get("next"), home_of(actor())))
    return render_template("account/login.html", form=form), 422 if form.errors or form.form_errors else 200


@blueprint.post("/logout")
@public
def logout() -> Response:
    """Sign out."""
    found = find_current_actor()
    if found is not None:
        entering.sign_out(found)
    let_out()
    return redirect("/")


@blueprint.post("/language")
@public
def language() -> Response:
    """Choose the language of the pages in this browser."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise Invalid("locale")
    session["locale"] = chosen
    return redirect(safe_next(request.form.get("next"), "/"))


@blueprint.route("/account/reset", methods=["GET", "POST"])
@limiter.limit("20/hour", methods=["POST"])
@public
def reset() -> Response | str | tuple[str, int]:
    """Ask for a link to choose a new password."""
    form = ResetForm()
    if form.validate_on_submit():
        entering.ask_for_reset(str(form.email.data))
        flash(_("If we know this e-mail, a link is on its way to it."), "success")
        return redirect(url_for("account.login"))
    return render_template("account/reset.html", form=form), 422 if form.errors else 200


@blueprint.route("/account/<any(reset, invitation):purpose>/<string:secret>", methods=["GET", "POST"])
@public
def choose_password(purpose: str, secret: str) -> Response | str | tuple[str, int]:
    """Choose a password by the link of an invitation or of a reset."""
    form = NewPasswordForm()
    person = entering.read_token(purpose, secret)
    if form.validate_on_submit():
        try:
            let_in(entering.choose_password(purpose, secret, str(form.password.data)))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("Your password is set, and you are signed in."), "success")
            return redirect(home_of(actor()))
    status = 422 if form.errors or form.form_errors else 200
    return render_template("account/choose_password.html", form=form, invited=person, purpose=purpose), status


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.OWN_LEARNING)
def password() -> Response | str | tuple[str, int]:
    """Change one's own password."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            let_in(entering.change_password(actor(), str(form.present.data), str(form.password.data)))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("Your password is changed; other devices are signed out."), "success")
            return redirect(url_for("account.profile"))
    return render_template(
        "account/password.html", form=form
    ), 422 if form.errors or form.form_errors else 200


@blueprint.route("/account/profile", methods=["GET", "POST"])
@requires(Permission.OWN_LEARNING)
def profile() -> Response | str | tuple[str, int]:
    """See one's own record, and change what one may."""
    own = entering.own_profile(actor())
    kept = asdict(entering.profile_of(own))
    form = ProfileForm(data={name: value if value is not None else "" for name, value in kept.items()})
    if form.validate_on_submit():
        entering.change_profile(
            actor(),
            gender=form.gender.data or None,
            job_title=form.job_title.data or "",
            target_group=form.target_group.data,
            locale=form.locale.data,
            time_zone=form.time_zone.data or None,
        )
        session.pop("locale", None)
        flash(_("Your profile is saved."), "success")
        return redirect(url_for("account.profile"))
    return render_template("account/profile.html", form=form, own=own), 422 if form.errors else 200
