"""What the links and pictures of a file may lead to, and the addresses that they get on the pages."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, join, normpath
from urllib.parse import quote, unquote

PICTURES = frozenset({"png", "jpg", "jpeg", "webp", "svg"})
VIDEOS = frozenset({"mp4", "webm"})

_OUTSIDE = re.compile(r"(?:https?://[^/?#]|mailto:[^/]|tel:[+0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads: an address on the pages, and for a module what must be found in it."""

    href: str
    is_outside: bool = False
    module: str | None = None
    fragment: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """What a file of one language folder can lead to.

    ``modules`` maps paths (``en/01-first.md``) to addresses, ``media`` names to the SHA-256 of what is served,
    ``courses`` are the known slugs.
    """

    slug: str = ""
    folder: str = ""
    source_folder: str = ""
    language: str = "en"
    modules: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)
    courses: frozenset[str] = frozenset()

    def link(self, target: str) -> Link | None:
        """Return where a link leads, or None where it leads nowhere."""
        if _OUTSIDE.match(target):
            return Link(target, is_outside=True)
        path, _, fragment = target.partition("#")
        if path.startswith("course:"):
            return self._course(path.removeprefix("course:"))
        path = unquote(path)
        module = self._module(path)
        if module is not None:
            anchor = f"#{anchor_prefix(module)}{unquote(fragment)}" if fragment else ""
            return Link(f"/learn/{self.slug}/{module}{anchor}", module=module, fragment=unquote(fragment))
        address = self.media_address(path)
        return Link(address) if address else None

    def media_address(self, path: str) -> str | None:
        """Return the address of a file in media/, or None where there is none."""
        name = self.media_name(path)
        return f"/media/{self.media[name]}/{quote(name)}" if name is not None else None

    def media_name(self, path: str) -> str | None:
        """Return the name of the file in media/ that a path leads to, or None where there is none."""
        place = normpath(join(self.folder, unquote(path)))
        name = unicodedata.normalize("NFC", basename(place))
        return name if dirname(place) == "media" and name in self.media else None

    def _module(self, path: str) -> str | None:
        if path.startswith("/") or not path:
            return None
        for folder in (self.folder, self.source_folder):
            address = self.modules.get(normpath(join(folder, path)))
            if address is not None:
                return address
        return None

    def _course(self, slug: str) -> Link | None:
        return Link(f"/courses/{slug}") if slug in self.courses or slug == self.slug else None


def anchor_prefix(address: str) -> str:
    """Return what every id within a module begins with, so that whole courses can be printed on one page."""
    return f"{address}--"


def ending(name: str) -> str:
    """Return the ending of a file name in small letters, without the dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""
