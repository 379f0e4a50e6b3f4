"""A lost ledger made anew, from the manifest, the segments and the WARCs.

It is built in the staging folder and gets its name at the end, or on a server and is noted as the archive's own at the
end: a crash on the way leaves none. What only the ledger knew is lost: the outbox, whose records are fetched again,
failed addresses, the marks of complete walks, and that a takedown was still open: it is to be ordered again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from jcnews_spider import clock
from jcnews_spider.archive import disk, files, media, recovery, segments
from jcnews_spider.archive.evidence import Progress, files_of
from jcnews_spider.archive.ledger import NAME as LEDGER
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import KnownArticle, Validators
from jcnews_spider.archive.ledger.outbox import Sealed, SealedFile
from jcnews_spider.archive.lock import Lock
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.archive.manifest import Entry, Manifest, entries, without_flaws
from jcnews_spider.archive.pairing import MAKE_ANEW_ON_SERVER, PAIRED, pair
from jcnews_spider.archive.recapture import Recapture
from jcnews_spider.archive.walk import Flaw, walk_segment
from jcnews_spider.archive.warc import members
from jcnews_spider.article import Article
from jcnews_spider.errors import Damaged, UsageFault
from jcnews_spider.text import text_digest
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import parse_article_address

Skipped = tuple[str, str]
"""(where, what) of something damaged that was passed over."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the new ledger knows."""

    articles: int
    records: int
    payloads: int


def rebuild(root: Path, sites: Mapping[str, Site], progress: Progress, server: str = "") -> Iterator[Skipped | Rebuilt]:
    """What was skipped, and last what the new ledger knows; `server` is the address of one that is no file.

    Raises UsageFault where there is a ledger or nothing to make one from, ArchiveBusy, StorageFault.
    """
    with ExitStack() as held:
        held.callback(Lock(root).release)
        if (root / LEDGER).exists():
            raise UsageFault(f"{root / LEDGER} is there: move it and {LEDGER}-* away first, if it is damaged")
        if not server and (root / PAIRED).exists():
            raise UsageFault(f"the ledger of {root} is on a server: JCNEWS_LEDGER must say where, or remove {PAIRED}")
        if not any((root / folder).is_dir() for folder in (segments.FOLDER, members.FOLDER)):
            raise UsageFault(f"{root} has neither segments nor WARCs to make a ledger from")
        files.sweep(root)
        staged = root / files.STAGING / LEDGER
        ledger = Ledger(server or staged)
        try:
            if not ledger.is_empty():
                raise UsageFault(f"a ledger is there: {MAKE_ANEW_ON_SERVER}")
            building = _Building(root, sites, ledger, progress)
            yield from building.run()
            ledger.checkpoint()
            if server:
                pair(root, ledger)
        finally:
            ledger.close()
        if not server:
            _put_in_place(root, staged)
        yield building.rebuilt


def _put_in_place(root: Path, staged: Path) -> None:
    """Gives the ledger its name; the log of a lost one would be played into it, and is put aside."""
    for suffix in ("-wal", "-shm"):
        leftover = root / f"{LEDGER}{suffix}"
        if leftover.exists():
            disk.rename(leftover, root / f"lost-{leftover.name}")
    disk.fsync(staged)
    disk.rename(staged, root / LEDGER)
    files.sync_folders(root, [LEDGER])


