"""How many pages there are: TRS says it in a script (SITE.md §3.1), of an article's parts also in hidden links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.tree import Marked, attribute, nodes, tokens, xpath

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:\"'\w])//[^\n]*", re.DOTALL)
_CALL = re.compile(
    r"[\w$]\s*\(\s*[\"']?(\d{1,6})[\"']?\s*,\s*[\"']?\d{1,6}[\"']?\s*,\s*[\"']([\w-]{1,60})[\"']\s*,\s*[\"'](s?html?)[\"']"
)
_NAVIGATOR = Marked(ids=tokens("idtrsnavigator"))
"""What older WCMs write in front of the first part: `1,<A href='t20111209_16685392_1.shtml'>2</A>` (finance.ce.cn)."""
_LINKS = xpath("descendant::a[@href]")
_PART = re.compile(r"(?:.*/)?(?P<stem>[^/]*)_(?P<part>\d{1,4})\.s?html?")
_VARIABLE = re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Pager:
    """What the script names."""

    pages: int
    name: str
    """`index` for a list, `t20221009_956123` for an article."""
    suffix: str | None = None
    """`html`, `htm` or `shtml`; None where the script does not name it."""

    def url(self, base: str, index: int, suffix: str = "html") -> str:
        """Address of page `index`, 0 the first, beside the page at `base`; `suffix` where the script names none."""
        stem = f"{self.name}_{index}" if index else self.name
        return urljoin(base, f"{stem}.{self.suffix or suffix}")


def find_pager(scripts: Iterable[str], name: str) -> Pager | None:
    """The pager of pages called `name`; None when no script names one.

    A call such as `createPageHTML(50, 0, "index", "html")` counts, its definition and a commented one do not;
    `var countPage = 17` belongs to a list.
    """
    telling = [_COMMENT.sub("", text) for text in scripts if name in text or "countPage" in text]
    for script in telling:
        for pages, called, suffix in _CALL.findall(script):
            if called == name:
                return Pager(int(pages), called, suffix)
    for script in telling if name == "index" else []:
        if variable := _VARIABLE.search(script):
            return Pager(int(variable[1]), name)
    return None


def parts_of(page: PageLines, stem: str) -> int:
    """Number of the parts of the article whose pages are called `stem`, 1 where nothing names further ones."""
    if pager := find_pager(page.scripts, stem):
        return max(pager.pages, 1)
    links = [link for box in page.find(_NAVIGATOR) for link in nodes(_LINKS, box)]
    named = (_PART.fullmatch(attribute(link, "href")) for link in links)
    return max((int(match["part"]) for match in named if match and match["stem"] == stem), default=0) + 1
