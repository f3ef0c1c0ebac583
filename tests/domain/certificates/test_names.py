"""What others see of a holder: her name in both scripts or her initials, and what shows her name."""

import pytest

from app.domain.certificates import rules


def said(given, family, given_latin="", family_latin=""):
    return {
        "given_name": given,
        "family_name": family,
        "given_name_latin": given_latin or given,
        "family_name_latin": family_latin or family,
    }


@pytest.mark.parametrize(
    ("names", "shown", "initials"),
    [
        (("Jana", "Nováková"), ("Jana Nováková", "Jana Nováková"), ("J. N.", "J. N.")),
        (
            ("Љубица", "Ђорђевић", "Ljubica", "Đorđević"),
            ("Љубица Ђорђевић", "Ljubica Đorđević"),
            ("Љ. Ђ.", "L. Đ."),
        ),
        (("Jana Marie", "von Braun"), ("Jana Marie von Braun",) * 2, ("J. v.",) * 2),
        (("", "Suharto"), ("Suharto", "Suharto"), ("S.", "S.")),
    ],
)
def test_a_name_is_shown_in_both_scripts_or_as_initials(names, shown, initials):
    assert rules.names_of(said(*names), is_hidden=False) == shown
    assert rules.names_of(said(*names), is_hidden=True) == initials


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [
        ("FFFFF", True),
        ("AAAAABBBBBCCCCCDDDDDEEEEEFFFFF", True),
        ("EEEEE", False),
        ("FFFF", False),
        ("", False),
    ],
)
def test_the_last_group_or_the_whole_code_shows_the_name(typed, is_right):
    assert rules.is_last_group("AAAAABBBBBCCCCCDDDDDEEEEEFFFFF", typed) is is_right