class _Building:
    """A new ledger that is filled."""

    def __init__(self, root: Path, sites: Mapping[str, Site], ledger: Ledger, progress: Progress) -> None:
        self._root = root
        self._sites = sites
        self._ledger = ledger
        self._progress = progress
        self._manifest = Manifest(root)
        self._segments: dict[str, Entry | None] = {}
        """By path, in the order in which they were sealed; None for one that the manifest has not."""
        self._warcs: dict[str, Entry | None] = {}

    def run(self) -> Iterator[Skipped]:
        """Fills it; gives what was skipped."""
        self._ledger.anew.prepare()
        yield from self._read_manifest()
        for number, (path, entry) in enumerate(self._segments.items()):
            with self._ledger.transaction():
                yield from self._take_segment(path, entry)
            self._progress("segments", number + 1, len(self._segments))
        newest_run = max((Path(path).name.rpartition("-")[0] for path in self._segments), default="")
        recapture = Recapture(self._root, self._sites, self._ledger)
        for number, (path, entry) in enumerate(self._warcs.items()):
            yield from recapture.take(path, entry, is_recent=Path(path).name.rpartition("-")[0] >= newest_run)
            self._progress("WARCs", number + 1, len(self._warcs))
        with self._ledger.transaction():
            recapture.ask_again()
            self._ledger.anew.end_manifest(self._manifest.size())
            self.rebuilt = Rebuilt(*self._ledger.anew.sizes())

    def _read_manifest(self) -> Iterator[Skipped]:
        """What is sealed, in the order of its seals, then what stands there without a line; lines that are none go."""
        flaws = 0
        for entry in entries(self._root):
            if isinstance(entry, Flaw):
                flaws += 1
                yield f"{MANIFEST} at {entry.offset}", entry.what
        if flaws:
            without_flaws(self._root)
        with self._ledger.transaction():
            for entry in entries(self._root):
                if isinstance(entry, Entry):
                    self._note_listed(entry)
        for file in segments.segment_files(self._root):
            self._segments.setdefault(f"{segments.FOLDER}/{file.name}", None)
        for path in members.warc_paths(self._root):
            self._warcs.setdefault(path, None)

    def _note_listed(self, entry: Entry) -> None:
        self._ledger.anew.note_listed(entry.path)
        folder = entry.path.partition("/")[0]
        if folder == segments.FOLDER:
            self._segments[entry.path] = entry
        elif folder == members.FOLDER:
            self._warcs[entry.path] = entry
        elif folder == media.FOLDER:
            self._ledger.images.add_file(entry.path, entry.sha256, entry.end)

    # ---- records

    def _take_segment(self, path: str, entry: Entry | None) -> Iterator[Skipped]:
        """Its records, one segment in memory at a time, and the lines that the manifest lacks."""
        records: list[tuple[int, Article]] = []
        try:
            for found in walk_segment(self._root / path):
                if isinstance(found, Flaw):
                    yield f"{path} at {found.offset}", found.what
                else:
                    records.append(found)
            sealed_at = int((self._root / path).stat().st_mtime)
        except FileNotFoundError:
            yield path, "missing"
            return
        missing = [file for _, article in records for file in self._unlisted(article)]
        if entry is None:
            entry = Entry(path, files.digest_of(self._root / path), 0)
            missing.append((path, entry.sha256))
        end = self._list(missing) if missing else entry.end
        number = self._ledger.outbox.sealed(Sealed(path, len(records), entry.sha256, end, sealed_at))
        for offset, article in records:
            if not self._take_record(number, offset, article):
                yield f"{path} at {offset}", f"{article.url!r} is no address of an article"

    def _unlisted(self, article: Article) -> Iterator[SealedFile]:
        """(path, sha256) of the files of a record that are there and that no manifest has."""
        try:
            paths = files_of(article)
        except Damaged:
            return
        for path in paths:
            if not self._ledger.anew.is_listed(path) and (self._root / path).is_file():
                digest = files.digest_of(self._root / path)
                is_first = path == article.snapshot.html
                yield path, (article.snapshot.sha256 or digest) if is_first else digest

    def _list(self, sealed: list[SealedFile]) -> int:
        """Puts files into the manifest, each once."""
        lines = dict(sealed)
        for path in lines:
            self._ledger.anew.note_listed(path)
        return self._manifest.add(lines.items(), self._manifest.size())

    def _take_record(self, segment: int, offset: int, article: Article) -> bool:
        """Notes a record as its article's last, unless a newer one is known; False where it has no address."""
        articles, address = self._ledger.articles, parse_article_address(article.url)
        if address is None:
            return False
        fetched = clock.seconds_of(article.fetched_at or address.day.isoformat())
        if articles.get(article.id) is None:
            first_seen = clock.seconds_of(article.first_seen_at) if article.first_seen_at else fetched
            articles.add(article.id, address, article.crawl.list_url, first_seen)
        known = articles.get(article.id)
        if known is not None and article.version > known.version:
            self._note(known, article, fetched)
            articles.sealed(article.id, segment, offset)
        return True

    def _note(self, known: KnownArticle, article: Article, fetched: int) -> None:
        articles, state = self._ledger.articles, recovery.state_of(article.event)
        articles.keep(known.id, recovery.kept(article, known.day, text_digest(article.text)), state=state)
        recovery.note_values(self._ledger, article)
        articles.seen(known, fetched, article.url, _validators(article))
        if state != "kept":
            articles.left(known, fetched)
        if state == "withdrawn":
            self._ledger.takedowns.forget_text(known.n)
        for image in article.images:
            if image.path:
                self._ledger.images.add_address(image.url, image.path, fetched)
        self._ledger.anew.note_record(known.id, article.snapshot.sha256)
        self._note_sections(known.id, article)

    def _note_sections(self, id_: str, article: Article) -> None:
        """The sections that a record names; the first may be its crumb's alone, so the article's list says it."""
        site, sections = self._sites.get(id_.partition(":")[0]), self._ledger.sections
        if site is None:
            return
        listed = urljoin(article.crawl.list_url, ".") if article.crawl.list_url else None
        for place, section in enumerate(article.sections):
            if path := site.section_at(section.url):
                sections.add(site.name, path, section.name if section.name != path else None)
                if place or section.url == listed:
                    sections.add_member(site.name, path, id_)
        if listed and (path := site.section_at(listed)):
            sections.add(site.name, path, None)
            sections.add_member(site.name, path, id_)


def _validators(article: Article) -> Validators:
    """Those of an article of one page; of several the record has only the first page's."""
    pair = (article.crawl.etag, article.crawl.last_modified)
    return (pair,) if article.crawl.pages == 1 and any(pair) else ()
