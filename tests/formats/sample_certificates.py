"""Certificates as they come and as they come at their longest, and how their documents are read back."""

import dataclasses
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdf
from PIL import Image

from app.domain.certificates.values import CoursePart, Snapshot
from app.formats import certificate_layout, pdf_fonts
from app.formats.certificate_layout import Layout, Line
from app.formats.certificate_shapes import Box, Cells, Column, Design, FontName
from app.formats.certificate_specimen import HARDEST
from app.formats.certificate_words import particulars, phrases

STANDARD = Path(__file__).parents[2] / "certificates" / "standard"
DESIGNS = sorted(file.parent for file in STANDARD.parent.glob("*/design.yaml"))
"""The folders of all designs."""
GOLDEN = Path(__file__).parent / "golden"
_made = io.BytesIO()
Image.new("RGB", (60, 20), "grey").save(_made, "PNG")
GREY = _made.getvalue()
"""A logo."""
CODE = "7QK4M-XW2RT-9HBCF-3NPVD-6ZYJE-8S"

CZECH = Snapshot(
    number="CZ-2026-000123",
    code=CODE,
    kind="exam",
    family_name="Nováková",
    given_name="Jana",
    family_name_latin="Nováková",
    given_name_latin="Jana",
    course_slug="basic-registers",
    course_title="Základní registry pro každého úředníka",
    course_version="2.1",
    hours=Decimal("2.5"),
    form="distance",
    language="cs",
    objectives=("Vysvětlit, k čemu slouží základní registry", "Rozlišit čtenáře a editora údaje"),
    mark=8750,
    completed_on=date(2026, 11, 20),
    issued_on=date(2026, 11, 22),
    valid_until=date(2029, 11, 22),
    municipality_name="Nové Veselí",
    unit_name="Městys Nové Veselí",
    issuer_name="Město Žďár nad Sázavou",
    issuer_registration_number="00295841",
    issuer_place="Žďár nad Sázavou",
    signatory_name="Ing. Jiří Dvořák, Ph.D.",
    signatory_function="tajemník městského úřadu",
    accreditation="AK/PV-123/2026",
    legal_line="Vydáno podle § 20 odst. 5 zákona č. 312/2002 Sb.",
    funder_line="Spolufinancováno Evropskou unií",
    logo_digest=None,
    verify_url=f"https://gradivo.example.org/verify/{CODE}",
    design="standard",
)
ENGLISH = dataclasses.replace(
    CZECH,
    language="en",
    course_title="Open data basics",
    objectives=("Tell open data from merely published data", "Choose terms of use"),
    signatory_function="head of office",
    legal_line="Issued under section 20(5) of Act No. 312/2002 Coll.",
    funder_line="Co-financed by the European Union",
)
SERBIAN = dataclasses.replace(
    CZECH,
    number="RS-APV-2026-000045",
    language="sr-Cyrl",
    family_name="Ђорђевић",
    given_name="Љиљана",
    family_name_latin="Đorđević",
    given_name_latin="Ljiljana",
    course_title="Канцеларијско пословање",
    objectives=("Разликовање поднеска, акта и предмета", "Разврставање по класификационим знацима"),
    municipality_name="Инђија",
    unit_name="Општинска управа Инђија",
    issuer_name="Аутономна покрајина Војводина",
    issuer_registration_number="08715980",
    issuer_place="Нови Сад",
    signatory_name="др Џулијана Његован",
    signatory_function="покрајинска секретарка",
    accreditation=None,
    legal_line="Издато на основу Закона о запосленима у јединицама локалне самоуправе.",
    funder_line="Уз подршку Европске уније",
)
SERBIAN_LATIN = dataclasses.replace(
    SERBIAN,
    language="sr-Latn",
    family_name="Đorđević",
    given_name="Ljiljana",
    course_title="Kancelarijsko poslovanje",
    objectives=("Razlikovanje podneska, akta i predmeta",),
    municipality_name="Inđija",
    unit_name="Opštinska uprava Inđija",
    issuer_name="Autonomna pokrajina Vojvodina",
    issuer_place="Novi Sad",
    signatory_name="dr Džulijana Njegovan",
    signatory_function="pokrajinska sekretarka",
    legal_line="Izdato na osnovu Zakona o zaposlenima u jedinicama lokalne samouprave.",
    funder_line="Uz podršku Evropske unije",
)
UKRAINIAN = dataclasses.replace(
    CZECH,
    number="UA-2026-000007",
    language="uk",
    family_name="Щербаківська-Ґалаґан",
    given_name="Євгенія Юріївна",
    family_name_latin="Shcherbakivska-Galagan",
    given_name_latin="Yevheniia",
    course_title="Основи відкритих даних",
    objectives=("Відрізняти відкриті дані від просто оприлюднених", "Обирати умови використання"),
    municipality_name="Обухівська територіальна громада",
    unit_name="Обухівська селищна рада",
    issuer_name="Дніпропетровська обласна державна адміністрація",
    issuer_registration_number="00022467",
    issuer_place="Дніпро",
    signatory_name="Олександр Їжакевич",
    signatory_function="керівник центру підвищення кваліфікації",
    accreditation=None,
    legal_line="Видано відповідно до постанови Кабінету Міністрів України від 6 лютого 2019 р. № 106.",
    funder_line="За підтримки програми EGAP",
)
BULGARIAN = dataclasses.replace(
    CZECH,
    number="BG-2026-000011",
    language="bg",
    family_name="Щъркелова",
    given_name="Юлия",
    family_name_latin="Shtarkelova",
    given_name_latin="Yulia",
    course_title="Основи на отворените данни",
    objectives=("Различаване на отворени данни от просто публикувани", "Избор на условия за ползване"),
    municipality_name="Стара Загора",
    unit_name="Община Стара Загора",
    issuer_name="Община Стара Загора",
    issuer_registration_number="000818022",
    issuer_place="Стара Загора",
    signatory_name="Живко Тодоров",
    signatory_function="кмет на община Стара Загора",
    accreditation=None,
    legal_line="Издадено на основание Закона за държавния служител.",
    funder_line="С подкрепата на Европейския съюз",
)
ALL = {each.language: each for each in (ENGLISH, CZECH, SERBIAN, SERBIAN_LATIN, UKRAINIAN, BULGARIAN)}


