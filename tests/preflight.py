"""PDFBox Preflight: whether files are PDF/A-1b, as a program that is not ours judges."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.parts import JARS

_NAMES = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")
CLASSES = [Path(JARS) / f"{name}.jar" for name in _NAMES]


def is_there() -> bool:
    """Tell whether Java and the libraries are installed."""
    return shutil.which("java") is not None and all(path.exists() for path in CLASSES)


def faults(paths: Sequence[Path]) -> list[str]:
    """Return what is wrong with files, nothing where all are PDF/A-1b."""
    found = []
    for path in paths:
        done = subprocess.run(
            ["java", "-cp", ":".join(map(str, CLASSES)), "org.apache.pdfbox.preflight.Validator_A1b", path],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode or "is a valid PDF/A-1b file" not in done.stdout:
            found.append(f"{path.name}: {done.stdout}{done.stderr}")
    return found
