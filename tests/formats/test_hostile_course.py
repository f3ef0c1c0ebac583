"""A hostile file is rendered or refused within two seconds, and the reader goes on."""

import time

import pytest

from app.domain.catalogue.rules import differences
from app.formats.course_rendering import CPU_SECONDS
from app.formats.report import FINDING_LIMIT
from app.formats.source_text import TEXT_LIMIT
from app.foundation.limits import PATIENCE
from tests.formats.sample_course import line_of, read, sample_course, spoiled

SECONDS = 2.0

TRAPS = {
    "brackets": "[" * 20_000,
    "brackets in lines": ("[" * 90 + "\n") * 200,
    "brackets in blocks": ("[" * 990 + "\n\n") * 180,
    "closing brackets": "]" * 50_000,
    "links": "[a](" * 5_000,
    "pictures": "![a](" * 5_000,
    "nested links": "[" * 400 + "a" + "](b)" * 400,
    "nested quotes": ">" * 3_000 + "a",
    "nested quotes in lines": "\n".join(">" * depth + " a" for depth in range(500)),
    "nested lists": "".join("  " * depth + "- a\n" for depth in range(400)),
    "nested lists by four": "".join("    " * depth + "- a\n" for depth in range(250)),
    "numbered lists": "".join("   " * depth + "1. a\n" for depth in range(300)),
    "emphasis": "*a_" * 5_000,
    "stars": "*" * 50_000 + "a",
    "stars in pairs": "**a " * 20_000,
    "underscores": "_" * 50_000 + "a",
    "backticks": "`a" * 20_000,
    "more and more backticks": " ".join("`" * count for count in range(1, 400)),
    "less-than": "<" * 50_000,
    "tags": "<a " * 20_000,
    "tags that never end": '<a href="' * 10_000,
    "nested tags": "<div>" * 10_000,
    "nested inline tags": "<b>" * 20_000,
    "tables in tables": "<table><tr><td>" * 3_000,
    "comments": "<!--" * 20_000,
    "declarations": "<!" * 20_000,
    "marked sections": "<![" * 20_000,
    "processing instructions": "<?" * 20_000,
    "entities": "&" * 100_000,
    "entities by number": "&#" * 50_000,
    "footnote references": "[^a]" * 240,
    "footnotes": "".join(f"[^{number}]\n\n[^{number}]: a[^{number}]\n\n" for number in range(2_000)),
    "footnotes in footnotes": "".join(f"[^{number}]: [^{number + 1}]\n\n" for number in range(3_000))
    + "x[^0]",
    "abbreviations": "".join(f"*[a{number}]: b\n" for number in range(4_000)) + "a1 " * 10_000,
    "references": "".join(f"[a{number}]: b\n" for number in range(8_000)),
    "headings": "## a\n\n" * 20_000,
    "headings of the same name": "".join(f"## a {{#a}}\n\n{number}\n\n" for number in range(8_000)),
    "attribute lists": "a {: #b .c d=e }\n\n" * 8_000,
    "a long attribute list": "a {: " + "b=c " * 40_000 + "}",
    "tables": "| " * 10_000 + "\n" + "|-" * 10_000 + "\n" + "| " * 10_000,
    "rows": "| a | b |\n|---|---|\n" + "| c | d |\n" * 15_000,
    "definitions": "a\n:   b\n\n" * 12_000,
    "admonitions": "".join("    " * depth + "!!! note\n" for depth in range(200)),
    "details": "".join("    " * depth + '??? note "a"\n' for depth in range(200)),
    "fences": "```\n" * 40_000,
    "fences of growing length": "".join("`" * count + "\n" for count in range(3, 600)),
    "highlighted code": "```python\n" + "((((" * 45_000 + "\n```",
    "code in an odd language": "```html+jinja\n" + "{{%<" * 40_000 + "\n```",
    "tasks": "- [ ] a\n" * 20_000,
    "task lists in depth": "".join("    " * depth + "- [ ] a\n" for depth in range(200)),
    "spaces": " " * 190_000 + "a",
    "empty lines": "\n" * 190_000,
    "lines of spaces": "   \n" * 45_000,
    "tabs": "\t" * 190_000 + "a",
    "backslashes": "\\" * 190_000,
    "one long word": "a" * 190_000,
    "underlined": "a\n" + "=" * 190_000,
    "rules": "- " * 90_000,
    "autolinks": "<http://a" * 15_000,
    "contents": "[TOC]\n\n" * 500 + "## a\n\n" * 500,
    "combining marks": "a" + "\u0301" * 90_000,
    "directions": "\u202e" * 60_000,
    "plain text": "Odstavec textu **tučně** a [odkaz](http://example.org/x).\n\n" * 3_000,
}


def spent(files):
    """Read a course and return the reading, the CPU seconds of this process, and the seconds on the clock."""
    read(sample_course(), limited=True)  # The child process starts before the clocks do.
    cpu, wall = time.process_time(), time.monotonic()
    reading = read(files, limited=True)
    return reading, time.process_time() - cpu, time.monotonic() - wall


@pytest.mark.parametrize("name", TRAPS)
def test_no_text_takes_longer_than_two_seconds(name):
    text = TRAPS[name].encode()[: TEXT_LIMIT - 500].decode("utf-8", "ignore")
    reading, cpu, wall = spent(spoiled("en/02-second.md", "Text.", text))
    # The kernel ends the child after CPU_SECONDS; the clock only bounds a machine that others keep busy.
    assert cpu + CPU_SECONDS < SECONDS
    assert wall < CPU_SECONDS * PATIENCE + SECONDS
    assert (reading.draft is None) == any(finding.is_error for finding in reading.findings)


