"""Text becomes HTML without being escaped only where a reason is written down."""

import re
from collections.abc import Mapping

from tests.architecture import exceptions
from tests.architecture.source import ROOT, Sources, calls, functions, name_of, read, snippet

_UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\|\s*forceescape\b")
_MAKERS = {"Markup", "from_string", "render_template_string"}


def list_unescaped_in_templates(templates: Mapping[str, str]) -> list[str]:
    """Return the templates that switch escaping off."""
    return [path for path, text in templates.items() if _UNESCAPED.search(text)]


def list_unescaped_in_code(sources: Sources) -> list[str]:
    """Return the functions that call a text HTML, or make a template of it."""
    return [
        f"{path}:{function.name}"
        for path, tree in sources.items()
        for function in functions(tree)
        if any(name_of(call.func) in _MAKERS for call in calls(function))
    ]


def test_nothing_becomes_html_without_a_reason():
    templates = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("app/web/templates", "app/mails", "app/papers")
        for path in (ROOT / folder).rglob("*.*")
    }
    found = {*list_unescaped_in_templates(templates), *list_unescaped_in_code(read("app"))}
    assert found == set(exceptions.UNESCAPED)


def test_what_is_not_escaped_is_seen():
    for text in ("{{ name|safe }}", "{{ name | safe }}", "{% autoescape false %}"):
        assert list_unescaped_in_templates({"x.html": text})
    assert not list_unescaped_in_templates({"x.html": "{{ safety }} is safe"})
    assert list_unescaped_in_code(snippet("app/web/x.py", "def page():\n    return Markup(name)"))
