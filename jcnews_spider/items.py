"""What a page taught us: the items that go down the pipelines into the archive."""

from __future__ import annotations

from dataclasses import dataclass, field

from jcnews_spider.article import Article, SectionRef
from jcnews_spider.trs.listing import Entry
from jcnews_spider.urls import ArticleAddress


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came."""

    body: bytes = field(repr=False)
    url: str | None = None
    """Its address, None when unknown."""
    charset: str | None = None
    """What the Content-Type header says."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as its pages say it, before the archive gives it a version."""

    article: Article
    address: ArticleAddress
    pages: tuple[bytes, ...] = field(repr=False)
    """Entity bytes of each page in order."""


@dataclass(frozen=True, slots=True)
class Miss:
    """An article's address that gave no record this time."""

    id: str
    reason: str
    """Name under which it is counted."""
    detail: str = ""
    """For people: what the page or the network said."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a section's listing."""

    section: str
    """Path of the section."""
    url: str
    index: int
    """0 for the first page."""
    completes: bool
    """True when the walk ended here by its own rule and noted everything it saw."""
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    found: tuple[ArticleAddress, ...] = field(default=(), repr=False)
    """Articles to be recorded as found: those inside the run's days."""
    has_unknown: bool = False
    """True when it shows an article that this section was not known to show, inside the run's days or not."""
    name: str | None = None
    """What the page calls the section."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Discovered:
    """Sections that a page links."""

    sections: tuple[SectionRef, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Addresses of articles given by hand."""

    addresses: tuple[ArticleAddress, ...]


Item = Draft | Miss | ListPage | Discovered | Wanted
