"""Who takes part in the demonstration: the people of the README by name, and a population by seed.

All names are put together from common given and family names; no one of them is meant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from app.domain.access.values import Role
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.foundation import ids
from app.workflows.demonstrating import Part

SEED = 20_260_101
LAST = "admin@example.org"
"""Whoever is entered last: once she is there, everything is."""

OBUKHIVKA = "UA12020170000068526"
DNIPROPETROVSK = "UA12000000000090473"
NOVE_VESELI = "596256"


def _profile(
    email: str,
    family: str,
    given: str,
    locale: str,
    group: str = "official",
    job: str = "",
    gender: str = "f",
) -> Profile:
    return Profile(email, family, given, "", "", group, job, locale, gender)


PEOPLE = (
    Part(_profile("learner@example.org", "Nováková", "Eva", "cs", job="referentka"), NOVE_VESELI),
    Part(
        _profile("head@example.org", "Dvořák", "Karel", "cs", "head-of-office", "tajemník", "m"),
        NOVE_VESELI,
        Role.HEAD_OF_OFFICE,
        NOVE_VESELI,
    ),
    Part(
        _profile("trainer@example.org", "Svobodová", "Lenka", "cs", "trainer", "lektorka"),
        "CZ-O6115",
        Role.TRAINER,
        "CZ-O6115",
    ),
    Part(
        _profile("manager@example.org", "Procházka", "Martin", "cs", "trainer", "manažer vzdělávání", "m"),
        "CZ-O6115",
        Role.MANAGER,
        "CZ-O6115",
    ),
    Part(
        _profile("coordinator@example.org", "Veselá", "Jana", "cs", job="krajská koordinátorka"),
        "CZ-K3107",
        Role.COORDINATOR,
        "CZ-K3107",
    ),
    Part(
        _profile("methodologist@example.org", "Horák", "Tomáš", "cs", "trainer", "metodik", "m"),
        "CZ",
        Role.METHODOLOGIST,
        "CZ",
    ),
    Part(_profile("auditor@example.org", "Malá", "Irena", "cs", job="auditorka"), "CZ", Role.AUDITOR, "CZ"),
    Part(
        _profile("coordinator-rs@example.org", "Јовановић", "Драгана", "sr", job="регионална координаторка"),
        "RS-APV",
        Role.COORDINATOR,
        "RS-APV",
    ),
    Part(
        _profile("coordinator-ua@example.org", "Ковальчук", "Оксана", "uk", job="регіональна координаторка"),
        DNIPROPETROVSK,
        Role.COORDINATOR,
        DNIPROPETROVSK,
    ),
    Part(
        _profile("coordinator-bg@example.org", "Георгиева", "Мария", "bg", job="областен координатор"),
        "BG-SZR",
        Role.COORDINATOR,
        "BG-SZR",
    ),
    Part(_profile("learner-rs@example.org", "Петровић", "Ђорђе", "sr", job="референт", gender="m"), "80179"),
    Part(_profile("learner-ua@example.org", "Шевченко", "Наталія", "uk", job="спеціалістка"), OBUKHIVKA),
    Part(_profile("learner-bg@example.org", "Димитрова", "Йорданка", "bg", job="главен експерт"), "SZR31"),
    Part(_profile(LAST, "Správcová", "Alena", "en", "it-expert", "administrator"), "CZ", Role.ADMIN, None),
)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of a country: women's and men's, given and family."""

    locale: str
    job: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    family_of_women: tuple[str, ...]
    family_of_men: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = {
    "CZ": Names(
        "cs",
        "referent",
        _words(
            "Marie Jana Eva Hana Anna Lenka Kateřina Lucie Věra Alena Petra Zdeňka Ivana Monika Šárka Růžena"
        ),
        _words("Jiří Jan Petr Josef Pavel Martin Tomáš Jaroslav Miroslav Zdeněk Václav Ondřej Řehoř Luděk"),
        _words(
            "Nováková Svobodová Novotná Dvořáková Černá Procházková Kučerová Veselá Horáková Němcová Pokorná "
            "Marková Hájková Králová Růžičková Benešová Fialová Sedláčková Doležalová Zemanová Kolářová "
            "Navrátilová Čermáková Vaňková Urbanová Kratochvílová Šimková Řezníčková Ďurišová Žáková"
        ),
        _words(
            "Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Marek Hájek Král "
            "Růžička Beneš Fiala Sedláček Doležal Zeman Kolář Navrátil Čermák Vaněk Urban Kratochvíl Šimek "
            "Řezníček Ďuriš Žák"
        ),
    ),
    "RS": Names(
        "sr",
        "референт",
        _words(
            "Марија Јелена Милица Ана Љиљана Весна Гордана Драгана Снежана Биљана Њежана Џенана Ђурђица Тања"
        ),
        _words("Драган Милан Зоран Петар Никола Марко Ђорђе Љубомир Миодраг Жељко Саша Ненад Чедомир Јован"),
        _words(
            "Јовановић Петровић Николић Марковић Ђорђевић Стојановић Илић Станковић Павловић Милошевић "
            "Ковачевић Тодоровић Поповић Живковић Лукић Савић Нађ Хорват Љубичић Њаради Џунић Ћирић"
        ),
        _words(
            "Јовановић Петровић Николић Марковић Ђорђевић Стојановић Илић Станковић Павловић Милошевић "
            "Ковачевић Тодоровић Поповић Живковић Лукић Савић Нађ Хорват Љубичић Њаради Џунић Ћирић"
        ),
    ),
    "UA": Names(
        "uk",
        "спеціаліст",
        _words(
            "Олена Наталія Оксана Ірина Тетяна Світлана Людмила Галина Юлія Ганна Марія Вікторія Євгенія Інна"
        ),
        _words(
            "Олександр Сергій Андрій Микола Володимир Іван Юрій Віктор Василь Тарас Ігор Євген Богдан Ярослав"
        ),
        _words(
            "Шевченко Коваленко Бондаренко Ткаченко Кравченко Олійник Шевчук Коваль Поліщук Бондар Мельник "
            "Марченко Мороз Лисенко Руденко Савченко Петренко Кравець Гаврилюк Ґудзь Щербак Єременко Їжак"
        ),
        _words(
            "Шевченко Коваленко Бондаренко Ткаченко Кравченко Олійник Шевчук Коваль Поліщук Бондар Мельник "
            "Марченко Мороз Лисенко Руденко Савченко Петренко Кравець Гаврилюк Ґудзь Щербак Єременко Їжак"
        ),
    ),
    "BG": Names(
        "bg",
        "експерт",
        _words(
            "Мария Иванка Елена Йорданка Пенка Радка Надежда Десислава Виолета Юлия Стефка Цветелина Галя"
        ),
        _words(
            "Георги Иван Димитър Николай Петър Христо Стоян Тодор Йордан Васил Стефан Пламен Красимир Юлиян"
        ),
        _words(
            "Иванова Георгиева Димитрова Петрова Николова Христова Стоянова Тодорова Илиева Ангелова Василева "
            "Йорданова Колева Атанасова Митева Добрева Янева Щерева Юлиянова Цонева"
        ),
        _words(
            "Иванов Георгиев Димитров Петров Николов Христов Стоянов Тодоров Илиев Ангелов Василев Йорданов "
            "Колев Атанасов Митев Добрев Янев Щерев Юлиянов Цонев"
        ),
    ),
}
SHARES = {"CZ": 800, "RS": 500, "UA": 500, "BG": 200}
"""How many people each country gets."""

_GROUPS = (
    ("official",) * 14 + ("councillor",) * 3 + ("it-expert", "head-of-office", "contributory-organisation")
)


@cache
def municipalities(country: str) -> tuple[str, ...]:
    """Return the codes of a country's municipalities in the order of the tree."""
    unit = territory.get_unit(country)
    return tuple(each.code for each in territory.list_municipalities(unit.path))


def population() -> Iterator[Part]:
    """Yield some 2,000 people, always the same: each in a municipality of her country."""
    for country, number in SHARES.items():
        dice, names = ids.dice(SEED + ord(country[0])), NAMES[country]
        places = municipalities(country)
        for each in range(number):
            is_woman = dice.random() < 0.7  # noqa: PLR2004 -- The share of women that Blovice reported: 140 of 195.
            given = dice.choice(names.women if is_woman else names.men)
            family = dice.choice(names.family_of_women if is_woman else names.family_of_men)
            profile = _profile(
                f"{country.lower()}{each:04d}@example.org",
                family,
                given,
                names.locale,
                dice.choice(_GROUPS),
                names.job,
                "f" if is_woman else "m",
            )
            yield Part(profile, places[each % len(places)])
