"""Static files: named by their content, compressed once at start, served from memory by WhiteNoise."""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.responders import NOT_ALLOWED_RESPONSE, Response

PREFIX = "/static/"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
COMPRESSED = frozenset({".css", ".js", ".svg", ".ico"})
FOR_EVER = ("Cache-Control", "public, max-age=31536000, immutable")
FOR_A_DAY = ("Cache-Control", "public, max-age=86400")
SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
ONLY_HTTPS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
REFERENCE = re.compile(r"""url\(\s*["']?(?!data:|https?:|/|\#)([^"')]+)["']?\s*\)""")


@dataclass(frozen=True)
class Packed:
    """A file in memory that WhiteNoise can answer with."""

    body: bytes
    gzipped: bytes | None
    digest: str
    headers: tuple[tuple[str, str], ...]

    def get_response(self, method: str, environ: Mapping[str, str]) -> Response:
        """Answer GET and HEAD, as gzip where the browser takes it (RFC 9110, sections 12.5.3 and 13.1.2)."""
        if method not in {"GET", "HEAD"}:
            return NOT_ALLOWED_RESPONSE
        small = self.gzipped is not None and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{self.digest}-gzip"' if small else f'"{self.digest}"'
        headers = [*self.headers, ("ETag", etag)]
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            kept = [(name, value) for name, value in headers if name != "Content-Type"]
            return Response(HTTPStatus.NOT_MODIFIED, kept, None)
        body = self.gzipped if small and self.gzipped is not None else self.body
        if small:
            headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        return Response(HTTPStatus.OK, headers, BytesIO(body) if method == "GET" else None)


def takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding header names gzip, and not with the weight 0."""
    found = re.search(r"\bgzip\b\s*(?:;\s*q=([0-9.]+))?", accepted)
    return found is not None and float((found[1] or "1").rstrip(".") or "0") > 0


def hashed_name(path: str, digest: str) -> str:
    """Put a digest between the name and the ending of a path."""
    stem, ending = posixpath.splitext(path)
    return f"{stem}.{digest}{ending}"


def with_hashed_references(path: str, sheet: bytes, names: Mapping[str, str]) -> bytes:
    """Let every url() of a style sheet name the hashed file; raise KeyError where there is no such file."""
    folder = posixpath.dirname(path)

    def replaced(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        return f"url({posixpath.relpath(names[target], folder)})"

    return REFERENCE.sub(replaced, sheet.decode("utf-8")).encode("utf-8")


def packed(path: str, body: bytes, digest: str, headers: tuple[tuple[str, str], ...]) -> Packed:
    """Prepare one file for the wire."""
    ending = posixpath.splitext(path)[1]
    small = gzip.compress(body, 9, mtime=0) if ending in COMPRESSED else None
    more = (("Content-Type", MEDIA_TYPES[ending]), ("Vary", "Accept-Encoding"))
    return Packed(body, small, digest, (*headers, *SAFE, *more))


@cache
def pack(folder: Path, is_https: bool) -> tuple[dict[str, str], dict[str, Packed]]:
    """Read a folder once: path → hashed path, and address → what is answered there.

    Files of an unknown kind (licences) have no address. Style sheets come last, because their digest covers
    the hashed names that they refer to.
    """
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    served = [path for path in paths if posixpath.splitext(path)[1] in MEDIA_TYPES]
    always = (ONLY_HTTPS,) if is_https else ()
    names: dict[str, str] = {}
    answers: dict[str, Packed] = {}
    for path in sorted(served, key=lambda path: path.endswith(".css")):
        body = (folder / path).read_bytes()
        if path.endswith(".css"):
            body = with_hashed_references(path, body, names)
        digest = hashlib.sha256(body).hexdigest()[:12]
        names[path] = hashed_name(path, digest)
        answers[PREFIX + names[path]] = packed(path, body, digest, (FOR_EVER, *always))
        if path == "favicon.ico":
            answers["/favicon.ico"] = packed(path, body, digest, (FOR_A_DAY, *always))
    return names, answers


def addressed(names: Mapping[str, str]) -> Callable[[str], str]:
    """Return the template function `asset`."""

    def asset(path: str) -> str:
        """Return the address of a static file; raise LookupError for one that does not exist."""
        if path not in names:
            message = f"No static file {path!r}"
            raise LookupError(message)
        return PREFIX + names[path]

    return asset


def install(flask_app: Flask, static_folder: Path) -> None:
    """Serve a folder under /static/, and teach the templates `asset(path)`.

    An address holds the content's hash: a browser keeps it for ever, and a changed file has another one.
    """
    names, answers = pack(static_folder, flask_app.config["PREFERRED_URL_SCHEME"] == "https")
    whitenoise = WhiteNoise(flask_app.wsgi_app)
    whitenoise.files.update(answers)
    flask_app.wsgi_app = whitenoise  # type: ignore[method-assign]  # the documented way to wrap an application
    flask_app.jinja_env.globals["asset"] = addressed(names)
