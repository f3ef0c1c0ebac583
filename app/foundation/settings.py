"""Settings: the one place that reads the environment and the instance's ``.env``.

Every field is documented in the README's table; a test compares both.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values

from app.foundation import token_uri
from app.foundation.errors import AppError
from app.foundation.token_uri import TokenKey

KNOWN = (
    "INSTANCE",
    "DATABASE_URL",
    "REDIS_URL",
    "STORAGE_URL",
    "SECRET_KEY",
    "BASE_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "TRUSTED_PROXIES",
    "LOG_LEVEL",
    "ENVIRONMENT",
    "DEMO_PUBLIC",
    "SIGNING_KEY",
    "SIGNING_CERT",
    "SIGNING_PASSPHRASE",
    "TIMESTAMP_URL",
    "TIMESTAMP_CERT",
    "REGISTER_YEARS",
)
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SHORTEST_KEY, _FEWEST_LETTERS = 32, 8
_YEARS = re.compile(r"([A-Z]{2}):([1-9][0-9]?|100)")


class SettingsError(AppError):
    """The settings do not allow the system to start; the message names the setting and the mend."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator may set, checked."""

    instance: Path
    database_url: str
    redis_url: str | None
    storage: Path
    secret_key: str
    base_url: str
    smtp_url: str | None
    mail_from: str
    trusted_proxies: int
    log_level: str
    environment: str
    demo_public: bool
    signing_key: Path | TokenKey | None
    signing_cert: Path | None
    signing_passphrase: str | None = field(repr=False)
    timestamp_url: str | None
    timestamp_cert: Path | None
    register_years: Mapping[str, int]
    """Country (ISO 3166) → for how many years after issue its register keeps names of people who were erased."""

    @property
    def is_demo(self) -> bool:
        """Whether this instance holds demonstration people."""
        return self.environment == "demo"

    @property
    def is_https(self) -> bool:
        """Whether people come by https, so that cookies are locked to it."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host (with port) that people come to."""
        return urlsplit(self.base_url).netloc


