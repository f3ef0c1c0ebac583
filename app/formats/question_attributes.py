"""Reads the attribute list of a question's heading: ``{#id .kind .option name=value}``."""

import re
from collections.abc import Callable, Mapping

from app.domain.catalogue.values import Kind
from app.formats.question_values import FLAGS, VALUES, Attributes
from app.formats.report import Report
from app.formats.work_files import KINDS
from app.formats.yaml_fields import is_id
from app.foundation.i18n import N_

_TOKEN = re.compile(
    r"""\s*(?:\#(?P<id>[^\s{}#=]*)|\.(?P<class>[^\s{}#.=]+)|(?P<name>[A-Za-z_-]+)="""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'{}]*)))(?=\s|$)"""
)
_UNIT_LIMIT = 80
_KINDS = frozenset(kind.value for kind in Kind)


def read_attributes(text: str, line: int, report: Report) -> Attributes | None:
    """Return the attributes, or None where no id can be read."""
    ids, classes, values = _tokens(text, line, report)
    if not ids:
        report.error(line, N_("This question has no id: write one at the end of its heading, as {#an-id}."))
        return None
    key = ids[0]
    if len(ids) > 1 or not is_id(key):
        report.error(
            line,
            N_("“%(text)s” is no id: use a-z, 0-9 and hyphens, and begin with a letter."),
            text=" #".join(ids),
        )
        return None
    return Attributes(
        key=key,
        line=line,
        kind=_kind(classes, line, report),
        flags=frozenset(name for name in classes if name in FLAGS),
        points=_number("points", values, line, report),
        area=_area(values, line, report),
        unit=_unit(values, line, report),
        upload=_upload(values, line, report),
        max_words=_number("max_words", values, line, report),
    )


def _tokens(text: str, line: int, report: Report) -> tuple[list[str], list[str], dict[str, str]]:
    ids: list[str] = []
    classes: list[str] = []
    values: dict[str, str] = {}
    text = text.strip()
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            report.error(
                line,
                N_(
                    '“%(text)s” cannot be read: put values with spaces in quotation marks, as unit="working days".'
                ),
                text=text[place : place + 200].strip(),
            )
            break
        place = found.end()
        if found["id"] is not None:
            ids.append(found["id"])
        elif found["class"]:
            classes.append(found["class"])
        else:
            values[found["name"]] = next(
                part for part in found.group("double", "single", "bare") if part is not None
            )
    _tell_unknown(classes, values, line, report)
    return ids, classes, values


def _tell_unknown(classes: list[str], values: Mapping[str, str], line: int, report: Report) -> None:
    for name in classes:
        if name not in FLAGS and name not in _KINDS:
            report.error(
                line,
                N_("There is no kind or option “.%(name)s”: write one of %(known)s."),
                name=name,
                known=", ".join([*sorted(_KINDS), *sorted(FLAGS)]),
            )
    for name in values:
        if name not in VALUES:
            report.error(
                line,
                N_("The key “%(key)s” is not known here: delete it, or correct it to one of %(known)s."),
                key=name,
                known=", ".join(sorted(VALUES)),
            )


def _kind(classes: list[str], line: int, report: Report) -> Kind | None:
    kinds = sorted({name for name in classes if name in _KINDS})
    if len(kinds) > 1:
        report.error(line, N_("A question has one kind: keep one of %(kinds)s."), kinds=", ".join(kinds))
    return Kind(kinds[0]) if kinds else None


def _number(name: str, values: Mapping[str, str], line: int, report: Report) -> int | None:
    if name not in values:
        return None
    written = values[name]
    if re.fullmatch(r"[1-9][0-9]{0,4}", written):
        return int(written)
    if re.fullmatch(r"-[0-9.]+|0", written):
        report.error(line, N_("“%(name)s” is %(text)s: it must be at least 1."), name=name, text=written)
    else:
        report.error(line, N_("“%(text)s” is no whole number: correct “%(name)s”."), name=name, text=written)
    return None


def _area(values: Mapping[str, str], line: int, report: Report) -> str | None:
    return _checked(values, "area", is_id, line, report)


def _checked(
    values: Mapping[str, str], name: str, is_right: Callable[[str], bool], line: int, report: Report
) -> str | None:
    written = values.get(name)
    if written is None or is_right(written):
        return written
    report.error(
        line, N_("“%(text)s” is no id: use a-z, 0-9 and hyphens, and begin with a letter."), text=written
    )
    return None


def _unit(values: Mapping[str, str], line: int, report: Report) -> str | None:
    unit = " ".join(values.get("unit", "").split())
    if len(unit) > _UNIT_LIMIT:
        report.error(line, N_("This text has more than %(limit)s letters: shorten it."), limit=_UNIT_LIMIT)
        return None
    return unit or None


def _upload(values: Mapping[str, str], line: int, report: Report) -> tuple[str, ...]:
    if "upload" not in values:
        return ()
    endings = tuple(part.strip().lower() for part in values["upload"].split(","))
    unknown = next((ending for ending in endings if ending not in KINDS), None)
    if unknown is None:
        return tuple(dict.fromkeys(endings))
    if re.fullmatch(r"[a-z0-9]{1,8}", unknown):
        known = ", ".join(KINDS)
        report.error(
            line,
            N_("Files ending in “%(kind)s” are not taken: use one of %(known)s."),
            kind=unknown,
            known=known,
        )
        return ()
    report.error(line, N_("“upload” lists endings of files, divided by commas, as upload=csv,pdf,zip."))
    return ()
