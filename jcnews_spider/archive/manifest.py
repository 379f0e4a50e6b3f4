"""manifest-sha256.txt: the checksum of every sealed file, in the form that `sha256sum -c` reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jcnews_spider.archive import disk, files
from jcnews_spider.archive.files import STAGING
from jcnews_spider.archive.walk import Flaw

NAME = "manifest-sha256.txt"

_LINE = re.compile(rb"([0-9a-f]{64})  ((?!/)(?!.*\.\./)[^\0]+)\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line."""

    path: str
    """Of the file, under output/."""
    sha256: str
    end: int
    """Byte behind the line."""


def entries(root: Path) -> Iterator[Entry | Flaw]:
    """Every line in order, and what is none; nothing where there is no manifest."""
    end = 0
    try:
        with (root / NAME).open("rb") as manifest:
            for line in manifest:
                offset, end = end, end + len(line)
                match = _LINE.fullmatch(line)
                try:
                    yield Entry(match[2].decode(), match[1].decode(), end) if match else Flaw(offset, end, "no line")
                except UnicodeDecodeError:
                    yield Flaw(offset, end, "no line")
    except FileNotFoundError:
        return


def without_flaws(root: Path) -> None:
    """Writes the manifest anew without what is no line; a torn end is only cut."""
    found = list(_stretches(root))
    if len(found) == 1 and found[0][0] == 0:
        disk.truncate(root / NAME, found[0][1])
        disk.fsync(root / NAME)
        return
    staged = root / STAGING / NAME
    disk.write(staged, b"")
    with (root / NAME).open("rb") as manifest:
        for start, end in found:
            manifest.seek(start)
            disk.append(staged, manifest.read(end - start))
    disk.fsync(staged)
    disk.rename(staged, root / NAME)
    disk.fsync(root)


def _stretches(root: Path) -> Iterator[tuple[int, int]]:
    """(start, end) of each stretch of whole lines."""
    start = end = 0
    for entry in entries(root):
        if isinstance(entry, Entry):
            end = entry.end
            continue
        if end > start:
            yield start, end
        start = end = entry.end
    if end > start:
        yield start, end


class Manifest:
    """The list of sealed files; whole lines are only ever appended."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / NAME

    def size(self) -> int:
        """Bytes that it has."""
        return self._path.stat().st_size if self._path.exists() else 0

    def add(self, sealed: Iterable[tuple[str, str]], end: int) -> int:
        """Puts (path, sha256 hex) pairs behind the first `end` bytes, syncs, and gives the new end.

        `end` is what the last seal that was finished gave: lines behind it are of one that was interrupted, and are
        written anew.
        """
        lines = "".join(f"{digest}  {path}\n" for path, digest in sealed).encode()
        is_new = not self._path.exists()
        if not is_new and self._path.stat().st_size > end:
            disk.truncate(self._path, end)
        disk.append(self._path, lines)
        disk.fsync(self._path)
        if is_new:
            disk.fsync(self._path.parent)
        return self._path.stat().st_size

    def rewrite(self, changed: Mapping[str, str | None]) -> int:
        """Gives files another sha256 (hex), or takes them out, and gives the new end."""
        if not self._path.exists():
            return 0
        lines = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            digest, _, path = line.partition("  ")
            now = changed.get(path, digest)
            if now is not None:
                lines.append(f"{now}  {path}\n")
        data = "".join(lines).encode()
        files.write_whole(self._root, NAME, data, durable=True)
        return len(data)
