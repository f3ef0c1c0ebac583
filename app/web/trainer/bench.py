"""One course: its files, what the checker finds, what publishing will change, its versions, its learners."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import allows, scope_of
from app.domain.access.values import Permission
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.models import CourseVersion
from app.domain.enrolment import queries as enrolments
from app.domain.enrolment.queries import Taken
from app.domain.people import queries as people
from app.domain.territory import queries as territory
from app.foundation.errors import Invalid, NotFound
from app.foundation.i18n import content_language
from app.web.account.views import add_error
from app.web.session import actor, choose_locale
from app.web.trainer.forms import GrantForm
from app.web.trainer.shelf import blueprint
from app.workflows import adjusting, correcting, drafting, inspecting, questioning, revising
from app.workflows.publishing import Published, Seen

P = Permission


@blueprint.get("/teach/courses/<string:slug>")
@requires(P.COURSE_WRITE)
def course(slug: str) -> str:
    """Show a course as it stands, what is to be mended, and what publishing will make of it."""
    bench = inspecting.open_course(actor(), slug)
    versions = catalogue.list_versions(bench.course.id) if bench.course else []
    examined = inspecting.examine(actor(), bench)
    return render_template(
        "trainer/course.html",
        bench=bench,
        examined=examined,
        revised=revising.find_change(actor(), bench.course, bench.newest, examined.course),
        pools=questioning.list_drafted_pools(actor(), examined.course) if examined.course else [],
        versions=versions,
        authors=list_authors(bench, versions),
        folders={folder: list(paths) for folder, paths in groupby(bench.paths, folder_of)},
        stuck=len(list_stuck(slug)),
        resting=count_resting(slug) if bench.newest else 0,
        may_shorten=len({version.edition for version in versions}) > 1
        and allows(actor(), P.CERTIFICATE_SHORTEN, bench),
    )


def count_resting(slug: str) -> int:
    """Return how many results rest on a key that the newest version has no more."""
    return correcting.count_resting(actor(), slug, content_language(choose_locale()))


def folder_of(path: str) -> str:
    """Return the folder that a file lies in; empty at the top."""
    return path.rpartition("/")[0]


def list_stuck(slug: str) -> list[Taken]:
    """Return the learners of a course who have no attempt left, as far as she may grant one."""
    own = actor()
    found = enrolments.list_without_attempt(
        scope_of(own, P.ATTEMPT_GRANT), scope_of(own, P.COURSE_WRITE), slug
    )
    return list(found)


@blueprint.post("/teach/courses/<string:slug>/publish")
@requires(P.COURSE_WRITE)
def publish(slug: str) -> Response:
    """Publish the draft as it was seen."""
    seen = Seen(request.form.get("revision", 0, type=int), request.form.get("newest") or None)
    published = drafting.publish(actor(), slug, seen)
    if published.is_refused:
        flash(_("Nothing was published: mend the errors below first."), "error")
    else:
        flash(publication_of(published), "success")
        if resting := count_resting(slug):
            flash(resting_on(resting), "warning")
    return redirect(url_for("trainer.course", slug=slug))


def resting_on(number: int) -> str:
    """Say how many results rest on an earlier key."""
    return str(
        ngettext(
            "%(num)s result rests on an earlier key: see “Corrections of keys” under Tests.",
            "%(num)s results rest on an earlier key: see “Corrections of keys” under Tests.",
            number,
        )
    )


def publication_of(published: Published) -> str:
    """Return what became of a course, in words."""
    version = published.version
    if version is None or not published.is_new:
        words = _("Nothing that learners see differs, so there is no new version. Your files are kept.")
    elif version.correction:
        words = _(
            "Version %(label)s is published, a correction: learners get it at their next page.",
            label=version.label,
        )
    else:
        words = _("Version %(label)s is published, a new edition: new learners get it.", label=version.label)
    return str(words)


@blueprint.post("/teach/courses/<string:slug>/discard")
@requires(P.COURSE_WRITE)
def discard(slug: str) -> Response:
    """Forget the draft."""
    drafting.discard(actor(), slug, request.form.get("revision", 0, type=int))
    flash(_("The draft is discarded."), "success")
    is_published = catalogue.find_newest_version(slug) is not None
    return redirect(url_for("trainer.course", slug=slug) if is_published else url_for("trainer.courses"))


@blueprint.get("/teach/courses/<string:slug>/download")
@requires(P.COURSE_WRITE)
def download(slug: str) -> Response:
    """Hand out the course as a ZIP archive that can be uploaded again."""
    response = make_response(inspecting.pack(actor(), slug))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.zip"'
    return response


@blueprint.route("/teach/courses/<string:slug>/learners", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def learners(slug: str) -> Response | str | tuple[str, int]:
    """Show the learners who have no attempt left, and grant one more with a reason."""
    bench, form = inspecting.open_course(actor(), slug), GrantForm()
    if form.validate_on_submit():
        try:
            adjusting.grant_attempt(actor(), UUID(str(form.enrolment.data)), str(form.reason.data))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("One more attempt is granted, and the learner is told."), "success")
            return redirect(url_for("trainer.learners", slug=slug))
    status = 422 if form.errors else 200
    return render_template("trainer/learners.html", bench=bench, form=form, stuck=named_stuck(slug)), status


def named_stuck(slug: str) -> list[tuple[Taken, str, str]]:
    """Return the learners who have no attempt left with name and unit; a name only where she may read it."""
    return [(taken, *_named(taken)) for taken in list_stuck(slug)]


def _named(taken: Taken) -> tuple[str, str]:
    unit = territory.get_unit_by_id(taken.enrolment.unit_id).name
    try:
        learner = people.get_owner(scope_of(actor(), P.COURSE_WRITE), taken.enrolment.person_id)
    except NotFound:
        return "", unit
    return learner.full_name, unit


def list_authors(bench: inspecting.Bench, versions: Sequence[CourseVersion]) -> Mapping[str, str]:
    """Return the names of those who published or wrote, as far as they are colleagues of hers."""
    acting = {version.published_by for version in versions}
    if bench.draft is not None:
        acting.add(bench.draft.changed_by)
    return people.list_names(scope_of(actor(), P.COURSE_WRITE), acting)
