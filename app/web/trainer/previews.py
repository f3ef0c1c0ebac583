"""Modules and questions as a learner gets them, from the draft; nothing is stored."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from random import Random  # noqa: TID251 -- A type; the dice are drawn by ids.

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.assessments import rules
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue.values import CourseDraft, Module, Question, QuestionBody, QuestionKey
from app.foundation.errors import NotFound
from app.foundation.ids import dice
from app.web.headers import SANDBOX_POLICY
from app.web.public.views import MEDIA_TYPES
from app.web.session import actor
from app.web.trainer.papers import Form, paper_of, try_out
from app.web.trainer.shelf import blueprint
from app.workflows import inspecting

P = Permission
_SAME_ORDER = 7
"""The seed of every preview: the order of options stays while a trainer tries the questions."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A course that can be shown, in one of its languages."""

    bench: inspecting.Bench
    course: CourseDraft
    language: str

    def turned(self, html: str) -> str:
        """Return HTML whose links to modules and media stay within the preview."""
        slug = re.escape(self.bench.slug)
        here = f'="/teach/courses/{self.bench.slug}/'
        html = re.sub(r'="/media/(?=[0-9a-f]{64}/)', f"{here}media/", html)
        return re.sub(rf'="/learn/{slug}/(?=[a-z])', f"{here}preview/{self.language}/", html)

    def find_module(self, address: str) -> Module | None:
        """Return a module by its address."""
        return next((module for module in self.course.modules if module.address == address), None)

    def around(self, module: Module) -> tuple[Module | None, Module | None]:
        """Return the modules before and after one."""
        modules, place = self.course.modules, self.course.modules.index(module)
        return modules[place - 1] if place else None, modules[place + 1] if place + 1 < len(modules) else None

    def list_papers(self, keys: Sequence[str] | None = None) -> list[PaperQuestion]:
        """Return questions as learners get them, with their keys: those named, else the whole bank."""
        by_key = {question.key: question for question in self.course.questions}
        wanted = list(by_key) if keys is None else [key for key in keys if key in by_key]
        order = dice(_SAME_ORDER)
        is_shuffled = self.course.meta.assessment is None or self.course.meta.assessment.shuffle
        return [self._laid_out(by_key[key], order, is_shuffled=is_shuffled) for key in wanted]

    def _laid_out(self, question: Question, order: Random, *, is_shuffled: bool) -> PaperQuestion:
        paper = paper_of(question, self.language)
        turned = replace(paper, body=self._body(paper.body), answer_key=self._key(paper.answer_key))
        return rules.lay_out(turned, question.is_pinned, is_shuffled, order)

    def _body(self, body: QuestionBody) -> QuestionBody:
        return replace(
            body,
            stem=self.turned(body.stem),
            options=tuple(map(self.turned, body.options)),
            fragments=tuple(map(self.turned, body.fragments)),
        )

    def _key(self, key: QuestionKey) -> QuestionKey:
        feedback = tuple(text if text is None else self.turned(text) for text in key.feedback)
        return replace(key, explanation=self.turned(key.explanation), feedback=feedback)


def find_preview(slug: str, language: str) -> Preview | None:
    """Return a course to be shown in a language, or None while errors keep it from being read."""
    bench = inspecting.open_course(actor(), slug)
    course = inspecting.examine(actor(), bench).course
    if course is None:
        return None
    if language not in course.meta.languages:
        raise NotFound
    return Preview(bench, course, language)


def refused(slug: str) -> Response:
    """Return to the course whose errors keep it from being shown."""
    flash(_("There is no preview while the course has errors: mend them first."), "warning")
    return redirect(url_for("trainer.course", slug=slug) + "#findings")


def answers() -> Form | None:
    """Return the answers on trial, if any were sent."""
    return request.form.to_dict(flat=False) if request.method == "POST" else None


@blueprint.route(
    "/teach/courses/<string:slug>/preview/<string:language>/<string:address>", methods=["GET", "POST"]
)
@requires(P.COURSE_WRITE)
def preview(slug: str, language: str, address: str) -> Response | str:
    """Show a module as a learner gets it; control questions can be tried."""
    shown = find_preview(slug, language)
    if shown is None:
        return refused(slug)
    module = shown.find_module(address)
    if module is None and address == "questions":
        return redirect(url_for("trainer.preview_questions", slug=slug, language=language))
    if module is None:
        raise NotFound
    checks = try_out(shown.list_papers(module.check), answers())
    return render_template(
        "trainer/preview.html", shown=shown, module=module, checks=checks, around=shown.around(module)
    )


@blueprint.route("/teach/courses/<string:slug>/preview/<string:language>", methods=["GET", "POST"])
@requires(P.COURSE_WRITE)
def preview_questions(slug: str, language: str) -> Response | str:
    """Show the whole bank as learners get it; every question can be tried."""
    shown = find_preview(slug, language)
    if shown is None:
        return refused(slug)
    questions = try_out(shown.list_papers(), answers())
    by_key = {question.key: question for question in shown.course.questions}
    return render_template("trainer/preview_questions.html", shown=shown, questions=questions, by_key=by_key)


@blueprint.get("/teach/courses/<string:slug>/media/<string:digest>/<string:name>")
@requires(P.COURSE_WRITE)
def medium(slug: str, digest: str, name: str) -> Response:
    """Hand out a picture or file of a draft to those who may change it; it can only be shown."""
    kind = MEDIA_TYPES.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        raise NotFound
    content = inspecting.get_medium(actor(), slug, digest, name)
    response = send_file(BytesIO(content), mimetype=kind, download_name=name, conditional=True, etag=digest)
    response.headers["Content-Security-Policy"] = SANDBOX_POLICY
    return response
