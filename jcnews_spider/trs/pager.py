"""How many pages there are: TRS says it in a script (SITE.md §3.1), templates and editors in links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from jcnews_spider.trs.links import address_of
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.tree import Node, attribute, nodes, text_of, xpath
from jcnews_spider.urls import joined

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:\"'\w])//[^\n]*", re.DOTALL)
_CALL = re.compile(
    r"[\w$]\s*\(\s*(?:[\"'][\w-]{1,60}[\"']\s*,\s*)?"
    r"[\"']?(\d{1,6})[\"']?\s*,\s*[\"']?\d{1,6}[\"']?\s*,\s*[\"']([\w-]{1,60})[\"']\s*,\s*[\"'](s?html?)[\"']"
)
_NAMING = etree.XPath(
    " | ".join(f"//{link}[contains(., $stem)]" for link in ("@href", "@onclick", "option/@value")), smart_strings=False
)
_TO_PAGES = xpath("//a[@href] | //*[@onclick] | //option[@value]")
_FURTHER = re.compile(r"(?P<name>[A-Za-z][\w-]{0,60}?)_(?P<number>\d{1,5})\.(?P<suffix>s?html?)", re.ASCII)
_NEXT = re.compile(r"下一?页|后一?页|\bnext\b", re.IGNORECASE)
_SECOND = re.compile(r"\W*(?:第\s?)?2(?:\s?页|/\d+)?\W*")
_ARTICLE = re.compile(r"t\d{8}_\d+")
_VARIABLE = re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Pager:
    """What the script names."""

    pages: int
    name: str
    """`index` for a list, `t20221009_956123` for an article."""
    suffix: str | None = None
    """`html`, `htm` or `shtml`; None where the script does not name it."""

    def url(self, base: str, index: int) -> str:
        """Address of page `index`, 0 the first, beside the page at `base`."""
        stem = f"{self.name}_{index}" if index else self.name
        return urljoin(base, f"{stem}.{self.suffix or 'html'}")


def find_pager(scripts: Iterable[str], name: str) -> Pager | None:
    """The pager of pages called `name`; None when no script names one.

    A call such as `createPageHTML(50, 0, "index", "html")` counts, its definition and a commented one do not;
    `var countPage = 17` belongs to a list. Of several the highest counts: a page too many is asked in vain, one too
    few is lost.
    """
    telling = [_COMMENT.sub("", text) for text in scripts if name in text or "countPage" in text]
    if calls := [call for call in _calls(telling) if call.name == name]:
        return max(calls, key=lambda call: call.pages)
    counts = [int(count) for script in telling for count in _VARIABLE.findall(script)] if name == "index" else []
    return Pager(max(counts), name) if counts else None


def find_list_pager(scripts: Iterable[str]) -> Pager | None:
    """The pager of a list, whose pages are mostly called `index`: any other name is believed only with further pages.

    A page may call the script for a box or for a gallery too.
    """
    written = list(scripts)
    if pager := find_pager(written, "index"):
        return pager
    calls = _calls(_COMMENT.sub("", text) for text in written)
    others = (call for call in calls if call.pages > 1 and not _ARTICLE.fullmatch(call.name))
    return max(others, key=lambda call: call.pages, default=None)


@dataclass(frozen=True, slots=True)
class Linked:
    """What the links of a list say of its further pages."""

    name: str
    suffix: str
    second: int = 1
    """Number in the address of the second page: 1 as TRS counts, or 2 as readers do."""

    def url(self, base: str, index: int) -> str:
        """Address of page `index`, 0 the first, beside the page at `base`."""
        return Pager(0, self.name, self.suffix).url(base, index and index + self.second - 1)


def linked_pages(root: Node, base: str) -> Linked | None:
    """What the further pages are called that a list links; None where it links none.

    Pages with another name than `index` are told by a link to the next one.
    """
    links = list(_further_links(root, base))
    known = next((page for page, text in links if page["name"] == "index" or _NEXT.search(text)), None)
    if known is None:
        return None
    seconds = [text for page, text in links if page["name"] == known["name"] and page["number"] == "2"]
    is_second = any(_NEXT.search(text) or _SECOND.fullmatch(text) for text in seconds)
    return Linked(known["name"], known["suffix"], 2 if is_second else 1)


def _further_links(root: Node, base: str) -> Iterator[tuple[re.Match[str], str]]:
    """(name, number and suffix, text) of the links to numbered pages beside a list; of an arrow what its marks say."""
    folder = joined(base, ".") or ""
    for node in nodes(_TO_PAGES, root):
        address = attribute(node, "value") if node.tag == "option" else address_of(node)
        page = _FURTHER.fullmatch(address.strip().rpartition("/")[2])
        if page and joined(base, address) == folder + page[0]:
            marks = (attribute(node, name) for name in ("title", "rel", "class"))
            yield page, text_of(node).strip() or " ".join(marks)


def page_behind(url: str) -> str | None:
    """The address behind a further page's, `index_3.html` behind `index_2.html`; None for a first page."""
    page = _FURTHER.fullmatch(url.partition("?")[0].rpartition("/")[2])
    return Linked(page["name"], page["suffix"]).url(url, int(page["number"]) + 1) if page else None


def _calls(scripts: Iterable[str]) -> Iterator[Pager]:
    """What the calls of pager functions say, one by one."""
    for script in scripts:
        for pages, name, suffix in _CALL.findall(script):
            yield Pager(int(pages), name, suffix)


def parts_of(page: PageLines, stem: str, source: str) -> int:
    """Number of the parts of the article whose pages are called `stem`, 1 where nothing names further ones.

    A script names all. Links, wherever they stand, may name only the next: a row of numbers, the hidden one that older
    WCMs write in front of the first part (finance.ce.cn), a picture that leads to the next (SITE.md §4.2). `source` is
    the page's HTML: most name no part at all, and to ask every link is much of the reading.
    """
    if pager := find_pager(page.scripts, stem):
        return max(pager.pages, 1)
    if f"{stem}_" not in source:
        return 1
    naming = _NAMING(page.root, stem=stem)
    part = re.compile(rf"(?<![\w-]){re.escape(stem)}_(\d{{1,4}})\.s?html?\b", re.ASCII)
    named = (int(number) for link in (naming if isinstance(naming, list) else []) for number in part.findall(str(link)))
    return max(named, default=0) + 1
