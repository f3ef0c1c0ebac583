"""Text as people search, answer, sort and transliterate it: Czech, Serbian, Ukrainian, Bulgarian, English.

``fold`` is for searching, ``fold_answer`` for marking, ``sort_key`` for ordering, ``latin`` for names in
Latin script. All are pure and need no locale of the machine.
"""

import html
import re
import unicodedata
from functools import cache, lru_cache

from app.foundation.errors import Invalid
from app.foundation.i18n import N_

SORT_KEY_LENGTH = 600
"""No sort key is longer; it covers the first 140 characters of a text."""

_APOSTROPHES = "'’ʼ‘`´ʹ＇"
_MARKS = "\u0300-\u036f"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def _letters(table: str) -> dict[str, str]:
    """Return a table of letters written as words: a letter and what stands for it, which may be nothing."""
    return {word[0]: word[1:] for word in table.split()}


_STROKES = _letters("đd ðd łl øo ħh ŧt ıi ŀl ƶz")
_LIGATURES = _letters("ǆdž ǉlj ǌnj")
_SERBIAN = _letters(
    "аa бb вv гg дd ђđ еe жž зz иi јj кk лl љlj мm нn њnj оo пp рr сs тt ћć уu фf хh цc чč џdž шš"
)
_SEARCHED = str.maketrans({
    **_letters("аa бb вv гg ґg дd ђd ѓg еe ёe єie жz зz ѕz иi іi їi йi јj кk ќk лl љlj мm нn њnj оo пp рr"),
    **_letters("сs тt ћc уu ўu фf хh цc чc џdz шs щst ъa ыi ь эe юiu яia æae œoe þth"),
    **_letters(" ".join(_APOSTROPHES)),
    **_STROKES,
})
_DIGRAPH = re.compile("dj|([csz])h")
_SEMIVOWELS = str.maketrans("jy", "ii")
_TOKEN = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the form by which a text is searched: words of Latin letters a–z and digits, one space between.

    Case, diacritics, script and punctuation are ignored, so that Ђорђе, Đorđe, Djordje and Dordje find each
    other. ``sh``, ``zh``, ``ch`` count as their first letter, ``j`` and ``y`` as ``i``, so that many
    Bulgarian and Ukrainian names are found by their official Latin form, too; names with ц, х or Ukrainian г
    are not: fold the Latin name beside the native one. The fold of a beginning is the beginning of the fold,
    and nothing in it means anything to LIKE.
    """
    plain = _INVISIBLE.sub("", text).casefold()
    if not plain.isascii():
        spread = unicodedata.normalize("NFKD", plain).casefold()
        plain = "".join(letter for letter in spread if not unicodedata.combining(letter))
    plain = _DIGRAPH.sub(lambda match: match[1] or "d", plain.translate(_SEARCHED))
    return " ".join(_TOKEN.findall(plain.translate(_SEMIVOWELS)))


_LATIN_MARKED = re.compile(f"([a-zß-ɏ])[{_MARKS}]+")
_STROKELESS = str.maketrans(_STROKES)
_SERBIAN_ANSWER = str.maketrans(_SERBIAN)
_ANSWER_LIGATURES = str.maketrans(_LIGATURES)


def fold_answer(text: str, language: str) -> str:
    """Return the form by which a typed answer is compared (course-format, kinds ``short`` and ``cloze``).

    Ignored are case, diacritics on Latin letters (đ = dj = d), the script of Serbian where ``language`` (BCP
    47 tag or locale) is Serbian, surrounding and repeated space, and characters that nobody sees. Nothing
    else: Cyrillic й and и, ї and і stay apart, punctuation counts.
    """
    plain = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold().translate(_ANSWER_LIGATURES)
    if language.startswith("sr"):
        plain = plain.translate(_SERBIAN_ANSWER)
    plain = _LATIN_MARKED.sub(r"\1", unicodedata.normalize("NFD", plain)).translate(_STROKELESS)
    return " ".join(unicodedata.normalize("NFC", plain).replace("dj", "d").split())


_LETTER_KINDS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")
_LATIN_LETTER = re.compile("[A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ]")
_CYRILLIC_LETTER = re.compile("[Ѐ-ҁҊ-ԯᲀ-ᲈꙀ-ꙮꚀ-ꚝ]")


_TAG = re.compile(r"<img [^>]*?alt=\"([^\"]*)\"[^>]*>|<[^>]*>")
_INLINE = re.compile(r"</?(?:a|abbr|b|bdi|code|em|i|kbd|mark|small|span|strong|sub|sup)(?: [^>]*)?>")


def plain(fragment: str) -> str:
    """Return the words of an HTML fragment; a picture's are its alternative text."""
    return " ".join(
        html.unescape(_TAG.sub(lambda tag: f" {tag[1] or ''} ", _INLINE.sub("", fragment))).split()
    )


