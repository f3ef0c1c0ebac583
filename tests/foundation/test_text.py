"""Folding, marking, sorting and transliterating, by tables of cases."""

import random
import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.errors import Invalid
from app.foundation.text import (
    SORT_KEY_LENGTH,
    alphabets,
    fold,
    fold_answer,
    has_mixed_alphabets,
    latin,
    plain,
    required,
    sort_key,
)


@pytest.mark.parametrize(
    "group",
    [
        ("Ђорђе", "Đorđe", "Djordje", "Dordje", "DORDE", "ђорђе"),
        ("Žďár nad Sázavou", "zdar nad sazavou", "ŽĎÁR  NAD-SÁZAVOU", "Z\u030cďár nad Sázavou"),
        ("Његош Џајић", "Njegoš Džajić", "njegos dzajic", "ǋegoš ǅajić"),
        ("Кам’янський район", "Кам'янський район", "Камʼянський район", "Kamianskyi raion"),
        ("Желязков", "Zhelyazkov", "железков".replace("ле", "ля")),
        ("Щърк", "Shtark"),
        ("Łódź", "lodz"),
        ("Ｇｒａｄ", "grad", "Gr\u200bad", "gr\u00adad"),
    ],
)
def test_all_ways_to_write_a_name_find_each_other(group):
    assert len({fold(text) for text in group}) == 1, [fold(text) for text in group]


@pytest.mark.parametrize("text", ["50%", "a_b", "\\%", "č%ď_"])
def test_a_folded_text_holds_nothing_that_like_understands(text):
    assert not set(fold(text)) & set("%_\\")


@given(st.text(), st.text())
def test_folding_twice_changes_nothing_and_leaves_single_spaces(first, second):
    folded = fold(first + " " + second)
    assert fold(folded) == folded
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    "text", ["Žďár nad Sázavou", "Обухівська громада", "Чукарица", "Shchors", "Djurdjevik"]
)
def test_the_fold_of_a_beginning_is_the_beginning_of_the_fold(text):
    for length in range(len(text) + 1):
        assert fold(text).startswith(fold(text[:length]))


@pytest.mark.parametrize(
    ("typed", "right", "language"),
    [
        ("  registr   OBYVATEL ", "registr obyvatel", "cs"),
        ("registr\u00a0obyvatel", "registr obyvatel", "cs"),
        ("prikaz", "příkaz", "cs"),
        ("příkaz", "pr\u030cíkaz", "cs"),
        ("Djurdjevdan", "Đurđevdan", "sr-Latn"),
        ("Durdevdan", "Đurđevdan", "sr-Latn"),
        ("Ђурђевдан", "Đurđevdan", "sr-Latn"),
        ("upravnik", "управник", "sr-Cyrl"),
        ("ǌegoš", "Његош", "sr_Latn"),
        ("djak", "ђак", "sr"),
        ("dzep", "џеп", "sr"),
        ("ПОДАТОК", "податок", "uk"),
        ("и\u0306ога", "йога", "bg"),
        ("po\u200bdnet", "podnět", "cs"),
        ("Łódź", "lodz", "en"),
    ],
)
def test_an_answer_may_differ_in_case_diacritics_space_and_serbian_script(typed, right, language):
    assert fold_answer(typed, language) == fold_answer(right, language)


@pytest.mark.parametrize(
    ("typed", "right", "language"),
    [
        ("иога", "йога", "bg"),
        ("їжа", "іжа", "uk"),
        ("іжак", "їжак", "uk"),
        ("ґрати", "грати", "uk"),
        ("upravnik", "управник", "bg"),
        ("registrobyvatel", "registr obyvatel", "cs"),
        ("e-mail", "email", "cs"),
        ("а", "a", "uk"),
    ],
)
def test_an_answer_may_not_differ_in_anything_else(typed, right, language):
    assert fold_answer(typed, language) != fold_answer(right, language)


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("Сlean Обухів", ("Сlean",)),
        ("e-услуга и PDF-а", ()),
        ("COVID19 вірус", ()),
        ("Žďár, Опово", ()),
        ("Опoво Bečej Сомбoр", ("Опoво", "Сомбoр")),
        ("и\u0306oга", ("йoга",)),
        ("Ωμ µg 10 м²", ()),
        ("", ()),
    ],
)
def test_words_that_mix_alphabets_are_named(text, mixed):
    assert has_mixed_alphabets(text) == mixed