BANK_TRAPS = {
    "a heading of spaces": "## " + " " * 190_000 + "x",
    "a heading of signs": "## " + "# " * 90_000 + "x",
    "a heading of braces": "## " + "{" * 190_000,
    "a heading of ids": "## {" + "#a " * 60_000 + "}",
    "a heading of values": "## a {#a " + "b=c " * 45_000 + "}",
    "an open quotation mark": '## a {#a unit="' + "b " * 90_000,
    "questions without ids": "## a\n\n" * 30_000,
    "questions": "".join(f"## a {{#a{number}}}\n- [x] a\n- [ ] b\n" for number in range(5_000)),
    "the same id": "## a {#a}\n\n- [x] a\n- [ ] b\n" * 7_000,
    "spaces before the first question": " " * 190_000 + "x",
    "tildes": "~" * 190_000 + "`",
    "backticks": "`" * 190_000 + "x",
    "a rule of spaces": "## a {#a .match}\n\n| a | b |\n|--" + " " * 190_000 + "x",
    "a rule of hyphens": "## a {#a .match}\n\n| a | b |\n|" + "-" * 190_000 + "x",
    "rules": "## a {#a .match}\n\n" + "|-|-|\n" * 30_000,
    "cells": "## a {#a .match}\n\n| a | b |\n|---|---|\n" + "|" * 190_000,
    "code in cells": "## a {#a .match}\n\n| a | b |\n|---|---|\n" + "`" * 190_000 + "|",
    "gaps that never end": "## a {#a .cloze}\n\n" + ("[[" + "a" * 380) * 490,
    "gaps": "## a {#a .cloze}\n\n" + ("[[a]] " * 200 + "\n\n") * 150,
    "lines in a gap": "## a {#a .cloze}\n\n[[" + "a|" * 90_000 + "]]",
    "options": "## a {#a}\n\n" + "- [x] a\n" * 22_000,
    "options with spaces": "## a {#a}\n\n- [x]" + " " * 190_000 + "\x0b",
    "feedback": "## a {#a}\n\n- [x] a\n" + "  > b\n" * 30_000,
    "quotes": "## a {#a}\n\n- [x] a\n- [ ] b\n\n" + "> " * 90_000,
    "quotes in lines": "## a {#a}\n\n- [x] a\n- [ ] b\n\n" + "> a\n\n" * 30_000,
    "answers": "## a {#a .short}\n\n" + "= a\n" * 45_000,
    "numbers": "## a {#a .number}\n\n" + "".join(f"= {number}..{number + 1}\n" for number in range(12_000)),
    "a long number": "## a {#a .number}\n\n= " + "1" * 190_000,
    "items": "## a {#a .order}\n\n" + "1. a\n" * 35_000,
    "definitions": "*[a]: b\n" * 22_000 + "## a {#a}\n\n- [x] a\n- [ ] b\n",
    "front matter": "---\n" + "a: b\n" * 38_000 + "---\n",
    "nested front matter": "---\n" + "".join("  " * depth + "a:\n" for depth in range(400)) + "---\n",
}


@pytest.mark.parametrize("name", BANK_TRAPS)
def test_no_bank_takes_long_to_be_read(name):
    files = {**sample_course(), "en/questions.md": BANK_TRAPS[name].encode()[:TEXT_LIMIT]}
    reading, cpu, _ = spent(files)
    assert cpu + CPU_SECONDS < SECONDS
    assert reading.draft is None
    assert len(reading.findings) <= FINDING_LIMIT + 1


@pytest.mark.parametrize("name", BANK_TRAPS)
def test_no_bank_takes_long_to_be_compared(name):
    text = BANK_TRAPS[name].encode()[:TEXT_LIMIT]
    begun = time.process_time()
    differences({"en/questions.md": text}, {"en/questions.md": text + b"x"})
    differences({"course.yaml": text}, {"course.yaml": text + b"x"})
    assert time.process_time() - begun < 0.5


def test_a_hostile_text_in_serbian_takes_no_longer():
    files = sample_course()
    files["course.yaml"] = files["course.yaml"].replace(
        b"languages: [en, cs]", b"languages: [sr-Cyrl, sr-Latn, en, cs]"
    )
    words = "њ" * 90_000
    files["sr-Cyrl/01-first.md"] = f"---\ntitle: а\nminutes: 20\n---\n{words}\n".encode()
    _, cpu, wall = spent(files)
    assert cpu < SECONDS - CPU_SECONDS
    assert wall < CPU_SECONDS * PATIENCE + SECONDS


def test_a_file_that_cannot_be_shown_in_time_is_told_at_its_longest_block():
    trap = "\n".join("> " * 60 + "[a](" * 16 for _ in range(60))
    files = spoiled("en/02-second.md", "Text.", "Short.\n\n" + "<a " * 60_000 + "\n\n" + trap)
    found = [finding for finding in read(files, limited=True).findings if finding.is_error]
    if found:
        assert {finding.file for finding in found} == {"en/02-second.md"}
        assert all(finding.line > line_of(files, "en/02-second.md", "Short.") for finding in found)


def test_many_hostile_files_do_not_add_up():
    files = sample_course()
    slow = ("[" * 990 + "\n\n") * 190
    for number in range(10, 40):
        files[f"en/{number}-slow-{number}.md"] = f"---\ntitle: Slow\nminutes: 1\n---\n{slow}".encode()
    reading, cpu, wall = spent(files)
    assert reading.draft is None
    assert sum("cannot be shown in time" in finding.message for finding in reading.findings) == 3
    assert cpu < SECONDS
    assert wall < 3 * CPU_SECONDS * PATIENCE + SECONDS


def test_limits_do_not_change_what_is_read():
    here, there = read(sample_course()), read(sample_course(), limited=True)
    assert here.draft is not None
    assert here == there
