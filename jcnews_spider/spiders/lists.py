"""The list pages of a run: each section's walk from its first page to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from jcnews_spider.errors import UnknownLayout
from jcnews_spider.items import Item, ListPage
from jcnews_spider.spiders.answers import charset, header, require_ok
from jcnews_spider.spiders.walk import Step, Walk
from jcnews_spider.trs.listing import Listing, parse_listing

if TYPE_CHECKING:
    from jcnews_spider.spiders.trs import TrsSpider


class Lists:
    """The walks of one spider and the routes along them."""

    def __init__(self, spider: TrsSpider) -> None:
        self._spider = spider
        self._site = spider.site
        self._sections = spider.archive.ledger.sections
        self.walks: dict[str, Walk] = {}

    def begin(self, path: str) -> Iterator[Request]:
        """The request of a section's first page, conditional when nothing behind an unchanged one can be new."""
        if path in self.walks:
            return
        job, options = self._spider.job, self._spider.options
        known = self._sections.get(self._site.name, path)
        validators = {}
        complete = known is not None and known.complete and not job.full
        if complete and known:
            validators = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        self.walks[path] = Walk(
            path,
            may_stop_early=complete,
            stop_after_known_pages=options.stop_after_known_pages,
            max_pages=job.max_pages or options.max_list_pages,
        )
        headers = {name: value for name, value in validators.items() if value}
        yield self._request(self._site.section_url(path), path, 0, headers)

    def parse(self, response: Response, section: str, index: int) -> Iterator[Item | Request]:
        """The entries of a list page as an item, and the request of the next page."""
        walk = self.walks[section]
        if response.status == 304:
            yield self._unchanged(walk, response)
        elif response.status in (404, 410):
            yield from self._missing(walk, response, index)
        else:
            try:
                require_ok(response)
                listing = parse_listing(response.body, response.url, self._site, charset(response))
            except UnknownLayout as fault:
                self._end(walk, fault.reason)
                self.count_failure(response.url, fault.reason)
            else:
                self._spider.count("addresses/answered")
                yield from self._follow(walk, listing, response, index)

    def failed(self, failure: Failure) -> None:
        """Counts a list page that did not come; its walk ends incomplete."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = self._spider.reason_to_go_on(failure)
        self._end(self.walks[request.cb_kwargs["section"]], reason)
        self.count_failure(request.url, reason)

    def count_failure(self, url: str, reason: str) -> None:
        """Counts a list or home page that gave nothing; what robots.txt forbids is no failure."""
        if reason == "robots":
            self._spider.count("lists/absent/robots")
            return
        self._spider.count("addresses/failed")
        self._spider.count(f"lists/failed/{reason}")
        self._spider.logger.warning("list %s: %s", url, reason)

    def _request(self, url: str, section: str, index: int, headers: dict[str, str] | None = None) -> Request:
        arguments = {"section": section, "index": index}
        return self._spider.request(url, self.parse, self.failed, arguments, headers)

    def _follow(self, walk: Walk, listing: Listing, response: Response, index: int) -> Iterator[Item | Request]:
        """The page as an item and what comes next; a parent that only redirects is walked as its child."""
        target = self._site.section_at(listing.target) if listing.target else None
        if target and not listing.entries:
            self._end(walk, f"sends to {target}")
            yield from self.begin(target)
            return
        job = self._spider.job
        addresses = [a for entry in listing.entries if (a := self._site.article_address(entry.url))]
        ids = [self._site.article_id(address.docid) for address in addresses]
        unknown = set(ids) - self._sections.members(self._site.name, walk.path, ids)
        step = walk.read(index, listing.entries, unknown=len(unknown), pages=listing.pages)
        yield ListPage(
            section=walk.path,
            name=listing.name,
            url=response.url,
            index=index,
            entries=listing.entries,
            found=tuple(address for address in addresses if job.includes(address.day)),
            has_unknown=bool(unknown),
            completes=step is Step.END and not job.is_bounded,
            etag=header(response, "ETag"),
            last_modified=header(response, "Last-Modified"),
        )
        if step is Step.NEXT:
            yield self._request(listing.page_url(response.url, index + 1), walk.path, index + 1)
        else:
            bound = "max_pages" if job.max_pages else "max_list_pages"
            self._end(walk, {Step.END: "complete", Step.CUT: bound, Step.HOLED: "empty_page"}[step])

    def _unchanged(self, walk: Walk, response: Response) -> ListPage:
        """A first page that was not modified: the section is as it was."""
        known = self._sections.get(self._site.name, walk.path)
        self._spider.count("addresses/answered")
        self._spider.count("lists/unchanged")
        self._end(walk, "unchanged")
        return ListPage(
            section=walk.path,
            url=response.url,
            index=0,
            completes=True,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
        )

    def _missing(self, walk: Walk, response: Response, index: int) -> Iterator[Item]:
        """A 404 ends a walk without a pager; a first page that was never there is absent, one that was has failed."""
        reason = f"http_{response.status}"
        known = self._sections.get(self._site.name, walk.path)
        if index:
            self._spider.count("addresses/answered")
            step = walk.at_missing_page()
            if step is Step.END:
                completes = not self._spider.job.is_bounded
                yield ListPage(section=walk.path, url=response.url, index=index, completes=completes)
            self._end(walk, "complete" if step is Step.END else reason)
        elif known and known.walked_at:
            self._end(walk, reason)
            self.count_failure(response.url, reason)
        else:
            self._end(walk, "absent")
            self._spider.count(f"lists/absent/{reason}")

    def _end(self, walk: Walk, how: str) -> None:
        walk.end = how
        walk.seen.clear()
        self._spider.logger.info(
            "section %s: %d pages, %d articles, %d new, %s",
            walk.path, walk.read_pages, walk.found["article"], walk.new, how,
        )  # fmt: skip
