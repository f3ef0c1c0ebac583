"""Who is affected, and when, if older certificates end, or a draft changes the rule of validity; the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import allows, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.models import Course
from app.domain.renewals import queries as renewals
from app.domain.renewals.models import Shortening
from app.foundation.errors import Conflict, Invalid, NotFound
from app.foundation.i18n import N_
from app.web import paging
from app.web.account.views import add_error
from app.web.session import actor
from app.web.trainer.forms import ShortenForm
from app.web.trainer.shelf import blueprint
from app.workflows import inspecting, revising, shortening
from app.workflows.foreseeing import Forecast, PlaceCount, Sheet
from app.workflows.inspecting import Bench
from app.workflows.revising import RuleChange

P = Permission


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A forecast; its units page by page."""

    forecast: Forecast
    page: int
    pages: int

    @property
    def places(self) -> Sequence[PlaceCount]:
        """The units of this page."""
        first = (self.page - 1) * paging.SIZE
        return self.forecast.places[first : first + paging.SIZE]


def _paged(found: Forecast) -> Foreseen:
    page = paging.read_page(request.args)
    return Foreseen(found, page, paging.count_pages(page, len(found.places)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityPage:
    """A course with what was decided, and what would follow from a day."""

    bench: Bench
    course: Course
    decided: Sequence[Shortening]
    ends_on: date | None
    foreseen: Foreseen | None

    @property
    def is_decided(self) -> bool:
        """Whether it is decided for the present edition."""
        return any(each.edition == self.course.newest_edition for each in self.decided)

    def link(self, page: int) -> str:
        """Return the address of another page of the units."""
        ends_on = self.ends_on.isoformat() if self.ends_on else None
        return url_for("trainer.validity", slug=self.bench.slug, ends_on=ends_on, page=page)


@blueprint.route("/teach/courses/<string:slug>/validity", methods=["GET", "POST"])
@requires(P.CERTIFICATE_SHORTEN)
def validity(slug: str) -> Response | tuple[str, int]:
    """Show who is affected when certificates of older editions end on a day, and decide it."""
    form = ShortenForm(formdata=request.values)
    is_sent = form.validate_on_submit()
    view = _show(actor(), slug, form)
    if is_sent and view.foreseen is not None and view.ends_on is not None:
        given = (form.edition.data or 0, view.ends_on, str(form.reason.data))
        try:
            shortening.decide(actor(), slug, *given)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(
                _("It is decided. Within minutes the certificates are changed and the holders told."),
                "success",
            )
            return redirect(url_for("trainer.validity", slug=slug))
    return render_template("trainer/validity.html", view=view, form=form), 422 if form.errors else 200


def _show(own: Actor, slug: str, form: ShortenForm) -> ValidityPage:
    bench = inspecting.open_course(own, slug)
    if bench.course is None or bench.newest is None:
        raise NotFound
    decided = renewals.list_shortenings(scope_of(own, P.CERTIFICATE_SHORTEN), bench.course)
    found = _foresee(own, slug, form)
    return ValidityPage(
        bench=bench,
        course=bench.course,
        decided=decided,
        ends_on=form.ends_on.data,
        foreseen=_paged(found) if found is not None else None,
    )


def _foresee(own: Actor, slug: str, form: ShortenForm) -> Forecast | None:
    """Return what would follow from the day that was asked for, if it is one."""
    is_asked = "ends_on" in request.values and (request.method == "POST" or form.ends_on.validate(form))
    if not is_asked or form.ends_on.data is None:
        return None
    try:
        return shortening.forecast(own, slug, form.ends_on.data)
    except Invalid as error:
        add_error(form, error)
        return None


@blueprint.get("/teach/courses/<string:slug>/validity.csv")
@requires(P.CERTIFICATE_SHORTEN)
def validity_table(slug: str) -> Response:
    """Hand out the forecast as CSV: a row for each month and unit."""
    inspecting.open_course(actor(), slug)
    sheet = shortening.export(actor(), slug, _read_day(), request.args.get("dialect", "plain"))
    return _hand_out(sheet)


def _hand_out(sheet: Sheet) -> Response:
    response = make_response(sheet.content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.name}"'
    return response


def _read_day() -> date:
    try:
        return date.fromisoformat(request.args.get("ends_on", ""))
    except ValueError as error:
        raise Invalid("ends_on", N_("Enter the day.")) from error


@blueprint.get("/teach/courses/<string:slug>/new-validity")
@requires(P.COURSE_WRITE)
def new_validity(slug: str) -> str:
    """Show who would have to renew when by the rule of validity that the draft says."""
    own, bench = actor(), inspecting.open_course(actor(), slug)
    change = _find_change(own, bench)
    return render_template(
        "trainer/new_validity.html",
        bench=bench,
        change=change,
        foreseen=_paged(revising.forecast(own, change)) if change is not None else None,
        may_shorten=allows(own, P.CERTIFICATE_SHORTEN, bench),
    )


def _find_change(own: Actor, bench: Bench) -> RuleChange | None:
    return revising.find_change(own, bench.course, bench.newest, inspecting.examine(own, bench).course)


@blueprint.get("/teach/courses/<string:slug>/new-validity.csv")
@requires(P.COURSE_WRITE)
def new_validity_table(slug: str) -> Response:
    """Hand out the same as CSV: a row for each month and unit."""
    change = _find_change(actor(), inspecting.open_course(actor(), slug))
    if change is None:
        raise Conflict(N_("The draft does not change the rule of validity."))
    return _hand_out(revising.export(actor(), change, request.args.get("dialect", "plain")))
