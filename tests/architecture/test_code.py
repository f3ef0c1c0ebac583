"""The page of the house as tests of the code; each rule is tried on a snippet that breaks it."""

import ast

import pytest

from tests.architecture import asking, exceptions, rules
from tests.architecture.source import ROOT, read, snippet

APP = read("app")
WORKFLOWS = {path: tree for path, tree in APP.items() if path.startswith("app/workflows/")}
DOMAIN = {path: tree for path, tree in APP.items() if path.startswith("app/domain/")}
ALL = {**APP, **read("tests", "deploy", "benchmarks")}
ABOUT_PEOPLE = (
    "people",
    "enrolment",
    "progress",
    "assessments",
    "badges",
    "certificates",
    "reports",
    "surveys",
    "examinations",
    "renewals",
)
LONG = "\n".join(f"    x{line} = {line}" for line in range(50))


@pytest.mark.parametrize("verb", rules.HOMES)
def test_each_verb_has_one_home(verb):
    assert rules.list_strays(APP, verb) == []


@pytest.mark.parametrize("verb", rules.HOMES)
def test_a_verb_away_from_home_is_seen(verb):
    for text in (f"{verb}(1)", f"a.b().{verb}(1)"):
        assert rules.list_strays(snippet("app/workflows/learning.py", text), verb)


def test_no_select_is_written_as_text_outside_of_queries():
    assert rules.list_written_selects(APP) == []
    assert rules.list_written_selects(snippet("app/domain/x/service.py", 'text("SELECT id FROM person")'))


def test_no_text_is_translated_where_babel_does_not_find_it():
    assert rules.list_hidden_words(APP) == []
    assert rules.list_hidden_words(snippet("app/web/x.py", "f\"{made} {_('Told.')}\""))


def test_views_stay_thin():
    assert rules.list_long_views(APP) == []
    view = f'@blueprint.get("/x")\n@public\ndef x():\n{LONG}'
    assert rules.list_long_views(snippet("app/web/x/views.py", view))


def test_functions_stay_short():
    assert rules.list_long_functions(ALL) == []
    assert rules.list_long_functions(snippet("app/x.py", f"class A:\n  def x(self):\n{LONG}"))


def test_modules_stay_short():
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in ALL}
    assert rules.list_long_modules(lines) == []
    assert rules.list_long_modules({"app/x.py": 450})


def test_every_module_says_in_its_first_line_what_it_is():
    assert rules.list_without_docstring(ALL) == []
    assert rules.list_without_docstring(snippet("app/x.py", "x = 1"))
    assert rules.list_without_docstring(snippet("app/x.py", '"""todo"""'))


def test_no_module_is_named_after_nothing():
    assert rules.list_vague_names(APP) == []
    assert rules.list_vague_names(snippet("app/web/utils.py", ""))
    assert rules.list_vague_names(snippet("app/common/x.py", ""))


def test_no_text_is_run_and_no_bytes_become_objects():
    assert set(rules.list_dangers(ALL)) == set(exceptions.DANGERS)


@pytest.mark.parametrize(
    "text",
    [
        "eval(x)",
        "exec(x)",
        "import pickle",
        "from pickle import loads",
        "import yaml as y\ny.load(x)",
        "from yaml import unsafe_load\nunsafe_load(x)",
        "import os\nos.system(x)",
        "import subprocess\nsubprocess.run(x, shell=True)",
    ],
)
def test_a_danger_is_seen(text):
    assert rules.list_dangers(snippet("app/x.py", text))


def test_no_failure_is_swallowed_but_by_the_worker():
    assert rules.list_broad_excepts(APP, exceptions.BROAD_EXCEPTS) == []
    assert rules.list_broad_excepts(snippet("app/x.py", "try:\n  x\nexcept Exception:\n  pass"), ())
    assert rules.list_broad_excepts(snippet("app/x.py", "try:\n  x\nexcept:\n  pass"), ())
    assert not rules.list_broad_excepts(snippet("app/x.py", "try:\n  x\nexcept BaseException:\n  raise"), ())


