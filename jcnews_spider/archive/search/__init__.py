"""Chinese substring search over the newest versions.

The index is `search.sqlite3` beside the ledger. It is no part of the archive: it follows from the sealed segments, so
neither the manifest nor `verify` covers it, and when it is deleted, damaged or of another form the next search makes it
anew. A crawl never touches it: each search first takes in what was sealed since the last one. Searches take turns by a
lock; what is killed in between is found undone. Where output/ cannot be written, a temporary copy is used.

A takedown takes the whole file away, for an index tells which text it was made from.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from jcnews_spider.archive import disk
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.lock import in_turn
from jcnews_spider.archive.pairing import open_ledger
from jcnews_spider.archive.search import catch_up
from jcnews_spider.archive.search.index import Bounds, Index, Outdated, Place
from jcnews_spider.archive.search.words import Marked, marked, snippet
from jcnews_spider.archive.segments import read_record
from jcnews_spider.article import Article, Event
from jcnews_spider.errors import Damaged

NAME = "search.sqlite3"
LOCK = ".search.lock"

SNIPPET = 80
"""Characters of a snippet: two lines of a terminal."""

_REMAKES = 3
"""Times that one search begins anew: more often it is the disk that is damaged."""

_NO_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Note = Callable[[str], object]
"""Is told what takes time or is not as it should be, for people."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is sought; `words` are folded, as `words_of` gives them. None means no bound."""

    words: tuple[str, ...]
    since: date | None = None
    until: date | None = None
    """Last day; both by the day in an article's address."""
    section: tuple[str, str] | None = None
    """(site, path)."""
    limit: int | None = 20
    skip: int = 0
    site: str | None = None
    """The site of every hit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that holds every word."""

    record: Article
    """Its newest version, without text and html: all of a large archive may be asked for."""
    title: Marked
    snippet: Marked
    """Of subtitle and text."""

    @property
    def is_gone(self) -> bool:
        """True when the site shows it no longer."""
        return self.record.event is Event.GONE


@dataclass(frozen=True, slots=True)
class Found:
    """The answer."""

    total: int
    """Articles that hold every word."""
    hits: tuple[Hit, ...]
    """Those with all words in the title first, then the others, each newest first."""
    damages: tuple[str, ...] = ()
    """What could not be read, and may hold the words too."""


def search(root: Path, query: Query, note: Note, server: str = "") -> Found:
    """What an archive holds of the words, nothing where there are none; raises StorageFault.

    `server` is the address of a ledger that is no file in the folder.
    """
    if not query.words:
        return Found(0, ())
    with storage_faults(), _folder(root, note) as folder:
        try:
            return _found(_CatchingUp(root, folder, query, note, server))
        except Outdated as fault:
            note(f"{NAME} is made anew: {fault}")
            discard(folder)
        try:
            return _found(_CatchingUp(root, folder, query, note, server))
        except Outdated as fault:
            raise Damaged(f"{fault}, also when the index had been made anew: scrapy verify says more") from fault


def discard(root: Path) -> None:
    """Takes the index away, and all that it knows of any text."""
    with in_turn(root / LOCK):
        _unlink(root)


@contextmanager
def _folder(root: Path, note: Note) -> Iterator[Path]:
    """Where the index may stand: in the archive, or a temporary folder where that cannot be written."""
    try:
        with in_turn(root / LOCK):
            pass
    except OSError as fault:
        if fault.errno not in _NO_WRITING:
            raise
    else:
        yield root
        return
    with tempfile.TemporaryDirectory(prefix="jcnews-search-") as name:
        if (root / NAME).exists() and not (root / f"{NAME}-journal").exists():
            shutil.copyfile(root / NAME, Path(name, NAME))
        note(f"{root} cannot be written: the index stands in a temporary folder and is gone afterwards")
        yield Path(name)


def _found(catching_up: _CatchingUp) -> Found:
    """The answer; raises Outdated when the index says what the records do not."""
    total, places = catching_up.answer()
    hits, damages = [], [flaw for flaws in catching_up.damages.values() for flaw in flaws]
    for place in places:
        try:
            hits.append(_hit(catching_up.root, place, catching_up.query.words))
        except Damaged as fault:
            damages.append(str(fault))
    return Found(total, tuple(hits), tuple(dict.fromkeys(damages)))


class _CatchingUp:
    """One search's turns at the index: a slice in each, until nothing is lacking and it answers."""

    def __init__(self, root: Path, folder: Path, query: Query, note: Note, server: str) -> None:
        self.root = root
        self.query = query
        self._folder = folder
        self._note = note
        self._server = server
        self._done = 0
        """Records taken in."""
        self._remade = 0
        self.damages: dict[str, list[str]] = {}
        """What could not be read, by segment."""

    def answer(self) -> tuple[int, list[Place]]:
        """Number of articles, and where those that were asked for stand."""
        while True:
            with in_turn(self._folder / LOCK):
                try:
                    answer = self._turn()
                except (Outdated, sqlite3.DatabaseError) as fault:
                    self._begin_anew(fault)
                    continue
            if answer is not None:
                return answer

    def _turn(self) -> tuple[int, list[Place]] | None:
        """The answer, None where there was something to take in."""
        ledger = open_ledger(self.root, self._server, read_only=True)
        with closing(ledger), closing(Index(self._folder / NAME)) as index:
            due = catch_up.due(index, ledger, self.damages)
            if due.segments:
                self._take_in(index, due)
                return None
            if self._done > index.size() // 2:
                index.compact()
            return _answer(index, ledger, self.query)

    def _take_in(self, index: Index, due: catch_up.Due) -> None:
        if not self._done and due.records > catch_up.SLICE:
            self._note(f"indexing {due.records:,} records, which later searches need not do again")
        number, flaws = catch_up.add_slice(self.root, index, due)
        self._done += number
        self.damages |= flaws

    def _begin_anew(self, fault: Outdated | sqlite3.DatabaseError) -> None:
        """Takes a file away that is of no use; raises the fault where another file would be no better."""
        if not _is_to_be_made_anew(fault) or self._remade == _REMAKES:
            raise fault
        self._note(f"{NAME} is made anew: {fault}")
        _unlink(self._folder)
        self._remade += 1
        self.damages.clear()


def _is_to_be_made_anew(fault: Exception) -> bool:
    """True where another file would do; not for a full disk."""
    return isinstance(fault, Outdated) or getattr(fault, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _answer(index: Index, ledger: Ledger, query: Query) -> tuple[int, list[Place]]:
    ids = ledger.sections.member_ids(*query.section) if query.section else None
    is_whole = query.section or query.site is None or ledger.articles.sites() == [query.site]
    bounds = Bounds(query.since, query.until, ids, None if is_whole else query.site)
    total = index.count(query.words, bounds)
    return total, index.find(query.words, bounds, query.limit, query.skip) if total else []


def _hit(root: Path, place: Place, words: tuple[str, ...]) -> Hit:
    """The record with its marks; raises Damaged, and Outdated where another record stands, or without the words."""
    record = read_record(root, place.segment, place.offset)
    title, body = catch_up.lines_of(record)
    hit = Hit(replace(record, text="", html=""), marked(title, words), snippet(body, words, SNIPPET))
    is_it = (record.id, record.version) == (place.id, place.version)
    if not is_it or not all(word in title.seen or word in body.seen for word in words):
        raise Outdated(f"{place.segment} at {place.offset} is not what it was")
    return hit


def _unlink(folder: Path) -> None:
    for name in (f"{NAME}-journal", NAME):
        with suppress(FileNotFoundError):
            disk.unlink(folder / name)
