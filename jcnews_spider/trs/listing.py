"""List pages: the entries, the number of pages, the sections they link (SITE.md §3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from jcnews_spider.article import SectionRef
from jcnews_spider.encoding import decode
from jcnews_spider.errors import TooComplex
from jcnews_spider.text import one_line
from jcnews_spider.trs.crumb import breadcrumb
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.pager import Pager, find_pager
from jcnews_spider.trs.site import Site
from jcnews_spider.trs.stub import redirect_target
from jcnews_spider.trs.tree import Node, attribute, base_address, nodes, parse_tree, text_of, texts_of, xpath
from jcnews_spider.urls import canonical_url, joined

Kind = Literal["article", "external", "file"]

MOST_LINKS = 10_000
"""Links of a page above which it is no list: lists show some dozens, the home page some hundred."""
MOST_LEVELS = 40
"""Containers above a link that tell its group."""
MOST_LEVELS_OF_CARD, MOST_LINKS_OF_CARD = 5, 5
"""Elements around a link that may be a card, and links in one: picture, title, 详细."""
MOST_BLANK = 10_000
"""Characters at an item's end among which its date stands, blanks too."""

_LINKS = xpath("//a[@href] | //script[not(@src)]")
_HEADING = xpath("descendant::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]")
_FILE = re.compile(r"/P0\d{10,}\.\w+$|\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|txt|csv|mp3|mp4|wps|ofd)$", re.IGNORECASE)
_WRITTEN = re.compile(
    r"""["'](?P<url>(?:https?://|\.{0,2}/)[^"'\s<>\\]+)["']|href\s*=\s*\\?["']?(?P<href>[^"'\s<>\\+]+)""", re.IGNORECASE
)
_WRITTEN_TITLE = re.compile(
    r"""title\s*=\s*\\?["'](?P<title>[^"']+)|>(?P<text>[^<>"']+)</a>"""
    r"""|["'](?=[^"'<>\u4e00-\u9fa5]*+[\u4e00-\u9fa5])(?P<any>[^"'<>]*+)["']"""
)
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?|\b\d{1,2}-\d{1,2}\b")
_SIDE_BOX = re.compile(
    r"[#. _-](?:side|sidebar|right|fr|hot|rank|phb|tuijian|recommend|foot|footer|copyright)(?=[. /_-])",
    re.IGNORECASE,
)
"""A box beside or below the list; nothing but its name speaks when the list itself is empty."""
_ITEM_TAGS = frozenset(("li", "tr", "dd", "dt", "p"))
_GROUP_TAGS = frozenset(("ul", "ol", "table", "tbody", "div", "dl", "section", "td", "body"))


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
        """Address of page `index` (0 is the first), given the address of any other.

        Where no script names the suffix of the pages, it is that of their articles.
        """
        suffixes = Counter(entry.url.rpartition(".")[2] for entry in self.entries if entry.kind == "article")
        suffix = next((suffix for suffix, _ in suffixes.most_common(1)), "html")
        return (self.pager or Pager(0, "index")).url(base, index, suffix)


@dataclass(frozen=True, slots=True)
class _Link:
    entry: Entry
    group: str
    """Where it stands: the containers above it, so that a list cut into blocks of five is one group."""
    is_own: bool
    """True when its article lies in the page's own section or below."""


def parse_listing(body: bytes, url: str, site: Site, charset: str | None = None) -> Listing:
    """What a list page says; raises NotHtml, EmptyPage or TooComplex. One without entries is a listing without.

    An entry is what stands in the list proper, and every article of the page's own section wherever it stands:
    nothing of the list may be lost, while side boxes of other sections' headlines are no members.
    """
    root = parse_tree(decode(body, charset).text)
    base = joined(url, base_address(root)) or url
    links = list(_links(root, base, site, urlsplit(url).path.rpartition("/")[0] + "/"))
    proper = _list_group(links)
    wanted = (link.entry for link in links if link.is_own or link.group == proper)
    entries: dict[str, Entry] = {}
    for entry in wanted:
        if entry.url not in entries or not entries[entry.url].title:
            entries[entry.url] = entry
    page = PageLines(root)
    crumb = breadcrumb(page, base)
    return Listing(
        entries=tuple(entries.values()),
        pager=find_pager(page.scripts, "index"),
        name=crumb[-1].name if crumb else None,
        target=redirect_target(page, base),
        sections=_sections(root, base, site),
    )


def parse_navigation(body: bytes, url: str, site: Site, charset: str | None = None) -> tuple[SectionRef, ...]:
    """The sections that a page links, each address once; nothing when it is no HTML."""
    return parse_listing(body, url, site, charset).sections


def _links(root: Node, base: str, site: Site, own: str) -> Iterator[_Link]:
    """The links that may be entries; raises TooComplex."""
    places = _Places()
    for number, (node, href, title) in enumerate(_named(root)):
        if number == MOST_LINKS:
            raise TooComplex(f"more than {MOST_LINKS} links")
        entry = _entry(joined(base, href) or "", title, places.date(node), site)
        if entry is not None:
            if entry.kind == "article" and entry.shown_date is None:
                entry = replace(entry, shown_date=places.date_of_card(node))
            is_own = entry.kind == "article" and urlsplit(entry.url).path.startswith(own)
            yield _Link(entry, places.group(node), is_own)


