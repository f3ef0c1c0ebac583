"""The list of courses, and the ways in which a course comes to it: begun, or uploaded."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.tasks import queries as tasks
from app.foundation.errors import Invalid
from app.foundation.i18n import content_language
from app.web.account.forms import choices_of
from app.web.account.views import add_error
from app.web.labels import UNIT_LEVELS
from app.web.session import actor, choose_locale
from app.web.trainer.forms import NewCourseForm, UploadForm
from app.web.trainer.wording import (
    losses,
    told,
    told_author,
    told_change,
    told_difference,
    told_note,
    told_revision,
)
from app.workflows import drafting, inspecting, marking

blueprint = Blueprint("trainer", __name__)
P = Permission


def teach_words(state: BlueprintSetupState) -> None:
    """Teach the templates to say what the checker finds and what differs."""
    state.app.jinja_env.globals.update(
        told=told,
        told_author=told_author,
        told_change=told_change,
        told_difference=told_difference,
        told_note=told_note,
        told_revision=told_revision,
    )
    state.app.jinja_env.filters["losses"] = losses


blueprint.record(teach_words)


@blueprint.get("/teach/courses")
@requires(P.COURSE_WRITE)
def courses() -> str:
    """Show the courses that she may change, with version and state, and those of others."""
    own, others = inspecting.list_courses(actor())
    waiting = tasks.count_queued(*marking.reach(actor()), actor().name)
    return render_template("trainer/courses.html", own=own, others=others, waiting=waiting)


@blueprint.route("/teach/courses/new", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def new_course() -> Response | str | tuple[str, int]:
    """Begin a course from the template in her language."""
    form = NewCourseForm(language=content_language(choose_locale()))
    form.owner.choices = owner_choices()
    if form.validate_on_submit():
        slug = str(form.slug.data).strip()
        try:
            drafting.begin_course(actor(), slug, form.owner.data, str(form.title.data), form.language.data)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("Your course is begun. Open its files and write."), "success")
            return redirect(url_for("trainer.course", slug=slug))
    return render_template("trainer/new_course.html", form=form), 422 if form.errors else 200


def owner_choices() -> list[SelectChoice]:
    """Return the units that she may write courses for, each with its level: names repeat between levels."""
    units = drafting.list_owners(actor())
    return choices_of({
        unit.code: f"{unit.name} – {UNIT_LEVELS.get((unit.country, unit.level), unit.level)}"
        for unit in units
    })


@blueprint.route("/teach/courses/upload", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def upload() -> Response | str | tuple[str, int]:
    """Take a course as a ZIP archive; it becomes the draft."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            slug = drafting.take_archive(actor(), form.file.data.read(), may_replace=bool(form.replace.data))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("The archive is unpacked and checked. It is a draft until you publish it."), "success")
            return redirect(url_for("trainer.course", slug=slug))
    return render_template("trainer/upload.html", form=form), 422 if form.errors else 200
