"""The question bank: what courses ask, found by what it is and says, where it is used, how it performs; tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments.values import Pool
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.values import CourseDraft, Question
from app.domain.reports.queries import bank
from app.domain.reports.rules.selections import state_of_question
from app.domain.reports.values import BankFilter, BankLine, QuestionState, Use, Uses
from app.foundation.errors import NotFound
from app.foundation.i18n import content_language
from app.foundation.text import fold
from app.web import paging
from app.web.labels import KINDS, LANGUAGE_NAMES, QUESTION_STATES
from app.web.manager.asking import read_choice
from app.web.session import actor, choose_locale
from app.web.shown import text_of
from app.web.trainer.papers import Tried, try_out
from app.web.trainer.previews import Preview, answers, find_preview, refused
from app.web.trainer.shelf import blueprint
from app.workflows import inspecting, questioning
from app.workflows.learning import Practised, language_for

P = Permission
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class BankPage:
    """One page of the questions that fit; of one course with its pools and how its questions perform."""

    wanted: BankFilter
    is_drafted: bool
    courses: Mapping[str, str]
    drafts: Sequence[str]
    areas: Sequence[str]
    lines: Sequence[BankLine]
    count: int
    page: int
    pages: int
    pools: Sequence[Pool] = ()
    uses: Uses = field(default_factory=lambda: Uses(0, {}))

    @property
    def is_published(self) -> bool:
        """Whether the course that is chosen has a published version."""
        return catalogue.find_newest_version(self.wanted.course or "") is not None

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        """The areas to choose from."""
        return [("", _("all")), *((area, area) for area in self.areas)]

    @property
    def is_narrowed(self) -> bool:
        """Whether the list leaves questions out."""
        return self.wanted != BankFilter()

    def use_of(self, line: BankLine) -> Use:
        """Return how a question was used."""
        return self.uses.by_key.get(line.key, Use())

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        given: dict[str, object] = {
            "course": self.wanted.course,
            "area": self.wanted.area,
            "kind": self.wanted.kind,
            "language": self.wanted.language,
            "state": self.wanted.state,
            "q": self.wanted.text or None,
            "draft": "1" if self.is_drafted else None,
            **changes,
        }
        return url_for("trainer.questions", **given)  # type: ignore[arg-type]


@blueprint.get("/teach/questions")
@requires(P.COURSE_WRITE)
def questions() -> str | Response:
    """List the questions of the courses that she may change."""
    view = show_bank(actor(), request.args)
    if view is None:
        return refused(request.args["course"])
    return render_template("trainer/questions.html", view=view, kinds=KINDS, states=QUESTION_STATES)


def show_bank(own: Actor, asked: MultiDict[str, str]) -> BankPage | None:
    """Return one page of the bank, None where a draft cannot be read for its errors; raises NotFound."""
    scope = scope_of(own, P.COURSE_WRITE)
    published = bank.list_courses(scope)
    drafts = [row.slug for row in catalogue.list_drafts(scope)]
    courses = {slug: text_of(titles) for slug, titles in published.items()}
    courses |= {slug: slug for slug in drafts if slug not in courses}
    wanted = read_filter(asked, courses)
    if wanted.course in drafts and ("draft" in asked or wanted.course not in published):
        return _drafted_page(own, wanted, asked, courses)
    page, areas = paging.read_page(asked), bank.list_areas(scope, wanted.course)
    language = content_language(choose_locale())
    lines, count = bank.list_bank(scope, wanted, language, page, paging.SIZE)
    pages = paging.count_pages(page, count)
    if wanted.course is None:
        return BankPage(wanted, False, courses, drafts, areas, lines, count, page, pages)
    pools, uses = questioning.list_pools(own, wanted.course), bank.get_uses(scope, wanted.course)
    return BankPage(wanted, False, courses, drafts, areas, lines, count, page, pages, pools, uses)


def read_filter(asked: Mapping[str, str], courses: Mapping[str, object]) -> BankFilter:
    """Return which questions an address asks for; raises NotFound for a word that nothing is called."""
    state = read_choice(asked, "state", QUESTION_STATES)
    return BankFilter(
        course=read_choice(asked, "course", courses),
        area=asked.get("area") or None,
        kind=read_choice(asked, "kind", KINDS),
        language=read_choice(asked, "language", LANGUAGE_NAMES),
        state=QuestionState(state) if state else None,
        text=asked.get("q", "").strip()[:_LONGEST_SEARCH],
    )


def _drafted_page(
    own: Actor, wanted: BankFilter, asked: MultiDict[str, str], courses: Mapping[str, str]
) -> BankPage | None:
    """Return the questions of one course as it is being written."""
    slug = wanted.course or ""
    course = inspecting.examine(own, inspecting.open_course(own, slug)).course
    if course is None:
        return None
    language = wanted.language or language_for(course.meta.languages, choose_locale())
    every = [_drafted(course, question, language) for question in course.questions]
    fitting = [
        line for line, question in zip(every, course.questions, strict=True) if _fits(line, question, wanted)
    ]
    page = paging.read_page(asked)
    pages = paging.count_pages(page, len(fitting))
    lines = fitting[(page - 1) * paging.SIZE : page * paging.SIZE]
    areas = sorted({line.area for line in every if line.area})
    pools = questioning.list_drafted_pools(own, course)
    return BankPage(wanted, True, courses, [slug], areas, lines, len(fitting), page, pages, pools)


def _drafted(course: CourseDraft, question: Question, language: str) -> BankLine:
    body = question.bodies.get(language) or question.bodies[course.meta.source_language]
    return BankLine(
        slug=course.meta.slug,
        titles=course.meta.title,
        key=question.key,
        kind=question.kind.value,
        area=question.area,
        state=state_of_question(question.is_practice, question.is_retired),
        heading=body.heading,
        language=body.language,
    )


def _fits(line: BankLine, question: Question, wanted: BankFilter) -> bool:
    said = fold(" ".join([line.key, *(f"{body.heading} {body.stem}" for body in question.bodies.values())]))
    return (
        wanted.area in {None, line.area}
        and wanted.kind in {None, line.kind}
        and wanted.state in {None, line.state}
        and wanted.language in {None, line.language}
        and all(word in said for word in fold(wanted.text).split())
    )


# One question.


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One question as learners get it, and where it is used."""

    line: BankLine
    tried: Tried | Practised
    language: str
    languages: Sequence[str]
    is_drafted: bool
    labels: Sequence[str] = ()
    modules: Sequence[str] = ()
    uses: Uses = field(default_factory=lambda: Uses(0, {}))

    @property
    def use(self) -> Use:
        """How it was used."""
        return self.uses.by_key.get(self.line.key, Use())

    def link(self, language: str) -> str:
        """Return the address of the question in another language."""
        draft = "1" if self.is_drafted else None
        return url_for("trainer.question", slug=self.line.slug, key=self.line.key, lang=language, draft=draft)


