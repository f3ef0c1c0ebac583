"""What may be told to the catalogue: versions are published and never changed; drafts are written."""

from collections.abc import Mapping

from sqlalchemy import delete

from app.domain.catalogue import queries
from app.domain.catalogue.models import (
    Course,
    CourseVersion,
    Edition,
    ModuleText,
    Programme,
    Question,
    QuestionText,
    VersionFile,
)
from app.domain.catalogue.models import (
    CourseDraft as DraftRow,
)
from app.domain.catalogue.values import CourseDraft, ProgrammeDraft
from app.domain.territory.models import Unit
from app.foundation import clock, ids
from app.foundation.db import insert_into, session
from app.foundation.plain import dump


def publish(
    draft: CourseDraft, owner: Unit, digests: Mapping[str, tuple[str, str | None]], by: str
) -> CourseVersion:
    """Make a new immutable version, a correction where marking stays as it is, else a new edition.

    ``digests``: path → (digest of the file's own bytes, digest of what learners are given of it or None).
    The caller has seen that something differs from the newest version.
    """
    course = hold_course(draft.meta.slug, owner)
    course.owner_unit_id, course.owner_path, course.owner_unit = owner.id, owner.path, owner
    edition, correction = _edition_for(course, draft)
    version = _new_version(draft, edition, correction, by)
    session().add(version)
    session().flush()
    edition.version_id = version.id
    _add_modules(version.id, draft)
    _add_questions(version.id, draft)
    _add_files(version.id, draft, digests)
    return version


def hold_course(slug: str, owner: Unit) -> Course:
    """Return a course, made where it is new, so that nobody else publishes it before the act ends."""
    fresh = insert_into(Course).values(
        slug=slug, owner_unit_id=owner.id, owner_path=owner.path, newest_edition=0
    )
    session().execute(fresh.on_conflict_do_nothing(index_elements=["slug"]))
    return queries.get_course_to_publish(slug)


def keep_sources(
    version: CourseVersion, draft: CourseDraft, digests: Mapping[str, tuple[str, str | None]]
) -> bool:
    """Keep the files that say the same as a version in other bytes: a comment, an order, line ends.

    What learners are given is not touched. Return whether any byte differed.
    """
    kept = {file.path: (file.digest, file.served) for file in queries.list_files(version.id)}
    if kept == dict(digests):
        return False
    session().execute(delete(VersionFile).where(VersionFile.version_id == version.id))
    _add_files(version.id, draft, digests)
    return True


def _add_files(version_id: int, draft: CourseDraft, digests: Mapping[str, tuple[str, str | None]]) -> None:
    session().add_all(
        VersionFile(version_id=version_id, path=path, digest=own, served=served, size=len(draft.files[path]))
        for path, (own, served) in digests.items()
    )
    session().flush()


def _edition_for(course: Course, draft: CourseDraft) -> tuple[Edition, int]:
    edition = queries.find_edition(course.id, course.newest_edition)
    if edition is not None and edition.version_id is not None:
        newest = queries.get_version(edition.version_id)
        if newest.marking_digest == draft.marking_digest:
            return edition, newest.correction + 1
    course.newest_edition += 1
    made = Edition(course_id=course.id, number=course.newest_edition)
    session().add(made)
    session().flush()
    return made, 0


def _new_version(draft: CourseDraft, edition: Edition, correction: int, by: str) -> CourseVersion:
    meta = draft.meta
    return CourseVersion(
        public_id=ids.public_id(),
        edition_id=edition.id,
        edition=edition.number,
        correction=correction,
        digest=draft.digest,
        marking_digest=draft.marking_digest,
        track=meta.track.value,
        level=meta.level.value,
        form=meta.form.value,
        hours=meta.hours,
        languages=list(meta.languages),
        titles=dict(meta.title),
        meta=dump(meta),
        law_as_of=meta.law_as_of,
        review_by=meta.review_by,
        module_count=len(draft.modules),
        modules_wanted=_modules_wanted(draft),
        has_test=meta.assessment is not None,
        published_at=clock.now(),
        published_by=by,
    )


def _modules_wanted(draft: CourseDraft) -> int:
    """Return what ``progress.rules.modules_wanted`` says of the version: reports count by it."""
    count, wanted = len(draft.modules), draft.meta.completion.modules
    return count if wanted is None else min(wanted, count)


def _add_modules(version_id: int, draft: CourseDraft) -> None:
    session().add_all(
        ModuleText(
            version_id=version_id,
            language=language,
            address=module.address,
            position=position,
            text_language=text.language,
            title=text.title,
            minutes=module.minutes,
            law_as_of=module.law_as_of,
            check=list(module.check),
            html=text.html,
        )
        for position, module in enumerate(draft.modules, start=1)
        for language, text in module.texts.items()
    )


def _add_questions(version_id: int, draft: CourseDraft) -> None:
    rows = [
        Question(
            version_id=version_id,
            key=question.key,
            position=position,
            kind=question.kind.value,
            area=question.area,
            points=question.points,
            is_practice=question.is_practice,
            is_pinned=question.is_pinned,
            is_retired=question.is_retired,
            is_exact=question.is_exact,
            is_partial=question.is_partial,
            is_all_or_nothing=question.is_all_or_nothing,
            unit=question.unit,
            criteria=list(question.criteria),
            upload=list(question.upload),
            max_words=question.max_words,
        )
        for position, question in enumerate(draft.questions, start=1)
    ]
    session().add_all(rows)
    session().flush()
    session().add_all(
        QuestionText(
            question_id=row.id, language=language, body=dump(body), answer_key=dump(question.keys[language])
        )
        for row, question in zip(rows, draft.questions, strict=True)
        for language, body in question.bodies.items()
    )


def begin_draft(slug: str, owner: Unit, files: Mapping[str, str], base: str | None, by: str) -> None:
    """Begin a trainer's draft, unless somebody has begun one: path → digest in the file store."""
    fresh = insert_into(DraftRow).values(
        slug=slug,
        public_id=ids.public_id(),
        owner_unit_id=owner.id,
        owner_path=owner.path,
        files=dict(files),
        revision=0,
        base=base,
        changed_at=clock.now(),
        changed_by=by,
    )
    session().execute(fresh.on_conflict_do_nothing(index_elements=["slug"]))


def change_draft(row: DraftRow, files: Mapping[str, str], by: str) -> None:
    """Write down the files of a draft; every write is a new revision, which has not been checked."""
    row.files = dict(files)
    row.revision += 1
    row.error_count = row.warning_count = None
    row.changed_at, row.changed_by = clock.now(), by
    session().flush()


def note_check(row: DraftRow, errors: int, warnings: int) -> None:
    """Write down how many findings the present revision of a draft has."""
    row.error_count, row.warning_count = errors, warnings
    session().flush()


def drop_draft(row: DraftRow) -> None:
    """Forget a draft: it was published, or is not wanted."""
    session().delete(row)
    session().flush()


def keep_programme(draft: ProgrammeDraft, owner: Unit, source: str) -> bool:
    """Write down a model programme; return whether anything differed."""
    row = queries.find_programme(draft.slug)
    kept = (source, draft.design, owner.path)
    if row is not None and (row.source, row.design, row.owner_path) == kept:
        return False
    if row is None:
        row = Programme(slug=draft.slug)
    row.owner_path, row.track, row.form = owner.path, draft.track.value, draft.form.value
    row.titles, row.courses, row.is_ordered = dict(draft.title), list(draft.courses), draft.is_ordered
    row.deadline, row.source = str(draft.deadline) if draft.deadline else None, source
    row.design = draft.design
    session().add(row)
    session().flush()
    return True
