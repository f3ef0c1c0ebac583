"""What is right in a QTI item: its response declarations, mappings and the way its responses are processed.

The rules are those of the IMS QTI 2.1 and 2.2 information models: ``match_correct`` gives all or nothing,
``map_response`` adds up the values of a mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.formats.question_draft import WHOLE
from app.formats.question_exchange import read_number
from app.formats.xml_tree import Xml

_KNOWN_RULES = ("match", "mapResponse", "equal", "stringMatch")


@dataclass(frozen=True, slots=True)
class Response:
    """A response declaration: its right values, and what a mapping gives for each."""

    is_single: bool = True
    base: str = "identifier"
    correct: tuple[str, ...] = ()
    values: Mapping[str, Decimal] = field(default_factory=dict)
    default: Decimal = Decimal(0)
    is_mapped: bool = False
    is_exact: bool = True
    tolerance: Decimal = Decimal(0)

    @property
    def most(self) -> Decimal:
        """The most points that its mapping gives: those of the best value, or of all good ones together."""
        good = [value for value in self.values.values() if value > 0]
        return (max(good) if self.is_single else sum(good, Decimal(0))) if good else Decimal(0)

    def weight(self, key: str) -> Decimal:
        """Return what a value counts, in percent of the whole."""
        if self.is_mapped and self.most:
            return self.values.get(key, self.default) * WHOLE / self.most
        count = 1 if self.is_single else max(len(self.correct), 1)
        if key in self.correct:
            return WHOLE / count
        return Decimal(0) if self.is_single else -WHOLE / count

    def right(self) -> tuple[str, ...]:
        """Return the right values: those declared, else those that a mapping gives points for."""
        return self.correct or tuple(key for key, value in self.values.items() if value > 0)


def read_responses(root: Xml) -> Mapping[str, Response]:
    """Return the responses of an item by identifier."""
    processing = root.find("responseProcessing")
    return {
        each.given.get("identifier", ""): _read_response(each, processing)
        for each in root.all("responseDeclaration")
    }


def has_own_rules(root: Xml) -> bool:
    """Tell whether an item is marked by rules that are neither of the usual ones."""
    processing = root.find("responseProcessing")
    return (
        processing is not None
        and any(True for _ in processing.elements())
        and not processing.every(*_KNOWN_RULES)
    )


def points_of_item(root: Xml, responses: Mapping[str, Response]) -> Decimal:
    """Return the most points of an item: those that it declares, else those that its mappings give."""
    for each in root.all("outcomeDeclaration"):
        if each.given.get("identifier") == "MAXSCORE":
            value = read_number(each.value("defaultValue", "value"))
        elif each.given.get("identifier") == "SCORE":
            value = read_number(each.given.get("normalMaximum", ""))
        else:
            continue
        if value is not None and value > 0:
            return value
    return sum((each.most for each in responses.values() if each.is_mapped), Decimal(0)) or Decimal(1)


def _read_response(declaration: Xml, processing: Xml | None) -> Response:
    right = declaration.find("correctResponse")
    mapping = declaration.find("mapping")
    entries = mapping.all("mapEntry") if mapping is not None else []
    values = {
        each.given.get("mapKey", ""): read_number(each.given.get("mappedValue", "")) or Decimal(0)
        for each in entries
    }
    default = read_number(mapping.given.get("defaultValue", "0")) if mapping is not None else None
    correct = tuple(each.text().strip() for each in right.all("value")) if right is not None else ()
    identifier = declaration.given.get("identifier", "")
    return Response(
        is_single=declaration.given.get("cardinality", "single") == "single",
        base=declaration.given.get("baseType", "identifier"),
        correct=correct,
        values=values,
        default=default or Decimal(0),
        is_mapped=bool(values) and (not correct or _is_mapped(identifier, processing)),
        is_exact=not any(each.given.get("caseSensitive") == "false" for each in entries)
        and not _is_matched_loosely(identifier, processing),
        tolerance=_tolerance(identifier, processing),
    )


def _is_mapped(identifier: str, processing: Xml | None) -> bool:
    if processing is None:
        return False
    template = processing.given.get("template", "") or processing.given.get("templateLocation", "")
    if "map_response" in template:
        return True
    return any(each.given.get("identifier") == identifier for each in processing.every("mapResponse"))


def _rules(tag: str, identifier: str, processing: Xml | None) -> list[Xml]:
    """Return the rules of a name that look at a response."""
    return [
        each
        for each in (processing.every(tag) if processing is not None else [])
        if any(variable.given.get("identifier") == identifier for variable in each.every("variable"))
    ]


def _is_matched_loosely(identifier: str, processing: Xml | None) -> bool:
    return any(
        each.given.get("caseSensitive") == "false" for each in _rules("stringMatch", identifier, processing)
    )


def _tolerance(identifier: str, processing: Xml | None) -> Decimal:
    for each in _rules("equal", identifier, processing):
        if each.given.get("toleranceMode") == "absolute":
            return abs(read_number((each.given.get("tolerance", "").split() or ["0"])[0]) or Decimal(0))
    return Decimal(0)
