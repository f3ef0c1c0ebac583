"""What an answer earns, kind by kind, after the table of kinds in the course format: exact, never below 0."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.assessments.rules import fraction_of, mark, parse_number
from app.domain.assessments.values import Mark
from tests.domain.assessments.papers import (
    chosen,
    cloze,
    match,
    multiple,
    number,
    order,
    short,
    single,
    typed,
)


def third(number_of_them: int) -> Fraction:
    return Fraction(number_of_them, 3)


HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    "question",
    [
        single(),
        multiple([0, 2]),
        multiple([0, 2], is_all_or_nothing=True),
        short("ROB"),
        number(("3", "3")),
        match("xyz", [0, 1, 2]),
        order(1, 0),
        order(1, 0, is_partial=True),
        cloze(typed("tenth")),
    ],
)
def test_no_answer_earns_nothing(question):
    assert fraction_of(question, []) == 0


@pytest.mark.parametrize(("response", "earned"), [(["1"], 1), (["0"], 0), (["2"], 0), (["1", "2"], 0)])
def test_single_is_right_or_wrong(response, earned):
    assert fraction_of(single(right=1), response) == earned


@pytest.mark.parametrize(
    ("response", "earned"),
    [
        (["0", "2"], Fraction(1)),
        (["2", "0"], Fraction(1)),
        (["0"], HALF),
        (["0", "0"], HALF),  # The same box sent twice is one box.
        (["0", "2", "4"], HALF),
        (["0", "1"], Fraction(0)),
        (["0", "1", "2", "3"], Fraction(0)),
        (["1"], Fraction(0)),  # Less than nothing is nothing.
        (["1", "3", "4"], Fraction(0)),
    ],
)
def test_multiple_counts_right_less_wrong_of_all_right_ones(response, earned):
    assert fraction_of(multiple([0, 2]), response) == earned


def test_multiple_is_counted_exactly():
    assert fraction_of(multiple([0, 1, 2]), ["0", "2"]) == third(2)
    assert fraction_of(multiple([0, 1, 2]), ["0", "2", "3"]) == third(1)


@pytest.mark.parametrize(
    ("response", "earned"), [(["2", "0"], 1), (["0"], 0), (["0", "2", "4"], 0), (["1", "3"], 0)]
)
def test_all_or_nothing_takes_nothing_less_and_nothing_more(response, earned):
    assert fraction_of(multiple([0, 2], is_all_or_nothing=True), response) == earned


def test_multiple_without_its_key_earns_nothing():
    assert fraction_of(multiple([0]).without_key(), ["0"]) == 0


SAME_TEXTS = [
    ("ROB", "ROB", "cs"),
    ("ROB", "rob", "cs"),
    ("ROB", " \u00a0ROB\t", "cs"),
    ("registr obyvatel", "Registr   obyvatel", "cs"),
    ("příkaz", "prikaz", "cs"),
    ("prikaz", "Příkaz", "cs"),
    ("příkaz", "pr\u030ci\u0301kaz", "cs"),  # The same letters, written as letter and mark.
    ("Đorđe", "Djordje", "sr-Latn"),
    ("Đorđe", "dorde", "sr-Latn"),
    ("општина", "opština", "sr-Cyrl"),
    ("општина", "opstina", "sr-Cyrl"),
    ("opština", "ОПШТИНА", "sr-Latn"),
    ("Љубав", "ljubav", "sr-Cyrl"),
    ("Ђорђе", "djordje", "sr-Cyrl"),
    ("її", "ЇЇ", "uk"),
]
OTHER_TEXTS = [
    ("ROB", "ROS", "cs"),
    ("ROB", "R O B", "cs"),
    ("ROB", "ROB.", "cs"),
    ("мой", "мои", "bg"),
    ("край", "краи", "uk"),
    ("їжа", "іжа", "uk"),
    ("општина", "opština", "bg"),  # Two scripts are one in Serbian only.
    ("рада", "pada", "uk"),  # Letters that look alike.
]


@pytest.mark.parametrize(("accepted", "given_text", "language"), SAME_TEXTS)
def test_what_a_short_answer_may_differ_in(accepted, given_text, language):
    assert fraction_of(short(accepted, language=language), [given_text]) == 1
    assert fraction_of(cloze(typed(accepted), language=language), [given_text]) == 1


@pytest.mark.parametrize(("accepted", "given_text", "language"), OTHER_TEXTS)
def test_what_a_short_answer_may_not_differ_in(accepted, given_text, language):
    assert fraction_of(short(accepted, language=language), [given_text]) == 0
    assert fraction_of(cloze(typed(accepted), language=language), [given_text]) == 0


def test_any_one_accepted_text_will_do():
    question = short("ROB", "registr obyvatel", language="cs")
    assert [fraction_of(question, [text]) for text in ("rob", "registr obyvatel", "registr")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("given_text", "earned"), [("RÚIAN", 1), (" RÚIAN\n", 1), ("RUIAN", 0), ("rúian", 0), ("ROS", 1)]
)
def test_exact_compares_to_the_letter_but_for_space_around(given_text, earned):
    assert fraction_of(short("ROS", "RÚIAN", language="cs", is_exact=True), [given_text]) == earned
    question = cloze(typed("ROS", "RÚIAN"), language="cs", is_exact=True)
    assert fraction_of(question, [given_text]) == earned


def test_exact_keeps_the_scripts_of_serbian_apart():
    assert fraction_of(short("општина", language="sr-Cyrl", is_exact=True), ["opština"]) == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"),
        ("+3", "3"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("\u2212 3,5", "-3.5"),
        ("3,50", "3.50"),
        ("3.50", "3.50"),
        (" 3 ", "3"),
        ("12 345 678", "12345678"),
        ("1\u00a0234", "1234"),
        ("1\u202f234,5", "1234.5"),
        ("1\u2009234\t567", "1234567"),
        ("007", "7"),
        ("12345678901234567890123456789012345", "12345678901234567890123456789012345"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, value):
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "three", "3 m", "1,000.5", "1.2.3", "1e3", "3.", ".5", "--3", "3-", "+-3"),
        *("NaN", "Infinity", "0x10", "3_000", "3/4"),
    ],
)
def test_what_is_no_number_is_none_and_earns_nothing(text):
    assert parse_number(text) is None
    assert fraction_of(number(("-9999", "9999")), [text]) == 0


@pytest.mark.parametrize(
    ("text", "earned"),
    [
        ("2.35", 1),
        ("2,45", 1),
        ("2.4", 1),
        ("2.34999999999999999999999999999", 0),
        ("2.45000000000000000000000000001", 0),
        ("10", 1),
        ("10.0", 1),
        ("9.99", 0),
        ("10.01", 0),
        ("-2.4", 0),
    ],
)
def test_a_number_counts_within_any_range_its_ends_included(text, earned):
    assert fraction_of(number(("2.35", "2.45"), ("10", "10")), [text]) == earned


def test_decimals_are_compared_exactly():
    assert fraction_of(number(("0.3", "0.3")), ["0.30"]) == 1
    assert fraction_of(number(("0.3", "0.3")), ["0.30000000000000004"]) == 0


@pytest.mark.parametrize(
    ("response", "earned"),
    [
        (["2", "0", "1"], third(3)),
        (["2", "0", "3"], third(2)),
        (["2", "", ""], third(1)),
        (["", "", "1"], third(1)),
        (["0", "1", "2"], third(0)),
        (["2", "2", "2"], third(1)),
        (["", "2", ""], third(0)),
        (["", "3", "3"], third(0)),
    ],
)
def test_match_counts_right_pairs(response, earned):
    assert fraction_of(match("xyzw", [2, 0, 1]), response) == earned


def test_an_empty_cell_is_not_the_last_choice():
    assert fraction_of(match("xy", [1, 0]), ["", "0"]) == HALF


def test_equal_texts_on_the_right_are_one_text():
    question = match(["yes", "no", "yes"], [0, 1, 2])
    assert fraction_of(question, ["2", "1", "0"]) == 1
    assert fraction_of(question, ["0", "1", "0"]) == 1
    assert fraction_of(question, ["1", "1", "1"]) == third(1)


RIGHT = ["3", "1", "2", "4"]


@pytest.mark.parametrize(
    "response",
    [
        ["1", "2", "3", "4"],
        ["3", "1", "4", "2"],
        ["3", "1", "2", ""],
        ["3", "1", "2", "3"],
        ["", "", "", "4"],
    ],
)
def test_order_is_right_or_wrong(response):
    assert fraction_of(order(2, 0, 1, 3), RIGHT) == 1
    assert fraction_of(order(2, 0, 1, 3), response) == 0


@pytest.mark.parametrize(
    ("response", "earned"),
    [
        (["1", "2", "3", "4"], third(3)),
        (["2", "3", "4", "1"], third(2)),  # d a b c
        (["4", "1", "2", "3"], third(2)),  # b c d a
        (["2", "1", "3", "4"], third(1)),  # b a c d
        (["1", "3", "2", "4"], third(0)),  # a c b d
        (["4", "3", "2", "1"], third(0)),
        (["1", "2", "4", "3"], third(1)),  # a b d c
        (["1", "2", "3", "3"], third(0)),  # One rank twice is no order.
        (["1", "1", "2", "3"], third(0)),
        (["1", "2", "3", ""], third(0)),  # Neither is one with a hole.
        (["", "2", "3", "4"], third(0)),
        (["", "", "3", "4"], third(0)),
    ],
)
def test_partial_order_counts_right_neighbours(response, earned):
    assert fraction_of(order(0, 1, 2, 3, is_partial=True), response) == earned


@pytest.mark.parametrize(
    ("response", "earned"),
    [(RIGHT, third(3)), (["2", "4", "1", "3"], third(2)), (["1", "2", "3", "4"], third(1))],
)
def test_neighbours_are_counted_in_the_order_given_not_in_the_one_shown(response, earned):
    assert fraction_of(order(2, 0, 1, 3, is_partial=True), response) == earned


@pytest.mark.parametrize(
    ("response", "earned"),
    [
        (["10th", "0", "three"], third(3)),
        (["Tenth", "0", "3"], third(3)),
        (["tenth", "1", "3"], third(2)),
        (["tenth", "", ""], third(1)),
        (["", "0", ""], third(1)),
        (["ninth", "2", "4"], third(0)),
        (["", "1", ""], third(0)),
    ],
)
def test_cloze_counts_right_gaps_typed_and_chosen(response, earned):
    question = cloze(typed("10th", "tenth"), chosen("handed in", "opened", "printed"), typed("3", "three"))
    assert fraction_of(question, response) == earned


def test_a_gap_left_empty_is_wrong_whatever_is_accepted():
    assert fraction_of(cloze(typed("\u00ad"), typed("a")), ["", "a"]) == HALF


def test_what_is_chosen_is_compared_to_the_letter():
    question = cloze(chosen("úřad", "urad", "ÚŘAD"), language="cs")
    assert [fraction_of(question, [index]) for index in "012"] == [1, 0, 0]


@pytest.mark.parametrize("response", [["1", "2"], ["1", "2", "3", "4"]])
@pytest.mark.parametrize(
    "question",
    [
        match("vwxyz", [0, 1, 2]),
        order(1, 0, 2, is_partial=True),
        cloze(typed("1"), typed("2"), typed("3")),
    ],
)
def test_an_answer_of_another_length_than_its_question_is_an_error_not_half_a_mark(question, response):
    with pytest.raises(ValueError, match="zip"):
        fraction_of(question, response)


KINDS = [
    single(),
    multiple([0, 2]),
    multiple([0, 2], is_all_or_nothing=True),
    match("xxyzw", [0, 1, 2]),
    order(1, 0, 2, is_partial=True),
    cloze(chosen("x", "y", "z"), chosen("z", "y", "x"), chosen("y", "z", "x")),
]


@pytest.mark.parametrize("question", KINDS)
@given(response=st.lists(st.sampled_from(["1", "2", "0"]), min_size=3, max_size=3))
def test_an_answer_earns_nothing_to_everything(question, response):
    earned = fraction_of(question, response)
    assert isinstance(earned, Fraction)
    assert 0 <= earned <= 1


@given(ranks=st.permutations(range(5)), given_ranks=st.permutations(range(5)))
def test_only_the_right_order_earns_everything_also_partially(ranks, given_ranks):
    response = [str(rank + 1) for rank in given_ranks]
    earned = fraction_of(order(*ranks, is_partial=True), response)
    assert (earned == 1) is (ranks == given_ranks)
    assert fraction_of(order(*ranks), response) == int(ranks == given_ranks)


@given(text=st.text(max_size=12), language=st.sampled_from(["en", "cs", "sr-Cyrl", "uk", "bg"]))
def test_an_accepted_text_is_accepted(text, language):
    assert fraction_of(short("never", text, language=language), [text]) == 1


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_every_decimal_is_read_with_point_and_comma_and_spaces(value):
    plain = f"{value:f}"
    assert parse_number(plain) == parse_number(" ".join(plain).replace(".", ",")) == value


def test_a_paper_earns_the_sum_of_its_questions_counted_from_one():
    paper = [
        single(points=2),
        multiple([0, 1, 2], points=5),
        short("ROB", points=3),
        order(0, 1, 2, points=4, is_partial=True),
    ]
    whole, earned = mark(paper, {1: ["0"], 2: ["0", "1"], 4: ["2", "3", "1"], 5: ["0"]})
    assert earned == [Fraction(2), Fraction(10, 3), Fraction(0), Fraction(2)]
    assert whole == Mark(Fraction(22, 3), 14)
    assert isinstance(whole.earned, Fraction)


def test_an_empty_paper_earns_nothing_of_nothing():
    whole, earned = mark([], {})
    assert earned == []
    assert whole == Mark(Fraction(0), 0)
    assert isinstance(whole.earned, Fraction)


def test_a_paper_without_answers_earns_nothing():
    assert mark([single(points=2), short("a")], {}) == (Mark(Fraction(0), 3), [0, 0])


@pytest.mark.parametrize(
    ("earned", "points", "basis_points"),
    [
        (Fraction(2, 3), 1, 6667),
        (Fraction(1, 3), 1, 3333),
        (Fraction(1, 20_000), 1, 1),  # Half rounds up.
        (Fraction(1, 20_001), 1, 0),
        (Fraction(7), 7, 10_000),
        (Fraction(0), 0, 0),
    ],
)
def test_a_share_is_rounded_to_hundredths_of_a_percent(earned, points, basis_points):
    assert Mark(earned, points).basis_points == basis_points


def test_a_paper_is_passed_by_its_exact_share():
    assert Mark(Fraction(3), 5).reaches(60)
    assert not Mark(Fraction(3) - Fraction(1, 10**9), 5).reaches(60)
    assert Mark(Fraction(3) - Fraction(1, 10**9), 5).basis_points == 6000
