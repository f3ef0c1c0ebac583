"""For the operator's probes: is the process alive, and can it work."""

import shutil

from flask import Response, jsonify
from sqlalchemy import text

from app.domain.access.gate import public
from app.foundation import queue, schema, settings
from app.foundation.db import session
from app.web.public.checks import blueprint

__all__ = ["blueprint"]

_LEAST_FREE = 200 * 1024 * 1024


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Answer that the process runs."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Answer whether database, migrations, queue and disk allow work."""
    session().execute(text("SELECT 1"))
    states = {
        "database": True,
        "migrations": schema.present(session().connection()) == schema.wanted(),
        "queue": queue.count_failing() == 0,
        "disk": shutil.disk_usage(settings.current().instance).free > _LEAST_FREE,
    }
    is_ready = all(states.values())
    return jsonify(status="ok" if is_ready else "degraded", **states), 200 if is_ready else 503
