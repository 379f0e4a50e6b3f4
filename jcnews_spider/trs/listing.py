"""List pages: the entries, the number of pages, the sections they link (SITE.md §3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from jcnews_spider.article import SectionRef
from jcnews_spider.encoding import decode
from jcnews_spider.errors import TooComplex
from jcnews_spider.text import one_line
from jcnews_spider.trs.crumb import breadcrumb
from jcnews_spider.trs.defects import refused
from jcnews_spider.trs.links import named_links
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.pager import Linked, Pager, find_list_pager, linked_pages, page_behind
from jcnews_spider.trs.places import Places, stand_together
from jcnews_spider.trs.site import Site
from jcnews_spider.trs.stub import redirect_target
from jcnews_spider.trs.tree import Node, attribute, base_address, nodes, parse_tree, text_of, xpath
from jcnews_spider.urls import canonical_url, joined

Kind = Literal["article", "external", "file"]

MOST_LINKS = 10_000
"""Links of a page above which it is no list: lists show some dozens, the home page some hundred."""
_LINKS = xpath("//a[@href]")
_FILE = re.compile(r"/P0\d{10,}\.\w+$|\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|txt|csv|mp3|mp4|wps|ofd)$", re.IGNORECASE)
_SIDE_BOX = re.compile(
    r"/(?:aside|header|footer|nav)#"
    r"|[#. _-](?:side|sidebar|hot|rank|phb|tuijian|recommend|foot|footer|copyright)(?=[. /_-])",
    re.IGNORECASE,
)
"""A box beside or below the list; nothing but its name speaks when the list itself is empty.

`right` and `fr` are no such names: they say where a column stands, and lists stand there too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list."""

    url: str
    """Canonical address."""
    kind: Kind
    docid: int | None
    title: str
    """Whole where the page has it whole."""
    shown_date: str | None
    """As printed; often not the day in the address."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list page."""

    entries: tuple[Entry, ...]
    """In the order of the page, each address once."""
    pager: Pager | None
    """What the script says of the pages, None when nothing does."""
    linked: Linked | None
    """What it links as its further pages, where the script does not say them."""
    name: str | None
    """What the crumb calls the section."""
    target: str | None
    """Where a page sends its reader that is only a redirect."""
    sections: tuple[SectionRef, ...]
    """The sections that the page links."""

    @property
    def pages(self) -> int | None:
        """Number of list pages, None when unknown."""
        return self.pager.pages if self.pager else None

    def page_url(self, base: str, index: int) -> str:
        """Address of page `index`, 1 the second, given the address of the one before.

        Where no script says what they are called, that address and links to further pages do, else their suffix is
        the articles'.
        """
        if self.pager and self.pager.suffix:
            return self.pager.url(base, index)
        if behind := page_behind(base):
            return behind
        if self.linked:
            return self.linked.url(base, index)
        suffixes = Counter(entry.url.rpartition(".")[2] for entry in self.entries if entry.kind == "article")
        suffix = next((suffix for suffix, _ in suffixes.most_common(1)), "html")
        return Pager(0, "index", suffix).url(base, index)


@dataclass(frozen=True, slots=True)
class _Link:
    entry: Entry
    group: str
    """Where it stands: the containers above it, so that a list cut into blocks of five is one group."""
    is_own: bool
    """True when its article lies in the page's own section or below."""
    is_beside: bool
    """True when it stands in a box beside or below the list."""


