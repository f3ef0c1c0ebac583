"""Keeping the particulars of issuers, and showing what a certificate by them will look like."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.people.rules import check_line
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.domain.territory.models import Issuer, Unit
from app.domain.territory.values import IssuerParticulars
from app.formats import certificate_design, certificate_pdf, logo_png
from app.formats.certificate_specimen import specimen
from app.foundation import audit, clock, settings
from app.foundation.db import transaction
from app.foundation.errors import Invalid, NotFound
from app.foundation.files import store
from app.foundation.i18n import LOCALES, N_, content_language
from app.foundation.limits import LimitExceeded, run_limited
from app.workflows.certifying import DESIGNS

LONGEST = {
    "legal_name": 200,
    "registration_number": 40,
    "signatory": 120,
    "place": 120,
    "accreditation": 120,
    "function": 120,
    "legal_line": 300,
    "funder_line": 300,
}
"""Characters that a particular may have."""
LANGUAGES = tuple(map(content_language, LOCALES))
"""The languages that a certificate may be in."""
_PREFIX = re.compile(r"[A-Z0-9]{1,10}(-[A-Z0-9]{1,10}){0,3}")
_LONGEST_PREFIX = 20
_LOGO_SECONDS = 2.0
_FIELDS = {
    "issuer_name": "legal_name",
    "issuer_registration_number": "registration_number",
    "issuer_place": "place",
    "signatory_name": "signatory",
    "signatory_function": "function",
}
"""Member of a certificate's snapshot → the particular that it comes from."""


def keep_issuer(
    actor: Actor,
    unit_code: str,
    particulars: IssuerParticulars,
    logo: bytes | None = None,
    funder_logo: bytes | None = None,
    *,
    is_logo_dropped: bool = False,
    is_funder_logo_dropped: bool = False,
) -> Issuer:
    """Write down by which particulars a unit issues certificates; its logos stay unless given anew or dropped.

    Raises Invalid where no certificate could be numbered or drawn by them, lest a learner finds out.
    """
    unit = territory.get_unit(unit_code)
    require(actor, Permission.ISSUER_WRITE, unit)
    checked = _checked(particulars)
    pictures = [_clean(logo, "logo"), _clean(funder_logo, "funder_logo")]
    given = [store().put(picture) if picture else None for picture in pictures]
    with _numbers_apart(), transaction():
        unit = territory.get_unit(unit_code)
        former = territory.find_issuer(unit.id)
        _check_prefix(actor, unit, former, checked.prefix)
        kept = former.logo if former is not None and not is_logo_dropped else None
        funder = former.funder_logo if former is not None and not is_funder_logo_dropped else None
        named = replace(checked, logo=given[0] or kept, funder_logo=given[1] or funder)
        issuer = units.keep_issuer(unit, named)
        audit.record(actor.name, "issuer.keep", unit.code, prefix=checked.prefix)
    return issuer


def _checked(particulars: IssuerParticulars) -> IssuerParticulars:
    if len(particulars.prefix) > _LONGEST_PREFIX or _PREFIX.fullmatch(particulars.prefix) is None:
        raise Invalid(
            "prefix", N_("A prefix has capital letters A–Z, digits and hyphens between, such as CZ-ZR.")
        )
    checked = replace(
        particulars,
        legal_name=_line(particulars.legal_name, "legal_name"),
        registration_number=_line(particulars.registration_number, "registration_number"),
        signatory=_line(particulars.signatory, "signatory"),
        place=_line(particulars.place, "place"),
        accreditation=check_line(particulars.accreditation or "", "accreditation", LONGEST["accreditation"])
        or None,
        function=_lines(particulars.function, "function"),
        legal_line=_lines(particulars.legal_line, "legal_line") or None,
        funder_line=_lines(particulars.funder_line, "funder_line") or None,
    )
    if not checked.function:
        raise Invalid("function", N_("Write the function in one language at least."))
    for language in checked.function:
        _check_drawable(checked, language)
    return checked


def _line(text: str, field: str) -> str:
    line = check_line(text, field, LONGEST[field])
    if not line:
        raise Invalid(field, N_("This is printed on every certificate; it cannot be empty."))
    return line


def _lines(texts: Mapping[str, str] | None, field: str) -> dict[str, str]:
    lines = {
        language: check_line(text, f"{field}_{language}", LONGEST[field])
        for language, text in (texts or {}).items()
        if language in LANGUAGES
    }
    return {language: line for language, line in lines.items() if line}


def _check_drawable(particulars: IssuerParticulars, language: str) -> None:
    """Refuse what the fonts of the certificate lack, at the field that it was written in."""
    try:
        certificate_pdf.check_drawable(
            specimen(particulars, language, clock.now().date(), settings.current().base_url), _design()
        )
    except Invalid as error:
        field = _FIELDS.get(error.field, error.field)
        is_by_language = field in {"function", "legal_line", "funder_line"}
        raise Invalid(
            f"{field}_{language}" if is_by_language else field, error.reason, **error.values
        ) from error


def _check_prefix(actor: Actor, unit: Unit, former: Issuer | None, prefix: str) -> None:
    other = territory.find_issuer_by_prefix(prefix)
    if other is not None and other.unit_id != unit.id:
        reason = N_("%(issuer)s has the prefix %(prefix)s already; numbers must tell issuers apart.")
        raise Invalid("prefix", reason, issuer=other.legal_name, prefix=prefix)
    is_changed = former is not None and former.prefix != prefix
    if is_changed and not scope_of(actor, Permission.ISSUER_WRITE).everything:
        raise Invalid("prefix", N_("Certificates carry this prefix; only an administrator can change it."))


@contextmanager
def _numbers_apart() -> Iterator[None]:
    """Tell of a prefix that two issuers took at the same moment as of any other that is taken."""
    try:
        yield
    except IntegrityError as error:
        raise Invalid("prefix", N_("Another issuer has this prefix already.")) from error


def _clean(logo: bytes | None, field: str) -> bytes | None:
    """Return a logo without what hides beside its points; raises Invalid."""
    if not logo:
        return None
    if len(logo) > logo_png.LARGEST:
        raise Invalid(field, N_("The logo is larger than %(size)s kB."), size=logo_png.LARGEST // 1000)
    try:
        clean = run_limited(logo_png.clean, logo, _LOGO_SECONDS)
    except LimitExceeded:
        clean = None
    if clean is None:
        reason = N_("This is no PNG picture of at most %(points)s × %(points)s points.")
        raise Invalid(field, reason, points=logo_png.WIDEST)
    return clean


def draw_specimen(actor: Actor, unit_code: str, language: str) -> bytes:
    """Return a certificate of nobody by a unit's present particulars: it says so, and nothing of it is kept."""
    unit = territory.get_unit_within(scope_of(actor, Permission.ISSUER_WRITE), unit_code)
    require(actor, Permission.ISSUER_WRITE, unit)
    issuer = territory.find_issuer(unit.id)
    if issuer is None or language not in LANGUAGES:
        raise NotFound
    day = clock.now().astimezone(ZoneInfo(territory.zone_of(unit))).date()
    logo, funder_logo = (
        store().get(digest) if digest else None for digest in (issuer.logo, issuer.funder_logo)
    )
    made = specimen(territory.particulars_of(issuer), language, day, settings.current().base_url)
    return certificate_pdf.write(made, _design(), logo, funder_logo)


def _design() -> certificate_design.Design:
    return certificate_design.load(DESIGNS / "standard")
