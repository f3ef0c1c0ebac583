"""Names for specimens of certificates: as long as they come, of the hardest letters of each language."""

from collections.abc import Mapping
from dataclasses import dataclass


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
