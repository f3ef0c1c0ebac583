"""Each badge has a place of its own on a list."""

from app.domain.badges.rules import LIST_SIZE, place_of


def test_the_certificates_of_a_list_have_all_its_places_once():
    places = {place_of(number) for number in range(LIST_SIZE, 2 * LIST_SIZE)}
    assert {number for number, _place in places} == {1}
    assert {place for _number, place in places} == set(range(LIST_SIZE))


def test_neighbours_in_the_register_are_far_from_each_other():
    assert all(abs(place_of(each)[1] - place_of(each + 1)[1]) > 1000 for each in range(1, 100))


def test_a_list_is_as_long_as_the_standard_asks_at_least():
    assert LIST_SIZE >= 131_072
