"""What `scrapy verify` reads: every sealed file, every WARC record, every article record, each once, into a tally.

Files and WARCs may be read elsewhere, by workers that see the same folder.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from hashlib import sha256
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from jcnews_spider.archive import segments
from jcnews_spider.archive.files import digest_of
from jcnews_spider.archive.ledger import NAME as LEDGER
from jcnews_spider.archive.ledger.audit import Audit, attach
from jcnews_spider.archive.ledger.tally import SoundMember, State, Tally
from jcnews_spider.archive.lock import is_held
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.archive.manifest import Entry, entries
from jcnews_spider.archive.pairing import open_ledger
from jcnews_spider.archive.reader import entity
from jcnews_spider.archive.snapshots import part_paths
from jcnews_spider.archive.walk import Flaw, walk_segment, walk_warc
from jcnews_spider.archive.warc.members import OPEN, Member, located, warc_paths
from jcnews_spider.article import Article
from jcnews_spider.errors import Damaged

Progress = Callable[[str, int, int], None]
"""Told what is read, how much of it was, and how much there is."""

Share = Callable[[Callable[[Any], Iterable[Any]], Iterable[Any]], Iterator[Iterable[Any]]]
"""What work makes of each input, in their order; done here and one after the other, that is `map`."""

BATCH = 64
"""Files whose checksums are one piece of work."""

MOST_PAGES = 9999
"""Of an article: the grammar of addresses has four digits for them."""


class Evidence:
    """An archive as it was found; it may be read while a crawl goes on, whose unsealed work is not judged."""

    def __init__(self, root: Path, tally: Tally, progress: Progress, share: Share = map, server: str = "") -> None:
        """`server` is the address of a ledger that is no file in the folder."""
        self.root = root
        self.server = server
        self.tally = tally
        self._progress = progress
        self._share = share
        self._was_held = is_held(root)
        self.manifest_bytes = 0
        self.manifest_flaws: list[Flaw] = []
        self.segments: list[str] = []
        self.warcs: list[str] = []

    def gather(self) -> None:
        """Reads everything, what a run writes last first: so that all is there to which something points."""
        self.tally.begin()
        self._read_files()
        self._read_segments()
        self._read_warcs()
        self.tally.index()
        self.is_running = self._was_held or is_held(self.root) or _size(self.root / MANIFEST) != self.manifest_bytes
        self.audit = Audit(self.tally, self._attach, is_running=self.is_running)

    def _attach(self, database: sqlite3.Connection) -> None:
        if not self.server:
            attach(database, self.root / LEDGER)
            return
        with closing(open_ledger(self.root, self.server, read_only=True)) as ledger:
            ledger.transcribe(database)

    def counts(self) -> dict[str, int]:
        """How much was read."""
        return {
            "sealed files": self.tally.size("files"),
            "WARCs": len(self.warcs),
            "responses and revisits": self.tally.size("members"),
            "segments": len(self.segments),
            "records": self.tally.size("records"),
        }

    def _read_files(self) -> None:
        """The checksum of every file of the manifest, as far as that reached at the start."""
        self.manifest_bytes = _size(self.root / MANIFEST)
        for states in self._share(partial(states_of, self.root.absolute()), self._batches()):
            for entry, state in states:
                self.tally.add_file(entry.path, entry.sha256, state)
                self._progress("checksums, bytes of the manifest", entry.end, self.manifest_bytes)

    def _batches(self) -> Iterator[Sequence[Entry]]:
        known = takewhile(lambda entry: entry.end <= self.manifest_bytes, self._entries())
        while batch := list(islice(known, BATCH)):
            yield batch

    def _entries(self) -> Iterator[Entry]:
        """The lines of the manifest; what is none is noted."""
        for entry in entries(self.root):
            if isinstance(entry, Flaw):
                self.manifest_flaws.append(entry)
            else:
                yield entry

    def _read_warcs(self) -> None:
        self.warcs = warc_paths(self.root)
        walked = self._share(partial(members_of, self.root.absolute()), self.warcs)
        for number, (path, members) in enumerate(zip(self.warcs, walked, strict=True)):
            size = _size(located(self.root, path))
            for found in members:
                if isinstance(found, Flaw):
                    self.tally.add_flaw(path, found.offset, found.end, found.what)
                else:
                    self.tally.add_member(path, found)
                    self._progress(path, found.offset + found.length, size)
            self._progress("WARCs", number + 1, len(self.warcs))

    def _read_segments(self) -> None:
        self.segments = [f"{segments.FOLDER}/{path.name}" for path in segments.segment_files(self.root)]
        for number, path in enumerate(self.segments):
            with self._unreadable(path):
                for found in walk_segment(self.root / path):
                    if isinstance(found, Flaw):
                        self.tally.add_flaw(path, found.offset, found.end, found.what)
                    else:
                        self._add_record(path, *found)
            self._progress("segments", number + 1, len(self.segments))

    def _add_record(self, path: str, offset: int, article: Article) -> None:
        try:
            pages = files_of(article)
        except Damaged as fault:
            self.tally.add_flaw(path, offset, offset, str(fault))
            pages = []
        self.tally.add_record(path, offset, article, pages)

    @contextmanager
    def _unreadable(self, path: str) -> Iterator[None]:
        """Notes what the disk says of a file; one that is not there is told by the manifest."""
        try:
            yield
        except FileNotFoundError:
            pass
        except OSError as fault:
            self.tally.add_flaw(path, 0, 0, f"cannot be read: {fault}")


def states_of(root: Path, batch: Sequence[Entry]) -> Iterator[tuple[Entry, State]]:
    """What the files of some lines of the manifest are found to be."""
    for entry in batch:
        yield entry, _state(root / entry.path, entry.sha256)


def _state(path: Path, sha256: str) -> State:
    try:
        return State.SOUND if digest_of(path) == sha256 else State.CHANGED
    except FileNotFoundError:
        return State.MISSING
    except OSError:
        return State.CHANGED


def members_of(root: Path, path: str) -> Iterator[SoundMember | Flaw]:
    """Sound responses and revisits of a WARC, and flaws; that one which is still written is torn at its end is none."""
    for file in (root / f"{path}{OPEN}", root / path):  # it may be closed between the two
        try:
            yield from _members(file)
        except FileNotFoundError:
            continue
        except OSError as fault:
            yield Flaw(0, 0, f"cannot be read: {fault}")


def _members(file: Path) -> Iterator[SoundMember | Flaw]:
    size = file.stat().st_size
    for found in walk_warc(file):
        if isinstance(found, Flaw):
            if not (file.name.endswith(OPEN) and found.end >= size):
                yield found
        elif found.kind in ("response", "revisit"):
            digest = found.facts.get("warc-payload-digest", "")
            yield SoundMember(found.offset, found.length, digest, body_digest(found))


def _size(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def files_of(article: Article) -> list[str]:
    """Paths of the files that a record names, that of its first page first; raises Damaged where they make no sense."""
    pages, html = article.crawl.pages, article.snapshot.html
    name = f"{article.id} version {article.version}"
    if not 1 <= pages <= MOST_PAGES:
        raise Damaged(f"{name}: {pages} pages")
    try:
        parts = part_paths(html, pages) if html else []
    except AttributeError:
        raise Damaged(f"{name}: {html!r} is no path of an HTML file") from None
    return [*parts, *(image.path for image in article.images if image.path)]


def body_digest(member: Member) -> bytes | None:
    """sha256 of the body of a response, as the crawl saw it; None for a revisit."""
    if member.kind != "response":
        return None
    try:
        return sha256(entity(member)).digest()
    except Damaged:  # it came with a broken content encoding; then no record was made of it
        return sha256(member.payload).digest()
