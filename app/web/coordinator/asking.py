"""What the address of a report asks for: read, checked, and written back into links."""

from collections.abc import Mapping

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.reports.models import ReportFile
from app.domain.reports.queries import places
from app.domain.reports.rules import selections
from app.domain.reports.values import AwardFilter, Format, Selection, Shape, State
from app.formats.csv_table import DIALECTS
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

Asked = Mapping[str, str]


def read_selection(actor: Actor, asked: Asked) -> Selection:
    """Return which completions are asked for; raises Invalid, and NotFound for a unit that is not the actor's."""
    return places.get_selection(
        scope_of(actor, Permission.REPORT_READ),
        asked.get("unit") or None,
        selections.read_period(asked.get("from", ""), asked.get("to", "")),
        asked.get("course") or None,
        selections.read_track(asked.get("track", "")),
        selections.read_result(asked.get("result", "")),
    )


def read_shape(asked: Asked) -> Shape | None:
    """Return as which file the report is asked for, None for a page; raises Invalid."""
    if "format" not in asked:
        return None
    if asked["format"] not in set(Format):
        raise Invalid("format", N_("There is no such format."))
    if asked.get("dialect", "plain") not in DIALECTS:
        raise Invalid("dialect", N_("There is no such dialect of CSV."))
    if asked.get("bundle", "zip") != "zip":
        raise Invalid("bundle", N_("A report can be bundled as ZIP only."))
    return Shape(Format(asked["format"]), asked.get("dialect", "plain"), is_bundled="bundle" in asked)


def read_awards(actor: Actor, asked: Asked) -> AwardFilter:
    """Return which certificates are asked for, the valid ones where no state is; raises as ``read_selection``."""
    selection = places.get_selection(
        scope_of(actor, Permission.CERTIFICATE_READ),
        asked.get("unit") or None,
        selections.read_period(asked.get("from", ""), asked.get("to", "")),
        asked.get("course") or None,
    )
    return AwardFilter(selection, selections.read_award_state(asked.get("state", "")))


def ask_again(promised: ReportFile) -> dict[str, str]:
    """Return the fields by which a file that was made is asked for anew."""
    given = {name: value for name, value in promised.parameters.items() if isinstance(value, str)}
    if promised.is_of_certificates:
        return given
    bundle = {"bundle": "zip"} if promised.parameters.get("bundled") else {}
    return {**given, "format": Format.XLSX.value, **bundle}


def read_state(asked: Asked) -> State | None:
    """Return which state is asked for, None for all; raises Invalid."""
    word = asked.get("state", "")
    if word and word not in set(State):
        raise Invalid("state", N_("There is no such state."))
    return State(word) if word else None
