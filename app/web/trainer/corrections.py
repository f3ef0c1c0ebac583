"""Mending a key: what differs from papers that were taken, what it would change, the decision, the protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import allows, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.corrections import queries as corrections
from app.domain.corrections.models import Correction
from app.domain.corrections.values import Fairness, Line, Stage, Sums
from app.foundation import clock
from app.foundation.errors import Invalid
from app.foundation.i18n import content_language, translate
from app.web import paging
from app.web.account.views import add_error
from app.web.errors import words_of
from app.web.session import actor, choose_locale
from app.web.trainer.forms import DecisionForm
from app.web.trainer.shelf import blueprint
from app.workflows import correcting, inspecting
from app.workflows.correcting import Mended
from app.workflows.inspecting import Bench

P = Permission
Answer = Response | str | tuple[str, int]


@blueprint.route("/teach/courses/<string:slug>/corrections", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def corrections_of(slug: str) -> Answer:
    """Show what differs from papers that were taken, and begin the dry run of what is chosen."""
    bench, error = inspecting.open_course(actor(), slug), ""
    if request.method == "POST" and bench.course is not None:
        try:
            chosen = correcting.begin(actor(), slug, _choices())
        except Invalid as refused:
            error = words_of(refused)
        else:
            return redirect(url_for("trainer.correction", correction_id=chosen))
    offers = None
    if bench.course is not None and bench.newest is not None:
        offers = correcting.compare(actor(), slug, content_language(choose_locale()))
    made = corrections.list_corrections(bench.course) if bench.course is not None else ()
    page = render_template(
        "trainer/corrections_of.html", bench=bench, offers=offers, made=made, error=error, given=_choices()
    )
    return page, 422 if error else 200


def _choices() -> Mapping[str, str]:
    """Return what was chosen, by the key of the question."""
    prefix = "question-"
    return {
        name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPage:
    """A correction: the questions in words, what it changes by either rule, and the results, page by page."""

    correction: Correction
    bench: Bench
    questions: Sequence[Mended]
    kind: Sums
    strict: Sums
    lines: Sequence[Line]
    count: int
    page: int
    pages: int
    progress: tuple[int, int]
    may_decide: bool

    @property
    def stage(self) -> str:
        """How far it is."""
        return self.correction.stage

    @property
    def is_kind(self) -> bool:
        """Whether nobody loses."""
        return self.correction.fairness == Fairness.NOBODY_LOSES.value

    @property
    def sums(self) -> Sums:
        """What the chosen rule did."""
        return self.kind if self.is_kind else self.strict

    def sums_by(self, fairness: str) -> Sums:
        """Return what a rule would do."""
        return self.kind if fairness == Fairness.NOBODY_LOSES.value else self.strict

    def link(self, page: int) -> str:
        """Return the address of another page of this list."""
        return url_for("trainer.correction", correction_id=self.correction.public_id, page=page)

    def why(self, line: Line) -> str:
        """Return what hindered a result, in the language of the page."""
        return translate(choose_locale(), line.hindrance or "")


def _show(own: Actor, correction_id: UUID, page: int) -> CorrectionPage:
    scope = scope_of(own, P.COURSE_WRITE)
    found = corrections.get_correction(scope, correction_id)
    today = clock.now().date()
    kind, strict = (corrections.sum_up(scope, found, each, today) for each in Fairness)
    is_listed = found.stage in {Stage.READY.value, Stage.DONE.value}
    lines, count = corrections.list_changed(scope, found, page, paging.SIZE) if is_listed else ((), 0)
    return CorrectionPage(
        correction=found,
        bench=inspecting.open_course(own, found.course.slug),
        questions=correcting.list_mended(own, found, content_language(choose_locale())),
        kind=kind,
        strict=strict,
        lines=lines,
        count=count,
        page=page,
        pages=paging.count_pages(page, count),
        progress=corrections.count_done(scope, found),
        may_decide=allows(own, P.KEY_MEND, found.course),
    )


@blueprint.get("/teach/corrections/<uuid:correction_id>")
@requires(P.COURSE_WRITE)
def correction(correction_id: UUID) -> str:
    """Show what a correction would change, how far it is, or what it did."""
    view = _show(actor(), correction_id, paging.read_page(request.args))
    return render_template("trainer/correction.html", view=view, form=DecisionForm(), asked="")


@blueprint.get("/teach/corrections/<uuid:correction_id>/state")
@requires(P.COURSE_WRITE)
def correction_state(correction_id: UUID) -> Response:
    """Answer the page that waits: 202 while the worker is at it."""
    found = corrections.get_correction(scope_of(actor(), P.COURSE_WRITE), correction_id)
    is_working = found.stage in {Stage.RECKONING.value, Stage.APPLYING.value}
    body = render_template("trainer/correction_state.html", correction=found)
    return make_response(body, 202 if is_working else 200)


@blueprint.post("/teach/corrections/<uuid:correction_id>/decision")
@requires(P.KEY_MEND)
def decide(correction_id: UUID) -> Answer:
    """Ask for a confirmation that says the numbers, then let the results follow."""
    form, fairness = DecisionForm(), request.form.get("fairness", "")
    if form.validate_on_submit():
        try:
            if form.confirmed.data == fairness:
                return _decided(correction_id, Fairness(fairness), str(form.reason.data))
            correcting.check(actor(), correction_id, str(form.reason.data))
        except Invalid as error:
            add_error(form, error)
    view, status = _show(actor(), correction_id, 1), 422 if form.errors else 200
    asked = "" if form.errors else fairness
    return render_template("trainer/correction.html", view=view, form=form, asked=asked), status


def _decided(correction_id: UUID, fairness: Fairness, reason: str) -> Response:
    if correcting.decide(actor(), correction_id, fairness, reason):
        flash(
            _("It is decided. The results are being marked again, and everybody concerned is told."),
            "success",
        )
    else:
        flash(
            _(
                "Nothing is decided yet: results have come or changed since you opened this page. "
                "The figures are being reckoned anew; look at them again."
            ),
            "warning",
        )
    return redirect(url_for("trainer.correction", correction_id=correction_id))


@blueprint.get("/teach/corrections/<uuid:correction_id>/protocol.pdf")
@requires(P.COURSE_WRITE)
def correction_protocol(correction_id: UUID) -> Response:
    """Hand out the protocol of a correction that is done."""
    response = make_response(correcting.write_protocol(actor(), correction_id, choose_locale()))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="correction-{correction_id}.pdf"'
    return response
