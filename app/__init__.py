"""The roof: puts the rooms together into one application; the only place that knows the front doors."""

from flask import Flask

import app.api.v1 as programs
import app.web as pages
from app.domain.assessments import models as assessments_models
from app.domain.catalogue import models as catalogue_models
from app.domain.certificates import models as certificates_models
from app.domain.enrolment import models as enrolment_models
from app.domain.examinations import models as examinations_models
from app.domain.people import models as people_models
from app.domain.progress import models as progress_models
from app.domain.reports import models as reports_models
from app.domain.surveys import models as surveys_models
from app.domain.territory import models as territory_models
from app.foundation import audit, files, logs, mail, queue, settings
from app.foundation.db import db, install_engine_rules
from app.jobs import announcing
from app.web.limiter import verification

MODELS = (
    assessments_models,
    audit,
    catalogue_models,
    certificates_models,
    enrolment_models,
    examinations_models,
    mail,
    people_models,
    progress_models,
    queue,
    reports_models,
    surveys_models,
    territory_models,
)
"""Every module with tables, so that the metadata is whole wherever an application stands."""


def create_app(given: settings.Settings | None = None) -> Flask:
    """Return the application, by the settings given or else those of the environment."""
    chosen = given or settings.from_env()
    settings.use(chosen)
    files.use(chosen.storage)
    logs.configure(chosen.log_level)
    chosen.instance.mkdir(parents=True, exist_ok=True)
    flask_app = Flask("app", static_folder=None, template_folder="web/templates")
    flask_app.config.update(
        SECRET_KEY=chosen.secret_key,
        SQLALCHEMY_DATABASE_URI=chosen.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(chosen),
    )
    db.init_app(flask_app)
    with flask_app.app_context():
        install_engine_rules(db.engine)
    queue.use(announcing.announcer(chosen))
    flask_app.extensions["gradivo.settings"] = chosen
    programs.install(flask_app, verification)
    pages.install(flask_app, chosen)
    return flask_app


def _engine_options(chosen: settings.Settings) -> dict[str, object]:
    """Return how to hold connections; a fault of the database names no values: logs hold nobody's name or answer."""
    if chosen.database_url.startswith("sqlite"):
        return {"pool_size": 12, "max_overflow": 12, "hide_parameters": True}
    return {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 10,
        "isolation_level": "AUTOCOMMIT",
        "hide_parameters": True,
    }
