"""Reports in SQL agree with the rules, the scope and the territory, on both engines."""

from datetime import date
from itertools import product

import pytest
from sqlalchemy import select, update

from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Grant, Permission, Role
from app.domain.catalogue.models import CourseVersion
from app.domain.catalogue.queries import meta_of
from app.domain.catalogue.values import Assessment, Completion
from app.domain.enrolment.models import Enrolment
from app.domain.progress.rules import is_test_open, modules_wanted
from app.domain.reports.queries import completions, coverage, places, progress
from app.domain.reports.values import Period, Share, State
from app.domain.territory.models import Unit
from app.domain.territory.service import apply_rows
from app.domain.territory.values import UnitRow
from app.foundation import clock
from app.foundation.db import session, transaction
from app.foundation.errors import NotFound
from tests import population, world

TODAY = date(2026, 8, 15)


@pytest.fixture
def lives(app):
    with clock.at(population.NOW):
        yield population.settle()


def sight(*paths, role=Role.COORDINATOR):
    return scope_of(Actor("test", grants=tuple(Grant(role, path) for path in paths)), Permission.REPORT_READ)


def test_an_open_test_in_sql_is_an_open_test_by_the_rules(land):
    actor = world.act_as(world.person())
    cases = list(product((None, 0, 1, 2, 9), (None, Assessment(attempts=1)), (0, 1, 2)))
    for number, (wanted, test, done) in enumerate(cases):
        slug = f"course-{number}"
        with transaction():
            world.publish(world.course(slug, completion=Completion(modules=wanted), assessment=test))
        population.do(actor, slug, "enrol")
        with transaction() as held:
            held.execute(
                update(Enrolment)
                .where(
                    Enrolment.id
                    == select(Enrolment.id).order_by(Enrolment.id.desc()).limit(1).scalar_subquery()
                )
                .values(modules_done=done)
            )
    rows = progress.list_people(sight(land.unit("CZ").path), None, None, None, size=100)
    assert len(rows) == len(cases)
    by_course = {row.course: row for row in rows}
    for number, (_, _, done) in enumerate(cases):
        row = by_course[f"course-{number}"]
        version = session().scalars(select(CourseVersion).where(CourseVersion.id == number + 2)).one()
        meta = meta_of(version)
        assert version.modules_wanted == modules_wanted(meta, version.module_count)
        assert (row.state is State.TEST_OPEN) == is_test_open(meta, version.module_count, done)
        if row.state is State.NOT_BEGUN:
            assert done == 0


def test_every_enrolment_is_in_exactly_one_state(lives):
    scope = sight(lives.unit("CZ").path, lives.unit("RS").path)
    figures = progress.count_progress(scope, None, None)
    assert figures.enrolled == sum(len(life.acts) for life in population.LIVES)
    for state in State:
        assert len(progress.list_people(scope, None, None, state)) == figures.of(state)
    assert figures.last_activity == max(
        row.last_activity for row in progress.list_people(scope, None, None, None)
    )


def test_the_units_below_sum_up_to_the_unit_everywhere(lives):
    scope = sight(lives.unit("CZ").path)
    for unit in session().scalars(select(Unit).where(Unit.country == "CZ")):
        place = places.get_place(scope, unit.code)
        parts = [
            *progress.list_progress(scope, place, None).values(),
            progress.count_progress_at(scope, unit, None),
        ]
        total = progress.count_progress(scope, unit.path, None)
        for state in State:
            assert sum(part.of(state) for part in parts) == total.of(state), unit.code


def test_without_a_scope_there_is_nothing(lives):
    nothing = sight("")
    selection = places.get_selection(nothing, None, Period())
    assert progress.count_progress(nothing, None, None).enrolled == 0
    assert completions.count_completions(nothing, selection).rows == 0
    assert completions.list_completions(nothing, selection, TODAY) == []
    assert coverage.count_coverage(nothing, None, TODAY, None, None) == Share()
    assert places.get_place(nothing, None).roots == []
    assert places.list_courses(nothing, None) == []


