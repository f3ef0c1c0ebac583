"""People who were erased, and the time that the register keeps their names: for tests of its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.certificates.models import Certificate
from app.domain.people.models import Person
from app.foundation import clock, settings
from app.foundation.db import session
from app.workflows import erasing, forgetting

WORKER = Actor.system("forget-names")


@contextmanager
def terms(**years: int) -> Iterator[None]:
    """Let registers of countries keep the names of people who were erased for some years after issue."""
    before = settings.current()
    settings.use(replace(before, register_years=years))
    try:
        yield
    finally:
        settings.use(before)


def forget(moment: datetime) -> int:
    """Do at a moment what the worker does each minute; return how many certificates lost their names."""
    with clock.at(moment):
        return forgetting.forget_names(WORKER)


def lapse(person: Person) -> None:
    """Erase a person, and let the year be over for which Czech registers keep her name."""
    erasing.erase(Actor.system("test"), person.public_id)
    with terms(CZ=1):
        forget(clock.now() + timedelta(days=400))


def held_by(person_id: int) -> Certificate:
    """Return the first certificate of somebody, as it stands now."""
    session().rollback()
    mine = select(Certificate).where(Certificate.person_id == person_id).order_by(Certificate.id).limit(1)
    return session().scalars(mine).one()
