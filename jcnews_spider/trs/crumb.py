"""The breadcrumb."""

from __future__ import annotations

import re
from itertools import islice

from jcnews_spider.article import SectionRef
from jcnews_spider.text import one_line
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.tree import Marked, Node, around_texts, attribute, nodes, text_of, tokens, xpath
from jcnews_spider.urls import joined

_MARKED = Marked(
    tokens("currchnlcls mbx crumb crumbs breadcrumb breadcrumbs position location dqwz weizhi path"),
    tokens("mbx crumb crumbs breadcrumb position location"),
)
_NAMED = xpath("self::*[contains(., '位置')]//text()[contains(., '位置')]")
"""Most pages do not hold the word at all, and to ask the whole is much faster than to ask each text."""
_ROOT = re.compile(r"https?://[^/]+/?|/|(?:\.\./){2,}")
"""An address that may be the home page's."""
_ARROW = re.compile(r"[\s-]*[>＞»›→]")
_BOXES = frozenset("div p td span li h2 a b strong em font i".split())
_LINKS = xpath("descendant-or-self::a[@href]")
MOST_NAMED = 10
"""Elements that say 位置, and links before an arrow, that are asked."""
MOST_CHARACTERS = 120
"""Characters of a breadcrumb that only its 位置 or its arrows mark."""
_HOME = re.compile(r"(?:网站|本站|新闻网|站点)?(?:首页|主页)|home", re.IGNORECASE)


def breadcrumb(page: PageLines, base: str) -> tuple[SectionRef, ...]:
    """The links of the breadcrumb without the home page, outermost first."""
    for found in (marked_links, named_links, arrowed_links):
        links: dict[str, SectionRef] = {}
        for node in found(page):
            name = one_line(text_of(node))
            if name and not _HOME.fullmatch(name):
                links.setdefault(name, SectionRef(name, joined(base, attribute(node, "href")) or ""))
        if links:
            return tuple(links.values())
    return ()


def marked_links(page: PageLines) -> list[Node]:
    """Links in an element whose class or id is a breadcrumb's, and those that a TRS crumb tag marks itself."""
    return list(dict.fromkeys(link for box in page.find(_MARKED) for link in nodes(_LINKS, box)))


def named_links(page: PageLines) -> list[Node]:
    """Links in a short element that says 位置."""
    links: dict[Node, None] = {}
    for named in [node for node in around_texts(_NAMED, page.root) if node.tag in _BOXES][:MOST_NAMED]:
        box: Node | None = None
        above: Node | None = named
        while above is not None and len(" ".join(text_of(above).split())) < MOST_CHARACTERS:
            box, above = above, above.getparent()
        if box is not None:
            links.update(dict.fromkeys(nodes(_LINKS, box)))
    return list(links)


def arrowed_links(page: PageLines) -> list[Node]:
    """Links in a short element beside one to the home page that an arrow follows: 首页 > 要闻, 某某网 > 要闻."""
    for home in islice((link for link in page.root.iter("a") if _ARROW.match(link.tail or "")), MOST_NAMED):
        box = home.getparent()
        leads_home = re.search("首页|主页", text_of(home)) or _ROOT.fullmatch(attribute(home, "href"))
        if box is not None and leads_home and len(one_line(text_of(box))) < MOST_CHARACTERS:
            return [link for link in nodes(_LINKS, box) if link is not home]
    return []
