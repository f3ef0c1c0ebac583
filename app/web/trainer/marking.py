"""Marking: the works that wait for a marker, and one of them with its rubric."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.catalogue import queries as catalogue
from app.domain.people import queries as people
from app.domain.tasks import queries as tasks
from app.domain.tasks import rules
from app.domain.tasks.models import Marking, Work
from app.domain.tasks.queries import Queued, Wanted
from app.domain.tasks.values import MarkingKind, WorkState
from app.domain.territory import queries as territory
from app.foundation import clock
from app.foundation.errors import AppError, Conflict, Invalid, NotFound
from app.web import paging
from app.web.downloads import hand_out
from app.web.errors import words_of
from app.web.manager import asking
from app.web.manager.asking import Places
from app.web.session import actor
from app.web.trainer.shelf import blueprint
from app.workflows import marking as acts

P = Permission
_ACTS: Mapping[str, Callable[[Actor, UUID, int, rules.Form], None]] = {
    "save": acts.save,
    "give": acts.give,
    "return": acts.give_back,
    "settle": acts.settle,
}
_DONE = {
    "save": _l("Your draft is saved. Nobody else sees it."),
    "give": _l("Your mark is given."),
    "return": _l("The work is returned, and the learner is told."),
    "settle": _l("The mark is decided."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A work that waits: whose, where she may know it, and for how long."""

    queued: Queued
    name: str
    waits: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the works that wait for a marker, and how the list is narrowed."""

    rows: Sequence[Line]
    count: int
    page: int
    pages: int
    courses: Sequence[tuple[str, Mapping[str, str]]]
    course: str | None
    places: Places
    takers: Mapping[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether the list leaves works out."""
        return bool(self.course or self.places.typed)

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        unit = self.places.unit.code if self.places.unit else None
        given: dict[str, Any] = {"course": self.course, "unit": unit, **changes}
        return url_for("trainer.marking", **{name: value for name, value in given.items() if value})


@blueprint.get("/teach/marking")
@requires(P.TASK_MARK)
def marking() -> str:
    """Show the works that wait for a mark, the oldest first."""
    return render_template("trainer/marking.html", view=show_queue(actor(), request.args))


def show_queue(own: Actor, asked: Mapping[str, str]) -> QueuePage:
    """Return one page of the works that wait for a marker."""
    reach, scope = acts.reach(own), scope_of(own, P.TASK_MARK)
    page, places = paging.read_page(asked), asking.read_places(scope, asked)
    courses = tasks.list_queued_courses(*reach, own.name)
    course = asking.read_choice(asked, "course", dict(courses))
    wanted = Wanted(course, places.unit.path if places.unit else None)
    count = 0 if places.is_open else tasks.count_queued(*reach, own.name, wanted)
    found = tasks.list_queued(*reach, own.name, wanted, page, paging.SIZE) if count else ()
    return QueuePage(
        rows=[_line(own, each) for each in found],
        count=count,
        page=page,
        pages=paging.count_pages(page, count),
        courses=courses,
        course=course,
        places=places,
        takers=names_of(own, {each.work.taken_by for each in found if each.work.taken_by}),
    )


def _line(own: Actor, queued: Queued) -> Line:
    waits = clock.now() - queued.work.handed_in_at
    name = queued.learner.full_name if may_name(own, queued.work) else ""
    return Line(queued, name, format_timedelta(waits, granularity="minute"))


def may_name(own: Actor, work: Work) -> bool:
    """Tell whether a marker may know by name whose work it is: not where she reaches it by the course alone."""
    return scope_of(own, P.TASK_MARK).covers(work.unit_path)


def names_of(own: Actor, ids: set[str]) -> Mapping[str, str]:
    """Return the names of markers, as far as they are colleagues of hers."""
    return people.list_names(scope_of(own, P.COURSE_WRITE), ids)


# One work.


