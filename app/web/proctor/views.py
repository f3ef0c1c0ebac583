"""Dates of tests at a place: the list, one of them, who is named; set and cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.domain.access.gate import requires
from app.domain.access.policy import allows, holds, require, scope_of
from app.domain.access.values import Permission
from app.domain.catalogue import queries as catalogue
from app.domain.examinations import queries as exams
from app.domain.examinations.models import ExamDate, Incident
from app.domain.examinations.queries import Nameable, Seated
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.errors import Invalid
from app.web import paging
from app.web.account.views import add_error
from app.web.errors import words_of
from app.web.labels import SEAT_STATES
from app.web.manager import asking
from app.web.proctor.forms import CancelForm, DateForm, DateOfFewForm, PeopleForm
from app.web.session import actor
from app.web.shown import text_of
from app.workflows.proctoring import paper, seating, setting
from app.workflows.proctoring.reaching import open_date, reach

blueprint = Blueprint("proctor", __name__)
P = Permission
Answer = Response | str | tuple[str, int]
MOST_NAMEABLE = 100
"""So many people are offered at once; a name finds the others."""


def title_of(date: ExamDate) -> str:
    """Return the title of a date's course in the language of the page."""
    return text_of(catalogue.get_newest(date.course.slug)[1].titles)


def state_of(date: ExamDate) -> str:
    """Return how a date stands: ``cancelled``, ``closed``, ``coming``, ``running`` or ``late``."""
    if date.cancelled_at is not None:
        return "cancelled"
    if date.closed_at is not None:
        return "closed"
    present = clock.now()
    return "coming" if present < date.opens_at else "running" if present < date.closes_at else "late"


@dataclass(frozen=True, slots=True)
class DatesPage:
    """One page of dates, with the titles of their courses."""

    dates: Sequence[ExamDate]
    titles: Mapping[int, str]
    page: int
    pages: int

    def link(self, page: int) -> str:
        """Return the address of another page of this list."""
        return url_for("proctor.dates", page=page)


@blueprint.get("/proctor")
@requires(P.EXAM_HOLD)
def dates() -> str:
    """List the dates that somebody holds, or may set."""
    page = paging.read_page(request.args)
    found, count = exams.list_dates(*reach(actor()), page, paging.SIZE)
    titles = {course.id: text_of(version.titles) for course, version in catalogue.list_newest()}
    view = DatesPage(found, titles, page, paging.count_pages(page, count))
    return render_template(
        "proctor/dates.html", view=view, state_of=state_of, may_set=holds(actor(), P.EXAM_SET)
    )


# Setting a date.


def _open_form() -> DateForm:
    options = asking.list_options(scope_of(actor(), P.EXAM_SET))
    form = DateForm() if options is None else DateOfFewForm()
    if options is not None:
        asking.offer(form.unit, options)
    form.course.choices = [
        SelectChoice(value=course.slug, label=text_of(version.titles))
        for course, version in catalogue.list_newest()
        if seating.is_supervised(version)
    ]
    return form


def _read_form(form: DateForm) -> setting.Wanted | None:
    """Return the date that a form asks for; None where something is wrong, which the form then says."""
    if not form.validate():
        return None
    scope, code = scope_of(actor(), P.EXAM_SET), str(form.unit.data)
    if not isinstance(form, DateOfFewForm):
        found = asking.settle_unit(scope, form.unit, form.choice)
        if found is None:
            return None
        code = found
    zone = ZoneInfo(territory.zone_of(territory.get_unit_within(scope, code)))
    return setting.Wanted(
        course=str(form.course.data),
        unit=code,
        place=str(form.place.data),
        opens_at=datetime.combine(form.day.data, form.opens.data, zone),
        closes_at=datetime.combine(form.day.data, form.closes.data, zone),
        proctor=str(form.proctor.data),
    )


@blueprint.route("/proctor/new", methods=["GET", "POST"])
@requires(P.EXAM_SET)
def new_date() -> Answer:
    """Set a date."""
    form = _open_form()
    wanted = _read_form(form) if request.method == "POST" else None
    if wanted is not None:
        try:
            made = setting.set_date(actor(), wanted)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("The date is set. Now name who sits there."), "success")
            return redirect(url_for("proctor.people", date_id=made.public_id))
    return render_template("proctor/new_date.html", form=form), 422 if request.method == "POST" else 200