def _named(root: Node) -> Iterator[tuple[Node, str, str]]:
    """(element, address as written, title) of every link, those that scripts write too."""
    for node in nodes(_LINKS, root):
        if node.tag == "script":
            yield from ((node, href, title) for href, title in _written(text_of(node)))
        else:
            yield node, attribute(node, "href"), _title(node)


def _written(script: str) -> Iterator[tuple[str, str]]:
    """(address, title) of the links that a script writes: string literals, or tags inside one (SITE.md §3.2)."""
    match = _WRITTEN.search(script)
    while match:
        following = _WRITTEN.search(script, match.end())
        title = _WRITTEN_TITLE.search(script, match.end(), following.start() if following else len(script))
        yield match["url"] or match["href"], one_line(next(filter(None, title.groups()))) if title else ""
        match = following


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


def _list_group(links: list[_Link]) -> str | None:
    """The group that is the list: with most dates and articles of the page's own section, of equal ones the largest.

    Of 45 items of a real list 15 pointed to other channels (SITE.md §3.2); boxes of headlines mix the whole site.
    A name that speaks of no side box counts as one sign, for a last page may hold a single item of another section.
    So may it one of another site, which counts by its date. The box beside an empty list is none.
    """
    beside = {link.group for link in links if _SIDE_BOX.search(link.group)}
    items = [
        link for link in links if link.entry.kind == "article" or (link.entry.shown_date and link.group not in beside)
    ]
    sizes = Counter(link.group for link in items)
    signs = Counter(link.group for link in items for sign in (link.is_own, link.entry.shown_date) if sign)
    signs.update(sizes.keys() - beside)
    best = max(sizes, key=lambda group: (signs[group], group not in beside, sizes[group]), default=None)
    return None if best is None or not signs[best] else best


def _title(node: Node) -> str:
    """The title attribute, which is whole where the text is cut, else the heading inside, else the text."""
    if title := one_line(attribute(node, "title")):
        return title
    headings = nodes(_HEADING, node)
    text = one_line(text_of(headings[0] if headings else node))
    return text if headings else _DATE.sub("", text).strip() or text


class _Places:
    """Where links stand, each element around them read once."""

    def __init__(self) -> None:
        self._dates: dict[Node, str | None] = {}
        self._is_card: dict[Node, bool] = {}
        self._paths: dict[Node, str] = {}

    def group(self, node: Node) -> str:
        """The containers above a link by id and class, the innermost by its tag alone.

        A list cut into blocks of five, or set in `ul.left` and `ul.right`, is one group.
        """
        innermost = next(node.iterancestors(*_GROUP_TAGS), node)
        if innermost not in self._paths:
            above = islice(innermost.iterancestors(*_GROUP_TAGS), MOST_LEVELS)
            names = (f"{n.tag}#{attribute(n, 'id')}.{attribute(n, 'class')}" for n in above)
            self._paths[innermost] = "/".join((str(innermost.tag), *names))
        return f"{node.tag}/{self._paths[innermost]}"

    def date(self, node: Node) -> str | None:
        """The date of the item in which a link stands, as printed."""
        item = next(node.iterancestors(*_ITEM_TAGS), None)
        return None if item is None else self._date_in(item)

    def date_of_card(self, node: Node) -> str | None:
        """The same where items are blocks, with picture and summary: the widest around a link that has no other."""
        card = None
        for above in islice(node.iterancestors(), MOST_LEVELS_OF_CARD):
            if above not in self._is_card:
                links = islice(above.iter("a"), MOST_LINKS_OF_CARD + 1)
                addresses = [attribute(link, "href") for link in links]
                self._is_card[above] = len(addresses) <= MOST_LINKS_OF_CARD and len(set(addresses)) == 1
            if not self._is_card[above]:
                break
            card = above
        return None if card is None else self._date_in(card)

    def _date_in(self, item: Node) -> str | None:
        """The last date of an item; `题目` and `05-12` stand in two elements without a blank between."""
        if item not in self._dates:
            dates = _DATE.findall(one_line(" ".join(texts_of(item))[-MOST_BLANK:])[-200:])
            self._dates[item] = dates[-1] if dates else None
        return self._dates[item]


def _sections(root: Node, base: str, site: Site) -> tuple[SectionRef, ...]:
    found: dict[str, SectionRef] = {}
    for node in nodes(_LINKS, root):
        name = one_line(text_of(node)) if node.tag == "a" else ""
        path = site.section_at(joined(base, attribute(node, "href")) or "") if name and len(name) <= 40 else None
        if path:
            url = site.section_url(path)
            found.setdefault(url, SectionRef(name, url))
    return tuple(found.values())
