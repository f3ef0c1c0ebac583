"""A ZIP archive, of a course folder or of questions: judged by its directory before it is unpacked into memory.

Refused are bombs, links, paths that lead outside, names that differ only by case, encrypted and odd entries
(security.md, T11).
"""

import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping

from app.formats.course_layout import COURSE_LIMIT, FILE_LIMIT, is_ignored
from app.formats.course_yaml import FILE
from app.formats.media_files import MEGABYTE, SIZE_LIMITS
from app.formats.places import ending
from app.formats.source_text import TEXT_LIMIT
from app.foundation.errors import Invalid
from app.foundation.i18n import N_

_RATIO = 200
_SMALL = MEGABYTE
_PATH_LIMIT = 200
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DOS, _UNIX = 0, 3


class ArchiveRefused(Invalid):
    """The archive is none, or holds what a course must not; ``values["entry"]`` names the entry."""

    def __init__(self, reason: str, **values: object) -> None:
        """Blame the field ``file`` of the form."""
        super().__init__("file", reason, **values)


def read_zip(data: bytes) -> tuple[str, Mapping[str, bytes]]:
    """Return the name of the folder in an archive and its files by path; raises ArchiveRefused.

    The name is empty where course.yaml lies at the top of the archive. Ignored files are left out.
    """
    return _folder(unpack(data))


def unpack(data: bytes, other_limit: int = TEXT_LIMIT) -> Mapping[str, bytes]:
    """Return the files of an archive by path; raises ArchiveRefused.

    ``other_limit`` is how many bytes a file may have whose ending has no limit of its own. Ignored files are left out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _checked(archive.infolist(), other_limit)
            _check_ratio(entries, len(data))
            return {name: _content(archive, entry) for name, entry in entries.items()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise ArchiveRefused(N_("This is no ZIP archive that can be read: make it again.")) from error


def write_zip(folder_name: str, files: Mapping[str, bytes]) -> bytes:
    """Return an archive with the files in a folder; the same files always make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{folder_name}/{path}", _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def _checked(entries: list[zipfile.ZipInfo], other_limit: int) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by path, once its directory has been found harmless."""
    if len(entries) > FILE_LIMIT:
        raise ArchiveRefused(N_("The archive holds more than %(limit)s files."), limit=FILE_LIMIT)
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    total = 0
    for entry in entries:
        _check_path(entry)
        _check_kind(entry)
        name = entry.filename.rstrip("/")
        key = unicodedata.normalize("NFC", name).casefold()
        if key in folded:
            raise ArchiveRefused(N_("“%(entry)s” stands in the archive twice."), entry=name)
        folded.add(key)
        total += entry.file_size
        if total > COURSE_LIMIT:
            raise ArchiveRefused(
                N_("Unpacked, the archive is larger than %(limit)s MB."), limit=COURSE_LIMIT // MEGABYTE
            )
        if not entry.is_dir() and not is_ignored(name):
            _check_size(entry, other_limit)
            found[name] = entry
    _check_folders(found)
    return found


def _check_path(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.rstrip("/").split("/")
    is_odd = (
        "\\" in name
        or name.startswith("/")
        or ":" in name
        or any(part in {"", ".", ".."} or part != part.strip() for part in parts)
        or any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in name)
        or len(name.encode()) > _PATH_LIMIT
        or entry.filename != name
        or not (name.isascii() or entry.flag_bits & _UTF_8)
    )
    if is_odd:
        raise ArchiveRefused(
            N_("The path “%(entry)s” leads outside the folder or has odd letters."), entry=name[:100]
        )


def _check_kind(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system != _DOS else 0
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ArchiveRefused(
            N_("“%(entry)s” is a link or a special file: put the file itself in."), entry=entry.filename
        )
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveRefused(
            N_("“%(entry)s” is encrypted: make the archive without a password."), entry=entry.filename
        )
    if entry.compress_type not in _METHODS:
        raise ArchiveRefused(
            N_("“%(entry)s” is compressed in an unusual way: make a plain ZIP archive."), entry=entry.filename
        )
    if entry.is_dir() and entry.file_size:
        raise ArchiveRefused(N_("The folder “%(entry)s” has content of its own."), entry=entry.filename)


def _check_size(entry: zipfile.ZipInfo, other_limit: int) -> None:
    limit = SIZE_LIMITS.get(ending(entry.filename), other_limit)
    if entry.file_size > limit:
        raise ArchiveRefused(
            N_("“%(entry)s” is larger than %(limit)s KB."), entry=entry.filename, limit=limit // 1000
        )
    if entry.file_size > _SMALL and entry.file_size > entry.compress_size * _RATIO:
        raise ArchiveRefused(N_("“%(entry)s” is compressed beyond what files are."), entry=entry.filename)


def _check_ratio(entries: Mapping[str, zipfile.ZipInfo], size: int) -> None:
    """Refuse many small bombs as well as a large one."""
    total = sum(entry.file_size for entry in entries.values())
    if total > _SMALL * 20 and total > size * _RATIO / 2:
        raise ArchiveRefused(
            N_("“%(entry)s” is compressed beyond what files are."), entry=next(iter(entries))
        )


def _check_folders(entries: Mapping[str, zipfile.ZipInfo]) -> None:
    """Refuse a name that is a file and a folder at once."""
    for name in entries:
        parents = name.split("/")[:-1]
        for count in range(1, len(parents) + 1):
            if "/".join(parents[:count]) in entries:
                raise ArchiveRefused(N_("“%(entry)s” stands in the archive twice."), entry=name)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one entry, never more than the directory said."""
    with archive.open(entry) as stream:
        data = stream.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise ArchiveRefused(N_("“%(entry)s” is not as large as the archive says."), entry=entry.filename)
    return data


def _folder(contents: Mapping[str, bytes]) -> tuple[str, Mapping[str, bytes]]:
    if FILE in contents:
        return "", contents
    tops = {path.partition("/")[0] for path in contents}
    top = next(iter(tops), "")
    if len(tops) != 1 or f"{top}/{FILE}" not in contents:
        raise ArchiveRefused(N_("The archive must hold one folder, and course.yaml in it."))
    return top, {path.removeprefix(f"{top}/"): data for path, data in contents.items()}
