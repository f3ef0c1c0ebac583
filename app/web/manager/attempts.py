"""Attempts at tests, for those who look after learners or teach: evidence, more time, annulment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import allows, holds, require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments.queries import Adjustable, Wanted
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.foundation.errors import Invalid
from app.web import paging
from app.web.account.views import add_error
from app.web.manager.forms import AccommodationForm, AnnulmentForm, TimeForm
from app.web.manager.views import blueprint
from app.web.session import actor
from app.workflows import adjusting, documenting

__all__ = ["blueprint"]

P = Permission
Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """An attempt as a list shows it: its learner by name only to those who look after her."""

    found: Adjustable
    is_known: bool

    @property
    def who(self) -> str:
        """The learner's name, or her unit alone."""
        if self.is_known:
            return self.found.person.full_name
        return str(_("Learner of %(unit)s", unit=self.found.unit.name))

    @property
    def title(self) -> str:
        """The title of the course in the language of the attempt."""
        titles = self.found.version.titles
        return titles.get(self.found.attempt.language) or next(iter(titles.values()))


def _line(own: Actor, found: Adjustable) -> Line:
    return Line(found, allows(own, P.ATTEMPT_ADJUST, found.attempt))


@dataclass(frozen=True, slots=True)
class AttemptsPage:
    """One page of attempts, of one course or one person where the address says so."""

    lines: Sequence[Line]
    count: int
    page: int
    pages: int
    slug: str | None
    person: Person | None
    name: str

    @property
    def person_id(self) -> UUID | None:
        """The public id of the one person whose attempts these are."""
        return self.person.public_id if self.person else None

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        given: dict[str, Any] = {"q": self.name, "course": self.slug, "person": self.person_id, **changes}
        return url_for("manager.attempt_list", **{key: value for key, value in given.items() if value})


def _show_attempts(own: Actor, asked: Mapping[str, str]) -> AttemptsPage:
    scope, page, slug = scope_of(own, P.ATTEMPT_ADJUST), paging.read_page(asked), asked.get("course") or None
    who, name = asked.get("person"), asked.get("q", "").strip()[:200]
    person = people.get_person(scope, paging.read_id(who)) if who else None
    wanted = Wanted(slug, person.id if person else None, name)
    found, count = attempts.list_to_adjust(scope, scope_of(own, P.COURSE_WRITE), wanted, page, paging.SIZE)
    lines = [_line(own, each) for each in found]
    return AttemptsPage(lines, count, page, paging.count_pages(page, count), slug, person, name)


@blueprint.get("/manage/attempts")
@requires(P.ATTEMPT_ADJUST)
def attempt_list() -> str:
    """Show the attempts of her learners and of the courses that she teaches, the latest first."""
    return render_template(
        "manager/attempt_list.html",
        view=_show_attempts(actor(), request.args),
        may_read=holds(actor(), P.PERSON_READ),
    )


def _find(attempt_id: UUID) -> Adjustable:
    scope, teaching = scope_of(actor(), P.ATTEMPT_ADJUST), scope_of(actor(), P.COURSE_WRITE)
    return attempts.get_to_adjust(scope, teaching, attempt_id)


@blueprint.get("/manage/attempts/<uuid:attempt_id>")
@requires(P.ATTEMPT_ADJUST)
def attempt(attempt_id: UUID) -> str:
    """Show what became of an attempt; what was answered too late only to those who teach the course."""
    found = _find(attempt_id)
    teaches = allows(actor(), P.COURSE_WRITE, found.course)
    return render_template(
        "manager/attempt.html",
        line=_line(actor(), found),
        papers=documenting.list_offered(actor(), found.attempt),
        record=attempts.record_of(found.attempt),
        paper=attempts.paper_of(found.attempt) if teaches else (),
        may_annul=teaches and found.attempt.annulled_at is None,
    )


def _is_done(form: FlaskForm, act: Callable[[], None], words: str) -> bool:
    """Do what a form asks for, once it is filled in as it must be; what is wrong is told at its place."""
    if not form.validate_on_submit():
        return False
    try:
        act()
    except Invalid as error:
        add_error(form, error)
        return False
    flash(words, "success")
    return True


@blueprint.route("/manage/attempts/<uuid:attempt_id>/time", methods=["GET", "POST"])
@requires(P.ATTEMPT_ADJUST)
def more_time(attempt_id: UUID) -> Answer:
    """Give more time in an attempt."""
    own, found, form = actor(), _find(attempt_id), TimeForm()

    def act() -> None:
        adjusting.grant_time(own, attempt_id, form.minutes.data, str(form.reason.data))

    if _is_done(form, act, _("The time is given, and the learner is told by mail.")):
        return redirect(url_for("manager.attempt", attempt_id=attempt_id))
    status = 422 if form.errors else 200
    return render_template("manager/more_time.html", form=form, line=_line(own, found)), status


@blueprint.route("/manage/attempts/<uuid:attempt_id>/annul", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def annul(attempt_id: UUID) -> Answer:
    """Let an attempt count no more."""
    own, found, form = actor(), _find(attempt_id), AnnulmentForm()
    require(own, P.COURSE_WRITE, found.course)

    def act() -> None:
        adjusting.annul(own, attempt_id, str(form.reason.data), gives_back=bool(form.gives_back.data))

    if _is_done(form, act, _("The attempt is annulled, and the learner is told by mail.")):
        return redirect(url_for("manager.attempt", attempt_id=attempt_id))
    status = 422 if form.errors else 200
    return render_template("manager/annul.html", form=form, line=_line(own, found)), status


@blueprint.route("/manage/people/<uuid:person_id>/extra-time", methods=["GET", "POST"])
@requires(P.ATTEMPT_ADJUST)
def extra_time(person_id: UUID) -> Answer:
    """Give a person more time in every test, or end it."""
    own, form = actor(), AccommodationForm()
    someone = people.get_person(scope_of(own, P.ATTEMPT_ADJUST), person_id)

    def act() -> None:
        adjusting.accommodate(own, person_id, form.percent.data, str(form.reason.data))

    if _is_done(form, act, _("This holds for every test from now on.")):
        return redirect(url_for("manager.extra_time", person_id=person_id))
    held = attempts.list_accommodations(scope_of(own, P.ATTEMPT_ADJUST), someone)
    may_read, status = holds(own, P.PERSON_READ), 422 if form.errors else 200
    page = render_template(
        "manager/extra_time.html", form=form, someone=someone, held=held, may_read=may_read
    )
    return page, status
