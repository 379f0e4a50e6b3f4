"""The breadcrumb."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from jcnews_spider.article import SectionRef
from jcnews_spider.text import one_line
from jcnews_spider.trs.tree import Node, attribute, nodes, text_of, token, xpath

_CLASSES = "mbx crumb crumbs breadcrumb breadcrumbs position location dqwz weizhi path".split()
_IDS = "mbx crumb crumbs breadcrumb position location".split()
_MARKED = xpath(
    f"//a[{token('class', 'currchnlcls')}] | //*[{token('class', *_CLASSES)} or {token('id', *_IDS)}]//a[@href]"
)
_NAMED = xpath("//*[self::div or self::p or self::td or self::span or self::li or self::h2]"
               "[contains(., '位置')][string-length(normalize-space(.)) < 120]//a[@href]")  # fmt: skip
_HOME = re.compile(r"(?:网站|本站|新闻网|站点)?(?:首页|主页)|home", re.IGNORECASE)


def breadcrumb(root: Node, base: str) -> tuple[SectionRef, ...]:
    """The links of the breadcrumb without the home page, outermost first."""
    for expression in (_MARKED, _NAMED):
        found: dict[str, SectionRef] = {}
        for node in nodes(expression, root):
            name = one_line(text_of(node))
            if name and not _HOME.fullmatch(name):
                found.setdefault(name, SectionRef(name, _joined(base, attribute(node, "href"))))
        if found:
            return tuple(found.values())
    return ()


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""
