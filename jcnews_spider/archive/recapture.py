"""What a ledger learns from WARCs, after a kill or in a rebuild: payloads, addresses, and pages without a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from jcnews_spider import clock
from jcnews_spider.archive.evidence import body_digest
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.captures import Place
from jcnews_spider.archive.manifest import Entry
from jcnews_spider.archive.walk import Flaw, walk_warc
from jcnews_spider.archive.warc.members import OPEN, Member, located
from jcnews_spider.archive.warc.records import NOT_MODIFIED
from jcnews_spider.archive.warc.writer import LEAST_REVISITED
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import ArticleAddress

_TOGETHER = 1000
"""WARC records that are noted in one transaction."""


class Recapture:
    """Takes WARCs into a ledger, in the order in which they were written; of pages, those of the given sites."""

    def __init__(self, root: Path, sites: Mapping[str, Site], ledger: Ledger) -> None:
        self._root = root
        self._sites = sites
        self._ledger = ledger
        self._payloads: dict[str, Place] = {}
        self._addresses: dict[str, Place] = {}

    def take(self, path: str, entry: Entry | None, *, is_recent: bool) -> Iterator[tuple[str, str]]:
        """Notes what a WARC holds, one that is sealed as complete; gives (where, what) of its damages.

        One without a line in the manifest is left to the start of the next run, which cuts and closes it.
        """
        file = located(self._root, path)
        if not file.exists():
            yield path, "missing"
            return
        size, taken = file.stat().st_size, 0
        with self._ledger.transaction():
            for found in walk_warc(file):
                if isinstance(found, Flaw):
                    if not (file.name.endswith(OPEN) and found.end >= size):
                        yield f"{path} at {found.offset}", f"{found.end - found.offset} bytes: {found.what}"
                    continue
                self._learn(Place(path, found.offset), found, is_recent=is_recent)
                taken += 1
                if taken % _TOGETHER == 0:
                    self._note()
            self._note()
            if entry is not None:
                self._ledger.captures.close(path, size, entry.sha256, entry.end)

    def ask_again(self) -> None:
        """What was captured and has no sealed record is found; what was captured anew lately is due."""
        for id_, url in list(self._ledger.anew.pages_without_record()):
            if found := self._article(url):
                self._ledger.articles.add(id_, found[1], None, int(clock.now()))
        self._ledger.anew.ask_changed()

    def _learn(self, place: Place, member: Member, *, is_recent: bool) -> None:
        """As the writer does, and what an article's page said."""
        facts, digest = member.facts, member.facts.get("warc-payload-digest")
        is_whole = member.kind in ("response", "revisit") and "warc-truncated" not in facts
        if not (is_whole and digest and member.url and (member.status_line or "").startswith("200")):
            return
        if found := self._article(member.url):
            id_, address = found
            self._ledger.anew.note_page(id_, address.url, digest, body_digest(member), is_recent=is_recent)
        if facts.get("warc-profile") == NOT_MODIFIED:
            return
        if member.kind == "response" and len(member.payload) >= LEAST_REVISITED:
            self._payloads.setdefault(digest, place)
        if {name.lower() for name, _ in member.headers} & {b"etag", b"last-modified"}:
            self._addresses[member.url] = place

    def _note(self) -> None:
        self._ledger.captures.note(self._payloads, self._addresses)
        self._payloads.clear()
        self._addresses.clear()

    def _article(self, url: str) -> tuple[str, ArticleAddress] | None:
        """The id and the address of the article whose first page an address is."""
        for site in self._sites.values():
            if (address := site.article_address(url)) and address.part == 0:
                return site.article_id(address.docid), address
        return None
