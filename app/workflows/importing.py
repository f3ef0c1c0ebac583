"""What comes in from files of the operator: territory and particulars of issuers."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.access.policy import require
from app.domain.access.values import Actor, Permission
from app.domain.catalogue.values import Finding
from app.domain.territory import queries as territory
from app.domain.territory import rules
from app.domain.territory import service as units
from app.domain.territory.values import Difference
from app.formats import issuer_yaml, territory_csv
from app.foundation import audit
from app.foundation.db import transaction
from app.workflows import administering


@dataclass(frozen=True, slots=True)
class Import:
    """What a file would change, or did; with an error it changes nothing."""

    findings: Sequence[Finding]
    difference: Difference | None
    is_done: bool


def import_territory(actor: Actor, data: bytes, *, is_dry: bool, file: str = "territory.csv") -> Import:
    """Compare a territory file with what is there, and unless dry let it be so, wholly or not at all."""
    administering.refuse_part_of_territory(actor)
    read = territory_csv.read(data, territory.known_units(), file)
    if not read.is_clean:
        return Import(read.findings, None, False)
    difference = rules.difference(territory.list_unit_rows(), read.rows)
    if is_dry:
        return Import(read.findings, difference, False)
    with transaction():
        units.apply_rows(read.rows)
        audit.record(
            actor.name, "territory.import", file, added=len(difference.added), changed=len(difference.changed)
        )
    return Import(read.findings, difference, True)


def import_issuer(actor: Actor, code: str, data: bytes, file: str) -> Sequence[Finding]:
    """Let a file's particulars be those of a unit; return what hinders it."""
    require(actor, Permission.ISSUER_WRITE, territory.get_unit(code))
    read = issuer_yaml.read(data, file)
    if read.particulars is not None:
        administering.keep_issuer(actor, code, read.particulars)
    return read.findings
