"""The import contracts hold, and each is broken by an import that it is there to forbid."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

CONTRACTS = {
    contract["id"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}

PLANTS = [
    ("floors", "app/foundation/clock.py", "from app.domain.territory import values"),
    ("floors", "app/web/headers.py", "from app.cli import backup"),
    ("floors", "app/api/v1/errors.py", "from app.web import session"),
    ("floors", "app/web/headers.py", "from app.api import v1"),
    ("floors", "app/utils/__init__.py", ""),
    ("rooms", "app/domain/territory/values.py", "from app.domain.people import models"),
    ("rooms", "app/domain/wishes/__init__.py", ""),
    ("inside", "app/domain/people/values.py", "from app.domain.people import queries"),
    ("circles", "app/foundation/clock.py", "from app.foundation import audit"),
    ("tell", "app/web/headers.py", "from app.domain.people import service"),
    ("tell", "app/api/v1/certificates.py", "from app.domain.certificates import service"),
    ("flask", "app/workflows/keeping.py", "import flask"),
    ("flask", "app/domain/people/values.py", "from werkzeug.wrappers import Response"),
    ("jinja", "app/workflows/keeping.py", "import jinja2"),
    ("database", "app/foundation/queue.py", "import flask_sqlalchemy"),
    ("documents", "app/workflows/keeping.py", "import reportlab"),
    ("documents", "app/web/headers.py", "import markdown"),
    ("documents", "app/api/v1/certificates.py", "import markdown"),
    ("signatures", "app/workflows/rendering.py", "import pyhanko"),
    ("hardware", "app/foundation/signing.py", "import pkcs11"),
    ("badges", "app/workflows/minting.py", "import openbadgeslib"),
    ("light", "app/api/v1/certificates.py", "from app.workflows import bundling"),
    ("light", "app/workflows/badging.py", "from app.formats import open_badge"),
    ("light", "app/workflows/certifying.py", "from app.foundation import signing"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the program in which an import may be planted."""
    folder = tmp_path_factory.mktemp("house")
    ignore = shutil.ignore_patterns("static", "templates", "translations", "__pycache__")
    shutil.copytree(ROOT / "app", folder / "app", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path, *arguments: str) -> tuple[int, str]:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-logo", "--cache-dir", folder / ".cache", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, " ".join(done.stdout.split())


def test_every_contract_is_kept(copy):
    code, said = lint(copy)
    assert code == 0, said


def test_a_web_server_loads_nothing_that_signs():
    script = "import sys; import app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert {"flask", "reportlab"} <= loaded
    assert not loaded & {"pyhanko", "pikepdf", "cryptography.x509", "asn1crypto", "aiohttp", "pkcs11"}


def test_every_contract_is_tried():
    assert {contract for contract, _, _ in PLANTS} == CONTRACTS


@pytest.mark.parametrize(("contract", "path", "line"), PLANTS)
def test_a_planted_import_breaks_its_contract(copy, contract, path, line):
    target = copy / path
    before = target.read_text(encoding="utf-8") if target.exists() else None
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        code, said = lint(copy, "--contract", contract)
        if contract == "circles":
            line, path = "", "app/clock"
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert code == 1
        assert (f"{module} -> " if line else module.rpartition(".")[2]) in said, said
    finally:
        if before is None:
            shutil.rmtree(target.parent)
        else:
            target.write_text(before, encoding="utf-8")