def from_env(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment over the instance's ``.env`` and check every value.

    Raises SettingsError, which names the first setting that cannot be taken.
    """
    outer = dict(os.environ if environ is None else environ)
    instance = Path(outer.get("INSTANCE", "instance")).resolve()
    inner = {key: value or "" for key, value in dotenv_values(instance / ".env").items()}
    unknown = sorted(set(inner) - set(KNOWN))
    if unknown:
        raise SettingsError(
            f"{instance / '.env'}: unknown setting {unknown[0]}; known are {', '.join(KNOWN)}"
        )
    given = {key: value for key, value in {**inner, **outer}.items() if key in KNOWN and value}
    settings = Settings(
        instance=instance,
        database_url=_database_url(given, instance),
        redis_url=given.get("REDIS_URL"),
        storage=_storage(given, instance),
        secret_key=given.get("SECRET_KEY", ""),
        base_url=given.get("BASE_URL", "").rstrip("/"),
        smtp_url=_smtp_url(given),
        mail_from=given.get("MAIL_FROM", "gradivo@localhost"),
        trusted_proxies=_number(given, "TRUSTED_PROXIES"),
        log_level=_one_of(given, "LOG_LEVEL", _LOG_LEVELS, "INFO"),
        environment=_one_of(given, "ENVIRONMENT", ("production", "demo"), "production"),
        demo_public=_one_of(given, "DEMO_PUBLIC", ("yes", "no"), "no") == "yes",
        signing_key=_signing_key(given),
        signing_cert=_path(given, "SIGNING_CERT"),
        signing_passphrase=given.get("SIGNING_PASSPHRASE"),
        timestamp_url=_timestamp_url(given),
        timestamp_cert=_path(given, "TIMESTAMP_CERT"),
        register_years=_years(given, "REGISTER_YEARS"),
    )
    _check_together(settings)
    return settings


def _database_url(given: Mapping[str, str], instance: Path) -> str:
    url = given.get("DATABASE_URL", f"sqlite:///{instance / 'gradivo.db'}")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(
            "DATABASE_URL: use sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        )
    return url


def _storage(given: Mapping[str, str], instance: Path) -> Path:
    url = urlsplit(given.get("STORAGE_URL", f"file://{instance / 'files'}"))
    if url.scheme != "file" or url.netloc or not url.path:
        raise SettingsError("STORAGE_URL: use file:///ABSOLUTE/PATH")
    return Path(url.path)


def _smtp_url(given: Mapping[str, str]) -> str | None:
    url = given.get("SMTP_URL")
    if url is not None and urlsplit(url).scheme not in {"smtp", "smtps"}:
        raise SettingsError("SMTP_URL: use smtp://USER:PASSWORD@HOST:PORT or smtps://…")
    return url


def _path(given: Mapping[str, str], name: str) -> Path | None:
    path = given.get(name)
    return None if path is None else Path(path).resolve()


def _signing_key(given: Mapping[str, str]) -> Path | TokenKey | None:
    """Return where the key lies: in a file, or in a token."""
    text = given.get("SIGNING_KEY", "")
    if not text.startswith(token_uri.SCHEME):
        return _path(given, "SIGNING_KEY")
    try:
        return token_uri.read(text)
    except ValueError as error:
        raise SettingsError(f"SIGNING_KEY: {error}") from error


def _timestamp_url(given: Mapping[str, str]) -> str | None:
    url = given.get("TIMESTAMP_URL")
    if url is not None and urlsplit(url).scheme not in {"http", "https"}:
        raise SettingsError("TIMESTAMP_URL: use http://… or https://…")
    return url


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "0")
    if not text.isdecimal():
        raise SettingsError(f"{name}: a whole number is wanted, not “{text}”")
    return int(text)


def _years(given: Mapping[str, str], name: str) -> Mapping[str, int]:
    """Return country → years; no country has a figure of its own accord, for none of a law is known for sure."""
    found: dict[str, int] = {}
    for part in given.get(name, "").split():
        said = _YEARS.fullmatch(part)
        if said is None or said[1] in found:
            raise SettingsError(
                f"{name}: “{part}” cannot be taken; write each country once with 1 to 100 years, such as CZ:50 RS:10"
            )
        found[said[1]] = int(said[2])
    return found


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in choices:
        raise SettingsError(f"{name}: “{value}” is none of {', '.join(choices)}")
    return value


def _check_together(settings: Settings) -> None:
    if settings.signing_cert is not None and settings.signing_key is None:
        raise SettingsError("SIGNING_CERT: its key is wanted, too: set SIGNING_KEY")
    if settings.timestamp_cert is not None and settings.timestamp_url is None:
        raise SettingsError("TIMESTAMP_CERT: its service is wanted, too: set TIMESTAMP_URL")
    if len(settings.secret_key) < _SHORTEST_KEY or _is_guessable(settings.secret_key):
        raise SettingsError(
            f"SECRET_KEY: at least {_SHORTEST_KEY} random characters are wanted; "
            'make one by: python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    url = _read_address(settings.base_url)
    if url is None or not url.hostname:
        raise SettingsError(
            "BASE_URL: the address that people come to is wanted, such as https://learn.example.org"
        )
    if settings.is_demo and not settings.demo_public and not _is_local(url.hostname):
        raise SettingsError(
            "BASE_URL: a demonstration is for this machine only; set DEMO_PUBLIC=yes to show it"
        )
    if not settings.is_demo and url.scheme != "https":
        raise SettingsError("BASE_URL: production wants https; set ENVIRONMENT=demo for a demonstration")


def _is_guessable(key: str) -> bool:
    """Tell whether a key has few letters, or is one thing repeated: no key that was drawn by chance is."""
    return len(set(key)) < _FEWEST_LETTERS or key in (key + key)[1:-1]


def _read_address(text: str) -> SplitResult | None:
    """Return the address of a site, of scheme, host and port alone; None where it is none."""
    try:
        url = urlsplit(text)
        is_bare = text == f"{url.scheme}://{url.netloc}" and url.username is None and url.port != 0
    except ValueError:  # A port that is no number, or half an IPv6 address.
        return None
    return url if is_bare and url.scheme in {"http", "https"} else None


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_current: list[Settings] = []


def use(settings: Settings) -> None:
    """Let this process run by these settings."""
    _current[:] = [settings]


def current() -> Settings:
    """Return the settings that this process runs by."""
    return _current[0]
