"""Reads course.yaml: what a course is, whom it is for, when it counts as completed, and how it is tested."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.catalogue.values import (
    Assessment,
    Audience,
    CertificateKind,
    CertificateRule,
    Completion,
    CourseMeta,
    Duration,
    Feedback,
    Form,
    Level,
    PlaceOfTest,
    Source,
    Track,
)
from app.formats import yaml_fields as fields_of
from app.formats.report import Report
from app.formats.source_text import read_lines
from app.formats.yaml_fields import Fields, Languages
from app.formats.yaml_tree import Scalar, Table, Tree, read_tree
from app.foundation.i18n import N_

FILE = "course.yaml"
NO_DAY = date(1970, 1, 1)

_NO_LISTS: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class MetaRead:
    """What course.yaml says, and the line of each key by its dotted path (``assessment.draw.licences``)."""

    meta: CourseMeta
    lines: Mapping[str, int]

    def line(self, path: str) -> int:
        """Return the line of a key, of the nearest key around it where it was left out, or 1."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path.rpartition(".")[0]
        return 1


def read_meta(data: bytes, report: Report) -> MetaRead | None:
    """Read course.yaml; None where it is no YAML table or names no language, so that nothing else can be judged."""
    lines = read_lines(data, report)
    tree = read_tree("\n".join(lines), report) if lines is not None else None
    if tree is None:
        return None
    if not isinstance(tree, Table):
        report.error(tree.line, N_("This file must hold keys, such as “id: open-data-basics”."))
        return None
    fields = Fields(tree, report)
    languages = fields.need("languages", fields_of.list_of(fields_of.language), fields_of.NO_WORDS)
    if not languages:
        report.error(
            fields.lines.get("languages", 1), N_("A course needs at least one language: languages: [en].")
        )
        return None
    meta = _meta(fields, Languages(languages, languages[0]))
    fields.close()
    return MetaRead(meta, fields.lines)


def _meta(fields: Fields, languages: Languages) -> CourseMeta:
    return CourseMeta(
        slug=fields.need("id", fields_of.identifier, ""),
        owner=fields.need("owner", fields_of.code, ""),
        track=fields.need("track", fields_of.one_of(Track), Track.OTHER),
        languages=languages.all,
        title=complete_texts(fields, "title", languages),
        summary=complete_texts(fields, "summary", languages),
        objectives=_objectives(fields, languages),
        hours=fields.need("hours", fields_of.quarter_hours, Decimal(1)),
        form=fields.need("form", fields_of.one_of(Form), Form.DISTANCE),
        level=fields.take("level", fields_of.one_of(Level), Level.BEGINNER),
        audience=fields.take("audience", fields_of.list_of(fields_of.one_of(Audience)), ()),
        prerequisites=fields.take("prerequisites", fields_of.list_of(fields_of.identifier), ()),
        accreditation=fields.take("accreditation", fields_of.nothing_or(fields_of.text), None),
        law_as_of=fields.need("law_as_of", fields_of.day, NO_DAY),
        review_by=fields.take("review_by", fields_of.nothing_or(fields_of.day), None),
        authors=fields.take("authors", fields_of.list_of(fields_of.text), ()),
        licence=fields.take("licence", fields_of.code, ""),
        sources=fields.take("sources", fields_of.list_of(_source_reader(languages)), ()),
        completion=_completion(fields.inner("completion")),
        assessment=_assessment(fields.inner("assessment")),
        certificate=_certificate(fields.inner("certificate")),
    )


def complete_texts(fields: Fields, key: str, languages: Languages) -> Mapping[str, str]:
    """Take a text that is needed at least in the first language, and complete it for the others."""
    read = languages.titles if key == "title" else languages.texts
    texts = fields.need(key, read, fields_of.NO_TEXTS)
    _tell_missing(fields, key, texts, languages)
    return fields_of.complete_texts(texts, languages.all)


def _objectives(fields: Fields, languages: Languages) -> Mapping[str, tuple[str, ...]]:
    lists = fields.take("objectives", languages.lists, _NO_LISTS)
    if "objectives" in fields.lines:
        _tell_missing(fields, "objectives", lists, languages)
    if not lists:
        return dict.fromkeys(languages.all, ())
    longest = max(len(items) for items in lists.values())
    by_place = [
        fields_of.complete_texts(
            {tag: items[place] for tag, items in lists.items() if place < len(items)}, languages.all
        )
        for place in range(longest)
    ]
    return {tag: tuple(texts[tag] for texts in by_place) for tag in languages.all}


