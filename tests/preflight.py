"""PDFBox Preflight: whether files are PDF/A-1b, as a program that is not ours judges."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from defusedxml import ElementTree

from tests.parts import JARS

_NAMES = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")
CLASSES = [Path(JARS) / f"{name}.jar" for name in _NAMES]


def is_there() -> bool:
    """Tell whether Java and the libraries are installed."""
    return shutil.which("java") is not None and all(path.exists() for path in CLASSES)


def faults(paths: Sequence[Path]) -> list[str]:
    """Return what is wrong with files, nothing where all are PDF/A-1b; one Java judges all, for it starts slowly."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted"
        wanted.write_text("\n".join(map(str, paths)), encoding="utf-8")
        classes = ":".join(map(str, CLASSES))
        subprocess.run(
            ["java", "-cp", classes, "org.apache.pdfbox.preflight.Validator_A1b", "xml", "group", wanted],
            check=True,
            capture_output=True,
            timeout=120,
        )
        judged = ElementTree.parse(f"{wanted}.preflight.xml").getroot().findall("preflight")
    assert [each.get("name") for each in judged] == [path.name for path in paths]
    return [
        f"{each.get('name')}: {' '.join(each.itertext())}"
        for each in judged
        if each.findtext("isValid[@type='PDF/A1-b']") != "true"
    ]
