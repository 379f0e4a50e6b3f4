"""Sealed segments: JSON Lines files that are complete when they appear and never change again."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from jcnews_spider.archive import files

FOLDER = "articles"


def segment_path(run_id: str, number: int) -> str:
    """Path of a run's n-th segment under output/."""
    return f"{FOLDER}/{run_id}-{number:03d}.jsonl"


def write_segment(root: Path, path: str, lines: Iterable[str]) -> str:
    """Puts the records in place, synced, and gives the sha256 (hex) of the file."""
    data = "".join(f"{line}\n" for line in lines).encode()
    files.write_whole(root, path, data, durable=True)
    return sha256(data).hexdigest()
