"""Specimens of certificates: of nobody, and with names as long as they come, of each language's hardest letters."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.certificates.values import PROGRAMME, CoursePart, Snapshot
from app.domain.territory.values import IssuerParticulars
from app.foundation.i18n import N_, locale_of, translate

_CODE = "-".join(["XXXXX"] * 6)


@dataclass(frozen=True, slots=True)
class HardName:
    """A family name of 60 letters or more and a given name, as written and in Latin script; of nobody."""

    family_name: str
    given_name: str
    family_name_latin: str
    given_name_latin: str


_ENGLISH = ("Featherstonehaugh-Cholmondeley-Wriothesley-Marjoribanks-Foxe", "Wilhelmina-Josephine")
_CZECH = ("Příliš-Žluťoučká Dvořáčková-Řeřichová Hůďová-Ďáblická z Ústí", "Věnceslava Ďoubalíková")
_SERBIAN_LATIN = ("Ljubojević-Njegošević Đorđević-Ćirilov Džombić-Šljivić Čađavica", "Ljubisava-Đurđijana")
HARDEST: Mapping[str, HardName] = {
    "en": HardName(*_ENGLISH, *_ENGLISH),
    "cs": HardName(*_CZECH, *_CZECH),
    "sr-Cyrl": HardName(
        "Љубојевић-Његошевић Ђорђевић-Ћирилов Џомбић-Шљивић Чађавичин",
        "Љубисава-Ђурђијана",
        "Ljubojević-Njegošević Đorđević-Ćirilov Džombić-Šljivić Čađavičin",
        "Ljubisava-Đurđijana",
    ),
    "sr-Latn": HardName(*_SERBIAN_LATIN, *_SERBIAN_LATIN),
    "uk": HardName(
        "Щербаківська-Ґалаґанівська Їжакевич-Єфремівська-Українчукова",
        "Євгенія-Ґанна Їжаківна",
        "Shcherbakivska-Galaganivska Yizhakevych-Yefremivska-Ukrainchukova",
        "Yevheniia-Ganna Yizhakivna",
    ),
    "bg": HardName(
        "Щъркелова-Ъгленова Юстиниянова-Съединенска-Жълтоглавова-Южна",
        "Юлия-Йорданка Ъгленова",
        "Shtarkelova-Aglenova Yustiniyanova-Saedinenska-Zhaltoglavova-Yuzhna",
        "Yulia-Yordanka Aglenova",
    ),
}


_HOURS = Decimal("4.25")


def of_programme(made: Snapshot, title: str, count: int) -> Snapshot:
    """Return a specimen as the certificate of a programme of some courses, all of one title."""
    part = CoursePart("specimen", title, "12.3", _HOURS)
    return replace(
        made,
        kind=PROGRAMME,
        course_version="",
        hours=_HOURS * count,
        objectives=(),
        mark=None,
        valid_until=None,
        courses=(part,) * count,
    )


def specimen(particulars: IssuerParticulars, language: str, day: date, base_url: str) -> Snapshot:
    """Return what a certificate of nobody says, in the name of an issuer."""
    locale = locale_of(language)
    return Snapshot(
        number=f"{particulars.prefix}-{day.year}-000000",
        code=_CODE,
        kind="exam",
        family_name=translate(locale, N_("Specimen")),
        given_name="",
        family_name_latin="Specimen",
        given_name_latin="",
        course_slug="specimen",
        course_title=translate(locale, N_("This is a specimen and certifies nothing")),
        course_version="1.0",
        hours=Decimal(4),
        form="distance",
        language=language,
        objectives=(),
        mark=10000,
        completed_on=day,
        issued_on=day,
        valid_until=None,
        municipality_name="",
        unit_name="",
        issuer_name=particulars.legal_name,
        issuer_registration_number=particulars.registration_number,
        issuer_place=particulars.place,
        signatory_name=particulars.signatory,
        signatory_function=_in(particulars.function, language),
        accreditation=particulars.accreditation,
        legal_line=_in(particulars.legal_line or {}, language),
        funder_line=_in(particulars.funder_line or {}, language),
        logo_digest=particulars.logo,
        verify_url=f"{base_url}/verify/{_CODE}",
        design="standard",
        funder_logo_digest=particulars.funder_logo,
    )


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
