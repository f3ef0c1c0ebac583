"""One file of a course: opened as plain text, changed, checked, saved, deleted; added and uploaded."""

from dataclasses import replace
from difflib import unified_diff

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.catalogue.values import Finding
from app.formats.module_text import address_of
from app.foundation.errors import Invalid, NotFound
from app.web.account.forms import choices_of
from app.web.account.views import add_error
from app.web.labels import LANGUAGE_NAMES
from app.web.session import actor
from app.web.trainer.forms import AddFileForm, MediaForm, TextForm
from app.web.trainer.shelf import blueprint
from app.workflows import drafting, inspecting
from app.workflows.drafting import EditConflict
from app.workflows.inspecting import Bench, CourseFile

P = Permission
_APART = 200
"""How many lines that differ are listed where two texts meet."""
_COMPARED = 5_000
"""Longer files are not compared line by line: that could take long."""


@blueprint.route("/teach/courses/<string:slug>/files/<path:path>", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def file(slug: str, path: str) -> Response | str | tuple[str, int]:
    """Show a file as plain text, with what the checker finds in it; save it, or check what is typed."""
    if request.method == "POST":
        return save(slug, path, TextForm())
    bench = inspecting.open_course(actor(), slug)
    opened = inspecting.get_file(actor(), bench, path)
    form = TextForm(None, text=opened.text, base=opened.digest)
    return shown(bench, opened, form, inspecting.examine(actor(), bench).findings)


def save(slug: str, path: str, form: TextForm) -> Response | tuple[str, int]:
    """Save a file, or only check what is typed."""
    text = str(form.text.data or "").replace("\r\n", "\n").replace("\r", "\n")
    if request.form.get("action") == "check":
        return checked(slug, path, form, text), 200
    try:
        is_changed = drafting.save_text(actor(), slug, path, text, str(form.base.data or ""))
    except EditConflict:
        return conflicting(slug, path, form, text), 409
    except Invalid as error:
        add_error(form, error)
        return checked(slug, path, form, text), 422
    flash(_("Saved and checked.") if is_changed else _("Nothing differs, so nothing was saved."), "success")
    return redirect(url_for("trainer.file", slug=slug, path=path))


def shown(
    bench: Bench,
    opened: CourseFile,
    form: TextForm,
    findings: tuple[Finding, ...] = (),
    theirs: CourseFile | None = None,
    *,
    is_conflict: bool = False,
) -> str:
    """Return the page of a file."""
    here = [finding for finding in findings if finding.file == opened.path]
    return render_template(
        "trainer/file.html",
        bench=bench,
        opened=opened,
        form=form,
        findings=here,
        others=len(findings) - len(here),
        theirs=theirs,
        is_conflict=is_conflict,
        apart=lines_apart(opened.text or "", theirs.text or "") if theirs is not None else [],
        served=served_digest(bench, opened),
        address=address_of(opened.path.rpartition("/")[2]),
    )


def lines_apart(own: str, other: str) -> list[tuple[bool, str]]:
    """Return the lines that only one of two texts has, in order: whether it is one's own, and the line."""
    if max(own.count("\n"), other.count("\n")) > _COMPARED:
        return []
    compared = unified_diff(own.split("\n"), other.split("\n"), n=0, lineterm="")
    lines = [line for line in list(compared)[2:] if not line.startswith("@")]
    return [(line.startswith("-"), line[1:]) for line in lines if line[1:].strip()][:_APART]


def served_digest(bench: Bench, opened: CourseFile) -> str:
    """Return the digest by which a picture is shown as learners get it; empty where it is none of theirs."""
    folder, _slash, name = opened.path.rpartition("/")
    if folder != "media" or not opened.digest:
        return ""
    course = inspecting.examine(actor(), bench).course
    return course.media_digests.get(name, "") if course is not None else ""


def checked(slug: str, path: str, form: TextForm, text: str) -> str:
    """Return the page of a file with what the checker finds in the text as it is typed."""
    bench = inspecting.open_course(actor(), slug)
    opened = find_file(bench, path) or CourseFile(path, "", 0, text)
    return shown(bench, replace(opened, text=text), form, inspecting.examine_text(actor(), bench, path, text))


def conflicting(slug: str, path: str, form: TextForm, text: str) -> str:
    """Return the page that shows both texts: hers, ready to be saved over the other, and the other."""
    bench = inspecting.open_course(actor(), slug)
    theirs = find_file(bench, path)
    form.base.data = theirs.digest if theirs else ""
    return shown(bench, CourseFile(path, "", 0, text), form, theirs=theirs, is_conflict=True)


def find_file(bench: Bench, path: str) -> CourseFile | None:
    """Return a file of a course, or None where it was deleted meanwhile."""
    try:
        return inspecting.get_file(actor(), bench, path)
    except NotFound:
        return None


@blueprint.post("/teach/courses/<string:slug>/delete/<path:path>")
@requires(P.COURSE_WRITE)
def delete(slug: str, path: str) -> Response:
    """Take a file out of the course."""
    drafting.delete_file(actor(), slug, path, request.form.get("base", ""))
    flash(_("%(path)s is deleted from the draft.", path=path), "success")
    return redirect(url_for("trainer.course", slug=slug))


@blueprint.route("/teach/courses/<string:slug>/files", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def add_file(slug: str) -> Response | str | tuple[str, int]:
    """Add a module or question file."""
    bench, form = inspecting.open_course(actor(), slug), AddFileForm()
    form.folder.choices = choices_of({tag: LANGUAGE_NAMES.get(tag, tag) for tag in folders_of(bench)})
    if form.validate_on_submit():
        try:
            path = drafting.add_text(actor(), slug, form.folder.data, str(form.name.data).strip())
        except Invalid as error:
            add_error(form, error)
        else:
            return redirect(url_for("trainer.file", slug=slug, path=path))
    return render_template("trainer/add_file.html", bench=bench, form=form), 422 if form.errors else 200


def folders_of(bench: Bench) -> list[str]:
    """Return the language folders that a file can be put into: those that course.yaml names, and those there."""
    there = [path.partition("/")[0] for path in bench.paths if path.endswith(".md") and path.count("/") == 1]
    return list(dict.fromkeys([*bench.languages, *there])) or ["en"]


@blueprint.route("/teach/courses/<string:slug>/media", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def add_media(slug: str) -> Response | str | tuple[str, int]:
    """Put a picture or file into the course."""
    bench, form = inspecting.open_course(actor(), slug), MediaForm()
    if form.validate_on_submit():
        given = form.file.data
        may_replace = bool(form.replace.data)
        try:
            path = drafting.add_medium(
                actor(), slug, given.filename or "", given.read(), may_replace=may_replace
            )
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("%(path)s is uploaded.", path=path), "success")
            return redirect(url_for("trainer.file", slug=slug, path=path))
    return render_template("trainer/add_media.html", bench=bench, form=form), 422 if form.errors else 200
