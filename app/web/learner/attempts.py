"""The final test: what it will be like, the attempt, its result."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from uuid import UUID

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.assessments import queries as attempts
from app.domain.assessments import rules
from app.domain.assessments.models import Attempt
from app.domain.assessments.values import PaperQuestion
from app.domain.catalogue import queries as catalogue
from app.domain.certificates import queries as register
from app.domain.corrections import queries as corrections
from app.domain.enrolment import queries as enrolments
from app.domain.examinations import queries as exams
from app.domain.people import queries as people
from app.domain.people.models import Person
from app.domain.tasks.values import UnfitWork
from app.foundation import clock
from app.foundation.errors import Invalid
from app.web import errors
from app.web.learner import outline, works
from app.web.learner.views import blueprint
from app.web.public.shelf import count_drawn
from app.web.session import actor
from app.web.shown import second
from app.workflows import documenting, sitting
from app.workflows.documenting import Document
from app.workflows.proctoring import seating

__all__ = ["blueprint"]

P = Permission


@blueprint.get("/learn/<string:slug>/test")
@requires(P.OWN_LEARNING)
def test(slug: str) -> str:
    """Tell what the final test is like, before it begins."""
    return render_template("learner/test.html", **_before(slug, request.args.get("lang")))


def _before(slug: str, language: str | None, complaint: str | None = None) -> dict[str, object]:
    """Return what the page before a test shows; ``complaint`` says what is wrong with a code."""
    own = actor()
    view = outline.load(own, slug, language)
    admission, scope = view.admission(), scope_of(own, P.OWN_LEARNING)
    return {
        "view": view,
        "admission": admission,
        "questions": count_drawn(view.version, view.meta),
        "helpers": _list_helpers(own, view) if admission.attempts_left == 0 else [],
        "is_supervised": seating.is_supervised(view.version),
        "seats": exams.list_own_seats(scope, own.person_id or 0, view.taken.course.id)
        if seating.is_supervised(view.version)
        else [],
        "complaint": complaint,
    }


def _list_helpers(own: Actor, view: outline.CourseView) -> list[Person]:
    """Return who can grant one more attempt: the learner's managers, then the course's trainers."""
    scope = scope_of(own, P.OWN_LEARNING)
    managers = people.list_managers_above(scope, own.unit_path)[:3]
    trainers = people.list_trainers_above(scope, view.taken.course.owner_unit.path)[:2]
    return [*managers, *(each for each in trainers if each not in managers)]


@blueprint.post("/learn/<string:slug>/test")
@requires(P.OWN_LEARNING)
def start(slug: str) -> Response | tuple[str, int]:
    """Begin the test, by a code where it is supervised, or go on with the one that is open."""
    language, code = request.form.get("lang"), request.form.get("code")
    try:
        attempt = (
            sitting.start_attempt(actor(), slug, language)
            if code is None
            else seating.enter(actor(), slug, code, language)
        )
    except Invalid as error:
        return render_template("learner/test.html", **_before(slug, language, errors.words_of(error))), 422
    return redirect(url_for("learner.attempt", attempt_id=attempt.public_id))


@blueprint.get("/attempts/<uuid:attempt_id>")
@requires(P.OWN_LEARNING)
def attempt(attempt_id: UUID) -> Response | str:
    """Show the questions with the answers that are saved."""
    attempt, paper = attempts.get_attempt(scope_of(actor(), P.OWN_LEARNING), attempt_id)
    if attempt.finished_at is not None:
        return redirect(url_for("learner.result", attempt_id=attempt_id))
    sitting.check_on_screen(attempt)
    return _page(attempt, paper, {})


def _page(attempt: Attempt, paper: Sequence[PaperQuestion], complaints: Mapping[str, str]) -> str:
    """Return the page of an open attempt; ``complaints`` say by field what is wrong with a task."""
    scope = scope_of(actor(), P.OWN_LEARNING)
    return render_template(
        "learner/attempt.html",
        sitting=attempt,
        complaints=complaints,
        files=works.files_by_place(actor(), attempt.public_id),
        title=_title_of(attempt),
        paper=[question.without_key() for question in paper],
        answers=attempts.responses_of(scope, attempt),
        saved_at=attempts.last_saved(scope, attempt),
        now=clock.now(),
    )


def _title_of(attempt: Attempt) -> str:
    titles = catalogue.get_version(attempt.version_id).titles
    return titles.get(attempt.language) or next(iter(titles.values()))


@blueprint.post("/attempts/<uuid:attempt_id>")
@requires(P.OWN_LEARNING)
def answer(attempt_id: UUID) -> Response | tuple[str, int]:
    """Save the answers, or hand the test in; a script sends single answers and is told in JSON.

    What is wrong with a task is told at its place, the answers saved.
    """
    here, form = url_for("learner.attempt", attempt_id=attempt_id), request.form.to_dict(flat=False)
    is_script = request.accept_mimetypes.best == "application/json"
    whole = form if is_script else {**form, "whole": ["1"]}
    try:
        saved = _take(attempt_id, whole)
    except sitting.Ended as error:
        return errors.page(409, errors.words_of(error), {f"{here}/result": _("See the result")})
    except UnfitWork as error:
        sitting.save_answers(actor(), attempt_id, whole)
        attempt, paper = attempts.get_attempt(scope_of(actor(), P.OWN_LEARNING), attempt_id)
        return _page(attempt, paper, works.complaint_of(error)), 422
    if saved is None:
        return redirect(f"{here}/result")
    return jsonify(_acknowledgement(saved)) if is_script else _go_on(here, saved)


def _take(attempt_id: UUID, form: sitting.Form) -> sitting.Saved | None:
    """Take what the present form holds; None where it hands the test in."""
    if works.has_files(attempt_id):
        sitting.save_answers(actor(), attempt_id, form)
        works.take_files(attempt_id)
    if request.form.get("action") == "submit":
        sitting.submit_attempt(actor(), attempt_id, form)
        return None
    return sitting.save_answers(actor(), attempt_id, form, _age())


def _go_on(here: str, saved: sitting.Saved) -> Response:
    for kind, words in _list_words(saved):
        flash(words, kind)
    return redirect(here)


LONGEST_WAIT = timedelta(days=7)


def _age() -> timedelta:
    """Return how long the answers waited on the device for a line."""
    milliseconds = request.form.get("age", 0, type=int)
    return min(max(timedelta(), timedelta(milliseconds=min(milliseconds, 10**12))), LONGEST_WAIT)


def _acknowledgement(saved: sitting.Saved) -> dict[str, object]:
    """Return what the script of the page is told."""
    (_kind, told), *others = _list_words(saved)
    return {
        "saved": saved.at.isoformat(),
        "words": _("saved at %(time)s", time=second(saved.at)),
        "told": told,
        "message": " ".join(words for _kind, words in others),
        "kept": {str(place): response for place, response in saved.kept.items()},
    }


def _list_words(saved: sitting.Saved) -> list[tuple[str, str]]:
    """Return what is said of saved answers, each with its kind of message; the first that they are saved."""
    said = [("success", _("Your answers are saved (%(time)s).", time=second(saved.at)))]
    for place in saved.replaced:
        words = _(
            "Question %(number)s was also answered in another window. The answer from here is later, so it counts.",
            number=place,
        )
        said.append(("warning", words))
    for place in saved.kept:
        words = _(
            "Question %(number)s was answered later in another window. That answer counts, and stands here now.",
            number=place,
        )
        said.append(("warning", words))
    return said


@blueprint.get("/attempts/<uuid:attempt_id>/result")
@requires(P.OWN_LEARNING)
def result(attempt_id: UUID) -> Response | str:
    """Show what the test was worth, and where the rules let it, what was right and why."""
    own = actor()
    scope = scope_of(own, P.OWN_LEARNING)
    attempt, paper = attempts.get_attempt(scope, attempt_id)
    if attempt.finished_at is None:
        return redirect(url_for("learner.attempt", attempt_id=attempt_id))
    return render_template("learner/result.html", sitting=attempt, **_outcome(own, attempt, paper))


def _outcome(own: Actor, attempt: Attempt, paper: Sequence[PaperQuestion]) -> dict[str, object]:
    """Return what the page of a result shows; the paper only where its answers may be told."""
    scope = scope_of(own, P.OWN_LEARNING)
    taken = enrolments.get_taken_by_id(scope, attempt.enrolment_id)
    meta = catalogue.meta_of(taken.version)
    earned = attempts.earned_of(scope, attempt)
    is_held_back = seating.is_held_back(taken.version, attempt)
    is_told = rules.is_feedback_shown(meta.assessment, bool(attempt.is_passed)) and not is_held_back
    sheet = corrections.correct_paper(attempt, paper)
    return {
        "corrected": sheet,
        "works": works.list_shown(own, attempt, paper, is_told=is_told),
        "title": _title_of(attempt),
        "is_held_back": is_held_back,
        "meta": meta,
        "taken": taken,
        "paper": sheet.questions if is_told else [],
        "answers": attempts.responses_of(scope, attempt),
        "earned": {place: Fraction(points or 0) for place, points in earned.items()},
        "certificate": register.find_for_enrolment(scope, attempt.enrolment_id),
        "admission": sitting.admission(own, taken, meta),
        "papers": documenting.list_offered(own, attempt),
        "may_answer": outline.may_answer(own, taken),
    }


@blueprint.get("/attempts/<uuid:attempt_id>/notice.pdf")
@requires(P.OWN_LEARNING)
def notice(attempt_id: UUID) -> Response:
    """Hand out the notice that a test was not passed."""
    return _hand_out(documenting.write_notice(actor(), attempt_id))


@blueprint.get("/attempts/<uuid:attempt_id>/protocol.pdf")
@requires(P.OWN_LEARNING)
def protocol(attempt_id: UUID) -> Response:
    """Hand out the protocol of a test."""
    return _hand_out(documenting.write_protocol(actor(), attempt_id))


def _hand_out(document: Document) -> Response:
    response = make_response(document.content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{document.name}"'
    return response