def hardest(language: str) -> Snapshot:
    """Return a certificate with everything as long as it comes: names of 60 letters, a title of 120."""
    snapshot = ALL[language]
    name = HARDEST[language]
    return dataclasses.replace(
        snapshot,
        **dataclasses.asdict(name),
        course_title=f"{(snapshot.course_title + ', ') * 6}"[:119] + "Щ",
        objectives=snapshot.objectives * 3,
        unit_name=f"{snapshot.unit_name} {snapshot.unit_name}"[:60],
        issuer_name=(f"{snapshot.issuer_name}, " * 4)[:120],
        signatory_name=f"doc. Ing. {name.family_name}, Ph.D.",
        signatory_function=(f"{snapshot.signatory_function} " * 4)[:110],
        legal_line=snapshot.legal_line * 2,
        verify_url=f"https://vzdelavani-egovernment.zdar-nad-sazavou.example.org/verify/{CODE}",
        form="blended",
    )


def of_kind(snapshot: Snapshot, design: Design) -> Snapshot:
    """Return a certificate as a design is for it: where that is for programmes, the objectives become courses."""
    if snapshot.kind in design.kinds:
        return snapshot
    courses = tuple(
        CoursePart(f"course-{place}", title, f"{place}.0", Decimal("2.25"))
        for place, title in enumerate(snapshot.objectives or ("Kurz",), start=1)
    )
    return dataclasses.replace(
        snapshot,
        kind="programme",
        course_version="",
        objectives=(),
        mark=None,
        valid_until=None,
        courses=courses,
    )


def duplicate(snapshot: Snapshot) -> Snapshot:
    """Return a duplicate, of a certificate whose number is as long as they come: a prefix has 20 letters."""
    return dataclasses.replace(snapshot, duplicate_of="CZ-ZDAR-NAD-SAZAVOU1-2026-000122")


def words_of(document: bytes) -> str:
    """Return the text of a document with every run of white space as one space."""
    return re.sub(r"\s+", " ", pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text()).strip()


def layout_of(snapshot: Snapshot, design: Design) -> Iterator[tuple[Box, tuple[Line, ...]]]:
    """Yield the box and the lines of every part that holds text."""
    wording = design.wording_in(snapshot.language)
    places = particulars(snapshot, wording)
    layout = Layout({**places, **phrases(snapshot, wording, places)}, width_of(design))
    for part in design.parts:
        if isinstance(part, Column):
            yield part.box, layout.column(part)
        elif isinstance(part, Cells):
            yield part.box, layout.cells(part)[0]


def width_of(design: Design) -> certificate_layout.Measure:
    """Return the measure that the document itself is laid out with."""

    def measure(font: FontName, text: str) -> float:
        widths = pdf_fonts.widths(design.fonts[font])
        return sum(widths[character] for character in text)

    return measure


def ink_of(line: Line, design: Design) -> tuple[float, float, float, float]:
    """Return what the letters of a line may cover: left, top, right, bottom."""
    width = width_of(design)(line.style.font, line.text) + line.style.tracking * (len(line.text) - 1)
    return (
        line.left,
        line.baseline - 0.96 * line.size,
        line.left + width * line.size,
        line.baseline + 0.24 * line.size,
    )
