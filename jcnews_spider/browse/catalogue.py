"""Where every version stands, and which articles are copies: what no ledger keeps, read from the segments.

It stays in memory, about 0.2 kB an article. The first question reads every segment once, later ones only what was
sealed since; a takedown that rewrote a segment makes it begin anew.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from jcnews_spider.archive.segments import FOLDER, lines_of, segment_files
from jcnews_spider.article import Event

_HEAD = re.compile(rb'\{"schema_version":"[^"]*","id":"([^"\\]+)","version":(\d+),"event":"([a-z]+)"')
_ORIGINAL = re.compile(rb'"duplicate_of":"([^"\\]+)"')
"""A quotation mark inside a text is escaped, so only the key itself looks like this."""

Damaged = Callable[[str], None]
"""Is told of each segment that cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands."""

    version: int
    event: str
    segment: str
    """Path under output/."""
    offset: int


class Catalogue:
    """The places of one archive; may be asked by several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._read: dict[str, tuple[int, int]] = {}
        """(size, time of change) of each segment that was read, by its path."""
        self._places: dict[str, list[Place]] = defaultdict(list)
        self._original: dict[str, str] = {}
        """The original of each copy, by its newest version."""

    def versions(self, id_: str, damaged: Damaged) -> list[Place]:
        """Of an article, earliest first."""
        with self._lock:
            self._catch_up(damaged)
            return sorted(self._places.get(id_, ()), key=lambda place: place.version)

    def copies(self, damaged: Damaged) -> dict[str, list[str]]:
        """The ids of the copies of each original, both as they were first sealed."""
        found: dict[str, list[str]] = defaultdict(list)
        with self._lock:
            self._catch_up(damaged)
            for copy, original in self._original.items():
                found[original].append(copy)
        return dict(found)

    def _catch_up(self, damaged: Damaged) -> None:
        """Reads what is new; of a segment that cannot be read it tells, each time until it can."""
        states = {}
        for path in segment_files(self._root):
            name = f"{FOLDER}/{path.name}"
            try:
                stat = path.stat()
                states[name] = (stat.st_size, stat.st_mtime_ns)
            except OSError as fault:
                damaged(f"{name}: {fault.strerror}")
        if any(states.get(name) != state for name, state in self._read.items()):
            for known in (self._read, self._places, self._original):
                known.clear()
        for name in sorted(states.keys() - self._read.keys()):
            try:
                lines = list(lines_of(self._root / name))
            except OSError as fault:
                damaged(f"{name}: {fault.strerror}")
                continue
            self._take_in(name, lines)
            self._read[name] = states[name]

    def _take_in(self, name: str, lines: Iterable[tuple[int, bytes]]) -> None:
        """Notes what stands in a segment that was read whole; one that broke off would stand there twice later."""
        for offset, line in lines:
            if head := _HEAD.match(line):
                id_, version, event = head[1].decode(), int(head[2]), head[3].decode()
                self._places[id_].append(Place(version, event, name, offset))
                self._note_original(id_, line, event)

    def _note_original(self, id_: str, line: bytes, event: str) -> None:
        found = _ORIGINAL.search(line) if event != Event.WITHDRAWN else None
        if found:
            self._original[id_] = found[1].decode()
        else:
            self._original.pop(id_, None)
