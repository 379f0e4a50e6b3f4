"""A part of the archive, for views of it: its articles, and the exchanges from which they were made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jcnews_spider import clock
from jcnews_spider.archive import segments
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.listings import as_listed
from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.warc.members import FOLDER, located, read_member, warc_paths
from jcnews_spider.archive.warc.records import response_of, warcinfo
from jcnews_spider.archive.warc.scan import Scanned, scan
from jcnews_spider.article import Article, Event, WarcPointer
from jcnews_spider.errors import Damaged
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import canonical_url, joined, parse_article_address

_Key = tuple[str, str, int] | str

REDIRECTS = ("301", "302", "303", "307", "308")


class Selection:
    """Articles by site, section and day, without those that are withdrawn; `damaged` is told what cannot be read.

    Their sections are those that are known by now.
    """

    def __init__(
        self,
        reader: Reader,
        sites: Mapping[str, Site],
        which: Which,
        title: str,
        damaged: Callable[[str], None],
        *,
        latest: bool = False,
    ) -> None:
        self._reader = reader
        self._sites = sites
        self._owners = {host: name for name, site in sites.items() for host in site.hosts}
        self._which = which
        self._damaged = damaged
        self._latest = latest
        self.title = title
        """For people: what it is a part of."""

    def articles(self) -> Iterator[Article]:
        """The newest sealed record of each article, in the order in which they were found."""
        for known in self._reader.ledger.recorded.each(self._which):
            try:
                record = self._reader.newest(known.id)
            except (OSError, Damaged) as fault:
                self._damaged(f"{known.id}: its record cannot be read: {fault}")
                continue
            if record and record.event is not Event.WITHDRAWN:
                yield as_listed(record, self._reader.ledger, self._sites)

    def records(self) -> Iterator[Article]:
        """Every sealed record of them, oldest run first; only the newest ones where the latest are wanted."""
        if self._latest:
            yield from self.articles()
            return
        for record in self._reader.records(damaged=self._damaged):
            if self._reader.ledger.recorded.holds(self._which, record.id):
                yield as_listed(record, self._reader.ledger, self._sites)

    def captured_at(self, article: Article) -> str | None:
        """WARC-Date of the exchange from which a record was made; None when none was written, or it is damaged."""
        pointer = article.snapshot.warc
        if pointer is None:
            return None
        try:
            member = read_member(located(self._reader.root, pointer.file), pointer.offset, pointer.length)
        except Damaged as fault:
            self._damaged(f"{article.id}: {fault}")
            return None
        return member.facts.get("warc-date")

    def captures(self) -> Iterator[bytes]:
        """A WARC, member by member: every good answer that the addresses of the articles gave, ever, and its request.

        Further pages, images, attachments and redirects to them are in it, lists are not. A revisit whose original is
        not in it comes as a response with its body.
        """
        wanted, stored, last = {self._key(url) for url in self._addresses()}, set[int](), ""
        yield warcinfo("archive.warc.gz", clock.now(), {"software": "jcnews_spider", "description": self.title})
        for path, record in self._records():
            facts = record.facts
            if facts.get("warc-type") == "request" and facts.get("warc-concurrent-to") == last:
                yield record.member
            is_good = record.status in ("200", *REDIRECTS) and "warc-truncated" not in facts
            if not is_good or (key := self._key(record.url)) not in wanted:
                continue
            if record.status in REDIRECTS:
                target = self._target(path, record)
                if target is None or not self._is_the_same(key, target):
                    continue
                wanted.add(self._key(target))
            member = self._standing_alone(path, record, stored)
            if member:
                stored.add(hash((record.url, facts.get("warc-date"))))
                last = facts.get("warc-record-id", "")
                yield member

    def _target(self, path: Path, record: Scanned) -> str | None:
        """Where a redirect leads, None when it does not say or cannot be read."""
        try:
            headers = read_member(path, record.offset, len(record.member)).headers
        except Damaged as fault:
            self._damaged(f"{path.name} at {record.offset}: {fault}")
            return None
        location = next((value.decode("latin-1") for name, value in headers if name.lower() == b"location"), None)
        return canonical_url(joined(record.url, location) or "") if location else None

    def _records(self) -> Iterator[tuple[Path, Scanned]]:
        """Every record of every WARC, oldest run first: a revisit comes behind its original."""
        root = self._reader.root
        for path in (located(root, name) for name in warc_paths(root)):
            for record in scan(path, self._damaged):
                yield path, record

    def _standing_alone(self, path: Path, record: Scanned, stored: set[int]) -> bytes | None:
        """The record as it is, or as a response when it refers to one that is not stored; None when that is lost."""
        facts = record.facts
        original = hash((facts.get("warc-refers-to-target-uri"), facts.get("warc-refers-to-date")))
        if facts["warc-type"] != "revisit" or original in stored:
            return record.member
        pointer = WarcPointer(f"{FOLDER}/{path.name}", record.offset, len(record.member))
        try:
            revisit = read_member(path, record.offset, len(record.member))
            return response_of(revisit, self._reader.exchange(pointer).payload)
        except Damaged as fault:
            self._damaged(f"{path.name} at {record.offset}: {fault}")
            return None

    def _key(self, url: str) -> _Key:
        """The same for every address of one thing: a site's page is that also on its other hosts and in any section."""
        address = parse_article_address(url)
        if address is None:
            return canonical_url(url) or url
        return self._owners.get(urlsplit(address.url).netloc, ""), address.stem, address.part

    def _is_the_same(self, key: _Key, target: str) -> bool:
        """True when a redirect leads to what was asked: not to another page, nor to a list."""
        return self._key(target) == key if isinstance(key, tuple) else not target.endswith("/")

    def _addresses(self) -> set[str]:
        """Every address from which something of the articles came, in any of their versions."""
        ids = {article.id for article in self.articles()}
        found: set[str] = set()
        for path in segments.segment_files(self._reader.root):
            with path.open("rb") as segment:
                for number, line in enumerate(segment, 1):
                    try:
                        record = json.loads(line)
                        if record["id"] in ids:
                            found.update(_addresses_of(record))
                    except (ValueError, LookupError, TypeError) as fault:
                        self._damaged(f"{path.name} line {number}: {fault}")
        return found


def _addresses_of(record: dict[str, Any]) -> Iterator[str]:
    address = parse_article_address(record["url"])
    yield record["url"]
    for part in range(1, record["crawl"]["pages"]):
        if address:
            yield address.part_url(part)
    for kind in ("images", "attachments", "videos"):
        yield from (resource["url"] for resource in record[kind])
