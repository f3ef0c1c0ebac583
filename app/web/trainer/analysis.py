"""Item analysis: how the questions of a course perform, as a page and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.access.gate import requires
from app.domain.access.values import Permission
from app.domain.reports.rules import selections
from app.domain.reports.rules.advice import FEWEST_FOR_TEST
from app.domain.reports.rules.items import FEWEST_ALIKE
from app.domain.reports.values import (
    Advice,
    Analysis,
    ChoiceCount,
    Format,
    QuestionFigures,
    Sample,
    Shape,
    Statistic,
    Which,
)
from app.foundation.errors import Invalid, NotFound
from app.foundation.i18n import N_, content_language, translate
from app.web.coordinator.asking import read_shape
from app.web.errors import words_of
from app.web.labels import ANALYSED_ATTEMPTS
from app.web.limiter import limiter
from app.web.session import actor, choose_locale, find_current_actor
from app.web.trainer.shelf import blueprint
from app.workflows import analysing, inspecting
from app.workflows.inspecting import Bench

P = Permission
Sat: TypeAlias = Sequence[tuple[int, int, int]]
"""Edition, correction and attempts of the versions that were sat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisPage:
    """What the page shows: the sample that was asked for and what was found, or what is wrong with the choice."""

    bench: Bench
    asked: Mapping[str, str | None]
    versions: Sequence[tuple[str, str]]
    found: Analysis | None = None
    error: tuple[str, str] | None = None  # field and words

    fewest: int = FEWEST_FOR_TEST
    fewest_alike: int = FEWEST_ALIKE

    def link(self, **changes: str) -> str:
        """Return an address of this page with what is asked here but for the changes."""
        given: dict[str, Any] = {**self.asked, **changes}
        filled = {name: value for name, value in given.items() if value}
        return url_for("trainer.analysis", slug=self.bench.slug, **filled)

    def fault(self, name: str) -> str:
        """Return what is wrong with a field, empty where nothing is."""
        return self.error[1] if self.error is not None and self.error[0] == name else ""

    def say(self, advice: Advice) -> str:
        """Return a piece of advice in the language of the page."""
        return translate(choose_locale(), advice.message, **advice.values)

    def why(self, statistic: Statistic) -> str:
        """Return why there is no figure, in the language of the page."""
        return translate(choose_locale(), statistic.reason)

    def told(self, question: QuestionFigures) -> list[ChoiceCount]:
        """Return the options of a question; of pairs and gaps, of which there are many, the wrong ones if chosen."""
        return [each for each in question.choices if not each.part or each.is_right or each.chosen]

    @property
    def whiches(self) -> list[tuple[str, str]]:
        """The choices of attempts."""
        return [(which.value, str(ANALYSED_ATTEMPTS[which])) for which in Which]

    @property
    def advised(self) -> int:
        """How many questions there is advice for."""
        return sum(bool(question.advice) for question in self.found.questions) if self.found else 0


def _who() -> str:
    found = find_current_actor()
    return found.name if found is not None else request.remote_addr or ""


@blueprint.get("/teach/courses/<string:slug>/analysis")
@limiter.limit("240/hour", key_func=_who)
@requires(P.COURSE_WRITE)
def analysis(slug: str) -> Response | str | tuple[str, int]:
    """Show how the questions of a course perform, or hand a table of that out."""
    bench, shape = inspecting.open_course(actor(), slug), read_shape(request.args)
    sat = analysing.list_versions(actor(), slug) if bench.course is not None else ()
    try:
        sample = _sample(slug, sat)
    except Invalid as error:
        if shape is not None:
            raise
        return render_template("trainer/analysis.html", view=_refused(bench, sat, error)), 422
    if shape is not None:
        return _sent(bench, sample, shape)
    return render_template("trainer/analysis.html", view=_page(bench, sat, sample))


def _sample(slug: str, sat: Sat) -> Sample:
    asked = request.args
    period = selections.read_period(asked.get("from", ""), asked.get("to", ""))
    which = selections.read_which(asked.get("attempts", ""))
    return Sample(slug, *selections.choose_versions(asked.get("version", ""), sat), period, which)


def _page(bench: Bench, sat: Sat, sample: Sample) -> AnalysisPage:
    if bench.course is None:
        return AnalysisPage(bench=bench, asked={}, versions=())
    found = analysing.analyse(actor(), sample, content_language(choose_locale()))
    return AnalysisPage(bench=bench, asked=sample.parameters(), versions=_versions(sat), found=found)


def _refused(bench: Bench, sat: Sat, error: Invalid) -> AnalysisPage:
    given = {name: request.args.get(name) for name in Sample("").parameters()}
    words = (error.field, words_of(error))
    return AnalysisPage(bench=bench, asked=given, versions=_versions(sat), error=words)


def _versions(sat: Sat) -> list[tuple[str, str]]:
    """Return the choices of versions: all, each edition, and its versions where it has several."""
    choices = [("all", _("All versions"))]
    for edition, members in groupby(sat, lambda each: each[0]):
        corrections = [(correction, count) for _edition, correction, count in members]
        total = sum(count for _correction, count in corrections)
        choices.append((str(edition), _counted(_("Edition %(number)s", number=edition), total)))
        if len(corrections) > 1:
            labels = [(f"{edition}.{correction}", count) for correction, count in corrections]
            choices += [
                (label, _counted(_("Version %(label)s", label=label), count)) for label, count in labels
            ]
    return choices


def _counted(version: str, count: int) -> str:
    return f"{version} – {_attempts(count)}"


def _attempts(count: int) -> str:
    return str(ngettext("%(num)s attempt", "%(num)s attempts", count))


def _sent(bench: Bench, sample: Sample, shape: Shape) -> Response:
    table = request.args.get("table", "questions")
    if shape.format is not Format.CSV or shape.is_bundled:
        raise Invalid("format", N_("An item analysis can be had as CSV only."))
    if table not in analysing.TABLES:
        raise Invalid("table", N_("There is no such table."))
    if bench.course is None:
        raise NotFound
    sheet = analysing.export(actor(), sample, content_language(choose_locale()), table, shape.dialect)
    response = make_response(sheet.content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.name}"'
    return response
