"""Fetch other people's files for browsers (`make vendor`), or compare them with vendor.lock (`--check`).

Versions are pinned below. `npm pack` fetches a package and runs nothing of it; only the files named here are
unpacked. vendor.lock keeps the SHA-256 of every archive and of every file as it stands in this repository.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "vendor.lock"

MIT = """The MIT License (MIT)

Copyright (C) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def rebrand(sheet: bytes) -> bytes:
    """Take the protected font and the crest out of GOV.UK Frontend's style sheet, and put it into a layer.

    GDS Transport and the royal arms may be used on gov.uk only. In a layer every rule of ours is the stronger
    one, whatever its selector (CSS Cascading and Inheritance Level 5, section 6.4).
    """
    text = sheet.decode("utf-8").removeprefix('@charset "UTF-8";')
    text = re.sub(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"@font-face\{[^}]*\}", "", text)
    text = text.replace("GDS Transport,arial,sans-serif", "var(--g-font)")
    text = re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", text)
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)
    for forbidden in ("GDS Transport", "url(", "crest"):
        if forbidden in text.replace("footer__copyright-logo", ""):
            message = f"govuk-frontend's style sheet still holds {forbidden!r}"
            raise SystemExit(message)
    return f'@charset "UTF-8";@layer govuk{{{text.strip()}}}\n'.encode()


@dataclass(frozen=True)
class Package:
    """One package of the npm registry, and what of it is kept where."""

    name: str
    version: str
    licence: str
    folder: str
    files: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=dict)
    reshape: Callable[[bytes], bytes] | None = None


SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
FONTS = [f"noto-sans-{subset}-{weight}-normal.woff2" for subset in SUBSETS for weight in (400, 700)]

PACKAGES = (
    Package(
        name="govuk-frontend",
        version="6.3.0",
        licence="MIT",
        folder="app/web/static/vendor/govuk-frontend",
        files={"dist/govuk/govuk-frontend.min.css": "govuk-frontend.css"},
        texts={"LICENSE": MIT.format(holder="2017 Crown Copyright (Government Digital Service)")},
        reshape=rebrand,
    ),
    Package(
        name="@fontsource/noto-sans",
        version="5.3.0",
        licence="OFL-1.1",
        folder="app/web/static/vendor/noto-sans",
        files={"LICENSE": "LICENSE", **{f"files/{name}": name for name in FONTS}},
    ),
    Package(
        name="axe-core",
        version="4.14.1",
        licence="MPL-2.0",
        folder="tests/browser/vendor/axe-core",
        files={"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"},
    ),
)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def pack(package: Package, folder: Path) -> Path:
    """Download the archive of a package into a folder."""
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def kept_files(package: Package, archive: Path) -> dict[str, bytes]:
    """Return the content of every file that is kept of an archive, by its name here."""
    kept = {name: text.encode() for name, text in package.texts.items()}
    with tarfile.open(archive) as tar:
        for inside, name in package.files.items():
            stream = tar.extractfile(f"package/{inside}")
            if stream is None:
                message = f"{package.name} {package.version} holds no file {inside}"
                raise SystemExit(message)
            data = stream.read()
            kept[name] = package.reshape(data) if package.reshape and name.endswith(".css") else data
    return dict(sorted(kept.items()))


def fetch(package: Package, known: Mapping[str, object]) -> dict[str, object]:
    """Replace the files of one package, and return its entry in the lock."""
    with tempfile.TemporaryDirectory() as name:
        archive = pack(package, Path(name))
        digest = sha256(archive.read_bytes())
        if known.get("version") == package.version and known.get("archive_sha256") != digest:
            message = f"{package.name} {package.version} is not the archive that vendor.lock knows"
            raise SystemExit(message)
        kept = kept_files(package, archive)
    folder = ROOT / package.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file, data in kept.items():
        (folder / file).write_bytes(data)
    return {
        "version": package.version,
        "licence": package.licence,
        "archive_sha256": digest,
        "folder": package.folder,
        "files": {file: sha256(data) for file, data in kept.items()},
    }


def read_lock() -> dict[str, dict[str, object]]:
    """Return the lock as it stands, empty where there is none yet."""
    return json.loads(LOCK.read_text("utf-8")) if LOCK.exists() else {}


def findings() -> list[str]:
    """Return what differs between vendor.lock, the versions pinned here and the files at hand."""
    lock = read_lock()
    unknown = lock.keys() - {package.name for package in PACKAGES}
    found = [f"{name}: in vendor.lock, but not asked for" for name in unknown]
    for package in PACKAGES:
        entry = lock.get(package.name, {})
        if entry.get("version") != package.version:
            found.append(f"{package.name}: {package.version} is wanted, not {entry.get('version')}")
        folder = ROOT / package.folder
        here = {path.name: sha256(path.read_bytes()) for path in folder.glob("*") if path.is_file()}
        if here != entry.get("files"):
            found.append(f"{package.folder}: the files differ from vendor.lock")
    return found


def main() -> int:
    """Fetch or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the files with vendor.lock")
    if parser.parse_args().check:
        found = findings()
        for line in found:
            print(line, file=sys.stderr)
        return 1 if found else 0
    known = read_lock()
    lock = {package.name: fetch(package, known.get(package.name, {})) for package in PACKAGES}
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
