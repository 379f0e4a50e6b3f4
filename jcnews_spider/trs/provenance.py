"""Where on its page a value stands. For people who meet a layout: the extractor itself has no use for it.

A value is looked for in the order in which the readers ask: header, above the title, body, tail, meta tags, <title>.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jcnews_spider.text import one_line
from jcnews_spider.trs.crumb import arrowed_links, marked_links, named_links
from jcnews_spider.trs.layout import Layout
from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.title import fold
from jcnews_spider.trs.tree import Node, attribute, nodes, text_of, up_to_block, xpath

_INSIDE = xpath("descendant-or-self::*")
MOST_INSIDE = 200
"""Elements of one block that are asked for a value."""
_STABLE = re.compile(r"(?!.*\d{4})[A-Za-z][\w-]{0,40}", re.ASCII)
"""A name that a template has, not a page: `TRS_AUTOADD_1665282480123` is that of one page."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A page with its layout, asked for values."""

    page: PageLines
    layout: Layout

    def of(self, value: str) -> str:
        """`header: div.source > span`, or the meta tag; empty when the page does not print it so."""
        wanted = fold(value)
        for part, lines in self._parts():
            for line in lines:
                if wanted in fold(line.text):
                    return f"{part}: {described(innermost(up_to_block(line.node)[-1], value))}"
        for name, content in self.page.metas.items():
            if wanted in fold(content):
                return f"meta {name}"
        return "<title>" if wanted in fold(self.page.page_title) else ""

    def of_crumb(self, name: str) -> str:
        """The breadcrumb's link of that name."""
        links = [*marked_links(self.page), *named_links(self.page), *arrowed_links(self.page)]
        return next((described(link) for link in links if one_line(text_of(link)) == name), "")

    def _parts(self) -> Iterator[tuple[str, list[Line]]]:
        yield "header", self.layout.header
        yield "above the title", self.layout.above
        yield "body", self.layout.body
        yield "tail", self.layout.tail


def innermost(block: Node, value: str) -> Node:
    """The smallest element of a block that holds a text."""
    wanted, found = fold(value), block
    for node in nodes(_INSIDE, block)[:MOST_INSIDE]:
        if wanted in fold(text_of(node)):
            found = node
    return found


def described(node: Node) -> str:
    """An element as in a style sheet, with the nearest named one above it where it has no name itself."""
    name = _name(node)
    above = next((named for n in node.iterancestors() if stable_names(n) and (named := _name(n))), None)
    return name if stable_names(node) or above is None else f"{above} > {name}"


def stable_names(node: Node) -> list[tuple[str, str]]:
    """(attribute, name) of an element's id and class tokens that are not made for one page."""
    names = [("id", token) for token in attribute(node, "id").split()]
    names += [("class", token) for token in attribute(node, "class").split()]
    return [(kind, name) for kind, name in names if _STABLE.fullmatch(name)]


def _name(node: Node) -> str:
    kind, name = next(iter(stable_names(node)), ("", ""))
    return f"{node.tag}{'#' if kind == 'id' else '.' if kind else ''}{name}"
