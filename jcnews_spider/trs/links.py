"""The links of a list page, those that scripts write too (SITE.md §3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from jcnews_spider.text import one_line
from jcnews_spider.trs.places import DATE
from jcnews_spider.trs.tree import Node, attribute, nodes, text_of, xpath

MOST_IMAGES = 5
"""Pictures in a link that may name it."""
_LINKS = xpath("//a[@href] | //*[@onclick] | //script[not(@src)]")
_NO_ADDRESS = re.compile(r"\s*(?:#|javascript:|$)", re.IGNORECASE)
_HEADING = xpath("descendant::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]")
_WRITTEN = re.compile(
    r"""["'](?P<url>(?:https?://|\.{0,2}/)[^"'\s<>\\]+)["']|href\s*=\s*\\?["']?(?P<href>[^"'\s<>\\+]+)""", re.IGNORECASE
)
_CALLED = re.compile(r"""["'](?P<url>[^"'\s<>\\]*/[^"'\s<>\\]+|[\w-]+\.s?html?)["']""")
"""An address in `javascript:open('./202210/t20221009_1.html')`, or in an `onclick`."""
_WRITTEN_TITLE = re.compile(
    r"""title\s*=\s*\\?["'](?P<title>[^"']+)|>(?P<text>[^<>"']+)</a>"""
    r"""|["'](?=[^"'<>\u4e00-\u9fa5]*+[\u4e00-\u9fa5])(?P<any>[^"'<>]*+)["']"""
)


def named_links(root: Node) -> Iterator[tuple[Node, str, str]]:
    """(element, address as written, title) of every link, those that scripts write too."""
    for node in nodes(_LINKS, root):
        if node.tag == "script":
            yield from ((node, href, title) for href, title in _written(text_of(node)))
        elif href := address_of(node):
            yield node, href, _title(node)


def address_of(node: Node) -> str:
    """Where a click on an element leads, as written: `href`, or a literal in the script that stands in its place."""
    href = attribute(node, "href")
    if not _NO_ADDRESS.match(href):
        return href
    match = _CALLED.search(href) or _CALLED.search(attribute(node, "onclick"))
    return match["url"] if match else ""


def _written(script: str) -> Iterator[tuple[str, str]]:
    """(address, title) of the links that a script writes: string literals, or tags inside one (SITE.md §3.2)."""
    match = _WRITTEN.search(script)
    while match:
        following = _WRITTEN.search(script, match.end())
        title = _WRITTEN_TITLE.search(script, match.end(), following.start() if following else len(script))
        yield match["url"] or match["href"], one_line(next(filter(None, title.groups()))) if title else ""
        match = following


def _title(node: Node) -> str:
    """The title attribute, which is whole where the text is cut, the heading inside, the text or a picture's."""
    if title := one_line(attribute(node, "title")):
        return title
    if node.tag != "a":  # such elements may hold one another, and reading each whole would take minutes
        return ""
    headings = nodes(_HEADING, node)
    text = one_line(text_of(headings[0] if headings else node))
    if not text:
        alts = (one_line(attribute(image, "alt")) for image in islice(node.iter("img"), MOST_IMAGES))
        return next(filter(None, alts), "")
    return text if headings else DATE.sub("", text).strip() or text
