"""Counting while pages are read: nothing is lost, nothing is said of who read, and what is taken is counted once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.foundation import clock, settings, tally
from tests.conftest import environment


@pytest.fixture(autouse=True)
def instance(tmp_path):
    """Settings of an instance of its own."""
    before = list(settings._current)
    settings.use(replace(environment(tmp_path), instance=tmp_path))
    yield tmp_path
    settings._current[:] = before


def take():
    with tally.taken("looks") as batch:
        counts = batch.counts if batch is not None else {}
        return {number: (count.times, count.last_on) for number, count in counts.items()}


def fail_after(look):
    with tally.taken("looks") as batch:
        look(batch)
        raise RuntimeError


def test_what_was_counted_is_taken_once_with_the_last_day():
    with clock.at(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        tally.add("looks", 7)
    with clock.at(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        for number in (7, 8, 7):
            tally.add("looks", number)
    assert take() == {7: (3, date(2026, 11, 24)), 8: (1, date(2026, 11, 24))}
    assert take() == {}


def test_what_could_not_be_settled_is_taken_again_with_what_came_meanwhile():
    tally.add("looks", 7)
    with pytest.raises(RuntimeError):
        fail_after(
            lambda _batch: tally.add("looks", 7)
        )  # What is counted meanwhile belongs to the next batch.
    assert take()[7][0] == 1
    assert take()[7][0] == 1
    assert take() == {}


def test_what_was_not_settled_comes_again_as_the_same_batch_and_the_next_is_another():
    seen = []
    for _ in range(3):
        tally.add("looks", 7)
        with pytest.raises(RuntimeError):
            fail_after(seen.append)
    assert [each.id for each in seen] == [seen[0].id] * 3
    assert [each.counts[7].times for each in seen] == [1, 1, 1]
    assert take()[7][0] == 1
    with tally.taken("looks") as following:
        assert following.id != seen[0].id
        assert following.counts[7].times == 2


def test_many_at_once_lose_nothing_while_the_job_takes():
    seen = 0
    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(lambda: [tally.add("looks", 7) for _ in range(50)]) for _ in range(8)]
        while not all(each.done() for each in running):
            seen += take().get(7, (0,))[0]
    assert seen + take().get(7, (0,))[0] == 400


def test_a_line_holds_a_number_and_a_day_and_half_a_line_is_passed_over(instance):
    with clock.at(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        tally.add("looks", 7)
    file = instance / "looks.tally"
    assert file.read_text() == "7 2026-11-23\n"
    file.write_text("7 2026-11-23\n8 2026-1")
    assert take() == {7: (1, date(2026, 11, 23))}
