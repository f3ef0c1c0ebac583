"""What a name, an e-mail address and a password must be like: pure rules, each refusal with its reason."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.people.values import Profile
from app.foundation.errors import Invalid
from app.foundation.i18n import LOCALES, N_
from app.foundation.text import alphabets, fold, latin

PRODUCT = "gradivo"
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
LONGEST_NAME, LONGEST_LATIN_NAME, LONGEST_JOB_TITLE, LONGEST_EMAIL = 60, 80, 120, 254


class PasswordFault(StrEnum):
    """Why a password is refused: the msgid of what its owner is told."""

    TOO_SHORT = N_("Use at least 12 characters. Three or four words in a row are easy to remember.")
    TOO_LONG = N_("Use at most 128 characters.")
    HOLDS_EMAIL = N_("The password must not contain your e-mail address.")
    HOLDS_NAME = N_("The password must not contain your name.")
    HOLDS_MUNICIPALITY = N_("The password must not contain the name of your municipality.")
    HOLDS_PRODUCT = N_("The password must not contain the name of this service.")
    PATTERN = N_("This password is a pattern that is easy to guess, like a repeated word or a row of keys.")
    COMMON = N_("Too many people use this password; it would be guessed at once.")


def check_password(password: str, *, email: str, names: Sequence[str], municipality: str) -> None:
    """Refuse a password that is easy to guess; raises Invalid("password", one of PasswordFault).

    Length is all that is asked for; no kind of character is (NIST SP 800-63B, 3.1.1.2). Names, municipality
    and common passwords are found whatever their case, diacritics or script, also with letters written as
    digits.
    """
    fault = _fault(unicodedata.normalize("NFC", password), email, names, municipality)
    if fault is not None:
        raise Invalid("password", fault.value)


def _fault(password: str, email: str, names: Sequence[str], municipality: str) -> PasswordFault | None:
    if len(password) < SHORTEST_PASSWORD:
        return PasswordFault.TOO_SHORT
    if len(password) > LONGEST_PASSWORD:
        return PasswordFault.TOO_LONG
    tests = (
        (PasswordFault.HOLDS_PRODUCT, _holds(password, [PRODUCT])),
        (PasswordFault.HOLDS_EMAIL, _holds(password, [email, email.partition("@")[0]])),
        (PasswordFault.HOLDS_NAME, _holds(password, _name_words(names))),
        (PasswordFault.HOLDS_MUNICIPALITY, _holds(password, _municipality_words(municipality))),
        (PasswordFault.PATTERN, _is_pattern(password)),
        (PasswordFault.COMMON, _is_common(password)),
    )
    return next((fault for fault, holds in tests if holds), None)


_LEET = {"@": "a", "$": "s", "0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
_LEETS = tuple(str.maketrans({**_LEET, "1": one, "!": one}) for one in "il")
_SHORTEST_WITHIN = 4
_PIECE = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[^\W\d_])(?=[A-ZА-ЯЀ-Џ][^\W\d_A-ZА-ЯЀ-Џ])")


def _compact(text: str) -> str:
    return fold(text).replace(" ", "")


def _readings(text: str) -> set[str]:
    """Return a text as it may be read: as it stands, and with digits and signs read as letters."""
    return {_compact(text), *(_compact(text.translate(leet)) for leet in _LEETS)}


def _holds(password: str, words: Iterable[str]) -> bool:
    """Tell whether any of the words stands in the password; three letters or fewer only as a word apart."""
    readings = _readings(password)
    pieces = {_compact(piece) for piece in _PIECE.findall(_HUMP.sub(" ", password))}
    for word in filter(None, map(_compact, words)):
        if word in pieces or (len(word) >= _SHORTEST_WITHIN and any(word in reading for reading in readings)):
            return True
    return False


def _scripts(text: str) -> set[str]:
    return {text, latin(text, "uk"), latin(text, "bg")}


def _name_words(names: Sequence[str]) -> set[str]:
    return {word for name in names for form in _scripts(name) for word in (form, *re.split(r"[\s-]+", form))}


_LONG_WORD = 5
_GENERIC = frozenset({"obec", "mesto", "hromada", "gromada", "opstina", "obstina", "oblast", "raion", "grad"})


def _municipality_words(municipality: str) -> set[str]:
    """Return the whole name and its longer words; ``Nové`` or ``громада`` say nothing of a municipality."""
    words = {municipality}
    for form in _scripts(municipality):
        long_words = {word for word in form.split() if len(word) >= _LONG_WORD}
        words |= {form} | {word for word in long_words if _compact(word) not in _GENERIC}
    return words


_ROWS = (
    "abcdefghijklmnopqrstuvwxyz 12345678901234567890 qwertyuiop[] qwertzuiopú asdfghjkl; zxcvbnm, yxcvbnm, "
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p 1q2w3e4r5t6y7u8i9o0p qazwsxedcrfvtgbyhnujmikolp +ěščřžýáíé "
    "абвгдежзийклмнопрстуфхцчшщъьюя абвгґдеєжзиіїйклмнопрстуфхцчшщьюя абвгдђежзијклљмнњопрстћуфхцчџш "
    "йцукенгшщзхї йцукенгшщзхъ фівапролджє фывапролджэ ячсмитьбю љњертзуиопшђ асдфгхјклчћ явертъуиопшщ "
    "147258369 741852963 963852741 !@#$%^&*()_+"
)
_RUNS = f"{_ROWS} {_ROWS[::-1]}"
_SHORTEST_RUN, _SHORTEST_REST, _FEWEST_LETTERS = 4, 6, 5


def _is_pattern(password: str) -> bool:
    """Tell whether a password is one thing repeated, has few letters, or is little more than rows of keys."""
    small = password.casefold()
    letters = "".join(filter(str.isalnum, small))
    core = small.strip("0123456789 !?.,*#-_+@$%&")
    if len(set(small)) < _FEWEST_LETTERS or len(_without_runs(small)) < _SHORTEST_REST:
        return True
    return any(_is_repeated(part) for part in (small, letters, core) if len(part) >= _SHORTEST_REST)


def _is_repeated(text: str) -> bool:
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _without_runs(text: str) -> str:
    """Return a text with a space for each row of keys, of the alphabet or of one letter."""
    place, rest = 0, ""
    while place < len(text):
        length = max(_run(text, place), _same(text, place))
        is_run = length >= _SHORTEST_RUN
        rest += " " if is_run else text[place]
        place += length if is_run else 1
    return rest


def _run(text: str, place: int) -> int:
    length = 1
    while place + length < len(text) and text[place : place + length + 1] in _RUNS:
        length += 1
    return length


def _same(text: str, place: int) -> int:
    return len(text) - place - len(text[place:].lstrip(text[place]))


@cache
def _common() -> frozenset[str]:
    """Return the shipped list of common passwords and words, folded."""
    text = files("app.foundation").joinpath("passwords_common.txt").read_text("utf-8")
    return frozenset(map(_compact, text.split("\n"))) - {""}


def _is_common(password: str) -> bool:
    """Tell whether a password is a common one, bare or with digits, signs and rows of keys around it."""
    tail = re.sub(r"^[\W\d_]+|[\W_]+$", "", password)
    core = re.sub(r"[\W\d_]+$", "", tail)
    bases = [password, tail, core, _without_runs(password.casefold())]
    return any(not _common().isdisjoint(_readings(base)) for base in bases)


_EMAIL = re.compile(
    r"(?!.*=\?)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
"""An addr-spec of RFC 5322 without quoting; what looks like an encoded word (RFC 2047) no mail could be sent to."""
_LONGEST_LOCAL_PART = 64


def plain_email(text: str) -> str:
    """Return an address as it is stored and looked up: no outer space, small letters; never refuses."""
    return text.strip().lower()


def check_email(text: str, field: str = "email") -> str:
    """Return an address as it is stored; raises Invalid where it is none.

    Only ASCII is taken (RFC 5321, 4.1.2; an international domain in its xn-- form), so that no two addresses
    look alike, and the whole is in small letters, so that one mailbox has one record.
    """
    email = plain_email(text)
    if not email:
        raise Invalid(field, N_("Enter an e-mail address."))
    for place, letter in enumerate(text.strip(), start=1):
        if not letter.isascii():
            reason = N_("Character %(place)s of the address (%(code)s) is no Latin letter without accent.")
            raise Invalid(field, reason, code=_code(letter), place=place)
    is_long = len(email) > LONGEST_EMAIL or len(email.partition("@")[0]) > _LONGEST_LOCAL_PART
    if is_long or _EMAIL.fullmatch(email) is None:
        raise Invalid(field, N_("Enter an e-mail address like name@example.org."))
    return email


def _code(letter: str) -> str:
    return f"U+{ord(letter):04X}"


_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_LETTER_KINDS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_SPELLED = str.maketrans("`´\u2010\u2011\u00a0\u202f\t", "’’--   ")
_APOSTROPHES = "'’ʼ"
_LONGEST_STACK = 2
_APART = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def check_line(text: str, field: str, longest: int) -> str:
    """Return a line in NFC with single spaces; raises Invalid where it is too long or hides something."""
    words = unicodedata.normalize("NFC", text).translate(_SPELLED).split(" ")
    line = " ".join(word for word in words if word)
    for letter in line:
        if unicodedata.category(letter) in _UNSEEN_KINDS or letter in _FILLERS:
            reason = N_("Here is a character that nobody sees (%(code)s). Type it anew.")
            raise Invalid(field, reason, code=_code(letter))
    if len(line) > longest:
        raise Invalid(field, N_("Use at most %(number)s characters."), number=longest)
    return line


def check_name(text: str, field: str, longest: int = LONGEST_NAME) -> str:
    """Return a family or given name in NFC with single spaces; raises Invalid where it is none.

    Letters of any script, spaces, hyphens and apostrophes; no word mixes alphabets, lest two names look
    alike.
    """
    name = check_line(text, field, longest)
    if not any(map(_is_letter, name)):
        raise Invalid(field, N_("Enter a name."))
    for letter in name:
        if not _may_stand_in_name(letter):
            reason = N_("A name has only letters, spaces, hyphens and apostrophes; “%(letter)s” is none.")
            raise Invalid(field, reason, letter=letter)
    if not _is_letter(name.lstrip(_APOSTROPHES)[0]) or _has_stack(name):
        raise Invalid(field, N_("A name begins with a letter, and has at most two accents on one."))
    for word in re.split("[ -]", name):
        if len(alphabets(word)) > 1 and alphabets(word) & _APART:
            reason = N_("The word “%(word)s” mixes letters of two alphabets. Type it anew.")
            raise Invalid(field, reason, word=word)
    return name


def _is_letter(letter: str) -> bool:
    is_plain = unicodedata.normalize("NFKC", letter) == letter
    return is_plain and unicodedata.category(letter) in _LETTER_KINDS


def _may_stand_in_name(letter: str) -> bool:
    return letter in f" -{_APOSTROPHES}" or _is_letter(letter) or unicodedata.category(letter) in {"Mn", "Mc"}


def _has_stack(name: str) -> bool:
    """Tell whether more marks stand on one letter than any language writes."""
    run = 0
    for letter in name:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > _LONGEST_STACK:
            return True
    return False


def check_latin_name(text: str, native: str, locale: str, field: str) -> str:
    """Return a name in Latin script; where it was left empty, the native one by the rule of its language."""
    name = check_name(text.strip() or latin(native, locale), field, LONGEST_LATIN_NAME)
    if alphabets(name) - {"LATIN"}:
        raise Invalid(field, N_("Enter this name in Latin letters."))
    return name


def check_profile(profile: Profile) -> Profile:
    """Return a profile as it is stored; raises Invalid with the first field that cannot be."""
    if profile.locale not in LOCALES:
        raise Invalid("locale", N_("Choose one of the languages."))
    if profile.gender not in {"f", "m", None}:
        raise Invalid("gender", N_("Choose one of the answers, or none."))
    if profile.time_zone is not None and not _is_zone(profile.time_zone):
        raise Invalid("time_zone", N_("Choose one of the time zones."))
    locale = profile.locale
    family = check_name(profile.family_name, "family_name")
    given = check_name(profile.given_name, "given_name")
    return replace(
        profile,
        email=check_email(profile.email),
        family_name=family,
        given_name=given,
        family_name_latin=check_latin_name(profile.family_name_latin, family, locale, "family_name_latin"),
        given_name_latin=check_latin_name(profile.given_name_latin, given, locale, "given_name_latin"),
        job_title=check_line(profile.job_title, "job_title", LONGEST_JOB_TITLE),
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # Folders and paths outside raise the latter two.
        return False
    return True
