"""Reads certificates/<name>/design.yaml into a ``Design`` and refuses one that is not whole."""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

import yaml

from app.domain.certificates.values import Snapshot
from app.formats.certificate_shapes import (
    PLACES,
    Cells,
    Colour,
    Column,
    Design,
    FontName,
    Frame,
    Kind,
    Logo,
    Part,
    Phrase,
    QrCode,
    Rosette,
    Rule,
    Seal,
    Style,
    Wording,
    placeholders,
)

__all__ = ["BrokenDesign", "Design", "list_kinds", "load"]
_LARGEST = 200_000  # bytes of a design.yaml
_MONTHS = 12
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_FONT_FILE = re.compile(r"[A-Za-z0-9-]+\.ttf")
_PARTS: Mapping[str, type[Part]] = {
    "frame": Frame,
    "rosette": Rosette,
    "rule": Rule,
    "logo": Logo,
    "qr": QrCode,
    "column": Column,
    "seal": Seal,
    "cells": Cells,
}
_TYPE_NAMES: Mapping[object, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
}
_Record = TypeVar("_Record")
_Named = TypeVar("_Named")


class BrokenDesign(Exception):
    """A design.yaml that cannot be used: its text names the file, the key and what is wrong there."""


def load(folder: Path) -> Design:
    """Read certificates/<name>/ and check all of it; kept until design.yaml is written again.

    Raises BrokenDesign for an unknown or missing key, a wrong type, a colour, style or font that is not
    declared, a placeholder that is neither a particular nor a phrase, and a phrase that a language lacks or
    that nothing uses.
    """
    path = folder.resolve() / "design.yaml"
    try:
        written = path.stat().st_mtime_ns
    except OSError as error:
        raise BrokenDesign(f"{path}: {error.strerror}") from error
    return _load(path, written)


def list_kinds(designs: Path) -> Mapping[str, tuple[Kind, ...]]:
    """Return design → the kinds of certificates that it is made for, of all in a folder that can be used."""
    found: dict[str, tuple[Kind, ...]] = {}
    for file in sorted(designs.glob("*/design.yaml")):
        with suppress(BrokenDesign):
            found[file.parent.name] = load(file.parent).kinds
    return found


@lru_cache(maxsize=32)
def _load(path: Path, written: int) -> Design:  # noqa: ARG001 -- A file written later is another entry.
    try:
        design = _Reader(path).design(_tree(path))
        _check(design)
    except _Wrong as wrong:
        raise BrokenDesign(f"{path}: {wrong}") from wrong
    return design


class _Wrong(Exception):
    """What is wrong at which key."""


