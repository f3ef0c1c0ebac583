"""What learners say of courses: one course by edition and half-year, and all of them by course and author."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.catalogue import queries as catalogue
from app.domain.surveys import queries as surveys
from app.domain.surveys.queries import Cell
from app.domain.surveys.values import Aspect, Tally
from app.foundation.text import sort_key
from app.web import paging
from app.web.learner.forms import ASPECTS
from app.web.manager.asking import read_choice
from app.web.session import actor, choose_locale
from app.web.shown import text_of
from app.web.trainer.shelf import blueprint
from app.workflows import inspecting

P = Permission
_COMMENTS = 20
"""Comments of a page."""


NAMES = {
    Aspect.PRACTICAL: lazy_gettext("Practical"),
    Aspect.USABLE: lazy_gettext("Usable at work"),
    Aspect.EXPLAINED: lazy_gettext("Well explained"),
    Aspect.INTERACTIVE: lazy_gettext("Interactive"),
}
"""The four questions in a word, for the heads of tables."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What is shown of one course: the figures of an edition and a half-year, or of all, and the comments."""

    bench: inspecting.Bench
    cells: Sequence[Cell]
    edition: str | None
    half_year: str | None
    comments: Sequence[str]
    page: int
    pages: int

    @property
    def chosen(self) -> Sequence[Cell]:
        """The figures that fit what was asked for."""
        return [
            cell
            for cell in self.cells
            if self.edition in {None, str(cell.version.edition)} and self.half_year in {None, cell.half_year}
        ]

    @property
    def tally(self) -> Tally:
        """These figures taken together."""
        return total(self.chosen)

    def link(self, page: int) -> str:
        """Return the address of another page of the comments."""
        return url_for(
            "trainer.survey",
            slug=self.bench.slug,
            edition=self.edition,
            half=self.half_year,
            page=page,
            _anchor="comments",
        )


def total(cells: Sequence[Cell]) -> Tally:
    """Return figures taken together; each counts answers of five people or more."""
    return sum((cell.tally for cell in cells), Tally())


def say_half(half_year: str) -> str:
    """Return a half-year in words."""
    year, half = half_year.split("-")
    words = _("first half of %(year)s", year=year) if half == "1" else _("second half of %(year)s", year=year)
    return str(words)


@blueprint.get("/teach/courses/<string:slug>/survey")
@requires(P.COURSE_WRITE)
def survey(slug: str) -> str:
    """Show what learners say of a course."""
    bench, scope = inspecting.open_course(actor(), slug), scope_of(actor(), P.COURSE_WRITE)
    cells, page = surveys.list_cells(scope, slug), paging.read_page(request.args)
    edition = read_choice(request.args, "edition", _editions(cells))
    half = read_choice(request.args, "half", _halves(cells))
    number = int(edition) if edition else None
    comments, count = surveys.list_comments(scope, slug, number, half, page, _COMMENTS)
    pages = paging.count_pages(page, count, _COMMENTS)
    view = Opinions(bench, cells, edition, half, comments, page, pages)
    choices = {"editions": list(_editions(cells).items()), "halves": list(_halves(cells).items())}
    return render_template(
        "trainer/survey.html", view=view, aspects=ASPECTS, names=NAMES, say_half=say_half, **choices
    )


def _editions(cells: Sequence[Cell]) -> Mapping[str, str]:
    return {str(cell.version.edition): str(cell.version.edition) for cell in cells}


def _halves(cells: Sequence[Cell]) -> Mapping[str, str]:
    return {cell.half_year: say_half(cell.half_year) for cell in cells}


@blueprint.get("/teach/survey")
@requires(P.COURSE_WRITE)
def surveys_of_all() -> str:
    """Show what learners say of all courses that she may change, by course and by author."""
    cells = surveys.list_cells(scope_of(actor(), P.COURSE_WRITE))
    return render_template(
        "trainer/surveys_of_all.html",
        courses=by_course(cells),
        authors=by_author(cells),
        names=NAMES,
        total=total,
    )


def by_course(cells: Sequence[Cell]) -> list[tuple[str, Sequence[Cell]]]:
    """Return the figures of each course, by title."""
    grouped: dict[str, list[Cell]] = {}
    for cell in cells:
        grouped.setdefault(cell.slug, []).append(cell)
    locale = choose_locale()
    return sorted(grouped.items(), key=lambda each: sort_key(text_of(each[1][0].version.titles), locale))


def by_author(cells: Sequence[Cell]) -> list[tuple[str, Sequence[Cell]]]:
    """Return the figures of each author whom course.yaml names; a course of several counts for each of them."""
    grouped: dict[str, list[Cell]] = {}
    for cell in cells:
        for author in catalogue.meta_of(cell.version).authors:
            grouped.setdefault(author, []).append(cell)
    return sorted(grouped.items(), key=lambda each: sort_key(each[0], choose_locale()))
