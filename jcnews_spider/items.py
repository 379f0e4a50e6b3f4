"""What a page taught us: the items that go down the pipelines into the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jcnews_spider.errors import OfAnyAddress

if TYPE_CHECKING:
    from jcnews_spider.article import Article, SectionRef, WarcPointer
    from jcnews_spider.trs.listing import Entry
    from jcnews_spider.urls import ArticleAddress

MOST_MISSING = 0.2
"""Share of a run's rechecks above which their absence is an outage and no withdrawal (DESIGN.md §2.5)."""


def answered_rechecks(stats: Mapping[str, Any]) -> int:
    """Known articles that a run asked again, without those of which nothing is known now."""
    return int(stats.get("rechecks/asked", 0) - stats.get("rechecks/failed", 0) - stats.get("rechecks/left_alone", 0))


MISSING = frozenset({"http_404", "http_410", OfAnyAddress.reason})
"""Reasons that speak of a withdrawal; any other is a failure of ours or theirs."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came."""

    body: bytes = field(repr=False)
    url: str | None = None
    """Its address, None when unknown."""
    charset: str | None = None
    """What the Content-Type header says."""
    etag: str | None = None
    last_modified: str | None = None
    warc: WarcPointer | None = None
    """Where the exchange stands, None when no WARC is written."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as its pages say it, before the archive gives it a version."""

    article: Article
    address: ArticleAddress
    """Where it was had."""
    asked: str
    """The address that was asked for it: another where it has moved."""
    pages: tuple[Page, ...] = field(repr=False)
    """Each page in order."""
    lacks_images: bool = False
    """True when an image was asked and did not come: it is tried again when the article is."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A known article whose every page was not modified."""

    id: str


@dataclass(frozen=True, slots=True)
class Miss:
    """An article's address that gave nothing this time."""

    id: str
    url: str
    """The address that was asked."""
    reason: str
    """Name under which it is counted."""
    detail: str = ""
    """For people: what the page or the network said."""
    is_repeated: bool = False
    """True when the address gave nothing for the same reason the last time."""

    @property
    def is_missing(self) -> bool:
        """True when the site says that there is nothing at the address."""
        return self.reason in MISSING


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a section's listing."""

    section: str
    """Path of the section."""
    url: str
    index: int
    """0 for the first page."""
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    found: tuple[ArticleAddress, ...] = field(default=(), repr=False)
    """Articles to be recorded as found: those inside the run's days."""
    has_unknown: bool = False
    """True when it shows an article that this section was not known to show, inside the run's days or not."""
    name: str | None = None
    """What the page calls the section."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The end of a walk that saw everything that its section shows, and noted it."""

    section: str
    pages: int
    """List pages that it read."""
    etag: str | None
    """Validators that the first page had when the walk began."""
    last_modified: str | None
    counted: int | None
    """Pages that its pager names, None where it names none."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """Sections that a page links."""

    sections: tuple[SectionRef, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Addresses of articles given by hand."""

    addresses: tuple[ArticleAddress, ...]


Item = Draft | Unchanged | Miss | ListPage | Walked | Discovered | Wanted
