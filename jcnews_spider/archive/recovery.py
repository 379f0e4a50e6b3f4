"""The start of a run: what an earlier one left half done is finished or undone (DESIGN.md §2)."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider import clock
from jcnews_spider.archive import disk, files, takedown
from jcnews_spider.archive.ledger.articles import Kept
from jcnews_spider.archive.ledger.outbox import Outgoing
from jcnews_spider.archive.media import Stands, is_media
from jcnews_spider.archive.recapture import Recapture
from jcnews_spider.archive.snapshots import is_intact
from jcnews_spider.archive.warc.members import FOLDER, OPEN, located, warc_paths
from jcnews_spider.archive.warc.scan import whole_ends
from jcnews_spider.archive.warc.writer import ClosedWarc
from jcnews_spider.article import Article, Event, read_article
from jcnews_spider.errors import Damaged
from jcnews_spider.signature import values

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive
    from jcnews_spider.archive.ledger import Ledger

logger = logging.getLogger(__name__)


def recover(archive: Archive, run_id: str | None = None) -> None:
    """Cuts torn WARCs, forgets torn images, undoes records whose files are lost, finishes an interrupted seal.

    Of what a run left behind that died beside others; of all runs where none is named, as there are no others.
    """
    warcs = f"{FOLDER}/{run_id}-" if run_id else ""
    whole = {path: _finish_warc(archive, path) for path in _unfinished_warcs(archive, warcs)}

    def stands(path: str, end: int) -> bool:
        """True when an exchange survived: where a WARC is still to be judged it is a whole record."""
        return end in whole[path] if path in whole else files.reaches(located(archive.root, path), end)

    archive.media.recover(warcs, stands)
    waiting = archive.ledger.outbox.waiting(run_id)
    lost: list[Outgoing] = []
    for record in waiting:
        follows_a_lost_one = any(record.id == earlier.id for earlier in lost)
        if follows_a_lost_one or not _is_in_place(archive.root, record, stands):
            lost.append(record)
    for record in reversed(lost):
        logger.warning("%s is fetched again: its files did not survive", record.id)
        with archive.ledger.transaction():
            _undo(archive, record)
    for segment in dict.fromkeys(record.segment for record in waiting if record.segment):
        archive.finish_seal(segment)
    archive.take_over(run_id, warcs)
    if run_id is None:
        takedown.carry_out(archive)


def kept(article: Article, day: str, text_digest: bytes | None) -> Kept:
    """What the ledger notes of a record; publication is that of the page, or the day in the address."""
    return Kept(
        version=article.version,
        content_hash=article.content_hash,
        parser=article.crawl.parser_version,
        published=clock.seconds_of(article.published_at or day),
        text_digest=text_digest,
    )


def note_values(ledger: Ledger, article: Article) -> None:
    """Notes under which values of its signature a record's text is found again; a copy is found by its original."""
    if article.near_hash and article.duplicate_of is None:
        ledger.near.add(article.id, article.version, values(article.near_hash))


def state_of(event: Event) -> str:
    """The state of an article whose last record has an event."""
    return {Event.GONE: "gone", Event.WITHDRAWN: "withdrawn"}.get(event, "kept")


def _unfinished_warcs(archive: Archive, start: str) -> list[str]:
    """Every WARC that is still open, or was closed and never noted, and whose path begins so, oldest first."""
    return archive.ledger.captures.unknown(path for path in warc_paths(archive.root) if path.startswith(start))


def _finish_warc(archive: Archive, path: str) -> Collection[int]:
    """Cuts a WARC behind its last whole record, closes it, learns and notes it; gives where its whole records end.

    One without any is taken away. What was captured since the last seal is not in the ledger: it is learnt from the
    records, as a rebuild does.
    """
    standing = located(archive.root, path)
    ends = whole_ends(standing)
    end = max(ends, default=0)
    if end < standing.stat().st_size:
        logger.warning("%s: cut to its first %d bytes, the rest was torn", path, end)
        disk.truncate(standing, end)
        with archive.ledger.transaction():
            archive.ledger.captures.forget_beyond(path, end)
    if not end:
        disk.unlink(standing)
        return ends
    disk.fsync(standing)
    if standing.name.endswith(OPEN):
        disk.rename(standing, archive.root / path)
    files.sync_folders(archive.root, [path])
    for where, what in Recapture(archive.root, {}, archive.ledger).take(path, None, is_recent=False):
        logger.warning("%s: %s", where, what)
    archive.note_closed(ClosedWarc(path, end, files.digest_of(archive.root / path)))
    return ends


def _undo(archive: Archive, record: Outgoing) -> None:
    """Takes an unsealed record back, newest first: its article is what the record before says, and due."""
    ledger = archive.ledger
    ledger.outbox.drop(record)
    lost = read_article(record.line)
    if lost.near_hash:
        ledger.near.take_back(lost.id, lost.version, values(lost.near_hash))
    ledger.articles.back_to(record.id, *_before(archive, lost))
    for path, _ in record.files:
        if (archive.root / path).exists() and not is_media(path):
            disk.unlink(archive.root / path)


def _before(archive: Archive, lost: Article) -> tuple[Kept | None, str]:
    """What an article was before its last record, and its state; what that one says of it where it is damaged."""
    known = archive.ledger.articles.get(lost.id)
    if known is None:
        return None, "found"
    try:
        before = archive.last_record(known)
    except Damaged as fault:
        logger.warning("%s goes back to a version that cannot be read: %s", lost.id, fault)
        before = replace(lost, version=lost.version - 1, event=Event.UPDATED, content_hash=lost.previous_hash or "")
    return (kept(before, known.day, None), state_of(before.event)) if before else (None, "found")


def _is_in_place(root: Path, record: Outgoing, stands: Stands) -> bool:
    """True when the record is sealed already, or all its files and exchanges are whole."""
    if record.segment and (root / record.segment).exists():
        return True
    if not all(stands(path, end) for path, end in record.exchanges):
        return False
    return all(is_intact(root, path, digest) for path, digest in record.files)
