"""manifest-sha256.txt: the checksum of every sealed file, in the form that `sha256sum -c` reads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from jcnews_spider.archive import files

NAME = "manifest-sha256.txt"


class Manifest:
    """The list of sealed files; lines are only ever appended."""

    def __init__(self, root: Path) -> None:
        self._path = root / NAME

    def add(self, sealed: Iterable[tuple[str, str]]) -> None:
        """Appends (path, sha256 hex) pairs and syncs."""
        lines = "".join(f"{digest}  {path}\n" for path, digest in sealed)
        files.append(self._path, lines.encode())

    def repair(self) -> None:
        """Cuts a line that a crash left unfinished."""
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.truncate(self._path, whole)

    def listed(self) -> set[str]:
        """Every path that has a line."""
        if not self._path.exists():
            return set()
        with self._path.open(encoding="utf-8") as lines:
            return {line.rstrip("\n").partition("  ")[2] for line in lines}
