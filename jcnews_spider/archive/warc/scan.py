"""A WARC file from end to end, past whatever is damaged in it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path

from jcnews_spider.archive.warc.members import OPEN, inflated

MAGIC = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A record as it stands in a file."""

    offset: int
    member: bytes = field(repr=False)
    """The gzip member."""
    facts: dict[str, str] = field(repr=False)
    """WARC headers by lower-case name."""
    status: str | None
    """HTTP status code of a response or a revisit."""

    @property
    def url(self) -> str:
        """Target address, empty for a record that has none."""
        return self.facts.get("warc-target-uri", "")


def scan(path: Path, damaged: Callable[[str], None]) -> Iterator[Scanned]:
    """Every whole record in order; `damaged` is told file and offset of what is none.

    Behind a damage the next gzip member is sought. The end of a file that is still written may be torn.
    """
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        offset, is_lost = 0, False
        while 0 <= offset < len(data):
            if record := _scanned(data, offset):
                yield record
                offset, is_lost = offset + len(record.member), False
                continue
            following = data.find(MAGIC, offset + 1)
            if not is_lost and not (following < 0 and path.name.endswith(OPEN)):
                damaged(f"{path.name} at {offset}: no whole record")
            offset, is_lost = following, True


def whole_ends(path: Path) -> frozenset[int]:
    """Where the whole records of a file end: what is damaged before the last one stays, and is told by `verify`."""
    return frozenset(record.offset + len(record.member) for record in scan(path, lambda _: None))


def _scanned(data: mmap, offset: int) -> Scanned | None:
    """The record at an offset, None where no whole one begins."""
    data.seek(offset)
    try:
        content, length = inflated(data)
    except (zlib.error, EOFError):
        return None
    head, _, block = content.partition(b"\r\n\r\n")
    version, *lines = head.decode("utf-8", "replace").split("\r\n")
    if not version.startswith("WARC/"):
        return None
    pairs = (line.partition(":") for line in lines)
    facts = {name.strip().lower(): value.strip() for name, _, value in pairs}
    words = block[:200].split(b" ", 2) if facts.get("warc-type") in ("response", "revisit") else []
    status = words[1].decode("latin-1") if len(words) > 1 else None
    return Scanned(offset, data[offset : offset + length], facts, status)