def has_mixed_alphabets(text: str) -> tuple[str, ...]:
    """Return the words that mix Cyrillic and Latin letters, in order; empty where all is well.

    A hyphen, an apostrophe, a digit or an underscore ends a word: ``e-услуга`` and ``PDF-а`` are well.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return tuple(word for word in words if _LATIN_LETTER.search(word) and _CYRILLIC_LETTER.search(word))


@lru_cache(maxsize=4096)
def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "UNNAMED").split(" ", 1)[0]


def alphabets(text: str) -> frozenset[str]:
    """Return the alphabets whose letters a text has, by their Unicode names: LATIN, CYRILLIC, GREEK."""
    return frozenset(_alphabet(letter) for letter in text if unicodedata.category(letter) in _LETTER_KINDS)


_UKRAINIAN = _letters(
    "аa бb вv гh ґg дd еe єie жzh зz иy іi їi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh "
    "щshch ь юiu яia"
)
_UKRAINIAN_INITIALS = _letters("єye їyi йy юyu яya")
_BULGARIAN = _letters(
    "аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хh цts чch шsh щsht ъa ьy юyu яya"
)
_CYRILLIC_WORD = re.compile(rf"[Ѐ-ԯ{_MARKS}]+(?:[{_APOSTROPHES}][Ѐ-ԯ{_MARKS}]+)*")


def _ukrainian(word: str, place: int) -> str | None:
    letter = word[place]
    if place == 0 and letter in _UKRAINIAN_INITIALS:
        return _UKRAINIAN_INITIALS[letter]
    if letter == "г" and place and word[place - 1] == "з":
        return "gh"
    return "" if letter in _APOSTROPHES else _UKRAINIAN.get(letter)


def _bulgarian(word: str, place: int) -> str | None:
    if word == "българия" and place == 1:
        return "u"
    if word[place] == "я" and place == len(word) - 1 and word[place - 1 : place] == "и":
        return "a"
    return _BULGARIAN.get(word[place])


def _serbian(word: str, place: int) -> str | None:
    return _SERBIAN.get(word[place])


_SYSTEMS = {"sr": _serbian, "uk": _ukrainian, "bg": _bulgarian}


def latin(text: str, language: str) -> str:
    """Return a text in Latin script by the official rule of its language; what it has no rule for stays.

    Serbian (``sr``, ``sr-Cyrl``): Gaj's alphabet, letter for letter (Act on the Official Use of Language and
    Scripts). Ukrainian: Resolution 55 of the Cabinet of Ministers of 27 January 2010 (initial є ї й ю я
    differ, зг is zgh, soft sign and apostrophe fall). Bulgarian: Transliteration Act, State Gazette 19/2009,
    arts. 4–6 (final ия is ia, the state is Bulgaria). A text in any other language is returned as it is.
    """
    system = _SYSTEMS.get(re.split("[-_]", language)[0])
    if system is None or text.isascii():
        return text

    def convert(match: re.Match[str]) -> str:
        word = match[0]
        small = word.lower()
        pieces = []
        for place, letter in enumerate(word):
            piece = system(small, place)
            pieces.append(letter if piece is None else _cased(piece, word, place))
        return "".join(pieces)

    return _CYRILLIC_WORD.sub(convert, unicodedata.normalize("NFC", text))


def _cased(piece: str, word: str, place: int) -> str:
    """Return the letters for one letter in its case: Љубав → Ljubav, ЉУБАВ → LJUBAV."""
    if not word[place].isupper():
        return piece
    neighbour = word[place + 1 : place + 2] or (word[place - 1] if place else "")
    return piece.upper() if neighbour.isupper() else piece.capitalize()


# The order of signs, accents and letters is that of the Unicode collation algorithm as CLDR tailors it. One
# Cyrillic alphabet serves Serbian, Ukrainian and Bulgarian, because their orders never contradict each other.
_SIGNS = " _‗-‐‑‒–—―,;:!¡?¿.…·'‘’‚‛‹›\"“”„‟«»()[]{}§¶@*/\\&#%‰†‡•′″`´^¯¨¸°©®←→+±÷×<=>¬|¦~−⁄¤¢$£¥€№™"
_LATIN_ORDERS = {
    "": "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "cs": "a b c č d e f g h ch i j k l m n o p q r ř s š t u v w x y z ž",
    "sr": "a b c č ć d dž đ e f g h i j k l lj m n nj o p q r s š t u v w x y z ž",
}
_CYRILLIC_ORDER = "абвгѓґдђеєжзѕиіїйјклљмнњопрстћќуўфхцчџшщъыьэюя"
_ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0338\u0327\u0328\u0304"
_EXPANSIONS = {"æ": "a\u0338e", "œ": "o\u0338e", "ß": "ss", "ĳ": "ij", **_LIGATURES}
_CYRILLIC_LOCALES = {"sr", "sr-Cyrl", "uk", "bg"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PLAIN, _OTHER_MARK = "b", "z"
_CASES = {(False, False): _PLAIN, (False, True): "c", (True, False): "d", (True, True): "e"}
_DIGIT_LETTERS = str.maketrans("0123456789", "bcdefghijk")
_SORTED_PIECE = r"\d+|\s+|."


def _weight(number: int, width: int = 2) -> str:
    """Return a number as letters of fixed width; ``aa`` is 0 and ends a level."""
    letters = ""
    for _ in range(width):
        number, rest = divmod(number, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    return letters


def _written(pair: str) -> tuple[str, ...]:
    """Return how two letters that are sorted as one may be written; of ``lJ`` CLDR says that they are two."""
    return pair, pair.capitalize(), pair.upper(), *(("cH",) if pair == "ch" else ())


@cache
def _alphabet_of(locale: str) -> tuple[dict[str, str], str, str, re.Pattern[str]]:
    """Return how a locale sorts: weights of signs and letters, numbers, all else; how a text is split."""
    locale = locale.replace("_", "-")
    order = _LATIN_ORDERS.get("sr" if locale == "sr-Latn" else locale, _LATIN_ORDERS[""])
    if locale in _CYRILLIC_LOCALES:
        letters = [*_CYRILLIC_ORDER, *_LATIN_ORDERS[""].split()]
    else:
        letters = [*order.split(), *_CYRILLIC_ORDER]
    ranks = [*_SIGNS, "0", *letters, "other"]
    weights = {sign: _weight(rank) for rank, sign in enumerate(ranks, start=1)}
    pairs = [form for pair in letters if len(pair) > 1 for form in _written(pair)]
    pattern = re.compile("|".join([*pairs, _SORTED_PIECE]), re.DOTALL)
    return weights, weights.pop("0"), weights.pop("other"), pattern


@lru_cache(maxsize=8192)
def _element(piece: str, locale: str) -> tuple[str, str, str]:
    """Return the weights of a letter, a pair of letters, a number or a sign on the three levels."""
    weights, numbers, others, _ = _alphabet_of(locale)
    if piece[0].isdecimal():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in piece).lstrip("0")
        size = min(len(digits), len(_LETTERS) ** 2 - 1)
        return numbers + _weight(size) + digits.translate(_DIGIT_LETTERS), _PLAIN, _PLAIN
    small = piece.lower()
    case = _CASES[piece[0].isupper(), piece[-1].isupper()]
    if small in weights or piece.isspace():
        return weights.get(small, weights[" "]), _PLAIN, case
    spread = unicodedata.normalize("NFD", _EXPANSIONS.get(small) or _stroke(small))
    if spread != small:
        return _spread(spread, locale, case)
    if unicodedata.category(piece)[0] == "C":
        return "", "", ""
    if unicodedata.combining(piece):
        return "", _accent(piece), ""
    return others + _weight(ord(small[0]), 5), _PLAIN, case


def _stroke(letter: str) -> str:
    base = _STROKES.get(letter)
    return f"{base}\u0338" if base else letter


def _spread(spread: str, locale: str, case: str) -> tuple[str, str, str]:
    """Return the weights of what one letter falls apart into: a letter and its accents, or two letters."""
    parts = [_element(part, locale) for part in spread]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts), case


def _accent(mark: str) -> str:
    place = _ACCENTS.find(mark)
    return _OTHER_MARK if place < 0 else _LETTERS[place + 2]


def sort_key(text: str, locale: str) -> str:
    """Return letters a–z that, compared byte by byte, order texts as the language of ``locale`` does.

    Letters first (Czech with ch after h, Serbian Latin with č ć dž đ lj nj š ž, the Cyrillic alphabets, these
    before Latin where the locale is written in them), then accents, then small before capital. Space and
    signs go before numbers, numbers by value before letters. ``locale`` is one of the six, or a BCP 47 tag.
    For a column of ``SORT_KEY_LENGTH`` that is compared as bytes (SQLite BINARY, PostgreSQL "C").
    """
    pattern = _alphabet_of(locale)[3]
    composed = unicodedata.normalize("NFC", " ".join(text.split())[:140])
    elements = [_element(piece, locale) for piece in pattern.findall(composed)]
    levels = ["".join(level) for level in zip(*elements, strict=True)] or ["", "", ""]
    accents, cases = levels[1].rstrip(_PLAIN), levels[2].rstrip(_PLAIN)
    return f"{levels[0]}aa{accents}a{cases}"[:SORT_KEY_LENGTH]


def required(text: str, field: str, longest: int, missing: str) -> str:
    """Return what was written, without blanks around it; raises Invalid: with ``missing`` where nothing was."""
    written = text.replace("\r\n", "\n").strip()
    if not written:
        raise Invalid(field, missing)
    if len(written) > longest:
        raise Invalid(field, N_("Use at most %(max)d characters."), max=longest)
    return written