def test_alphabets_are_called_by_their_unicode_names():
    assert alphabets("Žďár 12") == {"LATIN"}
    assert alphabets("aБγ") == {"LATIN", "CYRILLIC", "GREEK"}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        # Examples of the table in Resolution 55.
        ("Алушта", "uk", "Alushta"),
        ("Згорани", "uk", "Zghorany"),
        ("Розгон", "uk", "Rozghon"),
        ("Єнакієве", "uk", "Yenakiieve"),
        ("Гаєвич", "uk", "Haievych"),
        ("Короп’є", "uk", "Koropie"),
        ("Їжакевич", "uk", "Yizhakevych"),
        ("Мар’їне", "uk", "Marine"),
        ("Йосипівка", "uk", "Yosypivka"),
        ("Стрий", "uk", "Stryi"),
        ("Гоща", "uk", "Hoshcha"),
        ("Русь", "uk", "Rus"),
        ("Юрій", "uk", "Yurii"),
        ("Знам’янка", "uk", "Znamianka"),
        ("Івано-Франківськ", "uk", "Ivano-Frankivsk"),
        ("ЩУР Щур Щ", "uk", "SHCHUR Shchur Shch"),
        ("Обухівська громада", "uk", "Obukhivska hromada"),
        # Articles 4 to 6 of the Transliteration Act.
        ("Добруджа", "bg", "Dobrudzha"),
        ("Мария", "bg", "Maria"),
        ("София-град", "bg", "Sofia-grad"),
        ("Марияна", "bg", "Mariyana"),
        ("България", "bg", "Bulgaria"),
        ("БЪЛГАРИЯ", "bg", "BULGARIA"),
        ("Гълъбово", "bg", "Galabovo"),
        ("Синьо", "bg", "Sinyo"),
        ("Щъркел", "bg", "Shtarkel"),
        ("Ђорђе Љубић", "sr", "Đorđe Ljubić"),
        ("ЉУБИЋ Џ", "sr-Cyrl", "LJUBIĆ Dž"),
        ("Žďár", "sr", "Žďár"),
        ("Ђорђе", "cs", "Ђорђе"),
        ("Петров 2 (PDF)", "bg", "Petrov 2 (PDF)"),
    ],
)
def test_names_are_transliterated_by_the_official_rule(text, language, expected):
    assert latin(text, language) == expected


def test_transliteration_of_any_known_letter_leaves_no_cyrillic():
    letters = {"sr": "абвгдђежзијклљмнњопрстћуфхцчџш", "bg": "абвгдежзийклмнопрстуфхцчшщъьюя"}
    letters["uk"] = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
    for language, alphabet in letters.items():
        assert alphabets(latin(alphabet + alphabet.upper(), language)) == {"LATIN"}


ORDERS = {
    "cs": "2|10|a|á|Á|a ž|a-b|ab|cihla|čas|ďáblice|hora|hůl|chata|Chotěboř|CHOTĚBOŘ|rak|řeka|žába|Ада",
    "sr_Latn": "cvet|čaj|ćup|dan|džep|Džep|đak|lopta|luk|ljubav|Ljubav|LJUBAV|nož|njiva|sat|šuma|zub|žaba",
    "sr": "ваздух|дан|ђак|еж|ива|јеж|кула|лук|љубав|нож|њива|ток|ћуп|ум|цвет|чај|џеп|шума|Ada",
    "uk": "гора|ґанок|дім|еней|єдність|жук|зуб|ирій|іній|їжак|йод|щука|юність|яма|zoo",
    "bg": "автор|извор|йод|шум|щит|ъгъл|юни|яма|alpha",
    "en": "|_|-|7|07a|resume|Resume|résumé|Zebra|яма|ω",
}
"""Each in its order."""


@pytest.mark.parametrize("locale", ORDERS)
def test_sort_keys_follow_the_alphabet_of_the_language(locale):
    order = ORDERS[locale].split("|")
    shuffled = random.Random(7).sample(order, len(order))
    assert sorted(shuffled, key=lambda text: sort_key(text, locale)) == order


def test_a_locale_and_its_content_language_sort_alike():
    for text in ("Љубав", "ljubav", "Džep"):
        assert sort_key(text, "sr_Latn") == sort_key(text, "sr-Latn")
        assert sort_key(text, "sr") == sort_key(text, "sr-Cyrl")


@given(st.text(max_size=400), st.sampled_from(["cs", "sr", "sr_Latn", "uk", "bg", "en", "xx"]))
def test_a_sort_key_of_any_text_is_short_and_of_plain_letters(text, locale):
    key = sort_key(text, locale)
    assert len(key) <= SORT_KEY_LENGTH
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz")
    assert key == sort_key(unicodedata.normalize("NFD", text), locale) or len(text) > 100


def test_sqlite_orders_by_the_key_as_python_does():
    words = [word for order in ORDERS.values() for word in order.split("|")]
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE word (key TEXT)")
        connection.executemany("INSERT INTO word VALUES (?)", [(sort_key(word, "cs"),) for word in words])
        rows = [row[0] for row in connection.execute("SELECT key FROM word ORDER BY key")]
    finally:
        connection.close()
    assert rows == sorted(sort_key(word, "cs") for word in words)


def test_plain_words_are_left_of_html():
    assert plain('<p>a &lt; <b>b</b></p><img src="x" alt="A map">') == "a < b A map"
    assert plain("<p>H<sub>2</sub>O, <em>twice</em>.</p><p>Next</p>") == "H2O, twice. Next"


def test_what_is_required_loses_the_blanks_around_it_and_must_say_something():
    assert required(" a\r\nb\n", "reason", 3, "missing") == "a\nb"
    for odd, why in (("", "missing"), (" \n", "missing"), ("abcd", "Use at most 3 characters.")):
        with pytest.raises(Invalid, match=why) as refused:
            required(odd, "reason", 3, "missing")
        assert refused.value.field == "reason"
