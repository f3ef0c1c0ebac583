"""The texts of a Moodle question as Markdown, by the format each names, and the files that lie in them."""

import re
from dataclasses import dataclass
from html import escape, unescape

from app.formats.html_markdown import to_line, to_markdown, to_words
from app.formats.question_draft import Draft, Media, decode_base64, within_limit
from app.formats.question_wording import from_markdown, one_line
from app.formats.xml_tree import Xml
from app.foundation.i18n import N_

FILES = "@@PLUGINFILE@@"
_IN_MARKDOWN = re.compile(rf"{FILES}/([^)\s\"'>]+)")
_NAME_LIMIT = 250  # a name has 255 letters in Moodle's table
_FORMATS = frozenset({"html", "moodle_auto_format", "plain_text", "markdown"})


@dataclass(slots=True)
class Texts:
    """Reads the texts of one question; ``usual`` is the format of those that name none."""

    draft: Draft
    usual: str = "moodle_auto_format"

    def blocks(self, element: Xml | None) -> str:
        """Return a text as blocks of Markdown."""
        if element is None:
            return ""
        return self.blocks_of(source(element), element)

    def blocks_of(self, text: str, element: Xml) -> str:
        """Return the text of an element, changed by the caller, as blocks of Markdown."""
        media = self._media(element)
        if self.format(element) == "markdown":
            found = self._markdown(text, media)
        else:
            found = self.draft.tell(to_markdown(self._html(text, element), media.address))
        self._tell_unused(media)
        return found

    def line(self, element: Xml | None) -> str:
        """Return a text as the inside of a paragraph."""
        if element is None:
            return ""
        media = self._media(element)
        text = source(element)
        if self.format(element) == "markdown":
            written = self._markdown(text, media)
            found = one_line(written) if re.search(r"\n\s*\n", written) else written
        else:
            found = self.draft.tell(to_line(self._html(text, element), media.address))
        self._tell_unused(media)
        return found

    def words(self, element: Xml) -> str:
        """Return a text as the words that a learner types or chooses."""
        text = source(element)
        return to_words(text) if element.given.get("format") == "html" else " ".join(text.split())

    def format(self, element: Xml) -> str:
        """Return the format that a text names, or the usual one."""
        named = element.given.get("format", self.usual)
        return named if named in _FORMATS else self.usual

    def _html(self, text: str, element: Xml) -> str:
        kind = self.format(element)
        if kind == "plain_text":
            return escape(text.strip(), quote=False).replace("\n", "<br>")
        return text.strip().replace("\n", "<br>") if kind == "moodle_auto_format" else text

    def _markdown(self, text: str, media: Media) -> str:
        def placed(found: re.Match[str]) -> str:
            return media.address(found.group()) or found[1]

        return _IN_MARKDOWN.sub(placed, from_markdown(text).strip("\n"))

    def _media(self, element: Xml) -> Media:
        files: dict[str, bytes] = {}
        for each in element.all("file"):
            data = decode_base64(each.text()) if each.given.get("encoding", "base64") == "base64" else None
            name = each.given.get("name", "")
            if data is None:
                self.draft.ledger.left_out(
                    self.draft.key,
                    each.line,
                    N_("The file “%(name)s” is not written in base64 and was left out."),
                    name=name,
                )
            else:
                files[f"{each.given.get('path', '/')}{name}".lstrip("/")] = data
        return Media(self.draft, files, f"{FILES}/")

    def _tell_unused(self, media: Media) -> None:
        for name in media.files.keys() - media.used:
            self.draft.left_out(N_("The file “%(name)s” is shown nowhere and was left out."), name=name)


def source(element: Xml) -> str:
    """Return what a text element holds: its own text, or its elements as HTML where they were not escaped.

    Raises NotCarried where it is longer than a question may be.
    """
    text = element.find("text")
    if text is None:
        return ""
    is_open = any(True for _ in text.elements())
    return within_limit(text.html(lambda _: None) if is_open else text.text())


def name_of(heading: str) -> str:
    """Return what a question is called in Moodle's lists: the words of its heading."""
    words = unescape(re.sub(r"\\([^\w\s])", r"\1", heading))
    return " ".join(words.split())[:_NAME_LIMIT].rstrip()
