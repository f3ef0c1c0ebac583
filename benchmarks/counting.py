"""How many statements an act runs: counted by SQLAlchemy's events, BEGIN and COMMIT not among them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Yield the list to which every statement is added that runs meanwhile, once for each of its executions."""
    statements: list[str] = []

    def note(
        _connection: object, _cursor: object, statement: str, given: object, _context: object, many: bool
    ) -> None:
        if not statement.lstrip().upper().startswith(_NOT_COUNTED):
            statements.extend([statement] * (len(given) if many and isinstance(given, list) else 1))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
