"""People at their browsers: kept connections, cookies, and sign-ins that need no password."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.cookies import SimpleCookie
from time import perf_counter
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from app.foundation import ids
from benchmarks.ground import HOST, KEY

COOKIE = "__Host-gradivo-session"
_PATIENCE_SECONDS = 60
_IDLE_SECONDS = 2
"""A line that lay idle for longer is dialled anew: the server hangs up after 5 seconds."""
_FORM = "application/x-www-form-urlencoded"


class WrongAnswer(Exception):
    """The server did not answer as it must for a measurement to mean anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and how long it took in seconds: to its first byte, and to its last."""

    status: int
    headers: Message
    body: bytes
    first: float
    whole: float


class Browser:
    """One person; what she sends looks as if nginx had passed it on (deploy/nginx.conf)."""

    def __init__(self, port: int, token: str | None = None, *, locale: str | None = None) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        self._last = perf_counter()
        self._csrf = ids.token()
        session: dict[str, object] = {"_permanent": True, "csrf_token": self._csrf}
        session |= {"_user_id": token, "_fresh": True} if token is not None else {}
        session |= {"locale": locale} if locale is not None else {}
        self.cookies = {COOKIE: str(_signer().dumps(session))}

    def get(self, address: str, status: int = 200) -> Answer:
        """Open a page."""
        return self._ask("GET", address, None, status)

    def post(self, address: str, form: Mapping[str, object], status: int = 302) -> Answer:
        """Send a form; a redirect is not followed."""
        body = urlencode({**form, "csrf_token": self.csrf_token()}, doseq=True)
        return self._ask("POST", address, body, status)

    def send(self, address: str, form: Mapping[str, object]) -> Answer:
        """Send a form as the script of a page does, and be answered in JSON."""
        body = urlencode({**form, "csrf_token": self.csrf_token()}, doseq=True)
        return self._ask("POST", address, body, 200, Accept="application/json")

    def csrf_token(self) -> str:
        """Return what a form of hers must hold."""
        return URLSafeTimedSerializer(KEY, salt="wtf-csrf-token").dumps(self._csrf)

    def headers(self) -> dict[str, str]:
        """Return the headers of every request of hers."""
        return {
            "Host": HOST,
            "X-Forwarded-For": "192.0.2.1",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": HOST,
            "Referer": f"https://{HOST}/",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Accept-Language": "en",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }

    def kept(self, answer: Answer) -> dict[str, str]:
        """Return the cookies of an answer that outlive the session."""
        found: SimpleCookie = SimpleCookie()
        for line in answer.headers.get_all("Set-Cookie", []):
            found.load(line)
        return {name: each.value for name, each in found.items() if name != COOKIE}

    def _ask(self, method: str, address: str, body: str | None, status: int, **further: str) -> Answer:
        headers = self.headers() | further | ({"Content-Type": _FORM} if body is not None else {})
        began = perf_counter()
        if began - self._last > _IDLE_SECONDS:
            self._line.close()
        self._line.request(method, address, body, headers)
        response = self._line.getresponse()
        first = perf_counter() - began
        content = response.read()
        self._last = perf_counter()
        if response.status != status:
            raise WrongAnswer(f"{method} {address}: {response.status} instead of {status}: {content[:500]!r}")
        return Answer(response.status, response.headers, content, first, self._last - began)

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def _signer() -> URLSafeTimedSerializer:
    app = Flask("cookies")
    app.secret_key = KEY
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise WrongAnswer("no key to sign cookies with")
    return signer