@dataclass(frozen=True, slots=True)
class NamingPage:
    """Who can be named for a date."""

    date: ExamDate
    title: str
    found: Sequence[Nameable]
    text: str
    complaint: str | None = None


def _naming(date_id: UUID, complaint: str | None = None) -> NamingPage:
    date, text = open_date(actor(), date_id), request.args.get("q", "").strip()[:100]
    require(actor(), P.EXAM_SET, date)
    found = exams.list_nameable(scope_of(actor(), P.EXAM_SET), date, text, MOST_NAMEABLE)
    return NamingPage(date, title_of(date), found, text, complaint)


@blueprint.route("/proctor/<uuid:date_id>/people", methods=["GET", "POST"])
@requires(P.EXAM_SET)
def people(date_id: UUID) -> Answer:
    """Name who sits at a date."""
    complaint = None
    if PeopleForm().validate_on_submit():
        chosen = [paging.read_id(word) for word in request.form.getlist("people")]
        try:
            named = setting.name_people(actor(), date_id, chosen)
        except Invalid as error:
            complaint = words_of(error)
        else:
            words = ngettext(
                "%(num)s person is named, and told.", "%(num)s people are named, and told.", named
            )
            flash(words, "success")
            return redirect(url_for("proctor.date", date_id=date_id))
    page = render_template("proctor/people.html", view=_naming(date_id, complaint), most=MOST_NAMEABLE)
    return page, 422 if complaint else 200


@blueprint.route("/proctor/<uuid:date_id>/cancel", methods=["GET", "POST"])
@requires(P.EXAM_SET)
def cancel(date_id: UUID) -> Answer:
    """Let a date not take place."""
    date, form = open_date(actor(), date_id), CancelForm()
    require(actor(), P.EXAM_SET, date)
    if form.validate_on_submit():
        try:
            setting.cancel(actor(), date_id, str(form.reason.data))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("The date is cancelled, and everyone is told by mail."), "success")
            return redirect(url_for("proctor.date", date_id=date_id))
    status = 422 if form.errors else 200
    return render_template("proctor/cancel.html", form=form, date=date, title=title_of(date)), status


# One date.


@dataclass(frozen=True, slots=True)
class DatePage:
    """A date as somebody who reaches it sees it: never an answer, never a question."""

    date: ExamDate
    title: str
    state: str
    seats: Sequence[Seated]
    incidents: Sequence[Incident]
    is_holder: bool
    is_setter: bool
    may_see_key: bool
    at: datetime

    @property
    def counts(self) -> Mapping[str, int]:
        """How many seats are in each state."""
        states = [seated.seat.state.value for seated in self.seats]
        return {state: states.count(state) for state in SEAT_STATES if state in states}

    @property
    def has_paper(self) -> bool:
        """Whether anybody sits the test on paper."""
        return any(seated.seat.attempt and seated.seat.attempt.is_on_paper for seated in self.seats)

    @property
    def without_code(self) -> int:
        """How many wait and have no code yet."""
        return sum(
            seated.seat.state == "waiting" and seated.seat.code_digest is None for seated in self.seats
        )


def show_date(date_id: UUID) -> DatePage:
    """Return what a date's page shows."""
    own = actor()
    found = open_date(own, date_id)
    holding, setting_scope, _own_id = reach(own)
    return DatePage(
        date=found,
        title=title_of(found),
        state=state_of(found),
        seats=exams.list_seats(holding, setting_scope, found),
        incidents=exams.list_incidents(holding, setting_scope, found),
        is_holder=allows(own, P.EXAM_HOLD, found),
        is_setter=allows(own, P.EXAM_SET, found),
        may_see_key=paper.may_see_key(own, found),
        at=clock.now(),
    )


@blueprint.get("/proctor/<uuid:date_id>")
@requires(P.EXAM_HOLD)
def date(date_id: UUID) -> str:
    """Show who is expected, who is in, who handed in, and what happened."""
    return render_template("proctor/date.html", view=show_date(date_id))