def _tell_missing(fields: Fields, key: str, texts: Mapping[str, object], languages: Languages) -> None:
    line = fields.lines.get(key)
    if line is None:
        return
    if languages.plain not in texts:
        fields.report.error(
            line,
            N_("“%(key)s” needs a text in %(language)s, the first of the languages."),
            key=key,
            language=languages.plain,
        )
        return
    for tag in languages.all:
        if tag not in texts and not (tag == "sr-Latn" and "sr-Cyrl" in texts):
            fields.report.warn(
                line,
                N_("“%(key)s” has no text in %(language)s: readers will get it in %(source)s."),
                key=key,
                language=tag,
                source=languages.plain,
            )


def _source_reader(languages: Languages) -> fields_of.Reader[Source]:
    def read(node: Tree, report: Report) -> Source | None:
        if not isinstance(node, Table):
            report.error(node.line, N_("A source has two keys: title and url."))
            return None
        fields = Fields(node, report)
        titles = fields.need("title", languages.titles, fields_of.NO_TEXTS)
        if "title" in fields.lines and languages.plain not in titles:
            report.error(node.line, N_("A source needs a title in %(language)s."), language=languages.plain)
        url = fields.need("url", _address, "")
        fields.close()
        return Source(fields_of.complete_texts(titles, languages.all), url)

    return read


def _address(node: Tree, report: Report) -> str | None:
    written = node.text if isinstance(node, Scalar) else ""
    if re.fullmatch(r"https?://[^\s<>\"'\\]{3,2000}", written):
        return written
    report.error(node.line, N_("“%(text)s” is no address of a page: begin it with https://."), text=written)
    return None


def _completion(fields: Fields | None) -> Completion:
    if fields is None:
        return Completion()
    completion = Completion(
        modules=fields.take("modules", _all_or(fields_of.whole(0, 999)), None),
        attendance=fields.take("attendance", fields_of.whole(0, 100), 0),
    )
    fields.close()
    return completion


def _all_or(read: fields_of.Reader[int]) -> fields_of.Reader[int]:
    def read_or_all(node: Tree, report: Report) -> int | None:
        if isinstance(node, Scalar) and node.text == "all":
            return None
        return read(node, report)

    return read_or_all


def _assessment(fields: Fields | None) -> Assessment | None:
    if fields is None:
        return None
    assessment = Assessment(
        draw=_draw(fields),
        pass_mark=fields.take("pass_mark", fields_of.whole(1, 100), 60),
        attempts=fields.take("attempts", fields_of.whole(0, 1000), 0),
        cooldown=fields.take("cooldown", _cooldown, None),
        time_limit=fields.take("time_limit", fields_of.nothing_or(fields_of.duration("min", "h")), None),
        shuffle=fields.take("shuffle", fields_of.yes_or_no, True),
        feedback=fields.take("feedback", fields_of.one_of(Feedback), Feedback.AFTER_SUBMIT),
        markers=fields.take("markers", fields_of.whole(1, 2), 1),
        place=fields.take("place", fields_of.one_of(PlaceOfTest), PlaceOfTest.ONLINE),
    )
    fields.close()
    return assessment


def _cooldown(node: Tree, report: Report) -> Duration | None:
    if isinstance(node, Scalar) and node.text == "0":
        return None
    return fields_of.duration("min", "h", "d")(node, report)


def _draw(fields: Fields) -> Mapping[str, int | None] | None:
    node = fields.table.entries.get("draw")
    if node is None or (isinstance(node, Scalar) and node.text == "all"):
        fields.take("draw", lambda _node, _report: None, None)
        return None
    areas = fields.inner("draw")
    if areas is None or not areas.table.entries:
        fields.report.error(node.line, N_("“draw” is the word all, or maps areas to numbers: “licences: 4”."))
        return None
    return {area: areas.take(area, _all_or(fields_of.whole(1, 999)), None) for area in areas.table.entries}


def _certificate(fields: Fields | None) -> CertificateRule:
    if fields is None:
        return CertificateRule()
    rule = CertificateRule(
        kind=fields.take("kind", fields_of.one_of(CertificateKind), CertificateKind.NONE),
        design=fields.take("design", fields_of.identifier, "standard"),
        valid_for=fields.take("valid_for", fields_of.nothing_or(fields_of.duration("mo", "y")), None),
        valid_until=fields.take("valid_until", fields_of.nothing_or(fields_of.day_of_year), None),
        renewal_window=fields.take("renewal_window", fields_of.nothing_or(fields_of.duration("d")), None),
        renewal_course=fields.take("renewal_course", fields_of.nothing_or(fields_of.identifier), None),
    )
    fields.close()
    return rule
