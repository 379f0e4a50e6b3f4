"""The archive read: records, their versions, and the bytes from which they were made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from itertools import islice
from pathlib import Path

from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.pairing import open_ledger, require_archive
from jcnews_spider.archive.segments import HEAD, lines_of, mark_of, read_record, record_of, segment_files
from jcnews_spider.archive.snapshots import part_paths
from jcnews_spider.archive.warc.coding import BadCoding, decoded
from jcnews_spider.archive.warc.members import Member, located, read_member, spans, warc_paths
from jcnews_spider.article import Article, WarcPointer
from jcnews_spider.errors import Damaged, StorageFault
from jcnews_spider.urls import parse_article_address

logger = logging.getLogger(__name__)

FURTHER = 200
"""Records behind an article's first page among which its further pages are sought, beside four for each of them."""


ANSWERS = ("response", "revisit")


class Reader:
    """An archive that nobody writes to from here; it may be read while a crawl goes on."""

    def __init__(self, root: Path, ledger: Ledger | None = None) -> None:
        self.root = root
        self._ledger = ledger

    @property
    def ledger(self) -> Ledger:
        """The ledger; raises StorageFault where the archive is read without it."""
        if self._ledger is None:
            raise StorageFault("only the ledger says where that is")
        return self._ledger

    def records(self, mark: bytes = b"", damaged: Callable[[str], None] = logger.warning) -> Iterator[Article]:
        """Every sealed record, by the name of its segment, oldest run first; a mark in the head of its line selects.

        What is no record any more is passed over, and `damaged` is told of it.
        """
        for path in segment_files(self.root):
            try:
                for offset, line in lines_of(path):
                    if mark not in line[:HEAD]:
                        continue
                    try:
                        yield record_of(line)
                    except ValueError as fault:
                        damaged(f"{path.name} at {offset}: {fault}")
            except OSError as fault:
                damaged(f"{path.name}: {fault}")

    def newest(self, id_: str) -> Article | None:
        """The newest sealed record of an article; raises Damaged."""
        known = self.ledger.articles.get(id_)
        place = self.ledger.outbox.place(known) if known else None
        return read_record(self.root, *place) if place else None

    def versions(self, id_: str) -> list[Article]:
        """Every sealed record of an article that can be read, oldest version first."""
        return sorted(self.records(mark_of(id_)), key=lambda article: article.version)

    def page(self, record: Article, part: int = 0) -> bytes:
        """The bytes of a page of a record as served; raises Damaged when neither WARC nor HTML file has them."""
        digest = record.snapshot.sha256 if part == 0 else None
        faults = []
        for source in (self._from_warc, self._from_html):
            try:
                body = source(record, part)
            except Damaged as fault:
                faults.append(str(fault))
                continue
            if digest is None or sha256(body).hexdigest() == digest:
                return body
            faults.append(f"{source.__name__.removeprefix('_from_')}: the digest is another")
        raise Damaged(f"{record.id} version {record.version}: {'; '.join(faults)}")

    def pages(self, record: Article) -> list[bytes]:
        """The bytes of every page of a record, in order; raises Damaged."""
        return [self.page(record, part) for part in range(record.crawl.pages)]

    def exchange(self, pointer: WarcPointer) -> Member:
        """The response at a pointer, a revisit with the payload to which it refers; raises Damaged."""
        return self._resolved(read_member(located(self.root, pointer.file), pointer.offset, pointer.length))

    def _resolved(self, member: Member) -> Member:
        if member.kind != "revisit":
            return member
        place = self.ledger.captures.payload(member.facts.get("warc-payload-digest", ""))
        if place is None:
            raise Damaged(f"the record to which the revisit of {member.url} refers is not known")
        return read_member(located(self.root, place.file), place.offset)

    def _from_warc(self, record: Article, part: int) -> bytes:
        pointer = record.snapshot.warc
        if pointer is None:
            raise Damaged("no WARC was written")
        if part == 0:
            return entity(self.exchange(pointer))
        address = parse_article_address(record.url)
        run = pointer.file.rpartition("-")[0]
        behind = (
            (located(self.root, path), pointer.offset if path == pointer.file else 0)
            for path in warc_paths(self.root)
            if path.startswith(f"{run}-") and path >= pointer.file
        )
        places = ((path, *span) for path, start in behind for span in spans(path, start))
        body = None
        for path, offset, length in islice(places, 1, FURTHER + 4 * record.crawl.pages):
            member = read_member(path, offset, length)
            found = parse_article_address(member.url) if member.url and member.kind in ANSWERS else None
            if found is None or address is None or found.docid != address.docid:
                continue
            if found.part == 0:  # from here on the article was asked anew
                break
            if found.part == part and _is_whole_page(member):
                with suppress(Damaged):  # a body that was cut, as it says or not, was asked again: the last one counts
                    body = entity(self._resolved(member))
        if body is None:
            raise Damaged(f"page {part} is not behind the first one in {pointer.file}")
        return body

    def _from_html(self, record: Article, part: int) -> bytes:
        if record.snapshot.html is None:
            raise Damaged("no HTML was kept")
        path = part_paths(record.snapshot.html, record.crawl.pages)[part]
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            raise Damaged(f"{path} is missing") from None


@contextmanager
def opened(root: Path, server: str = "") -> Iterator[Reader]:
    """The archive in a folder; raises UsageFault where there is none, StorageFault where it cannot be read.

    `server` is the address of a ledger that is no file in the folder.
    """
    require_archive(root, server)
    with storage_faults(), closing(open_ledger(root, server, read_only=True)) as ledger:
        yield Reader(root, ledger)


def _is_whole_page(member: Member) -> bool:
    """True for what a crawl took for a page: not for a redirect, a failure, or a body that was cut."""
    return (member.status_line or "").startswith("200") and "warc-truncated" not in member.facts


def entity(member: Member) -> bytes:
    """The body of a response with its content encoding undone, as the crawl saw it; raises Damaged."""
    try:
        return decoded(member.payload, [value for name, value in member.headers if name.lower() == b"content-encoding"])
    except BadCoding as fault:
        raise Damaged(f"{member.url}: {fault}") from fault
