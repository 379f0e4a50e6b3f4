"""Files that are whole or not there: every write of the archive to a file goes through here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jcnews_spider.errors import StorageFault

STAGING = ".tmp"
"""Folder under output/ in which a file is written before it is renamed to its place."""


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turns what the disk or SQLite says into StorageFault."""
    try:
        yield
    except (OSError, sqlite3.Error) as fault:
        raise StorageFault(f"the archive cannot be read or written: {fault}") from fault


def write_whole(root: Path, path: str, data: bytes, *, durable: bool = False) -> None:
    """Puts data at `path` below root by a temporary file and a rename; synced when durable, else by a later `sync`."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = root / STAGING / path.replace("/", "~")
    try:
        staged.write_bytes(data)
        if durable:
            _sync(staged)
        staged.replace(target)
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    if durable:
        sync(root, [path])


def sync(root: Path, paths: Iterable[str]) -> None:
    """Brings files below root and every folder above them, up to root, onto the disk."""
    folders = {root}
    for path in paths:
        target = root / path
        _sync(target)
        folders.update(folder for folder in target.parents if folder.is_relative_to(root))
    for folder in folders:
        _sync(folder)


def append(path: Path, data: bytes) -> None:
    """Appends and syncs."""
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sweep(root: Path) -> None:
    """Empties the staging folder: what stands there was never finished."""
    staging = root / STAGING
    staging.mkdir(parents=True, exist_ok=True)
    for leftover in staging.iterdir():
        leftover.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
