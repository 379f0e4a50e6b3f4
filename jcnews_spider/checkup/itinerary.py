"""Which pages a first visit asks: the home page, a list page of each section, three articles of each."""

from __future__ import annotations

from collections.abc import Sequence

from jcnews_spider.checkup.visit import Answer
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.items import Page
from jcnews_spider.job import fold_name
from jcnews_spider.trs.challenge import challenger
from jcnews_spider.trs.diagnosis import Kind
from jcnews_spider.trs.listing import Listing, parse_listing, parse_navigation
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import ArticleAddress, impossible_address

ARTICLES = 3
"""Articles of each list: the first, one from the middle and the last, so that older layouts come too."""


class Itinerary:
    """The way through a site, decided page by page."""

    def __init__(self, site: Site, most_sections: int | None = None) -> None:
        self.kinds: dict[str, Kind] = {site.root: "home"}
        """Each address that is asked, and what it should be."""
        self.probe: str | None = None
        """An address that cannot exist: what comes for it is what the site says of missing pages."""
        self._site = site
        self._most = most_sections

    def follow(self, answer: Answer) -> list[str] | None:
        """What is asked after an answer; None after a challenge, or where home page or robots.txt cannot be had."""
        page = answer.page
        if page is not None and challenger(page.body, answer.status or 200, answer.headers):
            return None
        kind = self.kinds.get(answer.asked)
        if kind == "home":
            is_over = page is None and answer.fault != "robots"
            return None if is_over else self._lists(page if answer.status == 200 else None)
        if kind == "list" and page is not None and answer.status == 200:
            return self._from_list(page)
        return None if answer.fault == "robots_unavailable" else []

    def _lists(self, home: Page | None) -> list[str]:
        """The table's sections; those known by name alone where the home page links them."""
        linked: dict[str, str] = {}
        try:
            sections = parse_navigation(home.body, home.url or "", self._site, home.charset) if home else ()
            linked = {fold_name(section.name): section.url for section in sections}
        except UnknownLayout:
            pass
        urls = [
            self._site.section_url(section.path) if section.path else linked.get(fold_name(section.name))
            for section in self._site.sections
        ]
        wanted = [url for url in urls if url] or list(linked.values())
        return self._new(wanted[: self._most], "list")

    def _from_list(self, page: Page) -> list[str]:
        url = page.url or self._site.root
        try:
            listing = parse_listing(page.body, url, self._site, page.charset)
        except UnknownLayout:
            return []
        target = self._site.section_at(listing.target) if listing.target else None
        if target:
            return self._new([self._site.section_url(target)], "list")
        return [*self._probe(listing), *self._new(_spread(_articles(listing, url)), "article")]

    def _probe(self, listing: Listing) -> list[str]:
        """Once, an address beside an article's that cannot exist."""
        addresses = [self._site.article_address(entry.url) for entry in listing.entries if entry.kind == "article"]
        known: ArticleAddress | None = next(iter(addresses), None)
        if self.probe or known is None:
            return []
        self.probe = impossible_address(known.url)
        return [self.probe]

    def _new(self, urls: Sequence[str], kind: Kind) -> list[str]:
        fresh = [url for url in dict.fromkeys(urls) if url not in self.kinds]
        self.kinds.update(dict.fromkeys(fresh, kind))
        return fresh


def _articles(listing: Listing, url: str) -> list[str]:
    """The articles of a list, those of its own section if there are any."""
    found = [entry.url for entry in listing.entries if entry.kind == "article"]
    return [article for article in found if article.startswith(url.rpartition("/")[0] + "/")] or found


def _spread(urls: Sequence[str]) -> list[str]:
    """Some of many, evenly."""
    last = len(urls) - 1
    return [urls[last * place // (ARTICLES - 1)] for place in range(ARTICLES)] if urls else []
