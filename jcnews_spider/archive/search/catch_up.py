"""The index brought up to date from the sealed segments, a slice at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.outbox import Sealed
from jcnews_spider.archive.search.index import Entry, Index, Outdated, Place, Tokens
from jcnews_spider.archive.search.words import Line, line_of, tokens
from jcnews_spider.archive.segments import read_record
from jcnews_spider.archive.walk import Flaw, walk_segment
from jcnews_spider.article import Article, Event
from jcnews_spider.errors import Damaged
from jcnews_spider.urls import parse_article_address

SLICE = 2000
"""Records after which a commit comes, and others get their turn: 2 to 4 seconds."""


@dataclass(frozen=True, slots=True)
class Due:
    """What the index lacks."""

    segments: list[Sealed]
    withdrawn: frozenset[str] = frozenset()
    """ids of articles that stay out of it."""

    @property
    def records(self) -> int:
        """Number of records in the segments."""
        return sum(segment.records for segment in self.segments)


def due(index: Index, ledger: Ledger, damaged: Collection[str]) -> Due:
    """The segments that are not in the index, without those that were found damaged; raises Outdated."""
    sealed, indexed = ledger.outbox.segments(), index.segments()
    checksums = {segment.path: segment.sha256 for segment in sealed}
    for path, sha256 in indexed.items():
        if checksums.get(path) != sha256:
            raise Outdated(f"{path} was changed")
    lacking = [segment for segment in sealed if segment.path not in indexed and segment.path not in damaged]
    # Those that are withdrawn in a segment cost a look at every article: only where there is work to do anyway.
    withdrawn = ledger.takedowns.withdrawn() if lacking else ledger.takedowns.noted()
    if index.has_any(withdrawn):
        raise Outdated("an article was withdrawn")
    return Due(lacking, withdrawn)


def add_slice(root: Path, index: Index, lacking: Due) -> tuple[int, dict[str, list[str]]]:
    """Puts the first of the segments that it lacks into the index, in one transaction.

    Gives how many records that were, and what is damaged, by path; raises Outdated.
    """
    done, flaws = 0, dict[str, list[str]]()
    index.begin()
    for segment in lacking.segments:
        if done >= SLICE:
            break
        found = _add_segment(root, index, segment, lacking.withdrawn)
        if found:
            flaws[segment.path] = found
        done += segment.records
    index.commit()
    return done, flaws


def _add_segment(root: Path, index: Index, segment: Sealed, withdrawn: Collection[str]) -> list[str]:
    """Puts in what can be read, and gives what cannot; a segment with damage is tried again by the next search."""
    flaws: list[str] = []
    index.note_segment(segment.path, segment.sha256, whole=False)
    try:
        for found in walk_segment(root / segment.path):
            if isinstance(found, Flaw):
                flaws.append(f"{segment.path} at {found.offset}: {found.what}")
            elif found[1].id not in withdrawn:
                offset, record = found
                _put(root, index, Place(record.id, record.version, segment.path, offset), record)
    except FileNotFoundError:
        flaws.append(f"{segment.path} is missing")
    if not flaws:
        index.note_segment(segment.path, segment.sha256, whole=True)
    return flaws


def _put(root: Path, index: Index, place: Place, record: Article) -> None:
    """Puts a record in, in the place of an older one."""
    entry, words = index.get(record.id), tokens_of(record)
    if entry and entry.place.version > record.version:
        return
    if entry and entry.digest == words.digest and record.event is not Event.WITHDRAWN:
        index.move(entry, place)
        return
    if entry:
        index.remove(entry, _tokens_at(root, entry))
    if record.event is not Event.WITHDRAWN:
        index.add(place, day_of(record), words)


def _tokens_at(root: Path, entry: Entry) -> Tokens:
    try:
        return tokens_of(read_record(root, entry.place.segment, entry.place.offset))
    except Damaged as fault:
        raise Outdated(str(fault)) from fault


def tokens_of(record: Article) -> Tokens:
    """What is found of a record."""
    return Tokens(*(tokens(line.seen) for line in lines_of(record)))


def lines_of(record: Article) -> tuple[Line, Line]:
    """What is sought: the title as printed; subtitle and text."""
    return line_of(record.title_raw), line_of(f"{record.subtitle or ''}\n\n{record.text}")


def day_of(record: Article) -> date:
    """The day in an article's address, by which `since` and `until` are meant."""
    address = parse_article_address(record.url)
    return address.day if address else date.min
