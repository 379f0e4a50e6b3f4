"""Takedown: an article withdrawn for good, and on demand its content taken out of everything that is sealed.

What is to be done stands in the ledger before it is begun, so the next start finishes what was interrupted. A file is
replaced only by a copy that was read back and found to differ in what was to go, and in nothing else.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider import clock
from jcnews_spider.archive import disk, files
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.takedowns import Takedown
from jcnews_spider.archive.segments import FOLDER as SEGMENTS
from jcnews_spider.archive.snapshots import part_paths
from jcnews_spider.archive.warc.members import Member, read_member, spans
from jcnews_spider.archive.warc.records import tombstone
from jcnews_spider.archive.warc.writer import FOLDER as WARCS
from jcnews_spider.article import Article, Crawl, Event, content_hash, read_article
from jcnews_spider.errors import Damaged
from jcnews_spider.urls import parse_article_address

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive

MOST_PARTS = 200
"""Pages of one article, as the crawl bounds them."""

logger = logging.getLogger(__name__)


def withdrawn(last: Article, run_id: str, at: str) -> Article:
    """The record that says that an article is withdrawn: id, url, times and run, nothing of its content."""
    record = Article(
        id=last.id,
        version=last.version + 1,
        event=Event.WITHDRAWN,
        url=last.url,
        language="",
        first_seen_at=last.first_seen_at,
        fetched_at=at,
        crawl=Crawl(run_id=run_id),
    )
    return replace(record, content_hash=content_hash(record))


def forget(archive: Archive, known: KnownArticle, reason: str, *, purge: bool) -> None:
    """Withdraws an article; raises StorageFault. An article that is withdrawn already may be purged."""
    archive.seal()
    known = archive.ledger.articles.get(known.id) or known
    last = archive.last_record(known)
    with archive.ledger.transaction():
        if last is not None and last.event is not Event.WITHDRAWN:
            archive.send(withdrawn(last, archive.run_id, clock.utc(clock.now())), (), text_digest=None)
        archive.ledger.takedowns.add(known.n, reason, purge=purge)
    archive.seal()
    carry_out(archive)


def carry_out(archive: Archive) -> None:
    """Removes what open takedowns want removed."""
    for takedown in archive.ledger.takedowns.open():
        _Removal(archive, takedown).run()


class _Removal:
    """One takedown's work on the files."""

    def __init__(self, archive: Archive, takedown: Takedown) -> None:
        self._archive = archive
        self._root = archive.root
        self._takedown = takedown
        self._takedowns = archive.ledger.takedowns
        self._mark = f'"id":"{takedown.id}",'
        self._copies: dict[str, Path] = {}
        """The new content of a file, by its path under output/."""
        self._tombstones: list[tuple[str, int]] = []
        """(WARC, offset) of what becomes a tombstone."""
        self._snapshots: set[str] = set()
        """Paths of HTML files and images that no other article shows."""
        self._urls: set[str] = set()
        """Every address of the article, its further pages and those images."""

    def run(self) -> None:
        """Everything, in an order that may be begun again at any point."""
        self._find()
        if self._takedown.purge:
            # The segments name the images, so they come last: what is interrupted finds them again.
            warcs = sorted((self._root / WARCS).glob("*.warc.gz"))
            needed = self._needed(warcs)
            for path in warcs:
                self._copy_warc(path, needed)
            for path in sorted((self._root / SEGMENTS).glob("*.jsonl")):
                self._copy_segment(path)
        changed = {*self._snapshots, *self._copies, *self._takedown.files}
        with self._archive.ledger.transaction():
            self._takedowns.will_change(self._takedown.article, changed)
        for name, copy in self._copies.items():
            disk.fsync(copy)
            disk.rename(copy, self._root / name)
        for name in changed:
            if not name.startswith((f"{SEGMENTS}/", f"{WARCS}/")) and (self._root / name).exists():
                disk.unlink(self._root / name)
        files.sync_folders(self._root, changed)
        self._note(changed)
        logger.info("%s is withdrawn: %d files changed or removed", self._takedown.id, len(changed))

    def _note(self, changed: set[str]) -> None:
        """The manifest and the ledger follow."""
        digests = {path: _digest(self._root / path) for path in changed}
        end = self._archive.manifest.rewrite(digests)
        with self._archive.ledger.transaction():
            for path, digest in digests.items():
                self._takedowns.file_changed(path, digest)
                if digest is None:
                    self._archive.ledger.images.forget_file(path)
                if path.startswith(f"{SEGMENTS}/") and digest:
                    self._note_offsets(path)
            for path, offset in self._tombstones:
                self._takedowns.forget_member(path, offset)
            self._takedowns.forget_text(self._takedown.article)
            self._takedowns.manifest_ends(end)
            self._takedowns.done(self._takedown.article)
        if self._takedown.purge:
            self._archive.ledger.compact()

    def _note_offsets(self, path: str) -> None:
        offset = number = 0
        for line in (self._root / path).open("rb"):
            record = json.loads(line)
            self._takedowns.record_moved(path, record["id"], record["version"], offset)
            offset, number = offset + len(line), number + 1
        self._takedowns.segment_has(path, number)

    def _find(self) -> None:
        """Which files and addresses are the article's alone."""
        images: set[tuple[str, str | None]] = set()
        for line in self._lines():
            if self._is_own(line):
                record = read_article(line)
                images.update((image.url, image.path or self._archived(image.url)) for image in record.images)
                if record.snapshot.html:
                    self._snapshots.update(part_paths(record.snapshot.html, record.crawl.pages))
        shared = {url for url, path in images if self._is_shown_elsewhere(url, path)}
        self._snapshots.update(path for url, path in images if path and url not in shared)
        self._urls.update({url for url, _ in images} - shared)
        for url in self._takedowns.addresses(self._takedown.article):
            address = parse_article_address(url)
            self._urls.update({url, *(address.part_url(part) for part in range(1, MOST_PARTS) if address)})

    def _lines(self) -> Iterator[str]:
        for path in sorted((self._root / SEGMENTS).glob("*.jsonl")):
            with path.open(encoding="utf-8", newline="\n") as segment:
                yield from segment

    def _is_own(self, line: str) -> bool:
        return self._mark in line[:200]

    def _archived(self, url: str) -> str | None:
        image = self._archive.ledger.images.get(url)
        return image.path if image else None

    def _is_shown_elsewhere(self, *names: str | None) -> bool:
        wanted = [name for name in names if name]
        return any(not self._is_own(line) and any(name in line for name in wanted) for line in self._lines())

    def _copy_segment(self, path: Path) -> None:
        """A copy without the article's lines, but for the one that says that it is withdrawn."""
        lines = path.read_bytes().splitlines(keepends=True)
        mark = self._mark.encode()
        kept = [line for line in lines if mark not in line[:200] or json.loads(line)["event"] == Event.WITHDRAWN]
        if len(kept) < len(lines):
            name, data = f"{SEGMENTS}/{path.name}", b"".join(kept)
            copy = self._staged(name)
            disk.write(copy, data)
            if copy.read_bytes() != data:
                raise Damaged(f"the copy of {name} is not what was written")
            self._copies[name] = copy

    def _needed(self, warcs: list[Path]) -> set[str]:
        """Digests of the article's payloads that another address gave too, and that stand only here."""
        needed = set()
        for member in _members(warcs):
            if member.facts.get("warc-refers-to-target-uri") in self._urls and member.url not in self._urls:
                logger.warning("%s gave the same bytes as %s: they stay", member.url, self._takedown.id)
                needed.add(member.facts["warc-payload-digest"])
        return needed

    def _copy_warc(self, path: Path, needed: set[str]) -> None:
        """A copy in which the article's exchanges are tombstones of the same length."""
        doomed = {
            member.offset: tombstone(member.facts["warc-record-id"], member.facts["warc-date"], member.length)
            for member in _members([path])
            if member.url in self._urls
            and (member.kind == "request" or member.facts["warc-payload-digest"] not in needed)
        }
        if not doomed:
            return
        name = f"{WARCS}/{path.name}"
        copy = self._staged(name)
        shutil.copyfile(path, copy)
        with copy.open("r+b") as file:
            for offset, stone in doomed.items():
                file.seek(offset)
                file.write(stone)
        self._check_warc(path, copy, set(doomed))
        self._copies[name] = copy
        self._tombstones += [(name, offset) for offset in doomed]

    def _staged(self, name: str) -> Path:
        return self._root / files.STAGING / name.replace("/", "~")

    def _check_warc(self, path: Path, copy: Path, doomed: set[int]) -> None:
        """Raises Damaged unless the copy has the same records at the same places, but for tombstones."""
        before, after = list(spans(path)), list(spans(copy))
        if before != after:
            raise Damaged(f"the copy of {path.name} has other records than the original")
        with path.open("rb") as old, copy.open("rb") as new:
            for offset, length in before:
                is_same = old.read(length) == new.read(length)
                if is_same is (offset in doomed):
                    raise Damaged(f"the copy of {path.name} differs at {offset} as it should not")


def _members(warcs: Iterable[Path]) -> Iterator[Member]:
    return (read_member(path, offset, length) for path in warcs for offset, length in spans(path))


def _digest(path: Path) -> str | None:
    """sha256 (hex) of a file; None where there is none, or nothing in it, for then it is taken away."""
    if not path.exists():
        return None
    if not path.stat().st_size:
        disk.unlink(path)
        return None
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
