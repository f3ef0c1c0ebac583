"""Bring the catalogues up to date (`make translations`): collect words, update locales, derive Serbian Latin.

Serbian is written in Cyrillic; its Latin catalogue is made from that, word by word, and never edited.
"""

import re
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.formats.serbian import to_latin
from app.foundation.i18n import CATALOGUES, LOCALES

WRITTEN, SOURCE, DERIVED = "en", "sr", "sr_Latn"
"""The words in the code are English; Serbian Latin follows Serbian Cyrillic."""

WIDTH = 110
KEYWORDS = ("-k", "N_", "-k", "lazy_gettext", "-k", "lazy_ngettext:1,2")


def main() -> None:
    """Collect, update, derive."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        about = ("--project=Gradivo", "--version=1", "--copyright-holder=Gradivo contributors")
        places = ("--add-location=file", "--sort-by-file")
        pybabel("extract", "-F", "babel.cfg", *KEYWORDS, *about, *places, "-o", template, ".")
        for locale in LOCALES:
            if locale not in {WRITTEN, DERIVED}:
                update(locale, template)
    derive()


def update(locale: str, template: Path) -> None:
    """Update the catalogue of a locale: new words empty, gone words dropped, nothing guessed."""
    catalogue = path_of(locale)
    if not catalogue.exists():
        pybabel("init", "-l", locale, "-i", template, "-o", catalogue, "-w", WIDTH)
        return
    flags = ("--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date")
    pybabel("update", "-l", locale, "-i", template, "-o", catalogue, "-w", WIDTH, *flags)


def derive() -> None:
    """Write the Serbian Latin catalogue from the Cyrillic one."""
    with path_of(SOURCE).open("rb") as stream:
        source = read_po(stream, locale=SOURCE)
    target = Catalog(
        locale=DERIVED,
        project=source.project,
        version=source.version,
        creation_date=source.creation_date,
        revision_date=source.revision_date,
        charset="utf-8",
        fuzzy=False,
        header_comment=f"# Derived from {SOURCE} by `make translations`; do not edit.",
    )
    for message in source:
        if message.id:
            target.add(
                message.id,
                latin(message.string),
                locations=message.locations,
                flags=message.flags,
                context=message.context,
            )
    path_of(DERIVED).parent.mkdir(parents=True, exist_ok=True)
    with path_of(DERIVED).open("wb") as stream:
        write_po(stream, target, width=WIDTH, include_lineno=False)


def latin(string: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    """Return a translation, or each of its plural forms, in Latin letters; its places stay as they are."""
    if not isinstance(string, str):
        return tuple(str(latin(form)) for form in string)
    parts = re.split(r"(%\(\w+\)[sd])", string)
    return "".join(part if part.startswith("%(") else to_latin(part) for part in parts)


def path_of(locale: str) -> Path:
    """Return where the catalogue of a locale lies."""
    return CATALOGUES / locale / "LC_MESSAGES" / "messages.po"


def pybabel(*arguments: object) -> None:
    """Run a pybabel command."""
    CommandLineInterface().run(["pybabel", "--quiet", *(str(argument) for argument in arguments)])


if __name__ == "__main__":
    main()
