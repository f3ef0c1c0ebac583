"""Looking at the designs of certificates: what each needs, what it can draw, and what it looks like at its hardest."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.access.policy import require, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates.values import PROGRAMME, Snapshot
from app.domain.territory import queries as territory
from app.domain.territory.values import IssuerParticulars
from app.formats import certificate_pdf
from app.formats.certificate_design import BrokenDesign, Design
from app.formats.certificate_specimen import HARDEST, of_programme, specimen
from app.foundation import clock, settings
from app.foundation.errors import NotFound
from app.foundation.files import store
from app.foundation.i18n import N_, locale_of, translate
from app.workflows.administering.issuers import LANGUAGES
from app.workflows.certifying import DESIGNS, design_of

P = Permission
DUPLICATE = "duplicate"
"""A specimen that is marked as a duplicate is asked for like a kind."""
_OBJECTIVES = _COURSES = 6
_YEARS = 3
_INVENTED = IssuerParticulars(
    legal_name="",
    registration_number="00000000",
    prefix="XX",
    signatory="",
    function={},
    place="",
    accreditation="0000/0000",
)


@dataclass(frozen=True, slots=True)
class DesignReport:
    """A design, or what is wrong with it; and by language the code points that its fonts lack.

    They are sought in its own words and in the hardest name of the language.
    """

    name: str
    design: Design | None
    fault: str
    lacking: Mapping[str, tuple[str, ...]]


def list_designs(actor: Actor) -> Sequence[DesignReport]:
    """Return every design there is, by name."""
    require(actor, P.ISSUER_WRITE)
    return [_report(name) for name in _names()]


def check_letters(actor: Actor, text: str) -> Mapping[str, tuple[str, ...]]:
    """Return for each design the code points of a text that its fonts cannot draw."""
    return {
        each.name: certificate_pdf.missing_glyphs(text, each.design)
        for each in list_designs(actor)
        if each.design is not None
    }


def draw_hardest(actor: Actor, name: str, kind: str, language: str, issuer_code: str = "") -> bytes:
    """Return a certificate of nobody in a design, with names as long as they come; it says across what it is.

    By the particulars and logos of an issuer within reach, else by invented ones; nothing of it is kept. The first
    kind of the design is that of whoever names none.
    """
    require(actor, P.ISSUER_WRITE)
    if name not in _names() or language not in LANGUAGES:
        raise NotFound
    design = _get(name)
    is_duplicate, kind = kind == DUPLICATE, design.kinds[0] if kind in {"", DUPLICATE} else kind
    if kind not in design.kinds:
        raise NotFound
    particulars, zone = _issuer(actor, issuer_code)
    day = clock.now().astimezone(ZoneInfo(zone)).date()
    logo, funder_logo = (
        store().get(digest) if digest else None for digest in (particulars.logo, particulars.funder_logo)
    )
    mark = translate(locale_of(language), N_("Specimen"))
    drawn = replace(_hardest(particulars, language, day, kind), design=name)
    if is_duplicate:
        drawn = replace(drawn, duplicate_of=f"{particulars.prefix}-{day.year - 1}-000000")
    return certificate_pdf.write(drawn, design, logo, funder_logo, mark)


def _names() -> list[str]:
    return sorted(file.parent.name for file in DESIGNS.glob("*/design.yaml"))


def _get(name: str) -> Design:
    """Return a design; one that is broken is as good as none."""
    try:
        return design_of(name)
    except BrokenDesign as error:
        raise NotFound from error


def _report(name: str) -> DesignReport:
    try:
        design = design_of(name)
    except BrokenDesign as error:
        return DesignReport(name, None, str(error).partition(": ")[2], {})
    lacking = {}
    for language, wording in design.wording.items():
        hard = HARDEST.get(language, HARDEST["en"])
        letters = "".join([*wording.texts(), *asdict(hard).values()])
        lacking[language] = certificate_pdf.missing_glyphs(letters + letters.upper(), design)
    return DesignReport(name, design, "", lacking)


def _issuer(actor: Actor, code: str) -> tuple[IssuerParticulars, str]:
    """Return the particulars and the zone of an issuer within reach; those of nobody without a code."""
    if not code:
        return _INVENTED, "UTC"
    unit = territory.get_unit_within(scope_of(actor, P.ISSUER_WRITE), code)
    issuer = territory.find_issuer(unit.id)
    if issuer is None:
        raise NotFound
    return territory.particulars_of(issuer), territory.zone_of(unit)


def _hardest(particulars: IssuerParticulars, language: str, day: date, kind: str) -> Snapshot:
    """Return a specimen with every particular; words say what belongs in the place of one that the issuer lacks."""
    locale = locale_of(language)
    made = specimen(particulars, language, day, settings.current().base_url)
    objective = N_("What participants can do after the course: one sentence for each objective")

    def or_else(text: str, words: str) -> str:
        return text or translate(locale, words)

    hardest = replace(
        made,
        kind=kind,
        **asdict(HARDEST[language]),
        unit_name=translate(locale, N_("The office where the person works")),
        objectives=(translate(locale, objective),) * _OBJECTIVES,
        valid_until=day.replace(year=day.year + _YEARS, day=min(day.day, 28)),
        issuer_name=or_else(
            made.issuer_name, N_("The legal name of the institution that issues the certificate")
        ),
        issuer_place=or_else(made.issuer_place, N_("Place of issue")),
        signatory_name=or_else(made.signatory_name, N_("The person who signs, with titles")),
        signatory_function=or_else(made.signatory_function, N_("The function of this person")),
        accreditation=made.accreditation or _INVENTED.accreditation,
        legal_line=or_else(made.legal_line, N_("The legal ground of the certificate stands here.")),
        funder_line=or_else(made.funder_line, N_("The sentence that the funder asks for stands here.")),
    )
    if kind != PROGRAMME:
        return hardest
    title = N_("The title of a course, as long as titles come: this one has what a line holds, and some more")
    return of_programme(hardest, translate(locale, title), _COURSES)
