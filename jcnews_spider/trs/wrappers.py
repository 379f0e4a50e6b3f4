"""The elements of a page that hold an article's body: the editor's wrappers, or boxes with a telling name."""

from __future__ import annotations

import re
from itertools import islice

from jcnews_spider.trs.body import image_address
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.template import FOOT
from jcnews_spider.trs.tree import Node, Place, text_of

LONGEST_FOOT = 1_000
"""Characters, blanks and styles too, of a page's foot at most."""
_REGISTERED = re.compile("ICP备|公网安备|网站标识码|信息服务许可证", re.IGNORECASE)
"""What the foot of every site must print."""


def containers_of(place: Place, page: PageLines) -> list[Node]:
    """The outermost visible elements of a place: the longest and its like beside it, copies once.

    Beside it stands what has the same parent, each in a box of its own or not. What is the page's foot is none.
    """
    found: dict[tuple[str, ...], Node] = {}
    lengths: dict[Node, int] = {}
    end = 0
    for node in page.find(place):
        inside = page.within([node])
        if inside and inside[0] >= end:
            end = inside[-1] + 1
            lines = [page.lines[index] for index in inside]
            found.setdefault(tuple(line.text or image_address(line.node) for line in lines), node)
            lengths[node] = sum(len(line.text) or 1 for line in lines)
    if not found:
        return []
    own = [node for index, node in enumerate(found.values()) if not index or not _is_foot(node, page)]
    beside = _box(max(own, key=lengths.__getitem__)).getparent()
    return [node for node in own if _box(node).getparent() is beside]


def _is_foot(node: Node, page: PageLines) -> bool:
    """True for the page's foot, which some sites write in the editor: its box says so, or what it is registered as."""
    if not {node, *node.iterancestors()}.isdisjoint(page.find(FOOT)):
        return True
    text = text_of(node)
    return len(text) <= LONGEST_FOOT and bool(_REGISTERED.search(text))


def _box(node: Node) -> Node:
    """The outermost element that holds nothing but this one."""
    above = node.getparent()
    while above is not None and above.tag != "body" and not f"{above.text or ''}{node.tail or ''}".strip():
        if next(islice(above.iterchildren("*"), 1, None), None) is not None:
            break
        node, above = above, above.getparent()
    return node
