"""Tests on paper: drawn, printed, entered; and the protocol of a date."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.web.proctor.views import blueprint, title_of
from app.web.proctor.watching import read_seat
from app.web.session import actor
from app.workflows.proctoring import paper
from app.workflows.proctoring import protocol as papers

__all__ = ["blueprint"]

P = Permission


@blueprint.post("/proctor/<uuid:date_id>/papers")
@requires(P.EXAM_SET)
def draw(date_id: UUID) -> Response:
    """Draw the test on paper, for one person or for everyone who waits."""
    drawn, left = paper.draw(actor(), date_id, read_seat(request.form.get("seat")))
    flash(ngettext("%(num)s paper is drawn.", "%(num)s papers are drawn.", drawn), "success")
    if left:
        words = ngettext(
            "%(num)s person may not begin the test now: modules are missing, or no attempt is left.",
            "%(num)s people may not begin the test now: modules are missing, or no attempt is left.",
            left,
        )
        flash(words, "warning")
    return redirect(url_for("proctor.date", date_id=date_id))


@blueprint.get("/proctor/<uuid:date_id>/papers")
@requires(P.EXAM_SET)
def questions(date_id: UUID) -> str:
    """Show the papers to be printed, without a trace of what is right."""
    date, sheets = paper.list_questions(actor(), date_id, read_seat(request.args.get("seat")))
    return render_template("proctor/questions.html", date=date, sheets=sheets, title=title_of(date))


@blueprint.get("/proctor/<uuid:date_id>/answer-sheets")
@requires(P.EXAM_HOLD)
def answer_sheets(date_id: UUID) -> str:
    """Show the answer sheets to be printed."""
    date, sheets = paper.list_answer_sheets(actor(), date_id, read_seat(request.args.get("seat")))
    return render_template("proctor/answer_sheets.html", date=date, sheets=sheets, title=title_of(date))


@blueprint.get("/proctor/<uuid:date_id>/key")
@requires(P.EXAM_HOLD)
def key(date_id: UUID) -> str:
    """Show what is right on each paper, for whoever marks it by hand."""
    date, sheets = paper.list_keys(actor(), date_id, read_seat(request.args.get("seat")))
    return render_template("proctor/key.html", date=date, sheets=sheets, title=title_of(date))


@blueprint.route("/proctor/<uuid:date_id>/seats/<uuid:seat_id>/entry", methods=["GET", "POST"])
@requires(P.EXAM_HOLD)
def entry(date_id: UUID, seat_id: UUID) -> Response | str:
    """Enter what stands on a paper."""
    if request.method != "POST":
        found = paper.open_entry(actor(), date_id, seat_id)
        return render_template("proctor/entry.html", entry=found, title=title_of(found.date))
    paper.enter(actor(), date_id, seat_id, request.form.to_dict(flat=False))
    flash(_("The paper is entered. You can correct it until the date is closed."), "success")
    return redirect(url_for("proctor.date", date_id=date_id))


@blueprint.get("/proctor/<uuid:date_id>/protocol.pdf")
@requires(P.EXAM_HOLD)
def protocol(date_id: UUID) -> Response:
    """Hand out the protocol of a closed date."""
    response = make_response(papers.write(actor(), date_id))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="protocol-{date_id}.pdf"'
    return response
