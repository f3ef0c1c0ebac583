"""The survey at the end of a course: asked once, kept without a name."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.surveys.values import Aspect, Opinion
from app.web.learner.attempts import blueprint
from app.web.learner.forms import SurveyForm
from app.web.session import actor
from app.workflows import surveying

__all__ = ["blueprint"]

P = Permission


@blueprint.route("/learn/<string:slug>/survey", methods=["GET", "POST"])
@requires(P.OWN_LEARNING)
def survey(slug: str) -> Response | str | tuple[str, int]:
    """Ask what she thinks of a course that she has finished, and keep it apart from her name."""
    form = SurveyForm()
    if form.validate_on_submit():
        surveying.answer(actor(), slug, _read(form))
        flash(_("Thank you. What you said is kept without your name."), "success")
        return redirect(url_for("learner.course", slug=slug))
    taken, is_answered = surveying.open_survey(actor(), slug)
    status = 422 if form.errors else 200
    return render_template("learner/survey.html", form=form, taken=taken, is_answered=is_answered), status


def _read(form: SurveyForm) -> Opinion:
    ratings = {aspect.value: int(form[aspect.value].data) for aspect in Aspect}
    return Opinion(**ratings, comment=str(form.comment.data or "").replace("\r\n", "\n").strip())
