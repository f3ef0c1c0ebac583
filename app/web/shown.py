"""How values are shown: dates, numbers, marks and texts by language; the filters of the templates."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_percent
from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, format_time, get_locale
from markupsafe import Markup

from app.domain.assessments.models import Attempt
from app.domain.assessments.rules import period
from app.domain.assessments.values import Response
from app.domain.catalogue.values import Duration
from app.domain.certificates.models import Certificate
from app.domain.tasks.rules import count_words
from app.foundation import clock
from app.foundation.i18n import content_language
from app.web import labels
from app.web.session import choose_locale

_MEGABYTE = 1_000_000


def install(app: Flask) -> None:
    """Teach the templates the filters."""
    app.jinja_env.filters.update(
        day=day,
        exact=exact,
        file_size=file_size,
        hour=hour,
        in_json=in_json,
        iso_day=iso_day,
        moment=moment,
        month=month,
        number=number,
        percent=percent,
        points=points,
        text=text_of,
        rendered=rendered,
        second=second,
    )
    app.jinja_env.globals.update(
        audiences=labels.AUDIENCES,
        certificate_state=certificate_state,
        certificate_states=labels.CERTIFICATE_STATES,
        course_forms=labels.FORMS,
        course_levels=labels.COURSE_LEVELS,
        earned_points=earned_points,
        language_names=labels.LANGUAGE_NAMES,
        language_options=language_options,
        links_to=links_to,
        minutes_of=minutes_of,
        progress_states=labels.PROGRESS_STATES,
        proofs=labels.PROOFS,
        results=labels.RESULTS,
        seat_states=labels.SEAT_STATES,
        tracks=labels.TRACKS,
        words_in=count_words,
    )


def day(value: date | datetime | None) -> str:
    """Return a date in the page's language; a moment's in the reader's zone."""
    return "" if value is None else format_date(value, "long")


def month(value: date) -> str:
    """Return the month of a date in the page's language, with its year."""
    return str(format_date(value, "LLLL y"))


def moment(value: datetime | None) -> str:
    """Return a moment in the page's language and the reader's zone."""
    return "" if value is None else format_datetime(value, "medium")


def exact(value: datetime) -> str:
    """Return a moment in the page's language and the reader's zone, which is named: for what is printed and kept."""
    return str(format_datetime(value, "long"))


def hour(value: datetime | None) -> str:
    """Return the time of day of a moment in the page's language and the reader's zone."""
    return "" if value is None else format_time(value, "short")


def second(value: datetime | None) -> str:
    """Return the time of day of a moment to the second, in the page's language and the reader's zone."""
    return "" if value is None else format_time(value, "medium")


def in_json(response: Response) -> str:
    """Return an answer as ``rules.read_shown`` reads it back from a hidden field."""
    return json.dumps(response, ensure_ascii=False)


def iso_day(value: str | None) -> str:
    """Return an ISO date of a snapshot in the page's language."""
    return "" if value is None else day(date.fromisoformat(value))


def number(value: Decimal | float) -> str:
    """Return a number in the page's language, without needless noughts."""
    return str(format_decimal(value.normalize() if isinstance(value, Decimal) else value))


def percent(basis_points: int | None) -> str:
    """Return a mark of basis points as percent, at most two decimals, as the page's language writes it."""
    if basis_points is None:
        return ""
    return format_percent(Decimal(basis_points) / 10000, locale=get_locale(), decimal_quantization=False)


def points(value: Fraction) -> str:
    """Return exact points, at most two decimals, as the page's language writes them."""
    return str(format_decimal(round(float(value), 2)))


def file_size(size: int) -> str:
    """Return a number of bytes in kB or MB, at most one decimal."""
    if size < _MEGABYTE:
        return f"{format_decimal(max(1, round(size / 1000)))} kB"
    return f"{format_decimal(round(size / _MEGABYTE, 1))} MB"


def links_to(complaints: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what is wrong, by field, as links to the fields; a question's first input is ``q3-1``."""
    return [
        {"href": f"#{field}-1" if field.startswith("q") else f"#{field}", "text": words}
        for field, words in complaints.items()
    ]


def text_of(texts: Mapping[str, str], language: str | None = None) -> str:
    """Return a text in a language, else in the page's, else in the first that there is."""
    wanted = language or content_language(choose_locale())
    return texts.get(wanted) or next(iter(texts.values()), "")


def rendered(html: str) -> Markup:
    """Return HTML that was sanitised when its course was published, to be sent as it is."""
    return Markup(html)  # noqa: S704 -- Only columns written by the publisher come here.


def minutes_of(duration: Duration) -> int:
    """Return a time limit in whole minutes."""
    return int((period(duration) or timedelta()).total_seconds() // 60)


def language_options(languages: Sequence[str]) -> list[tuple[str, str]]:
    """Return content languages as choices, each in its own words."""
    return [(tag, labels.LANGUAGE_NAMES.get(tag, tag)) for tag in languages]


def earned_points(attempt: Attempt) -> str:
    """Return the points of an attempt, at most two decimals."""
    return points(Fraction(attempt.earned or "0"))


def certificate_state(certificate: Certificate) -> str:
    """Return what a certificate is worth today."""
    return certificate.state_on(clock.now().date()).value
