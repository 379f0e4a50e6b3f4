"""Which records follow when a known article is seen again (DESIGN.md §2.5)."""

from __future__ import annotations

from dataclasses import fields, replace

from jcnews_spider.article import Article, Event

OURS = frozenset(
    ("version event previous_hash near_hash duplicate_of similarity sections"
     " first_seen_at fetched_at snapshot crawl").split()
)  # fmt: skip
"""Fields that the archive fills; in the others stands what the page says."""


def says_the_same(one: Article, other: Article) -> bool:
    """True when two articles agree in everything that a page says."""
    return all(getattr(one, f.name) == getattr(other, f.name) for f in fields(Article) if f.name not in OURS)


def successors(last: Article, seen: Article, anew: Article | None) -> list[Article]:
    """The records to be written, oldest first: none when the text is the same.

    `anew` is what the present parser makes of the last record's bytes, where another parser had made it: an edit is a
    difference under one parser, what the parsers see differently is `reparsed`. Seen again after `gone`: `updated`.
    """
    records = []
    newest = last
    if anew is not None and last.event is not Event.GONE and not says_the_same(anew, last):
        newest = _after(newest, anew, Event.REPARSED)
        records.append(newest)
    if last.event is Event.GONE or seen.content_hash != newest.content_hash:
        records.append(_after(newest, seen, Event.UPDATED))
    return records


def gone(last: Article, run_id: str, status: int | None, at: str) -> Article:
    """The record that says that an article is gone; it repeats the last content."""
    crawl = replace(last.crawl, run_id=run_id, status=status)
    return replace(_after(last, last, Event.GONE), fetched_at=at, crawl=crawl)


def _after(last: Article, content: Article, event: Event) -> Article:
    return replace(content, version=last.version + 1, event=event, previous_hash=last.content_hash)
