"""Every question put to the catalogue; published courses are public, drafts take a scope."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.domain.catalogue.models import (
    Course,
    CourseDraft,
    CourseVersion,
    Edition,
    ModuleText,
    Programme,
    Question,
    QuestionText,
    VersionFile,
)
from app.domain.catalogue.values import BankQuestion, CourseMeta, Kind, QuestionBody, QuestionKey
from app.domain.territory.values import Scope
from app.foundation.db import Base, session
from app.foundation.errors import NotFound
from app.foundation.kept import Kept
from app.foundation.plain import load

Thing = TypeVar("Thing", bound=Base)


# What a version says never changes, so that the pages which are asked for most read it once in each process.
_versions: Kept[CourseVersion] = Kept(100)
_metas: Kept[CourseMeta] = Kept(100)
_modules: Kept[ModuleText] = Kept(500)
_areas: Kept[Mapping[str, str]] = Kept(100)
_banks: Kept[Mapping[str, BankQuestion]] = Kept(100)


def meta_of(version: CourseVersion) -> CourseMeta:
    """Return what course.yaml said at a version."""
    return _metas.get(version.public_id, lambda: load(CourseMeta, version.meta))


def get_kept_version(public_id: UUID) -> CourseVersion:
    """Return a version as it lies in memory: detached, to be read only."""
    return _versions.get(
        public_id, lambda: _detached(select(CourseVersion).where(CourseVersion.public_id == public_id))
    )


def get_kept_module(version: CourseVersion, language: str, address: str) -> ModuleText:
    """Return one module of a version in a language as it lies in memory: detached, to be read only."""

    def read() -> ModuleText:
        return _detached(
            select(ModuleText).where(
                ModuleText.version_id == version.id,
                ModuleText.language == language,
                ModuleText.address == address,
            )
        )

    return _modules.get((version.public_id, language, address), read)


def _detached(statement: Select[Thing]) -> Thing:
    """Return a thing out of reach of the session, so that no commit or rollback empties it."""
    held = session()
    thing = held.scalar(statement.execution_options(populate_existing=True))
    if thing is None:
        raise NotFound
    held.expunge(thing)
    return thing


def kept_areas_of_pool(version: CourseVersion) -> Mapping[str, str]:
    """Return ``areas_of_pool`` as it lies in memory."""
    return _areas.get(version.public_id, lambda: areas_of_pool(version.id))


def list_kept_questions(version: CourseVersion, language: str, keys: Sequence[str]) -> list[BankQuestion]:
    """Return questions of a version in a language, in the order of ``keys``, as they lie in memory."""
    bank = kept_bank(version, language)
    return [bank[key] for key in keys]


def kept_bank(version: CourseVersion, language: str) -> Mapping[str, BankQuestion]:
    """Return key → question of a version in a language, in the order of the bank, as they lie in memory."""
    return _banks.get(
        (version.public_id, language),
        lambda: {question.key: question for question in list_questions(version.id, language)},
    )


def get_course(slug: str) -> Course:
    """Return a course by its slug, published or not."""
    course = find_course(slug)
    if course is None:
        raise NotFound
    return course


def find_course(slug: str) -> Course | None:
    """Return a course by its slug, or None."""
    return session().scalar(select(Course).where(Course.slug == slug).options(joinedload(Course.owner_unit)))


def get_course_to_publish(slug: str) -> Course:
    """Return a course, locked until the act ends: two publishers take turns."""
    statement = select(Course).where(Course.slug == slug).options(joinedload(Course.owner_unit))
    course = session().scalar(statement.with_for_update(of=Course).execution_options(populate_existing=True))
    if course is None:
        raise NotFound
    return course


def get_newest(slug: str) -> tuple[Course, CourseVersion]:
    """Return a published course and the newest correction of its newest edition."""
    row = session().execute(_newest().where(Course.slug == slug)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def get_labelled(slug: str, edition: int, correction: int) -> CourseVersion:
    """Return the version of a course that is labelled ``edition.correction``."""
    version = session().scalar(
        select(CourseVersion)
        .join(Edition, Edition.id == CourseVersion.edition_id)
        .join(Course, Course.id == Edition.course_id)
        .where(Course.slug == slug, CourseVersion.edition == edition, CourseVersion.correction == correction)
    )
    if version is None:
        raise NotFound
    return version


def find_newest_version(slug: str) -> CourseVersion | None:
    """Return the newest correction of a course's newest edition, or None where nothing is published."""
    row = session().execute(_newest().where(Course.slug == slug)).first()
    return row[1] if row else None


