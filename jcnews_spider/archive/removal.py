"""What is taken out of the archive: each file is replaced by a copy that was read back and found to differ in what was
to go, and in nothing else.
"""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider.archive import disk, files, search
from jcnews_spider.archive.ledger.takedowns import Takedown
from jcnews_spider.archive.segments import FOLDER as SEGMENTS
from jcnews_spider.archive.segments import HEAD, lines_of, segment_files
from jcnews_spider.archive.traces import Traces, members
from jcnews_spider.archive.walk import Flaw, walk_warc
from jcnews_spider.archive.warc.members import FOLDER as WARCS
from jcnews_spider.archive.warc.members import Member, read_member
from jcnews_spider.archive.warc.records import tombstone
from jcnews_spider.article import Event
from jcnews_spider.errors import Damaged

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive

NAMED = 10
"""Damages that a message names."""

_STAYS = f'"event":"{Event.WITHDRAWN}"'.encode()

logger = logging.getLogger(__name__)


class Removal:
    """One takedown's work on the files."""

    def __init__(self, archive: Archive, takedown: Takedown) -> None:
        self._archive = archive
        self._root = archive.root
        self._takedown = takedown
        self._takedowns = archive.ledger.takedowns
        self._traces = Traces(archive, takedown)
        self._copies: dict[str, Path] = {}
        """The new content of a file, by its path under output/."""
        self._tombstones: list[tuple[str, int]] = []
        """(WARC, offset) of what becomes a tombstone."""

    def run(self) -> list[str]:
        """Everything, in an order that may be begun again at any point; gives what stays and why.

        Raises Damaged when all the rest is done: what cannot be read may hold some of it, so it stays open.
        """
        search.discard(self._root)
        self._traces.find()
        if self._takedown.purge:
            # The segments name the images, so they come last: what is interrupted finds them again.
            needed = self._needed()
            for path in self._traces.warcs():
                self._copy_warc(path, needed)
            for path in segment_files(self._root):
                self._copy_segment(path)
        changed = {*self._traces.files, *self._copies}
        with self._archive.ledger.transaction():
            self._takedowns.will_change(self._takedown.article, changed, self._traces.urls)
        self._archive.ledger.checkpoint()  # after a power loss the files may be changed, and only this would tell
        for name, copy in self._copies.items():
            disk.fsync(copy)
            disk.rename(copy, self._root / name)
        for name in changed:
            if not name.startswith((f"{SEGMENTS}/", f"{WARCS}/")) and (self._root / name).exists():
                disk.unlink(self._root / name)
        files.sync_folders(self._root, changed)
        self._note(changed)
        logger.info("%s is withdrawn: %d files changed or removed", self._takedown.id, len(changed))
        if flaws := self._traces.flaws:
            more = f"; and {len(flaws) - NAMED} more" if len(flaws) > NAMED else ""
            raise Damaged(
                f"{self._takedown.id} is withdrawn, but what is damaged may hold some of it still: "
                f"{'; '.join(flaws[:NAMED])}{more}"
            )
        return self._traces.remarks

    def _note(self, changed: set[str]) -> None:
        """The manifest and the ledger follow."""
        digests = {path: _digest(self._root / path) for path in changed}
        end = self._archive.manifest.rewrite(digests)
        article = self._takedown.article
        with self._archive.ledger.transaction():
            for path, digest in digests.items():
                self._takedowns.file_changed(path, digest)
                if digest is None:
                    self._archive.ledger.images.forget_file(path)
                if path.startswith(f"{SEGMENTS}/") and digest:
                    self._note_offsets(path)
            for path, offset in self._tombstones:
                self._takedowns.forget_member(path, offset)
            self._takedowns.forget_text(article)
            self._takedowns.manifest_ends(end)
        if self._takedown.purge and (changed or not self._traces.flaws):
            self._archive.ledger.compact()
        with self._archive.ledger.transaction():
            if self._traces.flaws:
                self._takedowns.will_change(article, (), self._traces.urls)
            else:
                self._takedowns.done(article)
        self._archive.ledger.checkpoint()

    def _note_offsets(self, path: str) -> None:
        number = 0
        for offset, line in lines_of(self._root / path):
            number += 1
            try:
                record = json.loads(line)
                self._takedowns.record_moved(path, record["id"], record["version"], offset)
            except (ValueError, KeyError, TypeError):
                logger.warning("%s at %d is no record", path, offset)
        self._takedowns.segment_has(path, number)

    def _copy_segment(self, path: Path) -> None:
        """A copy without the article's lines, but for the one that says that it is withdrawn."""
        standing = [line for _, line in lines_of(path)]
        kept = [line for line in standing if not self._traces.is_own(line) or _STAYS in line[:HEAD]]
        if len(kept) < len(standing):
            name, data = f"{SEGMENTS}/{path.name}", b"".join(kept)
            copy = self._staged(name)
            disk.write(copy, data)
            if copy.read_bytes() != data:
                raise Damaged(f"the copy of {name} is not what was written")
            self._copies[name] = copy

    def _needed(self) -> set[str]:
        """Digests of the article's payloads that another address gave too, and that stand only here."""
        needed, remarks = set(), set()
        for member in members(self._traces.warcs()):
            original = member.facts.get("warc-refers-to-target-uri")
            if original is None or self._traces.has(original) is self._traces.has(member.url):
                continue
            own, other = (original, member.url) if self._traces.has(original) else (member.url, original)
            if own == original:
                needed.add(member.facts.get("warc-payload-digest", ""))
            remarks.add(f"the bytes of {own} stay, {other} gave the same bytes")
        self._traces.remarks.extend(sorted(remarks))
        return needed

    def _copy_warc(self, path: Path, needed: set[str]) -> None:
        """A copy in which the article's exchanges are tombstones of the same length."""
        name, doomed = f"{WARCS}/{path.name}", {}
        for found in walk_warc(path):
            if isinstance(found, Flaw):
                self._traces.flaws.append(f"{name} at {found.offset}: {found.what}")
            elif self._traces.has(found.url) and (
                found.kind == "request" or found.facts.get("warc-payload-digest") not in needed
            ):
                try:
                    doomed[found.offset] = _stone(found)
                except (ValueError, KeyError) as fault:
                    self._traces.flaws.append(f"{name} at {found.offset}: {fault}")
        if not doomed:
            return
        copy = self._staged(name)
        shutil.copyfile(path, copy)
        with copy.open("r+b") as file:
            for offset, stone in doomed.items():
                file.seek(offset)
                file.write(stone)
        _check_warc(path, copy, {offset: len(stone) for offset, stone in doomed.items()})
        self._copies[name] = copy
        self._tombstones += [(name, offset) for offset in doomed]

    def _staged(self, name: str) -> Path:
        return self._root / files.STAGING / name.replace("/", "~")


def _stone(member: Member) -> bytes:
    return tombstone(member.facts["warc-record-id"], member.facts["warc-date"], member.length)


def _check_warc(path: Path, copy: Path, doomed: dict[int, int]) -> None:
    """Raises Damaged unless the copy is the original but for tombstones, given by offset and length."""
    size, start = path.stat().st_size, 0
    if copy.stat().st_size != size:
        raise Damaged(f"the copy of {path.name} has another length than the original")
    with path.open("rb") as old, copy.open("rb") as new:
        for offset, length in [*sorted(doomed.items()), (size, 0)]:
            old.seek(start)
            new.seek(start)
            if old.read(offset - start) != new.read(offset - start):
                raise Damaged(f"the copy of {path.name} differs before {offset} as it should not")
            if length and read_member(copy, offset, length).url is not None:
                raise Damaged(f"the copy of {path.name} has no tombstone at {offset}")
            start = offset + length


def _digest(path: Path) -> str | None:
    """sha256 (hex) of a file; None where there is none, or nothing in it, for then it is taken away."""
    if not path.exists():
        return None
    if not path.stat().st_size:
        disk.unlink(path)
        return None
    return files.digest_of(path)
