"""Stored files that people sent, given out so that no browser runs or shows them."""

from flask import send_file
from werkzeug.wrappers import Response

from app.domain.tasks.models import AnswerFile
from app.foundation.files import store
from app.web.headers import SANDBOX_POLICY


def hand_out(file: AnswerFile) -> Response:
    """Return a file as a download: an attachment (RFC 6266), in a sandbox, its type not guessed."""
    response = send_file(
        store().path(file.digest), mimetype=file.media_type, as_attachment=True, download_name=file.name
    )
    response.headers["Content-Security-Policy"] = SANDBOX_POLICY
    return response