@dataclass(frozen=True, slots=True)
class WorkPage:
    """A work with everything that its marker may see, and what stands in her form."""

    desk: acts.Desk
    own: Actor
    typed: Mapping[str, str]

    @property
    def work(self) -> Work:
        """The work."""
        return self.desk.work

    @property
    def name(self) -> str:
        """Whose work it is, empty where the marker may not know it."""
        return self.desk.held.learner.full_name if may_name(self.own, self.work) else ""

    @property
    def unit(self) -> str:
        """The name of the unit where the learner was at that time."""
        return territory.get_unit_by_id(self.desk.held.enrolment.unit_id).name

    @property
    def titles(self) -> Mapping[str, str]:
        """The title of the course by language."""
        return catalogue.get_version(self.desk.held.attempt.version_id).titles

    @property
    def seen(self) -> str:
        """How the work stands, for the form to say."""
        return self.work.seen_by(self.own.name)

    @property
    def mode(self) -> str:
        """What the marker may do now: ``mark``, ``settle``, or nothing."""
        if self.work.is_open_to(self.own.name):
            return "mark"
        is_decided_here = self.work.state in {WorkState.SETTLING, WorkState.MARKED}
        return "settle" if self.desk.may_settle and is_decided_here else ""

    @property
    def visible(self) -> list[Marking]:
        """What was said that this marker may see: nobody's mark but hers while it could sway her own."""
        is_open = self.work.state == WorkState.MARKED or (
            self.work.state == WorkState.SETTLING and self.desk.may_settle
        )
        return [
            each
            for each in self.work.markings
            if each.given_at is not None
            and (is_open or each.kind == MarkingKind.RETURN or each.marker == self.own.name)
        ]

    @property
    def authors(self) -> Mapping[str, str]:
        """The names of those whose words are shown."""
        taken = {self.work.taken_by} if self.work.taken_by else set()
        return names_of(self.own, {each.marker for each in self.visible} | taken)

    def value(self, field: str) -> str:
        """Return what stands in a field: what was typed, else her draft, else her own mark where she settles."""
        if self.typed:
            return self.typed.get(field, "")
        own = [each for each in self.work.given_marks if each.marker == self.own.name]
        draft = self.work.own_draft(self.own.name) or next(iter(own), None)
        if draft is None or field == "reason":
            return ""
        kind, _dash, place = field.partition("-")
        if not place:
            return draft.comment
        said = draft.points[int(place) - 1] if kind == "points" else draft.comments[int(place) - 1]
        return "" if said is None else str(said)


@blueprint.route("/teach/marking/<uuid:attempt_id>/<int(min=1, max=999):position>", methods=["GET", "POST"])
@requires(P.TASK_MARK)
def work(attempt_id: UUID, position: int) -> Response | str | tuple[str, int]:
    """Show a work with its rubric, and take a mark, a draft, a return or a decision."""
    error = _act(attempt_id, position) if request.method == "POST" else None
    if request.method == "POST" and error is None:
        return _go_on(attempt_id, position)
    view = WorkPage(acts.open_work(actor(), attempt_id, position), actor(), request.form)
    complaints = {error.field: words_of(error)} if isinstance(error, Invalid) else {}
    changed = words_of(error) if isinstance(error, Conflict) else None
    status = 200 if error is None else 422 if complaints else 409
    return render_template("trainer/work.html", view=view, complaints=complaints, changed=changed), status


def _act(attempt_id: UUID, position: int) -> AppError | None:
    """Do what the form asks for; return why it was not done, None where it was."""
    act = _ACTS.get(request.form.get("action", ""))
    if act is None:
        acts.open_work(actor(), attempt_id, position)
        return Invalid("action", _("Choose what to do with the work."))
    try:
        act(actor(), attempt_id, position, request.form.to_dict(flat=False))
    except (Invalid, Conflict) as error:
        return error
    return None


def _go_on(attempt_id: UUID, position: int) -> Response:
    action = request.form["action"]
    flash(str(_DONE[action]), "success")
    if action == "save":
        return redirect(url_for("trainer.work", attempt_id=attempt_id, position=position))
    return redirect(url_for("trainer.marking"))


@blueprint.get("/teach/marking/<uuid:attempt_id>/<int(min=1, max=999):position>/files/<uuid:file_id>")
@requires(P.TASK_MARK)
def work_file(attempt_id: UUID, position: int, file_id: UUID) -> Response:
    """Hand out a file of a work to whoever marks it."""
    kept = acts.open_work(actor(), attempt_id, position).work
    file = next((each for each in kept.files if each.public_id == file_id), None)
    if file is None:
        raise NotFound
    return hand_out(file)
