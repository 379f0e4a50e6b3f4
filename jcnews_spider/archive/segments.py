"""Sealed segments: JSON Lines files that are complete when they appear and never change again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from jcnews_spider.archive import files
from jcnews_spider.article import Article, read_article
from jcnews_spider.errors import Damaged

FOLDER = "articles"

HEAD = 200
"""Bytes of a line in which its id, version and event stand."""


def segment_path(run_id: str, number: int) -> str:
    """Path of a run's n-th segment under output/."""
    return f"{FOLDER}/{run_id}-{number:03d}.jsonl"


def segment_files(root: Path) -> list[Path]:
    """Every segment, oldest run first."""
    return sorted((root / FOLDER).glob("*.jsonl"))


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) of a segment, whatever stands in it."""
    offset = 0
    with path.open("rb") as segment:
        for line in segment:
            yield offset, line
            offset += len(line)


def mark_of(id_: str) -> bytes:
    """What the head of a line holds exactly when its record is that article's."""
    return f'"id":"{id_}",'.encode()


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


def read_record(root: Path, path: str, offset: int) -> Article:
    """The record that begins at a byte offset of a segment; raises Damaged where there is none."""
    try:
        return record_of(read_line(root, path, offset))
    except ValueError as fault:
        raise Damaged(f"{path} at {offset}: {fault}") from fault


def read_line(root: Path, path: str, offset: int) -> bytes:
    """What stands from a byte offset of a segment to the end of the line; raises Damaged where there is no segment."""
    try:
        with (root / path).open("rb") as segment:
            segment.seek(offset)
            return segment.readline()
    except FileNotFoundError as fault:
        raise Damaged(f"{path} at {offset}: is missing") from fault


def record_of(line: bytes) -> Article:
    """The record of a line of a segment; raises ValueError when it is none, or holds what is no Unicode text."""
    if not line.endswith(b"\n"):
        raise ValueError("the file ends inside the record")
    try:
        record = read_article(line.decode())
        if _ESCAPED_SURROGATE in line.lower():
            record.to_json().encode()
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise ValueError(f"no record: {fault}") from fault
    return record


_ESCAPED_SURROGATE = rb"\ud"
"""Half of a pair, or alone: no crawl writes any, since UTF-8 has no form for one that is alone."""
