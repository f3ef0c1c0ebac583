"""Questions from other systems: looked at before anything is written; and the bank of a course for other systems."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.formats.question_exchange import SIZE_LIMIT, Unreadable
from app.formats.question_formats import FORMATS
from app.foundation import settings
from app.foundation.errors import Conflict, Invalid
from app.foundation.i18n import translate
from app.web.account.forms import choices_of
from app.web.account.views import add_error
from app.web.labels import LANGUAGE_NAMES
from app.web.session import actor, choose_locale
from app.web.trainer.forms import ExportForm, ImportForm, TakeForm
from app.web.trainer.papers import try_out
from app.web.trainer.previews import Preview
from app.web.trainer.shelf import blueprint
from app.workflows import exchanging, inspecting
from app.workflows.exchanging import Upload

P = Permission
_SHOWN = 100
"""How many questions a preview shows; the rest comes over with them."""
DRAFT, PUBLISHED = "draft", "published"


@blueprint.route("/teach/questions/import", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def import_questions() -> str | tuple[str, int]:
    """Take a question file, and show what would come of it; no course is written to."""
    form = ImportForm(course=request.args.get("course"))
    own, _others = inspecting.list_courses(actor())
    form.course.choices = choices_of({each.slug: _title_of(each) for each in own})
    if form.validate_on_submit():
        upload = Upload(form.file.data.filename or "", form.file.data.read(SIZE_LIMIT + 1), form.format.data)
        try:
            return previewed(form.course.data, upload)
        except Invalid as error:
            add_error(form, _placed(error))
    return render_template("trainer/import_questions.html", form=form), 422 if form.errors else 200


def _title_of(each: inspecting.Shelved) -> str:
    titles = each.titles
    return f"{titles.get(choose_locale()) or next(iter(titles.values()), each.slug)} ({each.slug})"


def _placed(error: Invalid) -> Invalid:
    """Return a refusal that names its line, where it is one of a file."""
    if not isinstance(error, Unreadable):
        return error
    reason = translate(choose_locale(), error.reason, **error.values)
    return Invalid("file", _("Line %(number)s", number=error.line) + ": " + reason)


def previewed(slug: str, upload: Upload) -> str:
    """Return the page that shows an upload as questions of a course, with a button that takes them over."""
    made = exchanging.plan(actor(), slug, upload)
    digest = exchanging.keep(actor(), upload)
    course, findings = exchanging.show(actor(), made)
    language = made.bench.languages[0]
    shown = Preview(made.bench, course, language) if course is not None else None
    papers = shown.list_papers()[:_SHOWN] if shown is not None else []
    seen = [actor().name, slug, digest, upload.name, upload.format, made.bench.revision]
    return render_template(
        "trainer/questions_to_import.html",
        made=made,
        title=FORMATS[made.kind].title if made.kind in FORMATS else made.kind,
        findings=findings,
        questions=try_out(papers, None),
        rest=len(made.fitted.questions) - len(papers),
        language=language,
        form=TakeForm(None, upload=_signer().dumps(seen)),
        name=upload.name,
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.current().secret_key, salt="question upload")


@blueprint.post("/teach/questions/import/take")
@requires(P.COURSE_WRITE)
def take_questions() -> Response:
    """Let the draft have the questions that were looked at, read anew; a second click does nothing."""
    slug, upload, revision = _seen(str(TakeForm().upload.data or ""))
    taken = exchanging.take_over(actor(), slug, upload, revision)
    if taken.is_new:
        words = ngettext(
            "%(num)s question is in the draft. Nothing reaches learners before you publish it.",
            "%(num)s questions are in the draft. Nothing reaches learners before you publish it.",
            taken.count,
        )
        flash(words, "success")
    else:
        flash(_("These questions are in the draft already: nothing was written twice."), "info")
    return redirect(url_for("trainer.course", slug=slug))


def _seen(token: str) -> tuple[str, Upload, int]:
    """Return what she looked at; raises Conflict where the mark is not ours or was given to another."""
    try:
        name, slug, digest, file, kind, revision = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        name = slug = digest = file = kind = ""
        revision = 0
    if name != actor().name:
        raise Conflict(_("Choose the file again: this preview has gone."))
    return slug, Upload(file, exchanging.find_kept(actor(), digest), kind), revision


@blueprint.route("/teach/courses/<string:slug>/questions/export", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def export_questions(slug: str) -> Response | str | tuple[str, int]:
    """Show what a format cannot carry of a bank, and hand the file out."""
    bench = inspecting.open_course(actor(), slug)
    form = _export_form(bench)
    if not form.validate():
        return render_template("trainer/export_questions.html", bench=bench, form=form, written=None), 422
    kind, language = str(form.format.data), str(form.language.data)
    written = exchanging.export(actor(), slug, kind, language, is_draft=form.version.data == DRAFT)
    if request.method != "POST":
        return render_template("trainer/export_questions.html", bench=bench, form=form, written=written)
    exchanging.note_export(actor(), slug, kind, written.count)
    response = make_response(written.data)
    known = FORMATS[kind]
    response.headers["Content-Type"] = f"{known.mimetype}; charset=utf-8"
    name = f"{slug}-{language}.{known.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _export_form(bench: inspecting.Bench) -> ExportForm:
    """Return the choices for a course; what is not chosen is its first language, as the bank stands."""
    form = ExportForm(request.values)
    form.language.choices = choices_of({tag: LANGUAGE_NAMES.get(tag, tag) for tag in bench.languages})
    states = {DRAFT: _("As it stands in the draft")} if bench.draft is not None else {}
    if bench.newest is not None:
        states[PUBLISHED] = _("As published in version %(label)s", label=bench.label)
    form.version.choices = choices_of(states)
    for field, first in (
        (form.format, None),
        (form.language, next(iter(bench.languages), "")),
        (form.version, next(iter(states))),
    ):
        if field.name not in request.values:
            field.data = first if first is not None else field.default
    return form
