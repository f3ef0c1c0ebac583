"""How templates are rendered: their words in the page's language, their components put together once.

A page asks for some forty words and a dozen components; the ways that Flask-Babel and Jinja take to each of them
for any application were a quarter of what a page cost.
"""

from functools import lru_cache

from flask import Flask
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from app.foundation.i18n import catalogue, fill
from app.web.session import choose_locale


class PageTemplate(Template):
    """A template whose macros are put together once: no page brings other globals along than the application's."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002 -- Jinja's.
        if self._module is None:
            self._module = self.make_module()
        return self._module


def install(app: Flask) -> None:
    """Teach the templates ``_`` and ``ngettext``; Flask-Babel keeps what Python code asks for."""
    app.jinja_env.template_class = PageTemplate
    app.jinja_env.globals.update(_=words, gettext=words, ngettext=counted_words)


def words(text: str, **values: object) -> Markup:
    """Return a text in the page's language; it may hold HTML, its places are filled with escaped values."""
    found = _found(choose_locale(), text)
    return fill(found, values) if values or "%" in found else found


def counted_words(one: str, many: str, num: int, **values: object) -> Markup:
    """Return the text in the page's language that fits a number, which fills ``%(num)s``."""
    found = Markup(catalogue(choose_locale()).ngettext(one, many, num))  # noqa: S704 -- Of our own catalogues.
    return fill(found, {"num": num, **values})


@lru_cache(maxsize=10_000)
def _found(locale: str, text: str) -> Markup:
    return Markup(catalogue(locale).gettext(text) if text else "")  # noqa: S704 -- Of our own catalogues.
