"""Two windows, one test: of two answers the later one counts, and nobody's answer is lost unseen."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.assessments import rules
from app.domain.assessments.values import Given, Reconciled
from app.foundation.errors import Invalid

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
NOTHING = Reconciled({}, (), {})


def reconcile(given, known, stored, stored_at=BEFORE):
    there = {} if stored is None else {1: Given(stored, stored_at)}
    return rules.reconcile({1: given}, {} if known is None else {1: known}, there, NOON)


@pytest.mark.parametrize(
    ("given", "known", "stored", "stored_at", "outcome"),
    [
        (["b"], [["a"]], ["a"], BEFORE, Reconciled({1: ["b"]}, (), {})),  # Changed here only.
        (["b"], [[]], None, BEFORE, Reconciled({1: ["b"]}, (), {})),  # Answered for the first time.
        ([], [["a"]], ["a"], BEFORE, Reconciled({1: []}, (), {})),  # Taken back.
        (["a"], [["a"]], ["a"], BEFORE, NOTHING),  # Untouched.
        (["a"], [["a"]], ["c"], BEFORE, NOTHING),  # Untouched here, changed elsewhere: what is there stays.
        ([], [[]], ["c"], BEFORE, NOTHING),  # Never touched here: a stale page takes nothing away.
        (["c"], [["a"]], ["c"], BEFORE, NOTHING),  # Both windows say the same.
        (["b"], [["a"]], ["c"], BEFORE, Reconciled({1: ["b"]}, (1,), {})),  # Later here.
        (
            ["b"],
            [["a"]],
            ["c"],
            NOON,
            Reconciled({1: ["b"]}, (1,), {}),
        ),  # In the same moment: what comes last.
        (["b"], [["a"]], ["c"], AFTER, Reconciled({}, (), {1: ["c"]})),  # Later there.
        (["b"], [["a"], ["x"]], ["x"], AFTER, Reconciled({1: ["b"]}, (), {})),  # Its own, unacknowledged.
        (["a"], [["a"], ["x"]], ["x"], BEFORE, Reconciled({1: ["a"]}, (), {})),  # Changed, and changed back.
        (["b"], None, ["c"], AFTER, Reconciled({1: ["b"]}, (), {})),  # A program says nothing of what it saw.
        (["b"], [["a"]], None, BEFORE, Reconciled({1: ["b"]}, (), {})),
    ],
)
def test_what_becomes_of_an_answer(given, known, stored, stored_at, outcome):
    assert reconcile(given, known, stored, stored_at) == outcome


def test_what_a_page_showed_is_read_in_order():
    form = {"shown-3": ['["a", "b"]', "[]"]}
    assert rules.read_shown(form, 3) == [["a", "b"], []]
    assert rules.read_shown(form, 4) is None


@pytest.mark.parametrize("damaged", ["", "{", "[" * 100_000, "1", '{"0": 1}', "null", "true", '"text"'])
def test_a_damaged_word_is_refused_at_its_place(damaged):
    with pytest.raises(Invalid) as refused:
        rules.read_shown({"shown-3": ["[]", damaged]}, 3)
    assert refused.value.field == "shown-3"
    assert refused.value.reason == "This form is damaged: reload the page."


@pytest.mark.parametrize(
    ("minutes", "percent", "longer"),
    [(60, 0, 60), (60, 50, 90), (45, 25, 57), (1, 1, 2), (40, 200, 120), (7, 100, 14)],
)
def test_a_time_limit_grows_by_percent_to_the_next_whole_minute(minutes, percent, longer):
    assert rules.lengthened(timedelta(minutes=minutes), percent) == timedelta(minutes=longer)


def test_each_answer_of_a_page_is_decided_for_itself():
    given = {1: ["a"], 2: ["b"], 3: ["a"], 4: ["b"], 5: ["b"], 6: ["b"], 7: ["b"]}
    shown = {place: [["a"]] for place in (1, 2, 3, 4, 5, 7)}
    stored = {
        1: Given(["a"], BEFORE),
        2: Given(["c"], AFTER),
        3: Given(["c"], AFTER),
        4: Given(["c"], BEFORE),
        5: Given(["a"], AFTER),
        7: Given(["d"], AFTER),
    }
    assert rules.reconcile(given, shown, stored, NOON) == Reconciled(
        {4: ["b"], 5: ["b"], 6: ["b"]}, (4,), {2: ["c"], 7: ["d"]}
    )
