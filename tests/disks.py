"""Disks that fail, stop the world, or write down what happened: the seam is `jcnews_spider.archive.disk`."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from jcnews_spider.archive import disk

OPERATIONS = ("write", "append", "truncate", "fsync", "rename", "unlink", "mkdir", "commit", "checkpoint")
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EDQUOT": errno.EDQUOT, "EFBIG": errno.EFBIG, "EROFS": errno.EROFS}
SAYINGS = {"EIO": "disk I/O error", "EROFS": "attempt to write a readonly database"}
"""What SQLite says; of a full disk in any form it says that it is full."""

ORIGINALS: dict[str, Callable[..., Any]] = {name: getattr(disk, name) for name in OPERATIONS}


class SuddenEnd(BaseException):
    """The world stops here."""


class Faults:
    """Makes the n-th operation (from 1) fail.

    A full or read-only disk stays so; an I/O error comes once; `end` raises SuddenEnd from there on, `kill` ends the
    process as SIGKILL does. A write that fails has brought half of its bytes onto the disk.
    """

    def __init__(self, kind: str, number: int, at_end: Callable[[], object] = lambda: None) -> None:
        """`at_end` is called when the world stops, before anybody can tidy up."""
        self._kind = kind
        self._number = number
        self._at_end = at_end
        self.count = 0
        """Operations so far."""

    def mend(self) -> None:
        """The disk is well from now on."""
        self._number = -1

    def install(self, patch: Callable[[object, str, Any], None] = setattr) -> None:
        """Puts the faults in place of the operations."""
        for name in OPERATIONS:
            patch(disk, name, self._watched(name))

    def _watched(self, name: str) -> Callable[..., Any]:
        def operation(*arguments: Any) -> Any:
            self.count += 1
            is_lasting = self._kind != "EIO"
            if self.count == self._number or (is_lasting and self.count > self._number > 0):
                self._fail(name, arguments)
            return ORIGINALS[name](*arguments)

        return operation

    def _fail(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name in {"write", "append"} and self.count == self._number:
            path, data = arguments
            ORIGINALS[name](path, data[: len(data) // 2])
        if self._kind == "end":
            if self.count == self._number:
                self._at_end()
            raise SuddenEnd
        if self._kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if name in {"commit", "checkpoint"}:
            raise sqlite3.OperationalError(SAYINGS.get(self._kind, "database or disk is full"))
        raise OSError(ERRORS[self._kind], os.strerror(ERRORS[self._kind]), str(Path(str(arguments[0]))))


Folder = str
"""Path of a folder below the root, `.` for the root itself."""


@dataclass
class Stored:
    """The content of a file."""

    now: bytes = b""
    durable: bytes = b""


class Recorder:
    """Writes down every operation below a root, and the whole ledger at each commit."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.operations: list[tuple[str, tuple[Any, ...]]] = []

    def install(self, patch: Callable[[object, str, Any], None]) -> None:
        """Puts the notes around the operations."""
        for name in OPERATIONS:
            patch(disk, name, self._noted(name))

    def _noted(self, name: str) -> Callable[..., Any]:
        def operation(*arguments: Any) -> Any:
            result = ORIGINALS[name](*arguments)
            noted = [
                argument.relative_to(self._root).as_posix() if isinstance(argument, Path) else argument
                for argument in arguments
            ]
            if name == "commit":
                noted = [arguments[0].serialize()]
            self.operations.append((name, tuple(noted)))
            return result

        return operation


class PowerLoss:
    """What a disk may hold when the power fails behind a number of operations.

    What was synced is there. Of the rest any part is, in any combination: names of files that were not synced with
    their folder, contents as they were before, half, or all zeros, and any commit since the last checkpoint.
    """

    def __init__(self, operations: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
        self._names: dict[str, Stored] = {}
        self._durable: dict[str, Stored] = {}
        self._pending: list[tuple[Folder, str, str | None, Stored]] = []
        """(folder, name that goes, name that comes, its content) of changes of names that are not synced."""
        self._images: list[bytes] = []
        self._durable_image = -1
        for name, arguments in operations:
            getattr(self, f"_{name}")(*arguments)

    def rebuild(self, root: Path, chance: Random) -> None:
        """Writes a disk as it may be."""
        names = dict(self._durable)
        for _, gone, came, content in self._pending:
            if chance.random() < 0.5:
                names.pop(gone, None)
                if came is not None:
                    names[came] = content
        for name, content in names.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._left_of(content, chance))
        image = chance.randrange(self._durable_image, len(self._images))
        root.mkdir(exist_ok=True)
        if image >= 0:
            (root / "state.sqlite3").write_bytes(self._images[image])
        elif chance.random() < 0.5:
            (root / "state.sqlite3").touch()

    def _left_of(self, content: Stored, chance: Random) -> bytes:
        """Bytes that were synced stay, whatever became of those appended behind them or of a file written anew."""
        now, durable = content.now, content.durable
        kept = len(durable) if now.startswith(durable) else 0
        half = (kept + len(now)) // 2
        zeros = [now[:size] + bytes(len(now) - size) for size in (kept, half)]
        return chance.choice((durable, now, now[:half], *zeros))

    def _write(self, name: str, data: bytes) -> None:
        self._file(name).now = data

    def _append(self, name: str, data: bytes) -> None:
        self._file(name).now += data

    def _truncate(self, name: str, size: int) -> None:
        self._file(name).now = self._names[name].now[:size]

    def _fsync(self, name: str) -> None:
        if name in self._names:
            self._names[name].durable = self._names[name].now
            return
        for folder, gone, came, content in self._pending:
            if folder == name:
                self._durable.pop(gone, None)
                if came is not None:
                    self._durable[came] = content
        self._pending = [change for change in self._pending if change[0] != name]

    def _rename(self, source: str, target: str) -> None:
        content = self._names.pop(source)
        self._names[target] = content
        self._pending.append((Path(target).parent.as_posix(), source, target, content))

    def _unlink(self, name: str) -> None:
        self._pending.append((Path(name).parent.as_posix(), name, None, self._names.pop(name)))

    def _mkdir(self, name: str) -> None:
        """A folder is there when something in it is."""

    def _commit(self, image: bytes) -> None:
        self._images.append(image)

    def _checkpoint(self, *_: object) -> None:
        self._durable_image = len(self._images) - 1

    def _file(self, name: str) -> Stored:
        if name not in self._names:
            self._names[name] = Stored()
            self._pending.append((Path(name).parent.as_posix(), name, name, self._names[name]))
        return self._names[name]