def test_a_scope_keeps_queries_within_it_even_for_a_foreign_path(lives):
    scope, foreign = sight(lives.unit("CZ-K3107").path), lives.unit("CZ-K3131").path
    assert progress.count_progress(scope, foreign, None).enrolled == 0
    assert coverage.count_coverage(scope, foreign, TODAY, None, None) == Share()
    assert coverage.list_missing(scope, lives.unit("CZ").path, TODAY, None, None)[0].path.startswith(
        scope.paths[0]
    )
    with pytest.raises(NotFound):
        places.get_place(scope, "CZ-K3131")


def test_a_unit_with_the_same_beginning_is_not_within(lives):
    with transaction():
        apply_rows([
            UnitRow(f"5{number}", "CZ-P61151", "CZ", "municipality", f"Ves {number}", "Ves")
            for number in range(30)
        ])
    scope = sight("1.2.")
    assert all(
        each.path.startswith("1.2.") for each in coverage.list_municipalities(scope, None, TODAY, None, None)
    )


def test_one_inside_the_other_is_one_root(lives):
    scope = sight(lives.unit("CZ-K3107").path, lives.unit("596230").path)
    assert [unit.code for unit in places.list_roots(scope)] == ["CZ-K3107"]
    both = sight(lives.unit("596230").path, lives.unit("595209").path)
    place = places.get_place(both, None)
    assert place.unit is None
    assert {unit.code for unit in place.below} == {"596230", "595209"}
    assert [
        unit.code
        for unit in places.get_place(scope_of(Actor.system("x"), Permission.REPORT_READ), None).roots
    ] == [
        "CZ",
        "RS",
    ]


def test_only_courses_that_are_taken_within_the_scope_are_named(lives):
    assert [slug for slug, _ in places.list_courses(sight(lives.unit("80039").path), None)] == ["open-data"]
    assert len(places.list_courses(sight(lives.unit("CZ").path), None)) == 2


def test_coverage_agrees_with_the_completions(lives):
    scope = sight(lives.unit("CZ").path, lives.unit("RS").path)
    for unit, course, track in product(
        (None, "CZ", "CZ-K3107", "596230"), (None, "records"), (None, "open-data")
    ):
        place = places.get_place(scope, unit)
        selection = places.get_selection(scope, unit, Period(), course, track)
        rows = completions.list_completions(scope, selection, TODAY, size=1000)
        expected = {row.municipality_code for row in rows if row.result != "failed"} - {None}
        share = coverage.count_coverage(scope, place.path, TODAY, course, track)
        assert share.covered == len(expected)
        tiles = coverage.list_municipalities(scope, place.path, TODAY, course, track)
        assert {tile.code for tile in tiles if tile.completions} == expected
        missing = coverage.list_missing(scope, place.path, TODAY, course, track)
        assert len(missing) == share.missing
        assert {tile.code for tile in missing} == {tile.code for tile in tiles} - expected
        below = coverage.list_coverage(scope, place, TODAY, course, track).values()
        if place.below:
            assert sum(each.covered for each in below) == share.covered
            assert sum(each.total for each in below) == share.total


def test_a_municipality_that_was_merged_away_is_not_missing(lives):
    scope = sight(lives.unit("CZ-K3107").path)
    before = coverage.count_coverage(scope, None, TODAY, None, None)
    with transaction():
        lives.unit("595209").valid_to = date(2026, 8, 14)
    after = coverage.count_coverage(scope, None, TODAY, None, None)
    assert (before.total, after.total) == (2, 1)
    assert coverage.count_coverage(scope, None, date(2026, 8, 14), None, None).total == 2


def test_a_zone_of_a_unit_tells_the_days_below_it(lives):
    scope = sight(lives.unit("80039").path)
    row = completions.list_completions(scope, places.get_selection(scope, None, Period()), TODAY)[0]
    assert (row.region_code, row.municipality_code, row.family_name) == ("RS-07", "80039", "Петровић")
    with transaction():
        lives.unit("RS-APV").time_zone = "Pacific/Kiritimati"
    with clock.at(world.moment("2026-07-30T12:00:00+00:00")):
        population.do(world.act_as("petar@example.org"), "records", "attend")
    rows = completions.list_completions(scope, places.get_selection(scope, None, Period()), TODAY)
    assert [str(row.completed_on) for row in rows] == ["2026-07-01", "2026-07-31"]
    assert [str(row.enrolled_on) for row in rows] == ["2026-07-02", "2026-07-31"]
