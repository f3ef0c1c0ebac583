"""Verification for programs: what the page of a code says, and no more often; the roof limits both together."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask_login import current_user

from app.api.v1.errors import fresh, problem
from app.domain.access.gate import public
from app.domain.access.values import Actor
from app.domain.certificates import queries as register
from app.workflows import verifying
from app.workflows.verifying import Told

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/certificates/<string:code>")
@public
def certificate(code: str) -> Response:
    """Say to a program what the page of a code says, and count that it was told."""
    found = register.find_by_code(code)
    if found is None:
        return problem(HTTPStatus.NOT_FOUND, "No certificate has this code.")
    verifying.note_check(_reader(), found)
    return fresh(jsonify(_in_json(verifying.tell(found, is_named=False))))


def _reader() -> Actor | None:
    """Return who asks from a browser in which she is signed in: a holder's own look is no check."""
    reader: Actor | None = getattr(current_user, "actor", None)
    return reader


def _in_json(told: Told) -> dict[str, object]:
    """Return what the page says as JSON: days and moments in ISO 8601, hours of 60 minutes; an erased name is null.

    Of a programme ``course`` is its title, and ``courses`` what it consisted of.
    """
    certificate, said = told.certificate, told.certificate.snapshot
    return {
        "code": certificate.code,
        "number": certificate.number,
        "state": told.state.value,
        "name": told.names[0] or None,
        "name_latin": told.names[1] or None,
        "is_name_hidden": told.is_name_hidden,
        "kind": said["kind"],
        "course": said["course_title"],
        "courses": [
            {"title": each["title"], "version": each["version"], "hours": float(each["hours"])}
            for each in said.get("courses", ())
        ],
        "language": said["language"],
        "hours": float(said["hours"]),
        "completed_on": said["completed_on"],
        "issued_on": said["issued_on"],
        "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else None,
        "issuer": said["issuer_name"],
        "successor": certificate.successor,
        "duplicate_of": said.get("duplicate_of") or None,
        "ended_at": told.ending.at.isoformat() if told.ending else None,
        "reason": told.ending.reason if told.ending else None,
        "address": told.address,
        "checked_at": told.at.isoformat(),
        "erased_on": certificate.erased_at.date().isoformat() if certificate.erased_at else None,
    }
