"""Migration 0009: documents that are there stay, and a job signs each of them."""

from alembic import command
from sqlalchemy import delete, select, text

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.foundation import migrating
from app.foundation.db import db, session
from app.foundation.files import store
from app.foundation.queue import OutboxJob
from app.jobs import worker
from app.workflows import rendering
from tests import world


def test_a_document_that_is_there_is_signed_by_a_job_and_one_that_is_not_keeps_its_own(land, app):
    for number in range(2):
        world.pass_test(world.act_as(world.person(f"learner{number}@example.org")))
    made, waiting = session().scalars(select(Certificate.code).order_by(Certificate.id)).all()
    rendering.render(Actor.system(rendering.JOB), made)
    archive = session().scalar(select(Certificate.file_digest).where(Certificate.code == made))
    held = session()
    held.execute(delete(OutboxJob).where(OutboxJob.name != rendering.JOB))
    first = held.scalar(select(OutboxJob).order_by(OutboxJob.id).limit(1))
    held.delete(first)
    held.commit()
    db.session.remove()
    command.stamp(migrating.config(db.engine), "head")  # The tables of tests are made without migrations.
    migrating.downgrade(db.engine, "0008")
    migrating.upgrade(db.engine)
    promised = session().scalars(select(OutboxJob).where(OutboxJob.name == rendering.JOB)).all()
    assert sorted(job.arguments["code"] for job in promised) == sorted([made, waiting])
    session().rollback()
    assert worker.perform_due(app) == 2
    session().rollback()
    signed = session().scalars(select(Certificate).order_by(Certificate.id)).all()
    assert signed[0].file_digest == archive
    assert all(store().get(each.signed_digest).startswith(store().get(each.file_digest)) for each in signed)
    db.session.execute(text("DROP TABLE alembic_version"))
    db.session.commit()
