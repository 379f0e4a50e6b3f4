"""From a page that came to the records that stand in the archive."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from jcnews_spider import clock
from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.articles import KnownArticle, Validators
from jcnews_spider.archive.ledger.outbox import SealedFile
from jcnews_spider.archive.listings import sections_of
from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.snapshots import write_snapshots
from jcnews_spider.article import Article, Snapshot
from jcnews_spider.errors import Damaged, OfAnyAddress, StorageFault, UnknownLayout
from jcnews_spider.items import MISSING, Draft, Page
from jcnews_spider.pipelines import versions
from jcnews_spider.pipelines.dedupe import mark_copy
from jcnews_spider.text import text_digest
from jcnews_spider.trs.article import PARSER_VERSION
from jcnews_spider.trs.site import Site

logger = logging.getLogger(__name__)


class Recorder:
    """Writes the records of one run: HTML files first, then one transaction with state, lines and dedupe entries."""

    def __init__(self, archive: Archive, site: Site, *, html_snapshots: bool) -> None:
        self._archive = archive
        self._site = site
        self._html_snapshots = html_snapshots

    def keep(self, known: KnownArticle, draft: Draft) -> list[Article]:
        """The records that an article's pages gave, none when it says what it said before."""
        digests = [sha256(page.body).hexdigest() for page in draft.pages]
        records = self._records(known, draft, digests[0])
        has_news = bool(records) and records[-1].event != "reparsed"
        files: list[SealedFile] = []
        if has_news and self._html_snapshots:
            paths = write_snapshots(self._archive.root, self._site.name, draft, records[-1].version)
            files = list(zip(paths, digests, strict=True))
        with self._archive.ledger.transaction():
            stored = []
            for article in records:
                is_news = has_news and article is records[-1]
                if is_news and files:
                    article = replace(article, snapshot=replace(article.snapshot, html=files[0][0]))  # noqa: PLW2901
                stored.append(self._send(article, files, draft.pages) if is_news else self._send(article))
            self._archive.ledger.articles.seen(known, int(clock.now()), draft.address.url, validators(draft))
        return stored

    def gone(self, known: KnownArticle) -> Article:
        """The record that says that an article is gone."""
        last = self._last(known)
        reason = known.reason or ""
        status = int(reason.removeprefix("http_")) if reason in MISSING - {OfAnyAddress.reason} else 200
        with self._archive.ledger.transaction():
            now = clock.now()
            record = versions.gone(last, self._archive.run_id, status, clock.utc(now))
            record = self._send(record)
            self._archive.ledger.articles.left(known, int(now))
        return record

    def reparse(self, known: KnownArticle, anew: Article) -> Article | None:
        """The record of what the present parser sees differently in an article's last one; None when it is the same."""
        record = versions.reparsed(self._last(known), anew)
        if record is None:
            return None
        with self._archive.ledger.transaction():
            return self._send(record)

    def learn(self, ids: Sequence[str]) -> None:
        """Notes that the present parser sees the last records of these articles as they are."""
        with self._archive.ledger.transaction():
            self._archive.ledger.articles.parsed(ids, PARSER_VERSION)

    def _records(self, known: KnownArticle, draft: Draft, digest: str) -> list[Article]:
        """What is to be written, oldest first, but for what the transaction adds; the digest is its first page's."""
        seen = replace(
            draft.article,
            first_seen_at=clock.utc(known.first_seen),
            snapshot=Snapshot(sha256=digest, warc=draft.pages[0].warc),
            crawl=replace(draft.article.crawl, run_id=self._archive.run_id, list_url=known.list_url),
        )
        if not known.version:
            return [seen]
        is_same_parser = known.parser == PARSER_VERSION
        if known.state == "kept" and is_same_parser and known.content_hash == seen.content_hash:
            return []
        last = self._last(known)
        seen = replace(seen, images=versions.carried(seen.images, last.images))  # they may be switched off by now
        return versions.successors(last, seen, None if is_same_parser else self._anew(last))

    def _anew(self, last: Article) -> Article | None:
        """What the present parser makes of the stored bytes of a record; None where there are none, or it refuses."""
        try:
            pages = Reader(self._archive.root, self._archive.ledger).pages(last)
            return versions.anew(last, pages, self._site, self._archive.run_id)
        except UnknownLayout:
            return None
        except Damaged as fault:
            logger.warning("what was edited cannot be told from what the parser sees anew: %s", fault)
            return None

    def _send(self, article: Article, files: Iterable[SealedFile] = (), pages: Iterable[Page] = ()) -> Article:
        """Puts a record into the outbox, with the lists that show it and the article whose text it repeats.

        `files` and `pages` are what came with it.
        """
        ledger = self._archive.ledger
        for section in article.sections:
            if path := self._site.section_at(section.url):
                ledger.sections.add(self._site.name, path, section.name)
        article = replace(article, sections=sections_of(article, ledger, self._site))
        article = mark_copy(article, self._archive)
        exchanges = [(page.warc.file, page.warc.offset + page.warc.length) for page in pages if page.warc]
        new = self._archive.media.unsealed_among(dict.fromkeys(image.path for image in article.images if image.path))
        exchanges += [(image.warc, image.warc_end) for image in new if image.warc and image.warc_end]
        sealed = dict([*files, *((image.path, image.sha256) for image in new)])
        self._archive.send(article, sealed.items(), text_digest=text_digest(article.text), exchanges=exchanges)
        return article

    def _last(self, known: KnownArticle) -> Article:
        try:
            last = self._archive.last_record(known)
        except Damaged as fault:
            raise Damaged(f"{known.id} cannot be compared with its version {known.version}: {fault}") from fault
        if last is None:
            raise StorageFault(f"{known.id} has version {known.version} but no record")
        return last


def validators(draft: Draft) -> Validators:
    """(ETag, Last-Modified) of each page; empty when no conditional request helps.

    Such is an article one of whose pages has neither, or whose images have to be tried again.
    """
    if draft.lacks_images:
        return ()
    found = tuple((page.etag, page.last_modified) for page in draft.pages)
    return found if all(any(pair) for pair in found) else ()
