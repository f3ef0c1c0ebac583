"""Collects what an author should mend while a file is read, so that all of it is told and not only the first."""

from collections.abc import Iterable

from app.domain.catalogue.values import Finding

FINDING_LIMIT = 2_000
"""More findings than anybody reads; a hostile folder could have a hundred times as many."""


class Report:
    """The findings about one file; lines count from 1."""

    def __init__(self, file: str, findings: list[Finding] | None = None) -> None:
        """Collect into ``findings``, which several reports may share."""
        self.file = file
        self.findings: list[Finding] = [] if findings is None else findings

    def error(self, line: int, message: str, /, **values: object) -> None:
        """Add something that keeps the course from being published."""
        self._add(line, message, values, is_error=True)

    def warn(self, line: int, message: str, /, **values: object) -> None:
        """Add something that an author should look at."""
        self._add(line, message, values, is_error=False)

    def of(self, file: str) -> "Report":
        """Return a report about another file that collects into the same list."""
        return Report(file, self.findings)

    def take_over(self, findings: Iterable[Finding]) -> None:
        """Add findings that were made elsewhere."""
        for finding in findings:
            if self._has_place(is_error=finding.is_error):
                self.findings.append(finding)

    def _add(self, line: int, message: str, values: dict[str, object], *, is_error: bool) -> None:
        if not self._has_place(is_error=is_error):
            return
        words = {name: str(value)[:200] for name, value in values.items()}
        finding = Finding(self.file, max(line, 1), message, words, is_error)
        if finding not in self.findings[-20:]:
            self.findings.append(finding)

    def _has_place(self, *, is_error: bool) -> bool:
        """Tell whether there is a place left; the first error always has one, for it keeps from publishing."""
        if len(self.findings) < FINDING_LIMIT:
            return True
        return is_error and not (self.findings[-1].is_error or any(each.is_error for each in self.findings))


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings by file and line, each once."""
    return tuple(sorted(_once(findings), key=lambda finding: (finding.file, finding.line)))


def _once(findings: list[Finding]) -> list[Finding]:
    seen: set[tuple[object, ...]] = set()
    kept = []
    for finding in findings:
        mark = (finding.file, finding.line, finding.message, tuple(sorted(finding.values.items())))
        if mark not in seen:
            seen.add(mark)
            kept.append(finding)
    return kept
