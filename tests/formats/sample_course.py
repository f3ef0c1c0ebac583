"""A small course in two languages that the checker finds nothing to mend in, and ways to spoil it."""

import struct
import zlib

from app.formats.course_folder import Surroundings, read_course

SLUG = "reading-registers"

COURSE = """\
id: reading-registers
owner: CZ
track: egovernment
languages: [en, cs]
title:
  en: "Reading registers"
  cs: "Čtení registrů"
summary:
  en: "How a register is read."
  cs: "Jak se čte registr."
objectives:
  en:
    - "Read a register"
  cs:
    - "Číst v registru"
hours: 1
form: distance
level: beginner
audience: [official]
prerequisites: []
accreditation: null
law_as_of: 2026-01-01
review_by: 2029-01-01
authors: ["An office"]
licence: CC-BY-4.0
sources:
  - title: "Act 111/2009"
    url: "https://example.org/111"
completion:
  modules: all
  attendance: 0
assessment:
  draw:
    basics: 4
  pass_mark: 60
  attempts: 3
  cooldown: 24h
  time_limit: 20min
  shuffle: true
  feedback: after-submit
certificate:
  kind: exam
  design: standard
  valid_for: 3y
"""

FIRST = """\
---
title: "The first module"
minutes: 20
check: [scan]
---
Text with a [link](02-second.md#a-heading).

![A line](../media/line.png)
"""

SECOND = """\
---
title: "The second module"
minutes: 20
---
## A heading

Text.
"""

QUESTIONS = """\
---
area: basics
---
## Is a scan readable by machines? {#scan .practice}

- [ ] yes
- [x] no

## Which sign separates fields? {#separator}

- [x] comma
- [ ] tab
  > Tabs make a TSV.

> RFC 4180, section 2.

## Which are readable? {#readable .multiple points=2}

- [x] CSV
- [ ] scan
- [x] JSON

## What is the abbreviation? {#rob .short}

= ROB
= registr obyvatel

## Within how many days? {#days .number unit="working days"}

= 3

## Match {#match .match}

| register | holds |
|----------|-------|
| ROB | inhabitants |
| ROS | legal persons |
|  | vehicles |

## Order {#order .order}

1. receipt
2. registration
3. disposal

## Complete {#fiction .cloze}

Delivered on the [[10th|tenth]] day after it was [[=handed in|~opened]].
"""

QUESTIONS_CS = """\
## Přečte stroj sken? {#scan}

- [ ] ano
- [x] ne

## Který znak odděluje pole? {#separator}

- [x] čárka
- [ ] tabulátor

## Co stroj přečte? {#readable}

- [x] CSV
- [ ] sken
- [x] JSON

## Jak zní zkratka? {#rob}

= ROB

## Za kolik dní? {#days unit="pracovní dny"}

= 3

## Přiřaďte {#match}

| registr | obsahuje |
|---------|----------|
| ROB | obyvatele |
| ROS | právnické osoby |
|  | vozidla |

## Seřaďte {#order}

1. příjem
2. evidence
3. vyřazení

## Doplňte {#fiction}

Doručeno [[10.|desátý]] den po tom, co byla [[=dodána|~otevřena]].
"""


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)


def sample_course():
    """Return the files of the course."""
    return {
        "course.yaml": COURSE.encode(),
        "en/01-first.md": FIRST.encode(),
        "en/02-second.md": SECOND.encode(),
        "en/questions.md": QUESTIONS.encode(),
        "cs/01-first.md": FIRST
        .replace("The first module", "První modul")
        .replace("a-heading", "nadpis")
        .replace("\nminutes: 20\ncheck: [scan]", "")
        .encode(),
        "cs/02-second.md": SECOND.replace("The second", "Druhý").replace("A heading", "Nadpis").encode(),
        "cs/questions.md": QUESTIONS_CS.encode(),
        "media/line.png": PNG,
    }


def spoiled(path, old, new):
    """Return the files of the course with a text in one file replaced, which must be there."""
    files = sample_course()
    text = files[path].decode()
    assert old in text, f"{old!r} is not in {path}"
    return {**files, path: text.replace(old, new, 1).encode()}


def read(files, name=SLUG, surroundings=None, limited=False):
    """Read a course here, without a child process."""
    return read_course(name, files, surroundings or Surroundings(), limited=limited)


def told(files, **options):
    """Return what is told about a course: (file, line, whether an error, the sentence)."""
    return [
        (finding.file, finding.line, finding.is_error, finding.message % finding.values)
        for finding in read(files, **options).findings
    ]


def line_of(files, path, text):
    """Return the number of the first line of a file that holds a text."""
    return next(number for number, line in enumerate(files[path].decode().split("\n"), 1) if text in line)


def questions(text):
    """Return the files of a course in one language whose bank is ``text``; nothing is drawn from it."""
    return {
        "course.yaml": b"""\
id: reading-registers
owner: CZ
track: other
languages: [en]
title: "Reading registers"
summary: "How a register is read."
hours: 1
form: distance
law_as_of: 2026-01-01
assessment:
  draw: all
  attempts: 1
""",
        "en/01-first.md": b"---\ntitle: First\nminutes: 60\n---\nText.\n",
        "en/questions.md": text.encode(),
    }
