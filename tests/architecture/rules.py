"""The rules of the house, each a function from sources to the places that break it."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from tests.architecture.source import (
    Function,
    Sources,
    calls,
    dotted,
    functions,
    imported,
    meaning,
    name_of,
    public_functions,
)

VIEW_LINES, FUNCTION_LINES, MODULE_LINES = 20, 50, 450
QUERIES = r"app/domain/[a-z]+/queries(\.py|/[a-z_]+\.py)"
FOUNDATION = r"app/foundation/[a-z_]+\.py"

HOMES: Mapping[str, str] = {
    "commit": r"app/foundation/db\.py",
    "select": rf"{QUERIES}|{FOUNDATION}",
    "exec_driver_sql": FOUNDATION,
    "render_template": r"app/web/.+\.py",
}
"""Verb → where alone it may be called."""


def list_strays(sources: Sources, verb: str) -> list[str]:
    """Return where a verb is called outside its home."""
    return [
        f"{path}:{call.lineno} {verb}"
        for path, tree in sources.items()
        if not re.fullmatch(HOMES[verb], path)
        for call in calls(tree)
        if name_of(call.func) == verb
    ]


def list_hidden_words(sources: Sources) -> list[str]:
    """Return where a text is translated within an f-string: Babel finds none of them there."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        if any(isinstance(part, ast.Name) and part.id in {"_", "N_", "ngettext"} for part in ast.walk(node))
    ]


def list_written_selects(sources: Sources) -> list[str]:
    """Return where a SELECT is written as text outside of queries and foundation."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in sources.items()
        if not re.fullmatch(HOMES["select"], path)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        if isinstance(node.value, str) and re.match(r"\s*(SELECT|WITH)\s[^a-z]*[a-z_*]", node.value)
        if " FROM " in node.value
    ]


def is_view(function: Function) -> bool:
    """Tell whether a function is an endpoint of a blueprint."""
    return any(
        dotted(call.func).startswith("blueprint.") for node in function.decorator_list for call in calls(node)
    )


def list_long_views(sources: Sources) -> list[str]:
    """Return the views that do too much."""
    return [
        place(path, view)
        for path, tree in sources.items()
        for view in functions(tree)
        if is_view(view) and length(view) >= VIEW_LINES
    ]


def list_long_functions(sources: Sources) -> list[str]:
    """Return the functions that do too much."""
    return [
        place(path, function)
        for path, tree in sources.items()
        for function in functions(tree)
        if length(function) >= FUNCTION_LINES
    ]


def list_long_modules(lines: Mapping[str, int]) -> list[str]:
    """Return the modules that hold too much."""
    return [f"{path} {count}" for path, count in lines.items() if count >= MODULE_LINES]


def list_without_docstring(sources: Sources) -> list[str]:
    """Return the modules whose first line does not say what they are; an empty one of tests may be silent."""
    return [
        path
        for path, tree in sources.items()
        if tree.body or path.startswith("app/")
        if not (ast.get_docstring(tree) or "").partition("\n")[0].endswith((".", ":"))
    ]


def list_vague_names(sources: Sources) -> list[str]:
    """Return the modules and folders that are named after nothing."""
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "tools", "lib"}
    return [path for path in sources if vague & {part.removesuffix(".py") for part in path.split("/")[1:]}]


def list_dangers(sources: Sources) -> list[str]:
    """Return where text is run as code, or bytes become objects of any kind."""
    return [
        f"{path} {danger}"
        for path, tree in sources.items()
        for names in [imported(tree)]
        for node in ast.walk(tree)
        for danger in _dangers(node, names)
    ]


_RUNS = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.full_load",
}
_UNPACKS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"}


def _dangers(node: ast.AST, names: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Call):
        called = meaning(node.func, names)
        if called in _RUNS:
            yield called
        for keyword in node.keywords:
            if keyword.arg == "shell" and getattr(keyword.value, "value", None) is True:
                yield "shell=True"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        modules = (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
        yield from (module for module in modules if module.partition(".")[0] in _UNPACKS)


def list_broad_excepts(sources: Sources, allowed: Collection[str]) -> list[str]:
    """Return where any failure at all is swallowed."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in sources.items()
        if path not in allowed
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or name_of(node.type) in {"Exception", "BaseException"}
        if not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    ]


