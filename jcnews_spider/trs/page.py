"""A page with the questions that every template asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from jcnews_spider.text import one_line
from jcnews_spider.trs.lines import Flow, Line
from jcnews_spider.trs.tree import Marked, Marks, Node, Place, metas, nodes, text_of, xpath

_PAGE_TITLE = xpath("//title")


class PageLines:
    """A page's lines; what is asked twice is answered from memory, templates share most of their questions."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._found: dict[Place, list[Node]] = {}
        self._marks = Marks(root)

    @cached_property
    def _flow(self) -> Flow:
        return Flow(self.root)

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
        found = nodes(_PAGE_TITLE, self.root)
        return one_line(text_of(found[0])) if found else ""

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """Content of the meta tags by lower-case name."""
        return metas(self.root)
