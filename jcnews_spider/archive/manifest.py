"""manifest-sha256.txt: the checksum of every sealed file, in the form that `sha256sum -c` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from jcnews_spider.archive import disk, files

NAME = "manifest-sha256.txt"


class Manifest:
    """The list of sealed files; whole lines are only ever appended."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / NAME

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
