"""The folder of an exported register: tables for people, lines for hashes, and how to answer without the system."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.foundation import chain

MANIFEST, README = "register.json", "README.txt"
CERTIFICATE_COLUMNS = (
    "number",
    "code",
    "state",
    "valid_until",
    "revoked_at",
    "superseded_at",
    "successor",
    "reason",
    "archive_sha256",
    "signed_sha256",
    "snapshot_sha256",
    "erased_at",
)
SNAPSHOT_COLUMNS = (
    "family_name",
    "given_name",
    "family_name_latin",
    "given_name_latin",
    "kind",
    "course_slug",
    "course_title",
    "course_version",
    "hours",
    "form",
    "language",
    "mark",
    "completed_on",
    "issued_on",
    "unit_name",
    "issuer_name",
    "issuer_registration_number",
    "signatory_name",
    "duplicate_of",
)
ENTRY_COLUMNS = (
    "position",
    "chain_sha256",
    "content_sha256",
    "at",
    "number",
    "kind",
    "actor",
    "reason",
    "snapshot_sha256",
)

_README = """\
THE REGISTER OF CERTIFICATES

Written on {made_at} (UTC) by Gradivo: {certificates} certificates, {entries} entries.
Head of the chain: entry {position}, {hash}
{well}

KEEP IT AS THE REGISTER ITSELF. It holds names, results and the verification code of every certificate: whoever has
this folder can answer for each of them, and print its code. Its files are readable by their owner alone (mode 0600).
Never publish it, never send it unencrypted.

WHAT IS IN IT
certificates.csv    one line for each certificate: number, code, state on the day of the export, whose, for what
certificates.jsonl  the same order: what each certificate says, in full; line n belongs to row n of the table
entries.csv         every entry, in the order of the chain: when, who, what (kind), why (reason), and its hashes
entries.jsonl       the same order: the text that the hash of each entry is taken over
register.json       counts, the head of the chain, and the SHA-256 of each file; it was written last

TO ANSWER WHETHER A CERTIFICATE IS GENUINE
1. Find its number and its code in certificates.csv (both must fit) and compare name, course and dates. Where
   "erased_at" says when, the name was erased after the legal keeping period: compare the rest.
2. Look at "state". "expired" is counted from valid_until, so look at that date, too. Of a certificate that is
   "superseded", another took the place: "successor" is its number. "duplicate_of" is the number of a certificate
   that was lost, and in whose place this one came.
3. If there is a file, take its SHA-256 (sha256sum FILE.pdf): it must be the one in signed_sha256, or that of the copy
   for archives in archive_sha256. Any other file was changed after it was issued, whatever it shows.

TO PROVE THAT THIS REGISTER WAS NOT CHANGED
a. Each file is whole: sha256sum *.csv *.jsonl, compared with register.json.
b. What certificate n says: sed -n 'np' certificates.jsonl | tr -d '\\n' | sha256sum
   gives snapshot_sha256 of row n of certificates.csv, and of the entry of kind "issued" with its number; where there
   is an entry of kind "erased" with its number, of that one: the one before is of a text that names somebody.
c. What entry n says: sed -n 'np' entries.jsonl | tr -d '\\n' | sha256sum
   gives content_sha256 of row n of entries.csv.
d. The chain: printf '%s%s' CHAIN_OF_ROW_BEFORE CONTENT_OF_THIS_ROW | sha256sum
   gives chain_sha256 of this row. Before the first row stand 64 zeros. The last one is the head above.
e. The columns of a certificate are the "facts" of all its entries in entries.jsonl, the later over the earlier.
The hashes prove that nothing was changed since the head was written down somewhere else: in a log, in a backup, on
paper. Who could rewrite every copy of it could rewrite the register.

Rows of the tables are counted without their heading. Entries without a position were not sealed yet; they stand last.
Tables: UTF-8, comma, RFC 4180. "mark" is in hundredths of a percent, hours are 60 minutes, moments are UTC.
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an export holds, for its manifest and its README; ``fault`` is what a check of the register found."""

    made_at: datetime
    certificates: int
    entries: int
    head: chain.Head
    fault: str | None
    files: Mapping[str, str]  # name → SHA-256


def write_readme(contents: Contents) -> bytes:
    """Return the text that explains the folder to whoever finds it."""
    well = "The whole register was recomputed before it was written, and is well."
    return _README.format(
        made_at=contents.made_at.isoformat(timespec="seconds"),
        certificates=contents.certificates,
        entries=contents.entries,
        position=contents.head.position,
        hash=contents.head.hash,
        well=f"THE REGISTER IS DAMAGED: {contents.fault}" if contents.fault else well,
    ).encode()


def write_manifest(contents: Contents) -> bytes:
    """Return the manifest of the folder."""
    said = {
        "format": "gradivo-register",
        "version": 1,
        "made_at": contents.made_at.isoformat(),
        "certificates": contents.certificates,
        "entries": contents.entries,
        "head": {"position": contents.head.position, "hash": contents.head.hash},
        "fault": contents.fault,
        "files": dict(contents.files),
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def list_cells(snapshot: Mapping[str, object]) -> list[str | None]:
    """Return what a certificate says, in the order of ``SNAPSHOT_COLUMNS``."""
    return [None if (value := snapshot.get(name)) is None else str(value) for name in SNAPSHOT_COLUMNS]


def stream_lines(contents: Iterator[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield each content as the line that its hash is taken over; line ends are no part of it."""
    for content in contents:
        yield f"{chain.canonical(content)}\n".encode()
