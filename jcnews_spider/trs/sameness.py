"""Whether two pages say the same to a reader."""

from __future__ import annotations

import re

from jcnews_spider.encoding import decode
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.trs.tree import drop, nodes, parse_tree, text_of, xpath

_HIDDEN = xpath("//script | //style | //noscript")
_VOLATILE = re.compile(r"[\d\s]+")


def says_the_same(one: bytes, charset: str | None, other: bytes, other_charset: str | None) -> bool:
    """True when two pages show the same words; digits do not count, for error pages print times and addresses."""
    return one == other or _words(one, charset) == _words(other, other_charset)


def _words(body: bytes, charset: str | None) -> str:
    text = decode(body, charset).text
    try:
        root = parse_tree(text)
    except UnknownLayout:
        return _VOLATILE.sub("", text)
    for node in nodes(_HIDDEN, root):
        drop(node)
    return _VOLATILE.sub("", text_of(root))