def list_newest() -> Sequence[tuple[Course, CourseVersion]]:
    """Return every published course with its newest version, by slug."""
    return [(course, version) for course, version in session().execute(_newest().order_by(Course.slug))]


def newest_of(slugs: Collection[str]) -> Mapping[str, CourseVersion]:
    """Return slug → newest version of those of some courses that are published."""
    rows = session().execute(_newest().where(Course.slug.in_(slugs))).all()
    return {course.slug: version for course, version in rows}


def _newest() -> Select[Course, CourseVersion]:
    return (
        select(Course, CourseVersion)
        .join(Edition, (Edition.course_id == Course.id) & (Edition.number == Course.newest_edition))
        .join(CourseVersion, CourseVersion.id == Edition.version_id)
        .options(joinedload(Course.owner_unit))
    )


def get_version(version_id: int) -> CourseVersion:
    """Return a version by its number inside."""
    version = session().get(CourseVersion, version_id)
    if version is None:
        raise NotFound
    return version


def get_newest_correction(edition_id: int) -> CourseVersion:
    """Return the newest version of an edition, which its learners have now."""
    statement = select(CourseVersion).join(Edition, Edition.version_id == CourseVersion.id)
    return session().scalars(statement.where(Edition.id == edition_id)).one()


def find_edition(course_id: int, number: int) -> Edition | None:
    """Return an edition of a course by its number."""
    return session().scalar(select(Edition).where(Edition.course_id == course_id, Edition.number == number))


def list_versions(course_id: int) -> Sequence[CourseVersion]:
    """Return all versions of a course, the newest first."""
    return (
        session()
        .scalars(
            select(CourseVersion)
            .join(Edition, CourseVersion.edition_id == Edition.id)
            .where(Edition.course_id == course_id)
            .order_by(CourseVersion.edition.desc(), CourseVersion.correction.desc())
        )
        .all()
    )


def list_courses_within(scope: Scope) -> Sequence[Course]:
    """Return the courses that lie within a scope."""
    return (
        session()
        .scalars(
            select(Course)
            .where(scope.within(Course.owner_path))
            .order_by(Course.slug)
            .options(joinedload(Course.owner_unit))
        )
        .all()
    )


def list_modules(version_id: int, language: str) -> Sequence[ModuleText]:
    """Return the modules of a version in a language, in order, with their text."""
    return (
        session()
        .scalars(
            select(ModuleText)
            .where(ModuleText.version_id == version_id, ModuleText.language == language)
            .order_by(ModuleText.position)
        )
        .all()
    )


def get_module(version_id: int, language: str, address: str) -> ModuleText:
    """Return one module of a version in a language."""
    module = session().get(ModuleText, (version_id, language, address))
    if module is None:
        raise NotFound
    return module


def list_addresses(version_id: int) -> Sequence[str]:
    """Return the addresses of a version's modules, in order."""
    return (
        session()
        .scalars(
            select(ModuleText.address)
            .where(ModuleText.version_id == version_id)
            .group_by(ModuleText.address)
            .order_by(func.min(ModuleText.position))
        )
        .all()
    )


