"""What the archive holds of an article that is taken down: its lines, its files, and the addresses that gave them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jcnews_spider.archive.ledger.takedowns import Takedown
from jcnews_spider.archive.media import is_media
from jcnews_spider.archive.segments import FOLDER as SEGMENTS
from jcnews_spider.archive.segments import HEAD, lines_of, mark_of, segment_files
from jcnews_spider.archive.snapshots import FOLDER as PAGES
from jcnews_spider.archive.walk import walk_warc
from jcnews_spider.archive.warc.members import FOLDER as WARCS
from jcnews_spider.archive.warc.members import Member
from jcnews_spider.article import Article, Event, read_article
from jcnews_spider.images import image_suffix
from jcnews_spider.urls import canonical_url, joined, parse_article_address

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive

_HEAD = re.compile(rb'"id":"([^"]+)","version":\d+,"event":"(\w+)"')
_AT = re.compile(rb'"url":"(https?://[^/"]+)')

Leads = dict[str, set[str]]
"""Addresses to which the redirects and revisits of an address lead, by its canonical form."""


class Traces:
    """What is the article's alone. Whatever is damaged is passed over and named in `flaws`."""

    def __init__(self, archive: Archive, takedown: Takedown) -> None:
        self._root = archive.root
        self._takedown = takedown
        self._images = archive.ledger.images
        self._withdrawn = archive.ledger.takedowns.withdrawn()
        self._mark = mark_of(takedown.id)
        self._site, _, self._docid = takedown.id.partition(":")
        self._hosts = {_host(url) for url in archive.ledger.takedowns.addresses(takedown.article)}
        self._standing: set[str] = set()
        """ids of other articles that have records with content."""
        self._foreign: set[str] = set()
        """Hosts of other sites' articles: a page there is theirs, whatever its docid."""
        self.files: set[str] = set()
        """Paths of its HTML files, and of images that no other article shows."""
        self.urls: set[str] = set()
        """Canonical addresses of those images, and of what they led to."""
        self.flaws: list[str] = []
        """File, offset and damage of what cannot be read, and may be the article's."""
        self.remarks: list[str] = []
        """What stays, and why."""

    def find(self) -> None:
        """Reads the segments for what the article's records name, and for a purge the WARCs for where that led."""
        self._read_segments()
        self._take_up()
        for name in (self._docid, f"{self._docid}_*"):
            for page in (self._root / PAGES / self._site).rglob(f"t????????_{name}.*html"):
                self.files.add(page.relative_to(self._root).as_posix())
        if self._takedown.purge:
            self._follow(_leads(self.warcs()))

    def warcs(self) -> list[Path]:
        """Every WARC."""
        return sorted((self._root / WARCS).glob("*.warc.gz"))

    def is_own(self, line: bytes) -> bool:
        """True for a line of the article."""
        return self._mark in line[:HEAD]

    def has(self, url: str | None) -> bool:
        """True when an address is one of the article's pages, however it is spelled, or of its images."""
        if url is None:
            return False
        if f"_{self._docid}" in url:
            address = parse_article_address(url)
            if address and str(address.docid) == self._docid and _host(url) in self._hosts:
                return True
        return _form(url) in self.urls

    def _read_segments(self) -> None:
        images: set[tuple[str, str | None]] = set()
        for path in segment_files(self._root):
            for offset, line in lines_of(path):
                if self.is_own(line):
                    record = self._own_record(line, f"{SEGMENTS}/{path.name} at {offset}")
                    images.update((image.url, image.path or self._archived(image.url)) for image in record.images)
                else:
                    self._note_other(line, f"{SEGMENTS}/{path.name} at {offset}")
        shown = self._shown_elsewhere({name for image in images for name in image if name})
        for url, image in sorted(images, key=str):
            if url in shown or image in shown:
                self.remarks.append(f"{url} stays, another article shows it")
            else:
                self.urls.add(_form(url))
                self.files.update([image] if image else [])

    def _take_up(self) -> None:
        """What an earlier try had found, but for images that another article shows by now."""
        shown = self._shown_elsewhere({*self._takedown.urls, *filter(is_media, self._takedown.files)})
        self.urls.update(set(self._takedown.urls) - shown)
        self.files.update(set(self._takedown.files) - shown)

    def _own_record(self, line: bytes, place: str) -> Article:
        """The record, an empty one where the line is damaged."""
        try:
            return read_article(line.decode())
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            self.flaws.append(f"{place}: {fault}")
            return Article(id=self._takedown.id, version=0, event=Event.WITHDRAWN, url="", language="")

    def _note_other(self, line: bytes, place: str) -> None:
        head = _HEAD.search(line[:HEAD])
        if head is None:
            if self._takedown.purge:
                self.flaws.append(f"{place}: nothing says whose record it is")
        elif head[2].decode() != Event.WITHDRAWN:
            id_, place_of_it = head[1].decode("utf-8", "replace"), _AT.search(line[:HEAD])
            self._standing.add(id_)
            if place_of_it and not id_.startswith(f"{self._site}:"):
                self._foreign.add(_host(place_of_it[1].decode("utf-8", "replace")))

    def _archived(self, url: str) -> str | None:
        image = self._images.get(url)
        return image.path if image else None

    def _shown_elsewhere(self, names: set[str]) -> set[str]:
        """Those addresses and paths that stand in a line of another article that is not withdrawn."""
        wanted = {json.dumps(name, ensure_ascii=False)[1:-1].encode(): name for name in names}
        shown: set[str] = set()
        for line in (line for path in segment_files(self._root) for _, line in lines_of(path)) if wanted else ():
            head = _HEAD.search(line[:HEAD])
            if self.is_own(line) or (head and head[1].decode("utf-8", "replace") in self._withdrawn):
                continue
            shown.update(name for needle, name in wanted.items() if needle in line)
        return shown

    # ---- where the article's addresses led

    def _follow(self, leads: Leads) -> None:
        """Takes in what the article's addresses lead to, and what that leads to, unless it is somebody else's."""
        refused: set[str] = set()
        while True:
            targets = {target for url, ends in leads.items() if self.has(url) for target in ends}
            targets = {target for target in targets if not self.has(target)} - refused
            own = {target for target in targets if self._is_own_page(target)}
            own |= self._own_images({target for target in targets if not parse_article_address(target)}, leads)
            if not own:
                return
            refused |= targets - own
            self.urls.update(map(_form, own))

    def _is_own_page(self, url: str) -> bool:
        """True for another host's address of the article, and for pages of one that is purged: its bytes stand there.

        They stayed when it was purged, because this one gave them too.
        """
        address = parse_article_address(url)
        if address is None or _host(url) in self._foreign:
            return False
        if str(address.docid) == self._docid:
            self._hosts.add(_host(url))
            return True
        id_ = f"{self._site}:{address.docid}"
        return id_ in self._withdrawn and id_ not in self._standing

    def _own_images(self, urls: set[str], leads: Leads) -> set[str]:
        """Those that only the article's addresses lead to, no other article shows, and that never gave a page."""
        if not urls:
            return set()
        led = {target for url, ends in leads.items() if not self.has(url) and url not in urls for target in ends}
        left = urls - led
        left -= self._shown_elsewhere(left)
        forms = {_form(url): url for url in left}
        for member in members(self.warcs()) if forms else ():
            is_page = member.kind == "response" and (member.status_line or "").startswith("200")
            if is_page and not image_suffix(member.payload) and member.url:
                left.discard(forms.get(_form(member.url), ""))
        return left


def members(warcs: Iterable[Path]) -> Iterator[Member]:
    """Every record that can be read."""
    return (found for path in warcs for found in walk_warc(path) if isinstance(found, Member))


def _leads(warcs: Iterable[Path]) -> Leads:
    leads: Leads = {}
    for member in members(warcs):
        if member.url is None or member.kind == "request":
            continue
        ends = {member.facts.get("warc-refers-to-target-uri")}
        if (member.status_line or "").startswith("3"):
            ends |= {
                joined(member.url, value.decode("utf-8", "replace"))
                for name, value in member.headers
                if name.lower() == b"location"
            }
        if others := {end for end in ends if end and end != member.url}:
            leads.setdefault(_form(member.url), set()).update(others)
    return leads


def _form(url: str) -> str:
    return canonical_url(url) or url


def _host(url: str) -> str:
    return urlsplit(joined("", _form(url)) or "").netloc.removeprefix("www.")
