"""Pages for those who count what was learned: progress, completions, coverage, and their files."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.reports.rules import selections
from app.foundation.errors import Invalid, NotFound, Unready
from app.foundation.files import store
from app.foundation.i18n import N_
from app.web.coordinator import asking, awards, pages
from app.web.limiter import limiter
from app.web.session import actor, find_current_actor
from app.workflows import handing, reporting
from app.workflows.reporting import Download

blueprint = Blueprint("coordinator", __name__)
P = Permission


@blueprint.get("/reports/progress")
@requires(P.REPORT_READ)
def progress() -> str:
    """Show how far people are, by unit."""
    return render_template("coordinator/progress.html", view=pages.show_progress(actor(), request.args))


@blueprint.get("/reports/progress/people")
@requires(P.REPORT_READ)
def people() -> str:
    """Show the people behind a figure."""
    return render_template("coordinator/people.html", view=pages.show_people(actor(), request.args))


def _whose_export() -> str:
    found = find_current_actor()
    return found.name if found is not None else request.remote_addr or ""


def _is_page() -> bool:
    return "format" not in request.args


@blueprint.get("/reports/completions")
@limiter.limit("600/hour", key_func=_whose_export, exempt_when=_is_page)
@requires(P.REPORT_READ)
def completions() -> BaseResponse | str | tuple[str, int]:
    """Show who completed what, or hand it out as a file."""
    own, shape = actor(), asking.read_shape(request.args)
    try:
        selection = asking.read_selection(own, request.args)
    except Invalid as error:
        if shape is not None:
            raise
        return render_template(
            "coordinator/completions.html", view=pages.refuse_completions(own, request.args, error)
        ), 422
    if shape is None:
        return render_template(
            "coordinator/completions.html", view=pages.show_completions(own, request.args, selection)
        )
    made = reporting.export(own, selection, shape)
    return (
        _sent(made) if isinstance(made, Download) else redirect(url_for(".waiting", file_id=made.public_id))
    )


def _sent(made: Download) -> Response:
    response = Response(made, content_type=made.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _is_look() -> bool:
    return request.method != "POST"


@blueprint.route("/reports/certificates", methods=["GET", "POST"])
@limiter.limit("60/hour", key_func=_whose_export, exempt_when=_is_look)
@requires(P.REPORT_READ)
def certificates() -> BaseResponse | str | tuple[str, int]:
    """Show which certificates fit, or promise them as a file to hand over."""
    own, given = actor(), request.args if _is_look() else request.form
    handout = None if _is_look() else selections.read_handout(given.get("handout", ""))
    try:
        narrowed = asking.read_awards(own, given)
        if handout is not None:
            made = handing.ask(own, narrowed, handout)
            return redirect(url_for(".waiting", file_id=made.public_id))
    except Invalid as error:
        return render_template(
            "coordinator/certificates.html", view=awards.refuse_awards(own, given, error)
        ), 422
    return render_template("coordinator/certificates.html", view=awards.show_awards(own, given, narrowed))


@blueprint.get("/reports/coverage")
@requires(P.REPORT_READ)
def coverage() -> str:
    """Show which municipalities have a completion."""
    return render_template("coordinator/coverage.html", view=pages.show_coverage(actor(), request.args))


@blueprint.get("/reports/files/<uuid:file_id>")
@requires(P.REPORT_READ)
def file(file_id: UUID) -> BaseResponse:
    """Hand out a file that the reader asked for, or lead to the page that says why it is there no more."""
    promised = reporting.get_made(actor(), file_id)
    if promised.refused_at is not None:
        raise NotFound
    if promised.is_gone:
        return redirect(url_for(".waiting", file_id=file_id))
    if promised.file_digest is None:
        raise Unready(N_("Your file is being made. It will be here in a moment."), seconds=5)
    return send_file(
        store().path(promised.file_digest), as_attachment=True, download_name=promised.name, etag=False
    )


@blueprint.get("/reports/files/<uuid:file_id>/wait")
@requires(P.REPORT_READ)
def waiting(file_id: UUID) -> str:
    """Show that a file is being made, and its link when it is there."""
    promised = reporting.get_made(actor(), file_id)
    return render_template("coordinator/waiting.html", promised=promised, again=asking.ask_again(promised))


@blueprint.get("/reports/files/<uuid:file_id>/state")
@requires(P.REPORT_READ)
def waiting_state(file_id: UUID) -> Response:
    """Answer the page that waits: 202 while the file is being made."""
    promised = reporting.get_made(actor(), file_id)
    is_done = promised.made_at is not None or promised.refused_at is not None
    again = asking.ask_again(promised)
    body = render_template("coordinator/waiting_state.html", promised=promised, again=again)
    return make_response(body, 200 if is_done else 202)
