"""What a site calls itself, as its pages say it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from jcnews_spider.text import one_line
from jcnews_spider.trs.page import PageLines

_BETWEEN = re.compile(r"[_|｜]+|\s*[-–—]+\s*")
_OF_A_SITE = (re.compile("网站?$"), re.compile("(?:门户|政府|在线|报|台)$"))


def site_title(pages: Iterable[PageLines]) -> str | None:
    """Its name on most of the pages: of meta SiteName, else the part of <title> that ends as names of sites do."""
    found = Counter(filter(None, map(_named, pages)))
    return found.most_common(1)[0][0] if found else None


def _named(page: PageLines) -> str | None:
    """Of parts that end alike the last is it: a channel's name stands before the site's."""
    if name := one_line(page.metas.get("sitename", "")):
        return name
    parts = [part for part in map(one_line, _BETWEEN.split(page.page_title)) if part]
    return next((part for end in _OF_A_SITE for part in reversed(parts) if end.search(part)), None)