@blueprint.route("/teach/questions/<string:slug>/<string:key>", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def question(slug: str, key: str) -> Response | str:
    """Show a question as learners get it, to be tried; with its key, and where it is used."""
    newest = catalogue.find_newest_version(slug)
    if newest is None or "draft" in request.args:
        shown = find_preview(slug, _language(_languages_of(slug)))
        if shown is None:
            return refused(slug)
        view = _drafted_question(shown, key)
    else:
        view = _published_question(slug, key, newest)
    return render_template("trainer/question.html", view=view, kinds=KINDS)


def _language(languages: Sequence[str]) -> str:
    """Return the language that the address asks for, else that of the reader, else the source's."""
    wanted = request.args.get("lang", "")
    if wanted and wanted not in languages:
        raise NotFound
    return wanted or language_for(languages, choose_locale())


def _languages_of(slug: str) -> Sequence[str]:
    return inspecting.open_course(actor(), slug).languages or ("",)


def _published_question(slug: str, key: str, version: CourseVersion) -> QuestionPage:
    scope = scope_of(actor(), P.COURSE_WRITE)
    language = _language(version.languages)
    line = bank.get_line(scope, slug, key, language)
    return QuestionPage(
        line,
        questioning.try_question(actor(), slug, key, language, answers()),
        language,
        version.languages,
        False,
        bank.list_labels(scope, slug, key),
        [module.title for module in bank.list_checks(scope, version, key)],
        bank.get_uses(scope, slug) if line.state is not QuestionState.PRACTICE else Uses(0, {}),
    )


def _drafted_question(shown: Preview, key: str) -> QuestionPage:
    course = shown.course
    found = next((each for each in course.questions if each.key == key), None)
    if found is None:
        raise NotFound
    return QuestionPage(
        _drafted(course, found, shown.language),
        try_out(shown.list_papers([key]), answers())[0],
        shown.language,
        course.meta.languages,
        True,
        modules=[module.texts[shown.language].title for module in course.modules if key in module.check],
    )
