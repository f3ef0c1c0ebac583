"""Migration 0005: papers that are there get the outline that a new one gets."""

from alembic import command
from sqlalchemy import select, text

from app.domain.assessments.models import Attempt, Paper
from app.foundation import migrating
from app.foundation.db import db
from app.workflows import learning, sitting
from tests import world


def test_papers_that_are_there_get_the_outline_of_a_new_one(land):
    for place, language in enumerate(("en", "cs", "en"), start=1):
        actor = world.act_as(world.person(f"learner{place}@example.org"))
        learning.enrol(actor, "open-data")
        for address in ("first", "second"):
            learning.finish_module(actor, "open-data", address)
        sitting.start_attempt(actor, "open-data", language)
    drawn = select(Paper.attempt_id, Paper.outline, Attempt.language).join(Attempt).order_by(Paper.attempt_id)
    before = db.session.execute(drawn).all()
    assert len(before) == 3
    assert all(row.outline for row in before)
    db.session.remove()
    command.stamp(migrating.config(db.engine), "head")  # The tables of tests are made without migrations.
    migrating.downgrade(db.engine, "0004")
    migrating.upgrade(db.engine)
    after = db.session.execute(drawn).all()
    db.session.execute(text("DROP TABLE alembic_version"))
    db.session.commit()
    assert after == before
