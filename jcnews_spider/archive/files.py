"""Files that are whole or not there: every file of the archive is written here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path

from jcnews_spider.archive import disk
from jcnews_spider.errors import StorageFault

STAGING = ".tmp"
"""Folder under output/ in which a file is written before it is renamed to its place."""


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turns what the disk or SQLite says into StorageFault; a reader that has gone is no fault of the disk."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, sqlite3.Error) as fault:
        raise StorageFault(f"the archive cannot be read or written: {fault}") from fault


def write_whole(root: Path, path: str, data: bytes, *, durable: bool = False) -> None:
    """Puts data at `path` below root by a temporary file and a rename; synced when durable, else by a later `sync`."""
    target = root / path
    if not target.parent.is_dir():
        disk.mkdir(target.parent)
    folder = path.partition("/")[0]
    staged = root / STAGING / f"{folder}~{sha256(path.encode()).hexdigest()}"  # a deep path is too long for one name
    try:
        disk.write(staged, data)
        if durable:
            disk.fsync(staged)
        disk.rename(staged, target)
    except OSError:
        with suppress(OSError):  # what cannot be taken away now is swept at the next start
            disk.unlink(staged)
        raise
    if durable:
        sync_folders(root, [path])


def digest_of(path: Path) -> str:
    """sha256 (hex) of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def reaches(path: Path, end: int) -> bool:
    """True when a file is there and has so many bytes at least."""
    return path.exists() and path.stat().st_size >= end


def sync(root: Path, paths: Iterable[str]) -> None:
    """Brings files below root and every folder above them, up to root, onto the disk."""
    known = list(paths)
    for path in known:
        disk.fsync(root / path)
    sync_folders(root, known)


def sync_folders(root: Path, paths: Iterable[str]) -> None:
    """Brings the names of files below root onto the disk, and those of every folder above them."""
    nearest = {path.rpartition("/")[0] for path in paths}
    folders = {folder for below in nearest for folder in (root / below / "file").parents if folder.is_relative_to(root)}
    for folder in sorted(folders, reverse=True):
        disk.fsync(folder)


def sweep(root: Path) -> None:
    """Empties the staging folder: what stands there was never finished."""
    staging = root / STAGING
    disk.mkdir(staging)
    for leftover in staging.iterdir():
        disk.unlink(leftover)
