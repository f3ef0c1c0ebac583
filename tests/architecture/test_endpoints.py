"""Rules that hold for every endpoint, whoever adds the next one."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from app.domain.access.gate import is_declared, public
from tests.architecture import exceptions
from tests.architecture.source import ROOT

TEMPLATES = ROOT / "app" / "web" / "templates"
FRAMES = {"components", "layouts"}


def list_undeclared(rules: Iterable[Rule], views: dict[str, Callable[..., object]]) -> list[str]:
    """Return the endpoints that do not say who may come in."""
    return [rule.endpoint for rule in rules if not is_declared(views[rule.endpoint])]


def list_ill_addressed(rules: Iterable[Rule]) -> list[str]:
    """Return the addresses with a parameter of no type, or with letters that are not of kebab-case."""
    return [
        rule.rule
        for rule in rules
        if any(":" not in name for name in re.findall(r"<([^>]+)>", rule.rule))
        or re.search(r"[A-Z_]|[^/]/$", re.sub(r"<[^>]+>", "x", rule.rule))
    ]


def rendered(source: str) -> Iterator[str]:
    """Yield the templates that a source renders by name."""
    yield from re.findall(r'render_template\(\s*"([^"]+)"', source)


def list_ill_rendered(sources: Iterable[tuple[str, str]], shared: dict[str, str]) -> list[str]:
    """Return the endpoints that render a template of another name, but for those that share one."""
    return [
        f"{endpoint}: {name}"
        for endpoint, source in sources
        for name in rendered(source)
        if name not in {endpoint.replace(".", "/") + ".html", shared.get(endpoint)}
    ]


def list_orphans(templates: dict[str, str], code: str) -> list[str]:
    """Return the templates that no code and no other template names."""
    texts = {name: "".join(text for other, text in templates.items() if other != name) for name in templates}
    return [name for name, others in texts.items() if f'"{name}"' not in code and f'"{name}"' not in others]


@pytest.fixture
def views(sqlite_app: Flask) -> dict[str, Callable[..., object]]:
    return sqlite_app.view_functions


@pytest.fixture
def rules(sqlite_app: Flask) -> list[Rule]:
    return list(sqlite_app.url_map.iter_rules())


def made(*addresses: str) -> list[Rule]:
    """Return rules of addresses, to try a check on."""
    return list(Map([Rule(address, endpoint="audience.page") for address in addresses]).iter_rules())


def test_every_endpoint_declares_who_may_come_in(rules, views):
    assert len(rules) > 20
    assert list_undeclared(rules, views) == []


def test_an_undeclared_endpoint_is_seen():
    def page() -> str:
        return ""

    assert list_undeclared(made("/x"), {"audience.page": page}) == ["audience.page"]
    assert list_undeclared(made("/x"), {"audience.page": public(page)}) == []


def test_every_url_parameter_is_typed_and_every_path_is_kebab_case(rules):
    assert list_ill_addressed(rules) == []


@pytest.mark.parametrize("address", ["/x/<slug>", "/My-page", "/my_page", "/pages/"])
def test_an_ill_formed_address_is_seen(address):
    assert list_ill_addressed(made(address)) == [address]


def test_every_page_renders_the_template_of_its_own_name(rules, views):
    sources = [(rule.endpoint, inspect.getsource(inspect.unwrap(views[rule.endpoint]))) for rule in rules]
    assert list_ill_rendered(sources, exceptions.SHARED_TEMPLATES) == []
    assert set(exceptions.SHARED_TEMPLATES) - set(views) == set()


def test_a_template_of_another_name_is_seen():
    source = 'return render_template(\n  "audience/other.html", x=1)'
    assert list_ill_rendered([("audience.page", source)], {}) == ["audience.page: audience/other.html"]


def test_no_template_is_an_orphan():
    templates = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
    }
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    assert list_orphans(templates, code) == []


def test_an_orphan_is_seen():
    templates = {"a.html": '{% extends "b.html" %}', "b.html": "", "c.html": '{% import "c.html" %}'}
    assert list_orphans(templates, 'render_template("a.html")') == ["c.html"]
