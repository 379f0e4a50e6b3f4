"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from jcnews_spider.errors import ArchiveBusy


class Lock:
    """The right to write an archive, held until released or until the process ends, however it ends.

    Raises ArchiveBusy at once if another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise ArchiveBusy(f"another run holds {path.parent}") from None

    def release(self) -> None:
        """Gives the right back."""
        os.close(self._descriptor)
