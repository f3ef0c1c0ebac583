"""Reads questions of QTI 2.1 and 2.2: one item, or a ZIP archive with a manifest, a test and items."""

from app.formats.qti_body import Body, body_of
from app.formats.qti_interactions import INLINE, READERS, read_inline
from app.formats.qti_package import Item, Package, open_package
from app.formats.qti_responses import has_own_rules, points_of_item, read_responses
from app.formats.question_draft import Draft
from app.formats.question_exchange import Exchange, Ledger, NotCarried
from app.formats.question_markdown import settled
from app.formats.xml_tree import Xml
from app.foundation.i18n import N_


def read(data: bytes) -> Exchange:
    """Return the questions of a QTI file or package and the loss report; raises Unreadable."""
    ledger = Ledger()
    package = open_package(data, ledger)
    for item in package.items:
        _read_item(item, package, ledger)
    return settled(ledger)


def _read_item(item: Item, package: Package, ledger: Ledger) -> None:
    root = item.root
    identifier = root.given.get("identifier", "")
    name = " ".join(root.given.get("title", "").split()) or identifier or item.path
    responses = read_responses(root)
    draft = Draft(
        ledger,
        ledger.key(name, identifier),
        name,
        root.line,
        area=item.area,
        points=points_of_item(root, responses) * item.weight,
    )
    if has_own_rules(root):
        draft.changed(N_("It had rules of marking of its own: look whether the right answers are right."))
    body = body_of(draft, item, package, responses)
    try:
        _read_interactions(root, body)
    except NotCarried as error:
        draft.left_out(error.message, **error.values)


def _read_interactions(root: Xml, body: Body) -> None:
    if root.every("templateDeclaration") or root.given.get("adaptive") == "true":
        raise NotCarried(N_("It changes while it is answered, or draws its numbers: that has no like here."))
    holder = root.find("itemBody")
    found = [] if holder is None else _interactions(holder)
    if not found:
        raise NotCarried(N_("A description asks nothing: put its text into a module of the course."))
    if all(each.tag in INLINE for each in found):
        read_inline(body, found)
    elif len(found) > 1:
        raise NotCarried(N_("It asks several things at once: make a question of each."))
    elif found[0].tag in READERS:
        READERS[found[0].tag](body, found[0])
    else:
        raise NotCarried(N_("Questions of the type “%(kind)s” have no like here."), kind=found[0].tag)


def _interactions(element: Xml) -> list[Xml]:
    """Return the interactions in an element, in their order."""
    found: list[Xml] = []
    for each in element.elements():
        found += [each] if each.tag.endswith("Interaction") else _interactions(each)
    return found
