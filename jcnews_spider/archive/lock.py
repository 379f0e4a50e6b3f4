"""One writer at a time, or several runs that know of each other."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from jcnews_spider.errors import ArchiveBusy

NAME = ".lock"

WAITS_S = (0, 0.05, 0.1, 0.1)
"""Seconds before each try: who only asks whether the lock is held, holds it for a moment."""


class Lock:
    """The right to write an archive, held until released or until the process ends, however it ends.

    A shared one is held by several runs, whose ledger keeps them apart, and shuts out everybody else. Raises
    ArchiveBusy within a quarter of a second if another process holds what cannot be held beside it.
    """

    def __init__(self, root: Path, name: str = NAME, *, shared: bool = False) -> None:
        """`name` is that of a file under `root`."""
        self._descriptor = os.open(root / name, os.O_RDWR | os.O_CREAT, 0o600)
        if _taken(self._descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            return
        os.close(self._descriptor)
        raise ArchiveBusy(f"another run holds {root}")

    def release(self) -> None:
        """Gives the right back."""
        os.close(self._descriptor)


def is_held(root: Path, name: str = NAME) -> bool:
    """True while a run holds an archive, or its file of this name."""
    try:
        descriptor = _opened(root / name)
    except FileNotFoundError:
        return False
    try:
        # Who holds it alone is seen at once; several who share it may also be others who only look.
        return not (_taken(descriptor, fcntl.LOCK_SH, WAITS_S[:1]) and _taken(descriptor, fcntl.LOCK_EX))
    except OSError as fault:
        if fault.errno != errno.EBADF:
            raise
        return False
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    """The file as who locks it on NFS must have it, and as who may only read it can: there no lock is held alone."""
    try:
        return os.open(path, os.O_RDWR)
    except OSError as fault:
        if fault.errno not in (errno.EACCES, errno.EROFS):
            raise
        return os.open(path, os.O_RDONLY)


def _taken(descriptor: int, kind: int, waits_s: Sequence[float] = WAITS_S) -> bool:
    for wait in waits_s:
        time.sleep(wait)
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
    return False


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Holds a lock of its own, made where it is not there, and waits as long as another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
