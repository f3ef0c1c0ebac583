"""The README's table of settings is that of the code."""

import re

from app.foundation import settings
from tests.architecture.source import ROOT


def documented(text: str) -> set[str]:
    """Return the settings that a text documents: names in the first cell of a table's rows."""
    cells = re.findall(r"^\|([^|]+)\|", text, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([A-Z][A-Z_]+)`", cell)}


def test_every_setting_is_documented_and_nothing_else_is():
    assert documented((ROOT / "README.md").read_text(encoding="utf-8")) == set(settings.KNOWN)


def test_the_names_of_a_table_are_seen():
    text = "| setting | meaning |\n|---|---|\n| `A_B` | `C_D` |\n| `E_F`, `G_H` | x |\n`I_J`"
    assert documented(text) == {"A_B", "E_F", "G_H"}
