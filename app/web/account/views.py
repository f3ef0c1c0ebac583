"""Sign-in, sign-out, invitation, password, profile."""

from dataclasses import asdict

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import public, requires
from app.domain.access.values import Permission
from app.foundation.errors import Invalid, NotFound, TooMany
from app.foundation.i18n import LOCALES
from app.web.account import browsers
from app.web.account.forms import ChangePasswordForm, LoginForm, NewPasswordForm, ProfileForm, ResetForm
from app.web.errors import words_of
from app.web.limiter import limiter
from app.web.navigation import home_of
from app.web.session import actor, find_current_actor, let_in, let_out
from app.workflows import entering

blueprint = Blueprint("account", __name__)
Answer = Response | str | tuple[str, int]


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
    if not wanted or not wanted.isprintable() or "\\" in wanted:
        return otherwise
    return wanted if wanted.startswith("/") and not wanted.startswith("//") else otherwise


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Answer:
    """Sign in."""
    form = LoginForm()
    if request.method == "POST" and form.validate():
        try:
            return _sign_in(form)
        except Invalid as error:
            add_error(form, error)
        except TooMany as error:
            locked = render_template("account/login.html", form=form, locked=words_of(error))
            return make_response(locked, 429, {"Retry-After": str(error.seconds)})
    return render_template("account/login.html", form=form), 422 if form.errors or form.form_errors else 200


def _sign_in(form: LoginForm) -> Response:
    email, is_known = str(form.email.data), browsers.is_known(request, str(form.email.data))
    let_in(
        entering.sign_in(request.remote_addr or "", email, str(form.password.data), is_known_browser=is_known)
    )
    going_on = redirect(safe_next(request.args.get("next"), home_of(actor())))
    return browsers.remember(going_on, request, email)


@blueprint.post("/logout")
@public
def logout() -> Response:
    """Sign out."""
    found = find_current_actor()
    if found is not None:
        entering.sign_out(found)
    let_out()
    if found is not None:
        flash(_("You are signed out, here and on your other devices."), "success")
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
def reset() -> Answer:
    """Ask for a link to choose a new password."""
    form = ResetForm()
    if form.validate_on_submit():
        entering.ask_for_reset(str(form.email.data))
        flash(_("If we know this e-mail, a link is on its way to it."), "success")
        return redirect(url_for("account.login"))
    return render_template("account/reset.html", form=form), 422 if form.errors else 200


@blueprint.route("/account/<any(reset, invitation):purpose>/<string:secret>", methods=["GET", "POST"])
@public
def choose_password(purpose: str, secret: str) -> Answer:
    """Choose a password by the link of an invitation or of a reset."""
    form, invited = NewPasswordForm(), None
    try:
        invited = entering.read_token(purpose, secret)
        if form.validate_on_submit():
            return _begin(purpose, secret, form)
    except Invalid as error:
        add_error(form, error)
    except NotFound:
        invited = None
    shown = {"form": form, "invited": invited, "purpose": purpose}
    status = 404 if invited is None else 422 if form.errors or form.form_errors else 200
    return render_template("account/choose_password.html", **shown), status


def _begin(purpose: str, secret: str, form: NewPasswordForm) -> Response:
    let_in(entering.choose_password(purpose, secret, str(form.password.data)))
    flash(_("Your password is set, and you are signed in."), "success")
    own = entering.own_profile(actor())
    return browsers.remember(redirect(home_of(actor())), request, own.email)


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.OWN_LEARNING)
def password() -> Answer:
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
def profile() -> Answer:
    """See one's own record, and change what one may."""
    own = entering.own_profile(actor())
    kept = asdict(entering.profile_of(own))
    form = ProfileForm(data={name: value if value is not None else "" for name, value in kept.items()})
    if form.validate_on_submit():
        try:
            _save(form)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("Your profile is saved."), "success")
            return redirect(url_for("account.profile"))
    status = 422 if form.errors or form.form_errors else 200
    return render_template("account/profile.html", form=form, own=own), status


def _save(form: ProfileForm) -> None:
    entering.change_profile(
        actor(),
        gender=form.gender.data or None,
        job_title=form.job_title.data or "",
        target_group=form.target_group.data,
        locale=form.locale.data,
        time_zone=form.time_zone.data or None,
    )
    session.pop("locale", None)
