"""The few words that rendering itself adds to a text, in the languages that courses are written in.

They belong to the language of the content, not of the reader's interface, and are fixed when a course is published.
"""

from collections.abc import Mapping

from app.formats import serbian

_ENGLISH = {
    "note": "Note",
    "info": "Information",
    "tip": "Tip",
    "hint": "Hint",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
    "attention": "Attention",
    "danger": "Danger",
    "error": "Error",
    "example": "Example",
    "question": "Question",
    "quote": "Quotation",
    "success": "Done",
    "table": "Table",
    "done": "done",
    "open": "not done",
    "back": "Back to footnote {} in the text",
    "captions": "Captions",
}
_CZECH = {
    "note": "Poznámka",
    "info": "Informace",
    "tip": "Tip",
    "hint": "Nápověda",
    "important": "Důležité",
    "warning": "Upozornění",
    "caution": "Pozor",
    "attention": "Pozor",
    "danger": "Nebezpečí",
    "error": "Chyba",
    "example": "Příklad",
    "question": "Otázka",
    "quote": "Citace",
    "success": "Hotovo",
    "table": "Tabulka",
    "done": "hotovo",
    "open": "nehotovo",
    "back": "Zpět k odkazu na poznámku {} v textu",
    "captions": "Titulky",
}
_SERBIAN = {
    "note": "Напомена",
    "info": "Информација",
    "tip": "Савет",
    "hint": "Помоћ",
    "important": "Важно",
    "warning": "Упозорење",
    "caution": "Опрез",
    "attention": "Пажња",
    "danger": "Опасност",
    "error": "Грешка",
    "example": "Пример",
    "question": "Питање",
    "quote": "Навод",
    "success": "Готово",
    "table": "Табела",
    "done": "урађено",
    "open": "није урађено",
    "back": "Назад на позив фусноте {} у тексту",
    "captions": "Титлови",
}
_UKRAINIAN = {
    "note": "Примітка",
    "info": "Інформація",
    "tip": "Порада",
    "hint": "Підказка",
    "important": "Важливо",
    "warning": "Попередження",
    "caution": "Обережно",
    "attention": "Увага",
    "danger": "Небезпека",
    "error": "Помилка",
    "example": "Приклад",
    "question": "Запитання",
    "quote": "Цитата",
    "success": "Готово",
    "table": "Таблиця",
    "done": "виконано",
    "open": "не виконано",
    "back": "Назад до посилання на виноску {} в тексті",
    "captions": "Субтитри",
}
_BULGARIAN = {
    "note": "Бележка",
    "info": "Информация",
    "tip": "Съвет",
    "hint": "Подсказка",
    "important": "Важно",
    "warning": "Предупреждение",
    "caution": "Внимание",
    "attention": "Внимание",
    "danger": "Опасност",
    "error": "Грешка",
    "example": "Пример",
    "question": "Въпрос",
    "quote": "Цитат",
    "success": "Готово",
    "table": "Таблица",
    "done": "направено",
    "open": "не е направено",
    "back": "Обратно към бележка {} в текста",
    "captions": "Субтитри",
}
_WORDS = {
    "en": _ENGLISH,
    "cs": _CZECH,
    "sr-Cyrl": _SERBIAN,
    "sr-Latn": {name: serbian.to_latin(word) for name, word in _SERBIAN.items()},
    "uk": _UKRAINIAN,
    "bg": _BULGARIAN,
}

BOXES = frozenset(_ENGLISH) - {"table", "done", "open", "back", "captions"}
"""The types of admonitions and details that have a style and a title of their own."""


def words_of(language: str) -> Mapping[str, str]:
    """Return the words in a content language; in English where a language has none."""
    return _WORDS.get(language, _ENGLISH)
