"""Says the particulars of a certificate in the words of its language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from app.domain.certificates.values import CoursePart, Snapshot
from app.formats.certificate_shapes import Wording, fill


def particulars(snapshot: Snapshot, wording: Wording) -> dict[str, str]:
    """Return every place of ``certificate_shapes.PLACES`` as it is printed; empty where there is nothing.

    Who sealed the document and when is told by its signed copy alone: see ``sealing``.
    """
    name = _name(wording, snapshot.given_name, snapshot.family_name)
    name_latin = _name(wording, snapshot.given_name_latin, snapshot.family_name_latin)
    return {
        "accreditation": snapshot.accreditation or "",
        "code": snapshot.code,
        "completed_on": _date(wording, snapshot.completed_on),
        "course_list": "\n".join(_course(wording, each) for each in snapshot.courses),
        "course_title": snapshot.course_title,
        "course_version": snapshot.course_version,
        "duplicate_of": snapshot.duplicate_of,
        "form": _form(wording, snapshot.form),
        "funder_line": snapshot.funder_line,
        "hours": _number(wording, snapshot.hours),
        "issued_on": _date(wording, snapshot.issued_on),
        "issuer_name": snapshot.issuer_name,
        "issuer_place": snapshot.issuer_place,
        "issuer_registration_number": snapshot.issuer_registration_number,
        "language_name": wording.language_name,
        "legal_line": snapshot.legal_line,
        "municipality_name": snapshot.municipality_name,
        "name": name,
        "name_latin": "" if name_latin == name else name_latin,
        "number": snapshot.number,
        "objective_list": "\n".join(snapshot.objectives),
        "objectives": " · ".join(snapshot.objectives),
        "percent": "" if snapshot.mark is None else _number(wording, Decimal(snapshot.mark) / 100),
        "sealed_at": "",
        "signatory_function": snapshot.signatory_function,
        "signatory_name": snapshot.signatory_name,
        "signer": "",
        "unit_name": snapshot.unit_name,
        "valid_until": "" if snapshot.valid_until is None else _date(wording, snapshot.valid_until),
        "verify_url": snapshot.verify_url,
        "workplace": _workplace(snapshot.unit_name, snapshot.municipality_name),
    }


def sealing(snapshot: Snapshot, wording: Wording, signer: str, at: datetime) -> dict[str, str]:
    """Return every place as the signed copy has it: who sealed it and when, as the moment's own zone shows it."""
    sealed_at = f"{_date(wording, at.date())}, {at:%H:%M} ({_offset(at)})"
    return particulars(snapshot, wording) | {"signer": signer, "sealed_at": sealed_at}


def phrases(snapshot: Snapshot, wording: Wording, places: Mapping[str, str]) -> dict[str, str]:
    """Return every phrase of a wording for the kind of this certificate, its places filled."""
    return {name: fill(phrase.of(snapshot.kind), places) for name, phrase in wording.phrases.items()}


def _name(wording: Wording, given: str, family: str) -> str:
    return wording.name.format(given_name=given, family_name=family).strip()


def _course(wording: Wording, course: CoursePart) -> str:
    hours = _number(wording, course.hours)
    return fill(wording.course, {"title": course.title, "version": course.version, "hours": hours})


def _workplace(unit: str, municipality: str) -> str:
    """Name the unit, and the municipality unless the name of the unit says it already."""
    return unit if municipality in unit else ", ".join(filter(None, (unit, municipality)))


def _date(wording: Wording, day: date) -> str:
    return wording.date.format(day=day.day, month=wording.months[day.month - 1], year=day.year)


def _offset(at: datetime) -> str:
    """Return how far a moment's clock is from UTC: ``UTC+01:00``."""
    text = at.strftime("%z")
    return f"UTC{text[:3]}:{text[3:]}" if at.utcoffset() else "UTC"


def _form(wording: Wording, form: str) -> str:
    forms = wording.forms
    return {"distance": forms.distance, "classroom": forms.classroom, "blended": forms.blended}[form]


def _number(wording: Wording, number: Decimal) -> str:
    return format(number.normalize(), "f").replace(".", wording.decimal)
