"""A new course to begin from, in the language of its author: the files in new_course/, with names filled in."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from app.formats import serbian
from app.formats.yaml_fields import is_id
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

TEMPLATES = Path(__file__).parent / "new_course"
TASKS = Path(__file__).parent / "task_example"
LANGUAGES = ("en", "cs", "sr-Cyrl", "sr-Latn", "uk", "bg")
"""The content languages that a course can be begun in."""

_LAW_AS_OF = date(2026, 1, 1)
_YEARS_TO_REVIEW = 3
_TITLE_LIMIT = 200


def new_course(
    slug: str, owner: str, language: str, title: str, law_as_of: date = _LAW_AS_OF
) -> Mapping[str, bytes]:
    """Return the files of a course that the checker finds nothing to mend in; raises Invalid."""
    if not is_id(slug):
        raise Invalid("slug", N_("Use a-z, 0-9 and hyphens, and begin with a letter."))
    if language not in LANGUAGES:
        raise Invalid("language", N_("There is no template in this language."))
    plain_title = " ".join(title.split())
    if not plain_title or len(plain_title) > _TITLE_LIMIT:
        raise Invalid("title", N_("Enter a title."))
    review_by = date(law_as_of.year + _YEARS_TO_REVIEW, law_as_of.month, min(law_as_of.day, 28))
    places = {
        "@SLUG@": slug,
        "@OWNER@": owner,
        "@LANGUAGE@": language,
        "@TITLE@": json.dumps(plain_title, ensure_ascii=False),
        "@LAW@": law_as_of.isoformat(),
        "@REVIEW@": review_by.isoformat(),
    }
    files = {}
    for file in sorted((TEMPLATES / _origin(language)).iterdir()):
        text = _read(file, language)
        for place, value in places.items():
            text = text.replace(place, value)
        path = file.name if file.suffix == ".yaml" else f"{language}/{file.name}"
        files[path] = text.encode()
    return files


def task_example(language: str) -> bytes:
    """Return an example of practical work; no new course begins with it, for a test with a task waits for people."""
    return _read(TASKS / f"{_origin(language)}.md", language).encode()


def _origin(language: str) -> str:
    return "sr-Cyrl" if language == "sr-Latn" else language


def _read(file: Path, language: str) -> str:
    text = file.read_text(encoding="utf-8")
    return serbian.to_latin(text) if language == "sr-Latn" else text
