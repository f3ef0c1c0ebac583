"""Every question put to progress; all of them take a scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, select

from app.domain.catalogue.models import ModuleText
from app.domain.enrolment.models import Enrolment
from app.domain.progress.models import ModuleDone
from app.domain.territory.values import Scope
from app.foundation.db import session


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A line of a course's outline for one learner."""

    address: str
    title: str
    minutes: int
    is_done: bool


_OUTLINE = (
    select(ModuleText.address, ModuleText.title, ModuleText.minutes, ModuleDone.done_at.is_not(None))
    .outerjoin(
        ModuleDone,
        and_(ModuleDone.address == ModuleText.address, ModuleDone.enrolment_id == bindparam("enrolment")),
    )
    .where(ModuleText.version_id == bindparam("version"), ModuleText.language == bindparam("language"))
    .order_by(ModuleText.position)
)


def list_outline(
    scope: Scope, enrolment: Enrolment, version_id: int, language: str
) -> Sequence[OutlineEntry]:
    """Return the modules of a version in order, each with whether the learner marked it done."""
    if not scope.covers(enrolment.unit_path, enrolment.person_id):
        return []
    rows = (
        session()
        .connection()
        .execute(_OUTLINE, {"enrolment": enrolment.id, "version": version_id, "language": language})
    )
    return [OutlineEntry(*row) for row in rows]


def count_done(scope: Scope, enrolment: Enrolment, version_id: int, language: str) -> int:
    """Return how many modules of a version the learner has marked done."""
    if not scope.covers(enrolment.unit_path, enrolment.person_id):
        return 0
    count = session().scalar(
        select(func.count())
        .select_from(ModuleDone)
        .join(
            ModuleText,
            and_(
                ModuleText.address == ModuleDone.address,
                ModuleText.version_id == version_id,
                ModuleText.language == language,
            ),
        )
        .where(ModuleDone.enrolment_id == enrolment.id)
    )
    return count or 0


def is_done(scope: Scope, enrolment: Enrolment, address: str) -> bool:
    """Tell whether the learner has marked a module done."""
    if not scope.covers(enrolment.unit_path, enrolment.person_id):
        return False
    return session().get(ModuleDone, (enrolment.id, address)) is not None
