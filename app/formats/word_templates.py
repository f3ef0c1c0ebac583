"""Texts outside of pages, in a locale: the Jinja templates of mails and papers."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.foundation.i18n import catalogue, fill


@cache
def environment(folder: Path, locale: str) -> Environment:
    """Return the templates of a folder; what is filled into HTML is escaped, a value that is missing an error."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words, counted_words = _words_in(locale)
    made.globals.update(_=words, gettext=words, ngettext=counted_words)
    return made


def _words_in(locale: str) -> tuple[Callable[..., str], Callable[..., str]]:
    """Return ``_`` and ``ngettext`` of a locale, as ``web.rendering`` has them for pages."""
    known = catalogue(locale)

    @pass_eval_context
    def words(context: EvalContext, text: str, **values: object) -> str:
        return _filled(context, known.gettext(text), values)

    @pass_eval_context
    def counted_words(context: EvalContext, one: str, many: str, num: int, **values: object) -> str:
        return _filled(context, known.ngettext(one, many, num), {"num": num, **values})

    return words, counted_words


def _filled(context: EvalContext, text: str, values: Mapping[str, object]) -> str:
    return fill(Markup(text) if context.autoescape else text, values)  # noqa: S704 -- Of our own catalogues.
