"""Frozen dataclasses as JSON values, and back: for what is stored whole, such as a paper or a snapshot.

Decimals become text, dates ISO 8601, enumerations their values, tuples lists. A field that is missing in what
was stored takes its default, so that a value may gain fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def dump(value: object) -> Any:  # noqa: ANN401 -- JSON is of any type.
    """Return a value as JSON knows it."""
    if isinstance(value, Enum | Decimal | date):
        return _as_text(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): dump(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [dump(each) for each in value]
    if is_dataclass(value):
        return {field.name: dump(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is no plain value")


def _as_text(value: Enum | Decimal | date) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else str(value)


def load(kind: type[T], data: Mapping[str, Any]) -> T:
    """Return a dataclass from what ``dump`` made of it."""
    loader: Any = _loader
    made: T = loader(kind)(data)
    return made


@cache
def _loader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 -- Type expressions have no common type.
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _optional(_loader(next(each for each in arguments if each is not NoneType)))
    if origin is tuple:
        return _many(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_loader(arguments[1]))
    return _record(kind) if is_dataclass(kind) else _simple(kind)


def _simple(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 -- Any type.
    if kind in {date, datetime}:
        made: Callable[[Any], Any] = kind.fromisoformat
        return made
    return kind if isinstance(kind, type) and issubclass(kind, Enum | Decimal) else _itself


def _itself(value: object) -> object:
    return value


def _optional(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else inner(value)


def _many(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if arguments[-1] is Ellipsis:
        inner = _loader(arguments[0])
        if inner is _itself:
            return tuple
        return lambda values: tuple(inner(value) for value in values)
    inners = tuple(_loader(each) for each in arguments)
    return lambda values: tuple(inner(value) for inner, value in zip(inners, values, strict=True))


def _mapping(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: {key: inner(value) for key, value in values.items()}


def _record(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 -- Any dataclass.
    hints = get_type_hints(kind)
    loaders = {field.name: _loader(hints[field.name]) for field in fields(kind)}
    names = loaders.keys()
    changed = [(name, loader) for name, loader in loaders.items() if loader is not _itself]

    def make(data: Mapping[str, Any]) -> object:
        values = {name: data[name] for name in data.keys() & names} if data.keys() - names else dict(data)
        for name, loader in changed:
            if name in values:
                values[name] = loader(values[name])
        return kind(**values)

    return make
