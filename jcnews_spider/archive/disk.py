"""The operations by which the archive changes the disk, each one call; and how much room is left there.

What must survive is changed by calls of `disk.<name>`, so that a test can make any of them fail, stop the world there,
or write down what happened (tests/disks.py). Past it go the folder of a new archive, the files of locks, the making of
an empty database, the index of searches, which can be made anew, and a takedown's copies of WARCs, which are read back.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Makes or replaces a file; not synced."""
    path.write_bytes(data)


def append(path: Path, data: bytes) -> None:
    """Puts data at the end of a file, which is made if there is none; not synced."""
    with path.open("ab") as file:
        file.write(data)


def truncate(path: Path, size: int) -> None:
    """Cuts a file to its first `size` bytes; not synced."""
    os.truncate(path, size)


def fsync(path: Path) -> None:
    """Brings the content of a file, or the names in a folder, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Gives a file its name in one step; a file of that name is replaced."""
    source.replace(target)


def unlink(path: Path) -> None:
    """Takes a file away."""
    path.unlink()


def free_bytes(path: Path) -> int:
    """Bytes that a user who is not root may still write on the disk of a folder."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


def mkdir(path: Path) -> None:
    """Makes a folder and those above it, where they are not there."""
    path.mkdir(parents=True, exist_ok=True)


def commit(connection: sqlite3.Connection) -> None:
    """Ends the transaction of a database; durable after the next `checkpoint`."""
    connection.execute("COMMIT")


def checkpoint(connection: sqlite3.Connection, path: Path) -> None:
    """Brings every commit so far onto the disk, also while somebody reads the database at `path`."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    if busy:  # A reader can keep a checkpoint from its end, and from syncing anything: the log itself must hold.
        fsync(path.with_name(f"{path.name}-wal"))
