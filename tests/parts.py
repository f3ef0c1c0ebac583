"""System parts that tests use: installed by apt where they are missing; with CI=true none may lack.

As a program it installs; as a pytest plugin (``-p tests.parts``) it fails a run of CI that skipped a test.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_PATIENCE_SECONDS = 900
JARS = "/usr/share/java"
"""Where Debian keeps the libraries of Java."""


@dataclass(frozen=True)
class Part:
    """A program that tests start, or a file they need: which package brings it, what is skipped without it."""

    name: str
    program: str
    package: str
    skipped: str

    def is_there(self) -> bool:
        """Tell whether the program is found; Debian keeps PostgreSQL's out of PATH."""
        return (
            shutil.which(self.program) is not None
            or Path("/", self.program).is_file()
            or any(Path("/usr/lib/postgresql").glob(f"*/bin/{self.program}"))
        )


PARTS = (
    Part("Chromium", "chromium", "chromium", "the tests in a browser"),
    Part("PostgreSQL", "initdb", "postgresql", "the tests on PostgreSQL"),
    Part("Redis", "redis-server", "redis-server", "the tests of the queue in Redis"),
    Part("poppler", "pdftotext", "poppler-utils", "the tests that read certificates back"),
    Part("qpdf", "qpdf", "qpdf", "the check of PDF files by qpdf"),
    Part("Java", "java", "default-jre-headless", "the check of PDF/A-1b"),
    Part("PDFBox", f"{JARS}/preflight.jar", "libpdfbox2-java", "the check of PDF/A-1b"),
    Part(
        "JavaBeans Activation", f"{JARS}/javax.activation.jar", "libactivation-java", "the check of PDF/A-1b"
    ),
    Part("JAXB", f"{JARS}/jaxb-api.jar", "libjaxb-api-java", "the check of PDF/A-1b"),
    Part("SoftHSM", "softhsm2-util", "softhsm2", "the tests of keys in hardware"),
)


def is_ci() -> bool:
    """Tell whether nothing may be skipped."""
    return os.environ.get("CI") == "true"


def apt() -> tuple[str, ...] | None:
    """Return how apt is called here; None where it may not be."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ("apt-get",)
    may = shutil.which("sudo") and subprocess.run(("sudo", "-n", "true"), check=False, capture_output=True)
    return ("sudo", "-n", "apt-get") if may and may.returncode == 0 else None


def install(packages: list[str]) -> None:
    """Install packages by apt, if that is possible here; what came of it is seen by looking again."""
    command = apt()
    if command is None:
        return
    print(f"Installing {', '.join(packages)} by apt", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *packages)):
        subprocess.run(
            (*command, *step), check=False, stdout=subprocess.DEVNULL, env=environ, timeout=_PATIENCE_SECONDS
        )


def main() -> int:
    """Install what is missing and say in a line each what still is; 1 if CI may not go on so."""
    missing = [part.package for part in PARTS if not part.is_there()]
    if missing:
        install(missing)
    lacking = [part for part in PARTS if not part.is_there()]
    for part in lacking:
        print(f"{part.name} is missing (apt-get install {part.package}): skipping {part.skipped}.")
    if lacking and is_ci():
        print("CI=true: nothing may be skipped.", file=sys.stderr)
        return 1
    return 0


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of CI in which a test was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and is_ci() and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI=true: nothing may be skipped, but {len(skipped)} tests were.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


if __name__ == "__main__":
    sys.exit(main())
