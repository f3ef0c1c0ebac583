"""Reads a model programme: an ordered list of courses, one YAML file in courses/programmes/."""

from app.domain.catalogue.values import Form, ProgrammeCertificate, ProgrammeDraft, Track
from app.formats import yaml_fields as fields_of
from app.formats.course_yaml import complete_texts
from app.formats.report import Report
from app.formats.source_text import read_lines
from app.formats.surroundings import Surroundings, check_design, check_owner
from app.formats.yaml_fields import Fields, Languages
from app.formats.yaml_tree import Table, read_tree
from app.foundation.i18n import N_


def read_programme_draft(
    name: str, data: bytes, surroundings: Surroundings, report: Report
) -> ProgrammeDraft | None:
    """Read the file ``programmes/<name>.yaml``; None where it is no YAML table or names no language."""
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
            fields.lines.get("languages", 1), N_("A programme needs at least one language: languages: [en].")
        )
        return None
    draft = ProgrammeDraft(
        slug=fields.need("id", fields_of.identifier, ""),
        owner=fields.need("owner", fields_of.code, ""),
        track=fields.need("track", fields_of.one_of(Track), Track.OTHER),
        languages=languages,
        title=complete_texts(fields, "title", Languages(languages, languages[0])),
        form=fields.need("form", fields_of.one_of(Form), Form.DISTANCE),
        courses=fields.need("courses", fields_of.list_of(fields_of.identifier), ()),
        is_ordered=fields.take("ordered", fields_of.yes_or_no, False),
        deadline=fields.take("deadline", fields_of.nothing_or(fields_of.duration("d", "mo")), None),
        design=_design(fields.inner("certificate")),
    )
    fields.close()
    _check(name, draft, fields, surroundings)
    return draft


def _design(fields: Fields | None) -> str | None:
    """Return the design of the certificates, None where there are to be none."""
    if fields is None:
        return "programme"
    kind = fields.take("kind", fields_of.one_of(ProgrammeCertificate), ProgrammeCertificate.PROGRAMME)
    design = fields.take("design", fields_of.identifier, "programme")
    fields.close()
    return design if kind is ProgrammeCertificate.PROGRAMME else None


def _check(name: str, draft: ProgrammeDraft, fields: Fields, surroundings: Surroundings) -> None:
    report = fields.report
    if draft.slug and draft.slug != name:
        report.error(
            fields.lines["id"],
            N_("The id “%(id)s” must equal the file's name “%(name)s”: change one of them."),
            id=draft.slug,
            name=name,
        )
    check_owner(draft.owner, fields.lines.get("owner", 1), surroundings, report)
    if draft.design is not None:
        line = fields.lines.get("certificate.design", fields.lines.get("certificate", 1))
        check_design(draft.design, ProgrammeCertificate.PROGRAMME.value, line, surroundings, report)
    line = fields.lines.get("courses", 1)
    if not draft.courses and "courses" in fields.lines:
        report.error(line, N_("A programme needs at least one course."))
    for slug in draft.courses:
        if slug not in surroundings.courses:
            report.error(
                _line_of(fields, slug), N_("There is no course “%(course)s”: correct its id."), course=slug
            )


def _line_of(fields: Fields, slug: str) -> int:
    node = fields.table.entries["courses"]
    items = getattr(node, "items", ())
    return next((item.line for item in items if getattr(item, "text", "") == slug), node.line)
