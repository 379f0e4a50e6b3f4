"""The list pages of a run: each section's walk from its first page to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from jcnews_spider.answers import NOT_ASKED, asked_url, charset, conditions, is_conditional, require_ok, validators_of
from jcnews_spider.engine import STOPPED
from jcnews_spider.errors import OtherPage, UnknownLayout
from jcnews_spider.items import Item, ListPage, Walked
from jcnews_spider.spiders.walk import Step, Walk
from jcnews_spider.trs.listing import Listing, parse_listing

if TYPE_CHECKING:
    from jcnews_spider.spiders.trs import TrsSpider

SETTLED_S = 600
"""Seconds after which a list is no longer about to be published: what it lacks then as before, it lacks."""

ABSENT = "absent"
"""End of a walk at whose first page there never was anything."""


class Lists:
    """The walks of one spider and the routes along them."""

    def __init__(self, spider: TrsSpider) -> None:
        self._spider = spider
        self._site = spider.site
        self._sections = spider.archive.ledger.sections
        self._articles = spider.archive.ledger.articles
        self.walks: dict[str, Walk] = {}

    @property
    def nowhere(self) -> list[str]:
        """The paths to be walked, if the run walked all, nothing is at any of them and the site's table has none."""
        table = {section.path for section in self._site.sections}
        is_nowhere = all(walk.end == ABSENT and path not in table for path, walk in self.walks.items())
        return list(self.walks) if is_nowhere and self.walks.keys() >= self._spider.sections.keys() else []

    def begin(self, path: str) -> Iterator[Request]:
        """The request of a section's first page, conditional when nothing behind an unchanged one can be new."""
        crew = self._spider.archive.crew
        if path in self.walks or (crew and not crew.may_walk(self._site.name, path)):
            return
        job, options = self._spider.job, self._spider.options
        known = self._sections.get(self._site.name, path)
        complete = known is not None and known.complete and not job.full
        was_cut = (
            known is not None and not known.complete and (known.walked_at or 0) <= self._spider.started - SETTLED_S
        )
        self.walks[path] = Walk(
            path,
            may_stop_early=complete,
            stop_after_known_pages=options.stop_after_known_pages,
            max_pages=job.max_pages or options.max_list_pages,
            counted=known.counted if known else None,
            had_articles=known is not None and known.has_articles,
            ended_after=known.pages if known and was_cut else None,
        )
        headers = conditions(known.etag, known.last_modified) if complete and known else {}
        yield self._request(self._site.section_url(path), path, 0, headers)

    def parse(self, response: Response, section: str, index: int) -> Iterator[Item | Request]:
        """The entries of a list page as an item, and the request of the next page."""
        walk = self.walks[section]
        if response.status == 304 and index == 0 and is_conditional(response):
            yield self._unchanged(walk)
        elif response.status in (404, 410) or self._leads_back(response, section, index):
            yield from self._missing(walk, response, index)
        else:
            try:
                require_ok(response)
                if index and _name(response.url) != _name(asked_url(response.request)):
                    raise OtherPage(response.url)
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
        """Counts a list or home page that gave nothing; one that may not be asked, or a stop, is no failure."""
        if reason == STOPPED:
            return
        if reason in NOT_ASKED:
            self._spider.count(f"lists/absent/{reason}")
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
        if index == 0:
            again = walk.at_first_page_again(listing.entries) if walk.round else Step.NEXT
            if again is not Step.NEXT:
                yield from self._finish(walk, again)
                return
            walk.begin_round(listing.entries, validators_of(response))
        yield from self._read(walk, listing, response, index)

    def _read(self, walk: Walk, listing: Listing, response: Response, index: int) -> Iterator[Item | Request]:
        """The page as an item and what comes next."""
        job = self._spider.job
        addresses = [a for entry in listing.entries if (a := self._site.article_address(entry.url))]
        places = [(self._site.article_id(address.docid), address.url) for address in addresses]
        ids = [id_ for id_, _ in places]
        unknown = set(ids) - self._sections.members(self._site.name, walk.path, ids)
        moved = self._articles.moved(places)
        step = walk.read(index, listing.entries, unknown=len(unknown), moved=len(moved), pages=listing.pages)
        if step is Step.AGAIN:
            yield self._request(asked_url(response.request), walk.path, index)
            return
        if not walk.found and walk.had_articles and walk.is_holed:
            self._spider.count(f"health/empty_list/{walk.path}")
        yield ListPage(
            section=walk.path,
            name=listing.name,
            url=response.url,
            index=index,
            entries=listing.entries,
            found=tuple(address for address in addresses if job.includes(address.day)),
            has_unknown=bool(unknown or moved or walk.is_cut_short),
        )
        if step is Step.NEXT:
            yield self._request(listing.page_url(response.url, index + 1), walk.path, index + 1)
        else:
            yield from self._finish(walk, step)

    def _finish(self, walk: Walk, step: Step) -> Iterator[Item | Request]:
        """The end of a walk: complete only when it saw everything, and its first page is what it was at the start."""
        if step is Step.CONFIRM and self._spider.job.is_bounded:
            step = Step.END
        if step is Step.CONFIRM:
            headers = conditions(*walk.validators)
            yield self._request(self._site.section_url(walk.path), walk.path, 0, headers)
            return
        if step is Step.END and not self._spider.job.is_bounded:
            yield self._completed(walk)
        bound = "max_pages" if self._spider.job.max_pages else "max_list_pages"
        self._end(walk, bound if step is Step.CUT else step.value)

    def _completed(self, walk: Walk) -> Walked:
        """What the ledger is told at the end of a whole walk."""
        counted = walk.pages if walk.round else walk.counted
        return Walked(walk.path, max(1, walk.read_pages), *walk.validators, counted)

    def _unchanged(self, walk: Walk) -> Walked:
        """A first page that was not modified, since the last complete walk or since this one began."""
        self._spider.count("addresses/answered")
        if walk.round == 0:
            self._spider.count("lists/unchanged")
            known = self._sections.get(self._site.name, walk.path)
            walk.validators = (known.etag, known.last_modified) if known else (None, None)
        self._end(walk, "complete" if walk.round else "unchanged")
        return self._completed(walk)

    def _leads_back(self, response: Response, section: str, index: int) -> bool:
        """True where the site sends whoever asks for a missing page to its home page, or to the list's first page."""
        target, first = self._site.canonical(response.url), self._site.section_url(section)
        if response.url == asked_url(response.request) or target not in (self._site.root, first):
            return False
        return bool(index) or target != first

    def _missing(self, walk: Walk, response: Response, index: int) -> Iterator[Item | Request]:
        """A 404 ends a walk without a pager; a first page that was never there is absent, one that was has failed."""
        reason = f"http_{response.status}" if response.status != 200 else OtherPage.reason
        known = self._sections.get(self._site.name, walk.path)
        if index:
            self._spider.count("addresses/answered")
            step = walk.at_missing_page(index)
            if step is Step.AGAIN:
                yield self._request(asked_url(response.request), walk.path, index)
            elif step is Step.CUT:
                self._end(walk, reason)
            else:
                yield from self._finish(walk, step)
        elif known and known.walked_at:
            self._end(walk, reason)
            self.count_failure(response.url, reason)
        else:
            self._end(walk, ABSENT)
            self._spider.count(f"lists/absent/{reason}")

    def _end(self, walk: Walk, how: str) -> None:
        walk.end = how
        walk.seen.clear()
        self._spider.logger.info(
            "section %s: %d pages, %d articles, %d new, %s",
            walk.path, walk.read_pages, walk.found["article"], walk.new, how,
        )  # fmt: skip


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