def areas_of_pool(version_id: int) -> Mapping[str, str]:
    """Return key → area of the questions that a test may draw, in the order of the bank."""
    rows = session().execute(
        select(Question.key, Question.area)
        .where(
            Question.version_id == version_id,
            Question.is_practice.is_(False),
            Question.is_retired.is_(False),
        )
        .order_by(Question.position)
    )
    return {key: area for key, area in rows}  # noqa: C416 -- Rows are no pairs to the type checker.


def list_questions(version_id: int, language: str, keys: Sequence[str] | None = None) -> list[BankQuestion]:
    """Return questions of a version in a language, in the order of ``keys``, else in that of the bank."""
    statement = (
        select(Question, QuestionText)
        .join(QuestionText, QuestionText.question_id == Question.id)
        .where(Question.version_id == version_id, QuestionText.language == language)
        .order_by(Question.position)
    )
    if keys is not None:
        statement = statement.where(Question.key.in_(keys))
    found = [_bank_question(question, text) for question, text in session().execute(statement)]
    if keys is None:
        return found
    by_key = {question.key: question for question in found}
    return [by_key[key] for key in keys]


def _bank_question(question: Question, text: QuestionText) -> BankQuestion:
    return BankQuestion(
        key=question.key,
        kind=Kind(question.kind),
        area=question.area,
        points=question.points,
        is_pinned=question.is_pinned,
        is_exact=question.is_exact,
        is_partial=question.is_partial,
        is_all_or_nothing=question.is_all_or_nothing,
        unit=question.unit,
        criteria=tuple(question.criteria),
        upload=tuple(question.upload),
        max_words=question.max_words,
        body=load(QuestionBody, text.body),
        answer_key=load(QuestionKey, text.answer_key),
    )


def list_files(version_id: int) -> Sequence[VersionFile]:
    """Return the files that a version was published from, by path."""
    return (
        session()
        .scalars(select(VersionFile).where(VersionFile.version_id == version_id).order_by(VersionFile.path))
        .all()
    )


def find_media(digest: str, name: str) -> VersionFile | None:
    """Return a published medium by what is served of it: published courses are public."""
    return (
        session()
        .scalars(
            select(VersionFile)
            .where(VersionFile.served == digest, VersionFile.path == f"media/{name}")
            .limit(1)
        )
        .first()
    )


def list_drafts(scope: Scope) -> Sequence[CourseDraft]:
    """Return the drafts within a scope."""
    return (
        session()
        .scalars(select(CourseDraft).where(scope.within(CourseDraft.owner_path)).order_by(CourseDraft.slug))
        .all()
    )


def find_draft(scope: Scope, slug: str, *, is_locked: bool = False) -> CourseDraft | None:
    """Return the draft of a course within a scope, or None; locked until the act ends if it will change."""
    statement = select(CourseDraft).where(CourseDraft.slug == slug, scope.within(CourseDraft.owner_path))
    if is_locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session().scalar(statement)


def is_slug_taken(slug: str) -> bool:
    """Tell whether a course or a draft of this name is anywhere: a name is taken once for everyone."""
    is_published = select(Course.id).where(Course.slug == slug).exists()
    is_written = select(CourseDraft.id).where(CourseDraft.slug == slug).exists()
    return bool(session().scalar(select(is_published | is_written)))


def prerequisites_by_course() -> Mapping[str, tuple[str, ...]]:
    """Return slug → prerequisites of every published course: what a checker must know of the others."""
    return {course.slug: tuple(version.meta["prerequisites"]) for course, version in list_newest()}


def list_programmes() -> Sequence[Programme]:
    """Return the model programmes, by slug."""
    return session().scalars(select(Programme).order_by(Programme.slug)).all()


def is_in_programme(slug: str) -> bool:
    """Tell whether a course is part of any model programme."""
    return any(slug in courses for courses in session().scalars(select(Programme.courses)))


def find_programme(slug: str) -> Programme | None:
    """Return a programme by its slug, or None."""
    return session().scalar(select(Programme).where(Programme.slug == slug))
