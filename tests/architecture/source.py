"""Reading the code as data: what the rules of the house are checked by.

A rule is a function from sources to the places that break it, so that each can be tried on a bad snippet.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Sources = Mapping[str, ast.Module]
"""Modules by their path from the root of the repository."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def read(*folders: str) -> Sources:
    """Return every module below folders of the repository."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def snippet(path: str, text: str) -> Sources:
    """Return one module as sources, to try a rule on."""
    return {path: ast.parse(text)}


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def public_functions(tree: ast.Module) -> Iterator[Function]:
    """Yield the functions that a module offers."""
    return (node for node in tree.body if isinstance(node, Function) and not node.name.startswith("_"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield every call."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(node: ast.expr) -> str:
    """Return the last name of a name or attribute: ``commit`` of ``db.session.commit``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """Return the whole of a name or attribute: ``db.session.commit``."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def imported(tree: ast.AST) -> Mapping[str, str]:
    """Return what each imported name stands for: ``persons`` → ``app.domain.people.service``."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def meaning(node: ast.expr, names: Mapping[str, str]) -> str:
    """Return what an expression names, its first part resolved by the module's imports."""
    first, dot, rest = dotted(node).partition(".")
    return f"{names.get(first, first)}{dot}{rest}"
