"""A page with the questions that every template asks of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from functools import cached_property
from itertools import islice

from jcnews_spider.text import one_line
from jcnews_spider.trs.density import Run, densest
from jcnews_spider.trs.lines import Flow, Line, Reach, leads_to_page
from jcnews_spider.trs.tree import (
    Marked,
    Marks,
    Node,
    Place,
    attribute,
    hidden_elements,
    metas,
    nodes,
    scripts,
    text_of,
)

SIBLINGS_ABOVE, LEVELS_ABOVE = 3, 4
"""Elements before a title that are read too (a 引题, on some sites the date), and levels up where they may stand."""

MOST_TITLE = 10_000
"""Characters of a <title> that are read."""
MOST_NAME = 60
"""Characters of a link that are read to know what it names, blanks too."""

_NUMBER = re.compile(r"\d{4}")
"""What addresses of articles have."""


class PageLines:
    """A page's lines; what is asked twice is answered from memory, templates share most of their questions."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._found: dict[Place, list[Node]] = {}
        self._marks = Marks(root)
        self._excerpts: dict[tuple[Node, frozenset[Node]], PageLines] = {}
        self._runs: dict[tuple[int, bool], Run | None] = {}
        self.confirmed: dict[tuple[Place, ...], Node | None] = {}
        """Titles that the head confirms, by the places that were asked."""

    @cached_property
    def _flow(self) -> Flow:
        return Flow(self.root, self.hidden)

    def excerpt(self, title: Node, bodies: Iterable[Node], reach: Reach) -> PageLines:
        """The page from a little above a title on; where bodies are named, as far behind them as is wanted.

        Most of a page is navigation around the article, and reading it is most of the work.
        """
        key = (title, frozenset(bodies))
        if key not in self._excerpts:
            part = self._excerpts[key] = copy(self)
            part.__dict__["_flow"] = Flow(self.root, self.hidden, _above(title), key[1], reach)
            part._runs, part._excerpts = {}, {}  # in its own excerpts it would live until the garbage is collected
        return self._excerpts[key]

    def flow(self, node: Node) -> Flow:
        """The lines of one element alone."""
        return Flow(node, self.hidden)

    @cached_property
    def hidden(self) -> frozenset[Node]:
        """Elements that the page hides."""
        return hidden_elements(self.root)

    @cached_property
    def named(self) -> frozenset[str]:
        """What links to sections and the home page say, in lower case without blanks: it heads every page of one."""
        links = ((link, attribute(link, "href")) for link in self.root.iter("a"))
        return frozenset(
            "".join((text_of(link) if len(link) else link.text or "")[:MOST_NAME].split()).lower()
            for link, href in links
            if leads_to_page(href) and not href.startswith("javascript:") and not _NUMBER.search(href)
        )

    @cached_property
    def scripts(self) -> list[str]:
        """The scripts that stand in the page itself."""
        return scripts(self.root)

    def run(self, start: int, foreign: Callable[[], Collection[int]] | None = None) -> Run | None:
        """The densest run of lines from an index on; `foreign` gives the lines that weigh against it."""
        key = (start, foreign is None)
        if key not in self._runs:
            self._runs[key] = densest(self.lines, start, foreign() if foreign else ())
        return self._runs[key]

    @property
    def lines(self) -> list[Line]:
        """The visible lines in reading order."""
        return self._flow.lines

    def within(self, elements: Iterable[Node]) -> list[int]:
        """Indices of the lines that begin inside the elements, in order."""
        return self._flow.within(elements)

    def find(self, place: Place) -> list[Node]:
        """The elements of a place."""
        if place not in self._found:
            self._found[place] = self._marks.find(place) if isinstance(place, Marked) else nodes(place, self.root)
        return self._found[place]

    @cached_property
    def page_title(self) -> str:
        """Text of <title>, with the site's name."""
        found = next(self.root.iter("title"), None)
        return "" if found is None else one_line(text_of(found)[:MOST_TITLE])

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """Content of the meta tags by lower-case name."""
        return metas(self.root)


def _above(title: Node) -> Node:
    """The element from which an excerpt begins."""
    node: Node | None = title
    for _ in range(LEVELS_ABOVE):
        if node is None:
            break
        before = list(islice(node.itersiblings(preceding=True), SIBLINGS_ABOVE))
        if before:
            return before[-1]
        node = node.getparent()
    return title