def test_a_scope_is_made_by_the_policy_alone():
    assert rules.list_made_scopes(APP) == []
    assert rules.list_made_scopes(snippet("app/web/x.py", "Scope(everything=True)"))
    assert rules.list_made_scopes(snippet("app/web/x.py", "replace(scope, everything=True)"))


def test_the_system_acts_in_jobs_and_commands_alone():
    assert rules.list_made_system_actors(APP) == []
    assert rules.list_made_system_actors(snippet("app/workflows/x.py", 'Actor.system("x")'))
    assert rules.list_made_system_actors(snippet("app/web/x.py", 'Actor("x", is_system=True)'))


def test_every_query_about_people_takes_a_scope_first():
    assert rules.list_without_scope(DOMAIN, ABOUT_PEOPLE, exceptions.WITHOUT_SCOPE) == []
    for text in ("def list_x(): 1", "def list_x(unit: Unit): 1", "def list_x(scope): 1"):
        for path in ("app/domain/people/queries.py", "app/domain/reports/queries/coverage.py"):
            assert rules.list_without_scope(snippet(path, text), ABOUT_PEOPLE, ())


def test_every_workflow_is_asked_for_by_an_actor():
    assert rules.list_without_actor(WORKFLOWS, exceptions.WITHOUT_ACTOR) == []
    assert rules.list_without_actor(snippet("app/workflows/x.py", "def go(person: Person): 1"), ())


def test_every_workflow_asks_before_it_writes():
    assert asking.list_unasked(WORKFLOWS, {**exceptions.WITHOUT_ACTOR, **exceptions.UNASKED}) == []


IMPORTS = """
from app.domain.access.policy import require
from app.domain.people import service as persons
from app.foundation import audit, files
"""


@pytest.mark.parametrize(
    ("body", "is_unasked"),
    [
        ("    persons.add(1)", True),
        ("    audit.record(1)\n    require(actor)", True),
        ("    files.store().put(1)", True),
        ("    _write(actor)", True),
        ("    require(actor)\n    persons.add(1)", False),
        ("    persons.add(_asked(actor))", False),
        ("    return 1", False),
    ],
)
def test_a_workflow_that_writes_unasked_is_seen(body, is_unasked):
    inner = "def _write(actor):\n    persons.add(1)\ndef _asked(actor):\n    require(actor)\n"
    sources = snippet("app/workflows/x.py", f"{IMPORTS}{inner}def go(actor):\n{body}")
    assert bool(asking.list_unasked(sources, ())) is is_unasked


def test_names_promise_what_functions_return():
    assert rules.list_misnamed(DOMAIN) == []
    for text in (
        "def find_x() -> Person: 1",
        "def get_x() -> Person | None: 1",
        "def count_x() -> list[int]: 1",
        "def is_x() -> str: 1",
        "def list_x() -> int: 1",
    ):
        assert rules.list_misnamed(snippet("app/domain/x/queries.py", text))
    assert not rules.list_misnamed(snippet("app/domain/x/queries.py", "def find_x() -> tuple[int] | None: 1"))


def defined(folder: str, module_at: int) -> set[str]:
    """Return ``module.function`` of every public function below a folder."""
    return {
        f"{path.split('/')[module_at].removesuffix('.py')}.{function.name}"
        for path, tree in APP.items()
        if path.startswith(folder)
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
    }


def test_no_exception_outlives_its_reason():
    queries = {path: tree for path, tree in DOMAIN.items() if "/queries" in path}
    unscoped = rules.list_without_scope(queries, ABOUT_PEOPLE, ())
    assert set(exceptions.WITHOUT_SCOPE) - set(unscoped) == set()
    assert set(exceptions.WITHOUT_ACTOR) - set(rules.list_without_actor(WORKFLOWS, ())) == set()
    assert set(exceptions.UNASKED) - defined("app/workflows/", -1) == set()
    assert set(exceptions.BROAD_EXCEPTS) - set(APP) == set()
