"""Pages that only send their reader elsewhere (SITE.md §4.2)."""

from __future__ import annotations

import re

from lxml import etree

from jcnews_spider.text import one_line
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.tree import Node, attribute, nodes, xpath
from jcnews_spider.urls import joined

MOST_TEXT = 200
"""Visible characters a stub has at most: `正在跳转…` and a link."""

_REFRESH = xpath("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh'][@content]")
_VISIBLE = etree.XPath(
    "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]", smart_strings=False
)
_REFRESH_URL = re.compile(r"[;,]\s*url\s*=\s*[\"']?(?P<url>[^\"']+)", re.IGNORECASE)
_LOCATION = re.compile(
    r"(?:location(?:\.href)?\s*=\s*|location\.(?:replace|assign)\s*\(\s*)[\"'](?P<url>[^\"']+)[\"']", re.IGNORECASE
)


def redirect_target(page: PageLines, base: str) -> str | None:
    """The absolute address to which a page without content of its own sends its reader, else None."""
    candidates = [_REFRESH_URL.search(attribute(node, "content")) for node in nodes(_REFRESH, page.root)]
    candidates += [_LOCATION.search(script) for script in page.scripts]
    found = next(filter(None, candidates), None)
    if found is None or _has_content(page.root):
        return None
    return joined(base, found["url"])


def _has_content(root: Node) -> bool:
    """True when a page shows more text than a stub."""
    found = _VISIBLE(root)
    shown = 0
    for text in found if isinstance(found, list) else []:
        shown += len(one_line(str(text)))
        if shown > MOST_TEXT:
            return True
    return False
