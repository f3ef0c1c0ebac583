"""The front door for browsers: one blueprint for each audience, one gate before all of them."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.foundation.settings import Settings
from app.web import compression, entrance, errors, headers, navigation, rendering, session, shown, static
from app.web.account import views as account
from app.web.admin import views as admin
from app.web.coordinator import views as coordinator
from app.web.learner import badges as learner
from app.web.limiter import limiter
from app.web.manager import erasure as manager
from app.web.proctor import papers as proctor
from app.web.public import badges as public
from app.web.public import checks
from app.web.trainer import views as trainer

BLUEPRINTS = (
    public.blueprint,
    account.blueprint,
    learner.blueprint,
    trainer.blueprint,
    manager.blueprint,
    proctor.blueprint,
    coordinator.blueprint,
    admin.blueprint,
)
WITHOUT_TOKEN = (account.language, checks.verify_file, checks.verify_name)
"""What anyone may send, and what changes nothing but a page: it needs no token, and so a passer-by gets no cookie."""
LARGEST_BODY = 210 * 1024 * 1024
"""A course of 200 MB and the form around it; smaller limits stand at the forms themselves."""


def install(app: Flask, settings: Settings) -> None:
    """Open the front door for browsers."""
    name = "gradivo-session" if not settings.is_https else "__Host-gradivo-session"
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=entrance.LARGEST_FORM,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        TRUSTED_HOSTS=_hosts(settings),
        PREFERRED_URL_SCHEME="https" if settings.is_https else "http",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.is_https,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent.parent / "translations"),
        BABEL_DEFAULT_LOCALE="en",
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_HEADERS_ENABLED=False,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    Babel(app, locale_selector=session.choose_locale, timezone_selector=session.choose_zone)
    rendering.install(app)
    limiter.init_app(app)
    entrance.install(app, settings)
    session.install(app)
    entrance.install_reading(app)
    protection = CSRFProtect(app)
    for view in WITHOUT_TOKEN:
        protection.exempt(view)
    headers.install(app, settings)
    errors.install(app)
    navigation.install(app, settings)
    shown.install(app)
    compression.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    static.install(app, Path(__file__).parent / "static")


def _hosts(settings: Settings) -> list[str]:
    hosts = [settings.host.partition(":")[0]]
    return [*hosts, "localhost", "127.0.0.1"] if settings.is_demo else hosts
