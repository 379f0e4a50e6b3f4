"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jcnews_spider.errors import ArchiveBusy

NAME = ".lock"

WAITS_S = (0, 0.05, 0.1, 0.1)
"""Seconds before each try: who only asks whether the lock is held, holds it for a moment."""


class Lock:
    """The right to write an archive, held until released or until the process ends, however it ends.

    Raises ArchiveBusy within a quarter of a second if another process holds it.
    """

    def __init__(self, root: Path) -> None:
        self._descriptor = os.open(root / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        for wait in WAITS_S:
            time.sleep(wait)
            with suppress(BlockingIOError):
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
        os.close(self._descriptor)
        raise ArchiveBusy(f"another run holds {root}")

    def release(self) -> None:
        """Gives the right back."""
        os.close(self._descriptor)


def is_held(root: Path) -> bool:
    """True while a run holds an archive."""
    try:
        descriptor = os.open(root / NAME, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
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
