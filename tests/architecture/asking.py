"""Whether a workflow asks ``require`` before it writes: its calls in order, private functions opened."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from tests.architecture.source import Function, Sources, imported, meaning, public_functions

_ASKS = "app.domain.access.policy.require"
_WRITES = (
    "app.foundation.audit.record",
    "app.foundation.mail.post",
    "app.foundation.queue.enqueue",
    "app.foundation.queue.enqueue_each",
    "app.foundation.chain.seal",
)


def list_unasked(sources: Sources, allowed: Collection[str]) -> list[str]:
    """Return the workflows that write before they asked; ``allowed`` are ``module.function``."""
    return [
        qualified
        for path, tree in sources.items()
        for function in public_functions(tree)
        if (qualified := f"{path.rpartition('/')[2][:-3]}.{function.name}") not in allowed
        if next(_steps(function, _private(tree), imported(tree), ()), None) == "write"
    ]


def _private(tree: ast.Module) -> Mapping[str, Function]:
    return {node.name: node for node in tree.body if isinstance(node, Function)}


def _steps(
    function: Function, here: Mapping[str, Function], names: Mapping[str, str], within: tuple[str, ...]
) -> Iterator[str]:
    """Yield ``ask`` and ``write`` as the function's calls do so, in the order in which they are made."""
    for call in _in_order(function):
        called = meaning(call.func, names)
        if called == _ASKS or (called.startswith("app.workflows.") and _passes_actor(call)):
            yield "ask"
        elif _writes(call, called, names):
            yield "write"
        elif called in here and called not in within:
            yield from _steps(here[called], here, names, (*within, called))


def _writes(call: ast.Call, called: str, names: Mapping[str, str]) -> bool:
    if called in _WRITES or re.match(r"app\.domain\.[a-z]+\.service\.", called):
        return True
    is_put = isinstance(call.func, ast.Attribute) and call.func.attr == "put"
    kept = call.func.value if is_put else None
    return isinstance(kept, ast.Call) and meaning(kept.func, names) == "app.foundation.files.store"


def _passes_actor(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Name) and call.args[0].id == "actor"


def _in_order(function: Function) -> list[ast.Call]:
    """Return the calls in the order in which they end, which is that in which they are made."""
    found = (
        node for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Call)
    )
    return sorted(found, key=lambda call: (call.end_lineno, call.end_col_offset))