class _OnceLoader(yaml.SafeLoader):
    """The safe loader, for which a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise _Wrong(f"line {key.start_mark.line + 1}: {name} is given twice")
            seen.add(name)
        return super().construct_mapping(node, deep)


def _tree(path: Path) -> Mapping[str, object]:
    content = path.read_bytes()
    if len(content) > _LARGEST:
        raise _Wrong(f"is larger than {_LARGEST} bytes")
    try:
        return _mapping(yaml.load(content, _OnceLoader), "design")  # noqa: S506 -- It is a safe loader.
    except yaml.YAMLError as error:
        raise _Wrong(str(error)) from error


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise _Wrong(f"{where}: must be a mapping of names")
    return value


class _Reader:
    """Builds the values of a design by their type hints: the dataclasses above are the schema."""

    def __init__(self, path: Path) -> None:
        self._name = path.parent.name
        self._font_folder = path.parent.parent / "fonts"
        self._colours: dict[str, Colour] = {}
        self._fonts: tuple[str, ...] = ()
        self._kinds: tuple[str, ...] = ()
        self._styles: dict[str, Style] = {}
        self._special: Mapping[object, Callable[[object, str], object]] = {
            Colour: self._colour,
            FontName: self._font,
            Path: self._font_file,
            Style: self._style,
            Phrase: self._phrase,
            Part: self._part,
        }

    def design(self, tree: Mapping[str, object]) -> Design:
        rest = {"name": self._name, **tree}
        for name, value in _mapping(rest.pop("colours", {}), "colours").items():
            if not isinstance(value, str) or not _COLOUR.fullmatch(value):
                raise _Wrong(f"colours.{name}: must be written as '#17365d'")
            self._colours[name] = Colour(value)
        self._fonts = tuple(_mapping(rest.get("fonts", {}), "fonts"))
        if "kinds" in rest:
            self._kinds = self._read_kinds(rest["kinds"])
        for name, value in _mapping(rest.pop("styles", {}), "styles").items():
            self._styles[name] = self._record(Style, value, f"styles.{name}")
        return self._record(Design, rest, "design")

    def _read_kinds(self, value: object) -> tuple[str, ...]:
        kinds = cast("tuple[str, ...]", self._value(tuple[Kind, ...], value, "kinds"))
        if not kinds or len(set(kinds)) != len(kinds):
            raise _Wrong("kinds: must name each kind of certificates that the design is made for, once")
        return kinds

    def _record(self, cls: type[_Record], value: object, where: str) -> _Record:
        given = _mapping(value, where)
        hints = get_type_hints(cls)
        for name in sorted(given.keys() - hints.keys()):
            raise _Wrong(f"{where}.{name}: is not known here")
        for each in fields(cast("type[Any]", cls)):
            if each.default is MISSING and each.name not in given:
                raise _Wrong(f"{where}.{each.name}: is missing")
        return cls(**{name: self._value(hints[name], given[name], f"{where}.{name}") for name in given})

    def _value(self, hint: Any, value: object, where: str) -> object:  # noqa: ANN401 -- A type hint has no type.
        if hint in self._special:
            return self._special[hint](value, where)
        if get_origin(hint) is tuple:
            if not isinstance(value, list):
                raise _Wrong(f"{where}: must be a list")
            return tuple(
                self._value(get_args(hint)[0], each, f"{where}[{n}]") for n, each in enumerate(value)
            )
        if get_origin(hint) is Mapping:
            inner = get_args(hint)[1]
            return {k: self._value(inner, v, f"{where}.{k}") for k, v in _mapping(value, where).items()}
        if is_dataclass(hint):
            return self._record(cast("type[Any]", hint), value, where)
        return _scalar(hint, value, where)

    def _colour(self, value: object, where: str) -> Colour:
        return _named(self._colours, value, where)

    def _style(self, value: object, where: str) -> Style:
        return _named(self._styles, value, where)

    def _font(self, value: object, where: str) -> str:
        return _named({name: name for name in self._fonts}, value, where)

    def _font_file(self, value: object, where: str) -> Path:
        if not isinstance(value, str) or not _FONT_FILE.fullmatch(value):
            raise _Wrong(f"{where}: must be the name of a .ttf file")
        path = self._font_folder / value
        if not path.is_file():
            raise _Wrong(f"{where}: there is no {path}")
        return path

    def _phrase(self, value: object, where: str) -> Phrase:
        if isinstance(value, str):
            return Phrase(dict.fromkeys(self._kinds, value))
        given = _mapping(value, where)
        for kind in sorted(given.keys() ^ set(self._kinds)):
            raise _Wrong(f"{where}.{kind}: {'is not known here' if kind in given else 'is missing'}")
        return Phrase({kind: str(_scalar(str, given[kind], f"{where}.{kind}")) for kind in self._kinds})

    def _part(self, value: object, where: str) -> object:
        members = dict(_mapping(value, where))
        cls = _named(_PARTS, members.pop("part", None), f"{where}.part")
        return self._record(cls, members, where)


def _named(known: Mapping[str, _Named], value: object, where: str) -> _Named:
    if not isinstance(value, str) or value not in known:
        raise _Wrong(f"{where}: {value} is none of {', '.join(known)}")
    return known[value]


def _scalar(hint: object, value: object, where: str) -> object:
    if get_origin(hint) is Literal:
        return _named({name: name for name in get_args(hint)}, value, where)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if type(value) is hint:
        return value
    raise _Wrong(f"{where}: must be {_TYPE_NAMES[hint]}")


def _check(design: Design) -> None:
    _check_mandatory(design.mandatory, "mandatory")
    for country, names in design.mandatory_in.items():
        if not _COUNTRY.fullmatch(country):
            raise _Wrong(f"mandatory_in.{country}: must be a country in two capital letters")
        _check_mandatory(names, f"mandatory_in.{country}")
    if sum(isinstance(part, Seal) for part in design.parts) != 1:
        raise _Wrong("parts: one of them must be the seal")
    for language, wording in design.wording.items():
        _check_wording(design, wording, f"wording.{language}")


def _check_mandatory(names: Collection[str], where: str) -> None:
    for name in names:
        if name not in get_type_hints(Snapshot):
            raise _Wrong(f"{where}: {name} is no particular of a certificate")


def _check_wording(design: Design, wording: Wording, where: str) -> None:
    if len(wording.months) != _MONTHS:
        raise _Wrong(f"{where}.months: must be twelve")
    _check_places(wording.name, {"family_name", "given_name"}, f"{where}.name")
    _check_places(wording.date, {"day", "month", "year"}, f"{where}.date")
    _check_places(wording.course, {"title", "version", "hours"}, f"{where}.course")
    for name, phrase in wording.phrases.items():
        _check_places("".join(phrase.words.values()), PLACES, f"{where}.phrases.{name}")
        if name in PLACES:
            raise _Wrong(f"{where}.phrases.{name}: is the name of a particular")
    for text in design.texts():
        _check_places(text, PLACES | wording.phrases.keys(), f"{where}.phrases, for {text!r}")
    _check_use(design, wording, where)


def _check_places(text: str, known: Collection[str], where: str) -> None:
    for name in placeholders(text):
        if name not in known:
            raise _Wrong(f"{where}: there is nothing to put for {{{name}}}")
    if text.count("{") != len(placeholders(text)) or text.count("}") != len(placeholders(text)):
        raise _Wrong(f"{where}: a brace stands alone in {text!r}")


def _check_use(design: Design, wording: Wording, where: str) -> None:
    used = {name for text in design.texts() for name in placeholders(text)}
    for name in sorted(wording.phrases.keys() - used):
        raise _Wrong(f"{where}.phrases.{name}: is used by no text")
    if ("course_list" in used) != bool(wording.course):
        raise _Wrong(f"{where}.course: {'is used by no text' if wording.course else 'is missing'}")
