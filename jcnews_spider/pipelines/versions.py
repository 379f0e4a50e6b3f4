"""Which records follow when a known article is seen again, or read again by another parser (DESIGN.md §2.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from jcnews_spider.article import Article, Event, Image
from jcnews_spider.pipelines.clean import cleaned
from jcnews_spider.trs.article import join_parts, parse_article
from jcnews_spider.trs.site import Site

OURS = frozenset(
    ("version event previous_hash near_hash duplicate_of similarity sections"
     " first_seen_at fetched_at snapshot crawl").split()
)  # fmt: skip
"""Fields that the archive fills; in the others stands what the page says."""


def differences(one: Article, other: Article) -> list[str]:
    """Names of the fields in which two articles say something else, of those in which a page speaks."""
    names = (f.name for f in fields(Article) if f.name not in OURS)
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def anew(last: Article, pages: Sequence[bytes], site: Site, run_id: str) -> Article:
    """What the present parser makes of the bytes from which a record was made; raises UnknownLayout.

    All else is the record's: when it was fetched, where its bytes are, and which of its images are stored.
    """
    address, charset = site.article_address(last.url), last.crawl.encoding
    urls = [address.part_url(part) if address else last.url for part in range(len(pages))]
    parts = [parse_article(body, url, site, charset) for body, url in zip(pages, urls, strict=True)]
    article = cleaned(join_parts(parts))
    crawl = replace(
        last.crawl,
        run_id=run_id,
        extractor=article.crawl.extractor,
        parser_version=article.crawl.parser_version,
    )
    return replace(
        article,
        images=carried(article.images, last.images),
        first_seen_at=last.first_seen_at,
        fetched_at=last.fetched_at,
        snapshot=last.snapshot,
        crawl=crawl,
    )


def carried(images: Iterable[Image], before: Iterable[Image]) -> tuple[Image, ...]:
    """Images with the paths and digests that another version has of the same addresses, where they have none."""
    known = {image.url: image for image in before}
    return tuple(
        replace(image, path=known[image.url].path, sha256=known[image.url].sha256)
        if image.path is None and image.url in known
        else image
        for image in images
    )


def successors(last: Article, seen: Article, anew: Article | None) -> list[Article]:
    """The records to be written, oldest first: none when the text is the same.

    `anew` is what the present parser makes of the last record's bytes, where another parser had made it: an edit is a
    difference under one parser, what the parsers see differently is `reparsed`. Seen again after `gone`: `updated`.
    """
    records = []
    newest = last
    if anew is not None and last.event is not Event.GONE and (record := reparsed(last, anew)):
        newest = record
        records.append(newest)
    if last.event is Event.GONE or seen.content_hash != newest.content_hash:
        records.append(_after(newest, seen, Event.UPDATED))
    return records


def reparsed(last: Article, anew: Article) -> Article | None:
    """The record that says what the present parser sees differently; None when it sees the same."""
    return _after(last, anew, Event.REPARSED) if differences(anew, last) else None


def gone(last: Article, run_id: str, status: int | None, at: str) -> Article:
    """The record that says that an article is gone; it repeats the last content."""
    crawl = replace(last.crawl, run_id=run_id, status=status)
    return replace(_after(last, last, Event.GONE), fetched_at=at, crawl=crawl)


def _after(last: Article, content: Article, event: Event) -> Article:
    return replace(content, version=last.version + 1, event=event, previous_hash=last.content_hash)
