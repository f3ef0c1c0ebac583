"""Reads the particulars of an issuer from YAML: every error with its line."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.catalogue.values import Finding
from app.domain.territory.values import IssuerParticulars
from app.formats import yaml_fields as fields_of
from app.formats.report import Report, in_order
from app.formats.source_text import read_lines
from app.formats.yaml_fields import Fields, Languages
from app.formats.yaml_tree import Table, Tree, read_tree
from app.foundation.i18n import LOCALES, N_, content_language

_LANGUAGES = Languages(tuple(content_language(locale) for locale in LOCALES), "en")


@dataclass(frozen=True, slots=True)
class IssuerFile:
    """The particulars that a file names, None where it has an error, and what is wrong with it."""

    particulars: IssuerParticulars | None
    findings: tuple[Finding, ...]


def read(data: bytes, file: str) -> IssuerFile:
    """Read a file of particulars; a logo is not written there but uploaded."""
    report = Report(file)
    lines = read_lines(data, report)
    tree = read_tree("\n".join(lines), report) if lines is not None else None
    particulars = _particulars(tree, report) if tree is not None else None
    findings = in_order(report.findings)
    is_wrong = any(finding.is_error for finding in findings)
    return IssuerFile(None if is_wrong else particulars, findings)


def _particulars(tree: Tree, report: Report) -> IssuerParticulars | None:
    if not isinstance(tree, Table):
        report.error(tree.line, N_("This file must hold keys, such as “legal_name: …”."))
        return None
    fields = Fields(tree, report)
    maybe_text = fields_of.nothing_or(fields_of.text)
    made = IssuerParticulars(
        legal_name=fields.need("legal_name", fields_of.text, ""),
        registration_number=fields.need("registration_number", fields_of.code, ""),
        prefix=fields.need("prefix", fields_of.code, ""),
        signatory=fields.need("signatory", fields_of.text, ""),
        function=_completed(fields.need("function", _LANGUAGES.texts, fields_of.NO_TEXTS)),
        place=fields.need("place", fields_of.text, ""),
        accreditation=fields.take("accreditation", maybe_text, None),
        legal_line=_completed(fields.take("legal_line", fields_of.nothing_or(_LANGUAGES.texts), None)),
        funder_line=_completed(fields.take("funder_line", fields_of.nothing_or(_LANGUAGES.texts), None)),
    )
    fields.close()
    return made


def _completed(texts: Mapping[str, str] | None) -> Mapping[str, str]:
    """Add the Latin script of a Serbian text; languages that are not written stay out."""
    if not texts:
        return {}
    derived = fields_of.complete_texts(texts, ("sr-Latn",)) if "sr-Cyrl" in texts else {}
    return {**texts, **{tag: text for tag, text in derived.items() if tag == "sr-Latn"}}
