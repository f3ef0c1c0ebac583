"""Opens what QTI comes in: one item, or a package with a manifest, a test and items (IMS Content Packaging 1.2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from app.formats.course_zip import ArchiveRefused, unpack
from app.formats.question_exchange import SIZE_LIMIT, Ledger, Unreadable, area_of, check_size, read_number
from app.formats.xml_tree import Xml, read_xml
from app.foundation.i18n import N_

MANIFEST = "imsmanifest.xml"
ITEM, TEST = "assessmentItem", "assessmentTest"


@dataclass(frozen=True, slots=True)
class Item:
    """An item, the path of its file in the package, the section it stands in and its weight in the test."""

    root: Xml
    path: str = ""
    area: str | None = None
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Package:
    """The items in their order, and all files by path."""

    items: tuple[Item, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item is named: the path of its file, the line that names it, its section and weight."""

    path: str
    line: int
    area: str | None = None
    weight: Decimal = Decimal(1)


def open_package(data: bytes, ledger: Ledger) -> Package:
    """Return the items of a file; raises Unreadable."""
    check_size(data)
    if not data.startswith(b"PK"):
        return Package(tuple(_alone(read_xml(data, ledger), ledger)))
    try:
        files = unpack(data, SIZE_LIMIT)
    except ArchiveRefused as error:
        raise Unreadable(1, error.reason, **error.values) from error
    return Package(tuple(_items(files, ledger)), files)


def _alone(root: Xml, ledger: Ledger) -> Iterator[Item]:
    if root.tag == ITEM:
        yield Item(root)
        return
    if root.tag == TEST:
        raise Unreadable(
            root.line, N_("A test names its items in other files: put all of them into a ZIP archive.")
        )
    if root.tag == "questestinterop":
        raise Unreadable(root.line, N_("This is QTI 1: save it as QTI 2.1 or 2.2."))
    if root.tag == "qti-assessment-item":
        raise Unreadable(root.line, N_("This is QTI 3: save it as QTI 2.1 or 2.2."))
    items = root.every(ITEM)
    if not items:
        raise Unreadable(root.line, N_("This is no QTI 2: an item begins with <assessmentItem>."))
    ledger.changed("", root.line, N_("Items stand within <%(tag)s>, which was passed over."), tag=root.tag)
    for each in items:
        yield Item(each)


def _items(files: Mapping[str, bytes], ledger: Ledger) -> Iterator[Item]:
    """Yield the items that the package names, and after them those that it holds without naming them."""
    done: set[str] = set()
    for place in _places(files, ledger):
        if place.path in done:
            continue
        done.add(place.path)
        if place.path not in files:
            ledger.left_out(
                place.path,
                place.line,
                N_("The package names “%(path)s” and does not hold it."),
                path=place.path,
            )
            continue
        root = _root(place.path, files, ledger)
        if root is not None and root.tag == ITEM:
            yield Item(root, place.path, place.area, place.weight)
        elif root is not None:
            ledger.left_out(
                place.path, root.line, N_("This is no QTI 2: an item begins with <assessmentItem>.")
            )
    if not done:
        raise Unreadable(1, N_("The archive holds no item of QTI 2."))


def _places(files: Mapping[str, bytes], ledger: Ledger) -> Iterator[_Place]:
    manifest = min((path for path in files if path.rpartition("/")[2] == MANIFEST), key=len, default=None)
    if manifest is None:
        yield from _found(files, ledger)
        return
    root = _root(manifest, files, ledger)
    resources = [] if root is None else root.every("resource")
    for kind in ("test", "item"):
        for each in resources:
            if f"_{kind}_" in each.given.get("type", ""):
                path = _resolved(manifest, each.given.get("href", ""))
                named = _Place(path, each.line)
                yield from _of_test(path, files, ledger) if kind == "test" else [named]


def _found(files: Mapping[str, bytes], ledger: Ledger) -> Iterator[_Place]:
    """Yield the items of an archive without a manifest: the tests first."""
    paths = sorted(path for path in files if path.lower().endswith(".xml"))
    tests = [path for path in paths if f"<{TEST}".encode() in files[path][:4000]]
    for path in tests:
        yield from _of_test(path, files, ledger)
    yield from (_Place(path, 1) for path in paths if f"<{ITEM}".encode() in files[path][:4000])


def _of_test(path: str, files: Mapping[str, bytes], ledger: Ledger) -> Iterator[_Place]:
    root = _root(path, files, ledger) if path in files else None
    if root is None:
        return
    ledger.changed(
        path,
        root.line,
        N_("Of the test “%(title)s” only the items were taken."),
        title=root.given.get("title", ""),
    )
    waiting: list[tuple[Xml, str]] = [(root, "")]
    while waiting:
        element, title = waiting.pop()
        if element.tag == "assessmentItemRef":
            weight = element.find("weight")
            value = read_number(weight.given.get("value", "1")) if weight is not None else None
            target = _resolved(path, element.given.get("href", ""))
            yield _Place(target, element.line, area_of(title.replace("/", " ")), value or Decimal(1))
        title = element.given.get("title", title) if element.tag == "assessmentSection" else title
        waiting += [(each, title) for each in reversed(list(element.elements()))]


def _resolved(path: str, href: str) -> str:
    return normpath(join(dirname(path), unquote(href.partition("#")[0])))


def _root(path: str, files: Mapping[str, bytes], ledger: Ledger) -> Xml | None:
    """Return the root of a file of the package; one that cannot be read is left out."""
    try:
        return read_xml(files[path], ledger)
    except Unreadable as error:
        ledger.left_out(path, error.line, error.reason, **error.values)
        return None
