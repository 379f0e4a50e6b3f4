"""What a run sees of its pages, as the measures by which its health is judged."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from jcnews_spider.article import Article
from jcnews_spider.errors import NoBody, UnknownLayout
from jcnews_spider.health import FIELDS, Measure
from jcnews_spider.items import ListPage, Miss

SHOWN = 3
"""Addresses that are kept of what is wrong."""

MISFITS = {UnknownLayout.reason: "misfit", NoBody.reason: "no_body"}
"""The measure of pages that came and from which no article could be read, by the reason."""


@dataclass(slots=True)
class Sample:
    """Pages that have a flaw in common."""

    size: int = 0
    addresses: list[str] = field(default_factory=list)
    """The first ones."""
    _sections: Counter[str] = field(default_factory=Counter)

    def add(self, url: str, section: str | None) -> None:
        """One more."""
        self.size += 1
        if len(self.addresses) < SHOWN:
            self.addresses.append(url)
        if section:
            self._sections[section] += 1

    @property
    def section(self) -> str | None:
        """Name of the section where most of them stand."""
        return next((name for name, _ in self._sections.most_common(1)), None)


class Vitals:
    """The tally of one run; memory grows by four bytes a record."""

    def __init__(self) -> None:
        self._lengths = array("I")
        self._lacking = {name: Sample() for name in FIELDS}
        self._fallback, self._copies, self._all = Sample(), Sample(), Sample()
        self._misfits = {kind: Sample() for kind in MISFITS.values()}
        self._links: dict[str, tuple[int, str]] = {}

    def note_record(self, article: Article) -> None:
        """A record that was kept."""
        section = article.sections[0].name if article.sections else None
        self._lengths.append(article.char_count)
        self._all.add(article.url, section)
        for name, sample in self._lacking.items():
            if not getattr(article, name):
                sample.add(article.url, section)
        if article.crawl.extractor == "fallback":
            self._fallback.add(article.url, section)
        if article.similarity == 1:
            self._copies.add(article.url, section)

    def note_miss(self, miss: Miss) -> None:
        """An address that gave no article; only a page that came and could not be read counts, and that once."""
        if miss.reason in MISFITS and not miss.is_repeated:
            self._misfits[MISFITS[miss.reason]].add(miss.url, None)

    def note_list(self, page: ListPage) -> None:
        """A list page; the first one of a section is the same in every run, so that one is measured."""
        if page.index == 0 and page.entries:
            self._links[page.section] = (len(page.entries), page.url)

    def note_empty(self, path: str, url: str) -> None:
        """A list that shows nothing any more."""
        self._links[path] = (0, url)

    def measures(self, pages: int, page_bytes: int, unchanged: int) -> Iterator[Measure]:
        """What can be measured of so many article pages that came and so many articles that stayed as they were."""
        records = len(self._lengths)
        if records:
            for name, lacking in self._lacking.items():
                yield _share("coverage", name, lacking, records, of_the_others=True)
            yield _share("fallback", "", self._fallback, records)
            yield _share("copies", "", self._copies, records)
            yield self._overall("length", median(self._lengths), records)
        if seen := records + unchanged + sum(misfits.size for misfits in self._misfits.values()):
            for kind, misfits in self._misfits.items():
                yield _share(kind, "", misfits, seen)
        if pages:
            yield self._overall("bytes", page_bytes / pages, pages)
        for path, (links, url) in self._links.items():
            yield Measure("links", path, links, 1, path, (url,))

    def _overall(self, kind: str, value: float, of: int) -> Measure:
        return Measure(kind, "", value, of, self._all.section, tuple(self._all.addresses))


def _share(kind: str, subject: str, sample: Sample, of: int, *, of_the_others: bool = False) -> Measure:
    share = 1 - sample.size / of if of_the_others else sample.size / of
    return Measure(kind, subject, share, of, sample.section, tuple(sample.addresses))
