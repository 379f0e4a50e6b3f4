"""The page as a tree: the only place where lxml's untyped results are seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import lxml.html
from lxml import etree

from jcnews_spider.errors import EmptyPage, NotHtml

Node: TypeAlias = lxml.html.HtmlElement

_NOT_HTML = re.compile(r"\s*(%PDF|PK\x03\x04|\x89PNG|GIF8|\xff\xd8|Rar!|[{\[]\s*[\"{\[])")
_A_TAG = re.compile(r"<\s*[a-zA-Z!]")


def parse_tree(text: str) -> Node:
    """The root of a page; raises EmptyPage or NotHtml.

    What stands behind an early `</html>` becomes a second root in libxml2 that no iteration sees: it joins the first.
    The parser bounds the depth (2,048), so that no walk meets 100,000 nested tags.
    """
    if not text.strip():
        raise EmptyPage("no content")
    if _NOT_HTML.match(text) or not _A_TAG.search(text):
        raise NotHtml("no HTML")
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root: Node = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as fault:
        raise EmptyPage(str(fault)) from None
    body = root.find("body")
    for late in list(root.itersiblings()):
        (root if body is None else body).append(late)
    return root


def xpath(expression: str) -> etree.XPath:
    """A compiled XPath; `has-class` and the like are spelled out by `token`."""
    return etree.XPath(expression)


def token(attribute: str, *values: str) -> str:
    """XPath condition: one of the blank-separated tokens of an attribute is one of the values, in any case."""
    lowered = f"translate(@{attribute}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    holds = " or ".join(f"contains(concat(' ', {lowered}, ' '), ' {value} ')" for value in values)
    return f"(@{attribute} and ({holds}))"


def nodes(expression: etree.XPath, node: Node) -> list[Node]:
    """The elements that a compiled XPath finds, in document order."""
    found: Any = expression(node)
    return [item for item in found if isinstance(item, etree._Element)]


def attribute(node: Node, name: str) -> str:
    """The value without blanks at its ends, empty when absent."""
    value: Any = node.get(name)
    return value.strip() if isinstance(value, str) else ""


def text_of(node: Node) -> str:
    """All text inside, scripts too."""
    return str(_STRING(node))


def up_to_block(node: Node) -> list[Node]:
    """The element and those above it up to the block in which it stands, the last."""
    path = [node]
    while path[-1].tag not in _BLOCKS and (above := path[-1].getparent()) is not None:
        path.append(above)
    return path


def classes(node: Node) -> Sequence[str]:
    """The class tokens and the id, in lower case."""
    return f"{attribute(node, 'class')} {attribute(node, 'id')}".lower().split()


def is_hidden(node: Node) -> bool:
    """True for a script, a style, or what the page itself hides."""
    if node.tag in _INVISIBLE or node.get("hidden") is not None:
        return True
    style = attribute(node, "style")
    return bool(style) and bool(_HIDING.search(style))


def metas(root: Node) -> Mapping[str, str]:
    """The content of the meta tags by lower-case name; of two the first that is not empty (SITE.md §4.3)."""
    found: dict[str, str] = {}
    for node in nodes(_META, root):
        name = (attribute(node, "name") or attribute(node, "property")).lower()
        if name and not found.get(name):
            found[name] = attribute(node, "content")
    return found


_STRING = etree.XPath("string()", smart_strings=False)
_INVISIBLE = frozenset(("script", "style", "noscript", "template", "head", "select", "option", "textarea", "iframe"))
_BLOCKS = frozenset(
    ("p", "div", "td", "th", "li", "dd", "h1", "h2", "h3", "h4", "figcaption", "section", "center", "body")
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_META = xpath("//meta[@content]")
