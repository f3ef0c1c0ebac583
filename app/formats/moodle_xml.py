"""Reads Moodle's XML format of questions, as docs.moodle.org/en/Moodle_XML_format and its exporter write it."""

from decimal import Decimal

from app.formats.html_markdown import to_words
from app.formats.moodle_answers import READERS
from app.formats.moodle_texts import Texts, source
from app.formats.question_draft import Draft, our_tokens
from app.formats.question_exchange import TAG, Exchange, Ledger, NotCarried, Unreadable, area_of, read_number
from app.formats.question_markdown import settled
from app.formats.xml_tree import Xml, read_xml
from app.foundation.i18n import N_

_NAME_LIMIT = 60
_HELP = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def read(data: bytes) -> Exchange:
    """Return the questions of a Moodle XML file and the loss report; raises Unreadable."""
    ledger = Ledger()
    root = read_xml(data, ledger)
    if root.tag != "quiz":
        raise Unreadable(root.line, N_("This is no Moodle XML: it begins with <quiz>."))
    area: str | None = None
    for element in root.elements():
        kind = element.given.get("type", "")
        if element.tag != "question":
            ledger.left_out("", element.line, N_("“%(what)s” was left out."), what=f"<{element.tag}>")
        elif kind == "category":
            area = area_of(element.value("category", "text"))
        else:
            _read_question(element, kind, area, ledger)
    return settled(ledger)


def _read_question(element: Xml, kind: str, area: str | None, ledger: Ledger) -> None:
    name = " ".join(element.value("name", "text").split())
    reader = READERS.get(kind)
    shown = name or to_words(element.value("questiontext", "text")[:1000])[:_NAME_LIMIT]
    if reader is None:
        ledger.left_out(shown, element.line, _why_not(kind), kind=kind)
        return
    tags = [" ".join(tag.value("text").split()) for tags in element.all("tags") for tag in tags.all("tag")]
    own = element.value("idnumber")
    draft = Draft(
        ledger, ledger.key(shown, own), name or shown, element.line, our_tokens(tags), area, _mark(element)
    )
    if element.value("hidden") == "1":
        draft.flags.add("retired")
    text = element.find("questiontext")
    usual = text.given.get("format", "moodle_auto_format") if text is not None else "moodle_auto_format"
    try:
        _tell_what_stays(draft, element, [tag for tag in tags if not tag.startswith(TAG)])
        reader(draft, element, Texts(draft, usual))
    except NotCarried as error:
        draft.left_out(error.message, **error.values)


def _why_not(kind: str) -> str:
    if kind == "description":
        return N_("A description asks nothing: put its text into a module of the course.")
    return N_("Questions of the type “%(kind)s” have no like here.")


def _mark(element: Xml) -> Decimal:
    return read_number(element.value("defaultgrade") or "1") or Decimal(1)


def _tell_what_stays(draft: Draft, element: Xml, tags: list[str]) -> None:
    """Note what no question here has: tags, hints, what is said to right and wrong answers alike, penalties."""
    if any(tags):
        draft.left_out(N_("Its tags were left out: %(tags)s."), tags=", ".join(filter(None, tags)))
    if any(to_words(source(hint)) for hint in element.all("hint")):
        draft.left_out(N_("Its hints were left out: a test gives none."))
    if any(to_words(source(each)) for name in _HELP for each in element.all(name)):
        draft.left_out(N_("What it says to right, partly right and wrong answers as a whole was left out."))
    if read_number(element.value("penalty") or "0"):
        draft.ledger.left_out(
            "", 1, N_("Penalties for repeated tries were left out: an answer is given once.")
        )