@refused
def parse_listing(body: bytes, url: str, site: Site, charset: str | None = None) -> Listing:
    """What a list page says; raises NotHtml, EmptyPage, TooComplex or Defect. One without entries is a listing without.

    An entry is what stands in the list proper, and every article of the page's own section wherever it stands:
    nothing of the list may be lost, while side boxes of other sections' headlines are no members. Where the list
    shows no article of its own section, as under `/zt/`, all but the side boxes is taken for it: a box too many
    costs a membership, a list too few its articles.
    """
    root = parse_tree(decode(body, charset).text)
    base = joined(url, base_address(root)) or url
    links = list(_links(root, base, site, urlsplit(url).path.rpartition("/")[0] + "/"))
    proper = _list_groups(links)
    wanted = (link.entry for link in links if link.is_own or link.group in proper)
    entries: dict[str, Entry] = {}
    for entry in wanted:
        if entry.url not in entries or not entries[entry.url].title:
            entries[entry.url] = entry
    page = PageLines(root)
    crumb = breadcrumb(page, base)
    pager = find_list_pager(page.scripts)
    return Listing(
        entries=tuple(entries.values()),
        pager=pager,
        linked=None if pager and pager.suffix else linked_pages(root, base),
        name=crumb[-1].name if crumb else None,
        target=redirect_target(page, base),
        sections=_sections(root, base, site),
    )


def parse_navigation(body: bytes, url: str, site: Site, charset: str | None = None) -> tuple[SectionRef, ...]:
    """The sections that a page links, each address once; nothing when it is no HTML."""
    return parse_listing(body, url, site, charset).sections


def _links(root: Node, base: str, site: Site, own: str) -> Iterator[_Link]:
    """The links that may be entries; raises TooComplex."""
    places = Places()
    for number, (node, href, title) in enumerate(named_links(root)):
        if number == MOST_LINKS:
            raise TooComplex(f"more than {MOST_LINKS} links")
        entry = _entry(joined(base, href) or "", title, places.date(node), site)
        if entry is not None:
            if entry.kind == "article" and entry.shown_date is None:
                entry = replace(entry, shown_date=places.date_of_card(node))
            is_own = entry.kind == "article" and urlsplit(entry.url).path.startswith(own)
            group = places.group(node)
            is_beside = bool(_SIDE_BOX.search(group)) or places.is_beside_nothing(node)
            yield _Link(entry, group, is_own, is_beside)


def _entry(url: str, title: str, date: str | None, site: Site) -> Entry | None:
    """The entry that a link is, None for a link to a page of the site that is no article."""
    canonical = canonical_url(url)
    if canonical is None:
        return None
    address = site.article_address(url)
    if address is not None:
        return Entry(address.url, "article", address.docid, title, date)
    if _FILE.search(urlsplit(canonical).path):
        return Entry(canonical, "file", None, title, date)
    if site.canonical(url) is None and title:
        return Entry(canonical, "external", None, title, date)
    return None


def _list_groups(links: list[_Link]) -> set[str]:
    """The groups that are the list: the best by its signs, and those that may be of it as well.

    Signs are dates and articles of the page's own section, of equal groups the largest is best. Of 45 items of a real
    list 15 pointed to other channels (SITE.md §3.2); boxes of headlines mix the whole site.
    A name that speaks of no side box counts as one sign, for a last page may hold a single item of another section.
    So may it one of another site, which counts by its date. The box beside an empty list is none.
    """
    beside = {link.group for link in links if link.is_beside}
    items = [
        link for link in links if link.entry.kind == "article" or (link.entry.shown_date and link.group not in beside)
    ]
    sizes = Counter(link.group for link in items)
    signs = Counter(link.group for link in items for sign in (link.is_own, link.entry.shown_date) if sign)
    signs.update(sizes.keys() - beside)
    best = max(sizes, key=lambda group: (signs[group], group not in beside, sizes[group]), default=None)
    if best is None or not signs[best]:
        return set()
    is_sure = best not in beside and any(link.is_own for link in items if link.group == best)
    return {best, *(group for group in sizes.keys() - beside if not is_sure or stand_together(best, group))}


def _sections(root: Node, base: str, site: Site) -> tuple[SectionRef, ...]:
    found: dict[str, SectionRef] = {}
    for node in nodes(_LINKS, root):
        name = one_line(text_of(node))
        path = site.section_at(joined(base, attribute(node, "href")) or "") if name and len(name) <= 40 else None
        if path:
            url = site.section_url(path)
            found.setdefault(url, SectionRef(name, url))
    return tuple(found.values())
