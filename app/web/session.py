"""From cookie to actor: who asks, in which language, and whether she may come in at all."""

from flask import Flask, Response, current_app, g, redirect, request, session, url_for  # noqa: TID251 -- The gate looks a view up.
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from app.domain.access.gate import is_declared, required_by
from app.domain.access.policy import holds
from app.domain.access.queries import find_actor
from app.domain.access.values import Actor
from app.foundation.errors import Refused
from app.foundation.i18n import LOCALES, content_language
from app.workflows.entering import SignedIn

_BABEL_ZONE = "UTC"


class SignedInUser:
    """What Flask-Login knows of a person: the token of her sign-in, and the actor that it stands for."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """Return the token; a new password makes another, so every old cookie is dead."""
        return self.token


class Cookies(SecureCookieSessionInterface):
    """Sessions in signed cookies; what any cache may keep carries none, and what carries one is kept by no cache."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, unless the response is public."""
        if response.cache_control.public:
            return
        super().save_session(app, session, response)
        if "Set-Cookie" in response.headers:
            response.headers["Cache-Control"] = "no-store"


def install(app: Flask) -> None:
    """Let every request know its actor, and stand at the gate."""
    app.session_interface = Cookies()
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)
    app.before_request(_gate)


def _load(token: str) -> SignedInUser | None:
    actor = find_actor(token)
    return SignedInUser(token, actor) if actor is not None else None


def _gate() -> BaseResponse | None:
    """Refuse an endpoint that does not say who may come in, and whoever may not."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    if not is_declared(view):
        raise Refused
    permission = required_by(view)
    if permission is None:
        return None
    actor = find_current_actor()
    if actor is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("account.login", next=wanted))
    if not holds(actor, permission):
        raise Refused
    return None


def find_current_actor() -> Actor | None:
    """Return who asks, or None for a passer-by."""
    user = current_user._get_current_object()  # noqa: SLF001 -- The proxy hides what the loader returned.
    return user.actor if isinstance(user, SignedInUser) else None


def actor() -> Actor:
    """Return who asks, on a page that only people who are signed in reach."""
    found = find_current_actor()
    if found is None:
        raise Refused
    return found


def let_in(signed_in: SignedIn) -> None:
    """Begin a session that owes nothing to the one before."""
    found = find_actor(signed_in.session_token)
    if found is None:
        raise Refused
    known_browser = session.get("browser")
    session.clear()
    session.permanent = True
    if known_browser:
        session["browser"] = known_browser
    login_user(SignedInUser(signed_in.session_token, found))


def let_out() -> None:
    """End the session."""
    logout_user()
    session.clear()


def choose_locale() -> str:
    """Return the language of the page: chosen in this browser, else the person's, else the browser's wish."""
    if "locale" in g:
        return str(g.locale)
    chosen = session.get("locale")
    found = find_current_actor()
    if chosen not in LOCALES:
        chosen = found.locale if found is not None else _wish()
    g.locale = chosen
    return str(chosen)


def _wish() -> str:
    tags = {content_language(locale): locale for locale in LOCALES}
    match = request.accept_languages.best_match([*tags, "sr"], "en")
    return tags.get(match, match)


def choose_zone() -> str:
    """Return the name of the zone in which times are shown, the person's: Flask-Babel makes pytz's zone of it."""
    found = find_current_actor()
    return found.zone if found is not None else _BABEL_ZONE