def list_made_scopes(sources: Sources) -> list[str]:
    """Return where a Scope is made other than by ``scope_of``."""
    return [
        f"{path}:{call.lineno}"
        for path, tree in sources.items()
        if path != "app/domain/access/policy.py"
        for call in calls(tree)
        if name_of(call.func) == "Scope"
        or (name_of(call.func) == "replace" and any(k.arg in {"paths", "everything"} for k in call.keywords))
    ]


def list_made_system_actors(sources: Sources) -> list[str]:
    """Return where the system is let act other than by jobs and commands."""
    return [
        f"{path}:{call.lineno}"
        for path, tree in sources.items()
        if not path.startswith(("app/jobs/", "app/cli/")) and path != "app/domain/access/values.py"
        for call in calls(tree)
        if dotted(call.func).endswith("Actor.system") or any(k.arg == "is_system" for k in call.keywords)
    ]


def list_enqueued(sources: Sources) -> tuple[set[str], list[str]]:
    """Return the names of all jobs that are enqueued, and where one is no plain text."""
    names: set[str] = set()
    strays: list[str] = []
    for path, tree in sources.items():
        for call in calls(tree):
            if name_of(call.func) not in {"enqueue", "enqueue_each"}:
                continue
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                names.add(first.value)
            else:
                strays.append(f"{path}:{call.lineno}")
    return names, strays


def list_without_scope(sources: Sources, rooms: Collection[str], allowed: Collection[str]) -> list[str]:
    """Return the queries about people that do not take a Scope first; ``allowed`` are ``room.function``."""
    return [
        qualified
        for path, tree in sources.items()
        if (room := path.split("/")[2] if re.fullmatch(QUERIES, path) else "") in rooms
        for function in public_functions(tree)
        if (qualified := f"{room}.{function.name}") not in allowed
        if not _is_clause(function) and not _takes_first(function, "scope", "Scope")
    ]


def _is_clause(function: Function) -> bool:
    """Tell whether a function returns a part of a statement, and so no rows."""
    returned = ast.unparse(function.returns) if function.returns else ""
    return (
        re.match(r"((Sequence|list|tuple)\[)?(ColumnElement|Subquery|CTE|AnySelect|Select)\b", returned)
        is not None
    )


def list_without_actor(sources: Sources, allowed: Collection[str]) -> list[str]:
    """Return the workflows that are not asked for by an actor; ``allowed`` are ``module.function``."""
    return [
        qualified
        for path, tree in sources.items()
        for function in public_functions(tree)
        if (qualified := f"{path.rpartition('/')[2][:-3]}.{function.name}") not in allowed
        if not _takes_first(function, "actor", "Actor")
    ]


def _takes_first(function: Function, name: str, kind: str) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    if not arguments or arguments[0].arg != name:
        return False
    annotation = arguments[0].annotation
    return annotation is not None and ast.unparse(annotation).strip("\"'") == kind


def list_misnamed(sources: Sources) -> list[str]:
    """Return the queries whose name promises something else than they return."""
    return [
        f"{place(path, function)} -> {returned}"
        for path, tree in sources.items()
        if re.fullmatch(QUERIES, path)
        for function in public_functions(tree)
        if function.returns is not None
        for returned in [ast.unparse(function.returns).strip("\"'")]
        if not _keeps_promise(function.name, returned)
    ]


_MANY = r"(Sequence|list|tuple|Iterator|Iterable|Mapping|dict|set|frozenset)\b.*"
_PROMISES = {
    "find": r".*\| None",
    "get": r"(?!.*\| None$).*",
    "list": _MANY,
    "count": rf"(?!{_MANY}).*|tuple\[int(, int)*\]",
    "is": "bool",
    "has": "bool",
    "may": "bool",
}


def _keeps_promise(name: str, returned: str) -> bool:
    verb, underscore, _ = name.partition("_")
    return not underscore or re.fullmatch(_PROMISES.get(verb, ".*"), returned) is not None


def length(function: Function) -> int:
    """Return the lines of a function after its ``def``, decorators not counted."""
    return (function.end_lineno or function.lineno) - function.lineno


def place(path: str, function: Function) -> str:
    """Return where a function stands."""
    return f"{path}:{function.lineno} {function.name}"
