"""Sealed segments: JSON Lines files that are complete when they appear and never change again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from jcnews_spider.archive import files

FOLDER = "articles"


def segment_path(run_id: str, number: int) -> str:
    """Path of a run's n-th segment under output/."""
    return f"{FOLDER}/{run_id}-{number:03d}.jsonl"


def write_segment(root: Path, path: str, lines: Sequence[str]) -> tuple[str, list[int]]:
    """Puts the records in place, synced, and gives the sha256 (hex) of the file and the byte offset of each record.

    A segment that stands there already, whole, is left as it is.
    """
    encoded = [f"{line}\n".encode() for line in lines]
    data = b"".join(encoded)
    offsets = [0]
    for line in encoded[:-1]:
        offsets.append(offsets[-1] + len(line))
    target = root / path
    if target.exists() and target.read_bytes() == data:
        files.sync(root, [path])
    else:
        files.write_whole(root, path, data, durable=True)
    return sha256(data).hexdigest(), offsets


def read_record(root: Path, path: str, offset: int) -> str:
    """The line of the record that begins at a byte offset of a segment."""
    with (root / path).open("rb") as segment:
        segment.seek(offset)
        return segment.readline().decode().rstrip("\n")
