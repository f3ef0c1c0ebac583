"""The texts of a QTI item as Markdown: its body without the interaction, options, feedback, and pictures beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from posixpath import dirname

from app.formats.html_markdown import to_line, to_markdown, to_words
from app.formats.qti_package import Item, Package
from app.formats.qti_responses import Response
from app.formats.question_draft import Draft, Media, within_limit
from app.formats.xml_tree import Xml
from app.foundation.i18n import N_

_LEFT_OUT = frozenset({"rubricBlock", "feedbackBlock", "templateBlock", "templateInline", "printedVariable"})
_PASSED = frozenset({"stylesheet", "prompt", "feedbackInline"})

Instead = Callable[[Xml], str | None]


@dataclass(slots=True)
class Body:
    """An item while it is read."""

    draft: Draft
    item: Item
    responses: Mapping[str, Response]
    media: Media
    instead: dict[str, Instead] = field(default_factory=dict)

    @property
    def root(self) -> Xml:
        """The element of the item."""
        return self.item.root

    def response(self, interaction: Xml) -> Response:
        """Return the response that an interaction gives."""
        return self.responses.get(interaction.given.get("responseIdentifier", ""), Response())

    def text(self) -> str:
        """Return the whole body as Markdown; ``instead`` says what stands in the place of interactions."""
        body = self.root.find("itemBody")
        return (
            "" if body is None else self.draft.tell(to_markdown(_html(body, self.within), self.media.address))
        )

    def prompt(self, interaction: Xml) -> str:
        """Return what an interaction asks."""
        prompt = interaction.find("prompt")
        return (
            ""
            if prompt is None
            else self.draft.tell(to_markdown(_html(prompt, self.within), self.media.address))
        )

    def line(self, element: Xml) -> str:
        """Return an option as the inside of a paragraph, without the feedback in it."""
        return self.draft.tell(to_line(_html(element, self.within), self.media.address))

    def words(self, element: Xml) -> str:
        """Return the words that are seen of an element."""
        return to_words(_html(element, self.within))

    def feedback(self, option: Xml) -> str:
        """Return what is said to whoever chose an option."""
        name = option.given.get("identifier", "")
        found = [each for each in option.every("feedbackInline") if each.given.get("identifier") == name]
        found += [each for each in self.root.all("modalFeedback") if each.given.get("identifier") == name]
        parts = [
            self.draft.tell(to_line(_html(each, _nothing), self.media.address))
            for each in found
            if _is_shown(each)
        ]
        return "<br>".join(part for part in parts if part)

    def explanation(self, options: list[Xml]) -> str:
        """Return what is said after the answer: the one remark to no option, else the one to right answers."""
        names = {option.given.get("identifier", "") for option in options}
        remarks = [
            each for each in self.root.all("modalFeedback") if each.given.get("identifier", "") not in names
        ]
        remarks = [each for each in remarks if _is_shown(each) and to_words(_html(each, _nothing))]
        right = [each for each in remarks if _means_right(each.given.get("identifier", ""))]
        chosen = remarks[0] if len(remarks) == 1 else next(iter(right), None)
        if len(remarks) > 1 or (remarks and chosen is None):
            self.draft.left_out(
                N_("What it says to right, partly right and wrong answers as a whole was left out.")
            )
        if chosen is None:
            return ""
        return self.draft.tell(to_markdown(_html(chosen, _nothing), self.media.address))

    def within(self, element: Xml) -> str | None:
        """Return what stands in the place of an element of the body, or None for the element itself."""
        if element.tag in self.instead:
            return self.instead[element.tag](element)
        if element.tag in _LEFT_OUT:
            self.draft.left_out(N_("“%(what)s” was left out of its text."), what=f"<{element.tag}>")
            return ""
        if element.tag == "object" and element.given.get("type", "").startswith("image/"):
            words = " ".join(element.text().split())
            return f'<img src="{escape(element.given.get("data", ""))}" alt="{escape(words)}">'
        return "" if element.tag in _PASSED else None


def body_of(draft: Draft, item: Item, package: Package, responses: Mapping[str, Response]) -> Body:
    """Return an item ready to be read."""
    return Body(draft, item, responses, Media(draft, package.files, folder=dirname(item.path)))


def _html(element: Xml, instead: Instead) -> str:
    return within_limit(element.html(instead))


def _nothing(_element: Xml) -> str | None:
    return None


def _is_shown(element: Xml) -> bool:
    return element.given.get("showHide", "show") == "show"


def _means_right(name: str) -> bool:
    low = name.lower()
    return "correct" in low and "incorrect" not in low
