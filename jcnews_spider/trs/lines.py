"""The visible text of a page as lines in reading order, each with the element in which it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from jcnews_spider.text import one_line
from jcnews_spider.trs.tree import Node, is_hidden

_BREAKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4"
    " h5 h6 header hr li main nav ol p pre section table tbody td th tfoot thead tr ul trs_page_separator".split()
)
_MEDIA = frozenset(("img", "video", "embed", "object", "iframe"))
_CELLS = frozenset(("td", "th"))

FLOWING_BLOCKS = 4
"""Blocks inside one cell from which a table is there for the layout: cells of data hold a paragraph or two."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, or one image or player in its place."""

    text: str
    """Plain; empty for an image or a player."""
    node: Node
    """The element in which the text begins, or the image or player itself."""

    @property
    def is_media(self) -> bool:
        """True for an image or a player."""
        return not self.text


def lines_of(root: Node) -> Iterator[Line]:
    """The lines below an element; hidden ones, scripts and styles are left out, a row of a data table is one line."""
    return _Reader(root).read()


class _Reader:
    """One walk over a tree, without recursion."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._pieces: list[str] = []
        self._begin: Node = root
        self._rows = 0

    def read(self) -> Iterator[Line]:
        walker = etree.iterwalk(self._root, events=("start", "end"))
        for event, node in walker:
            if event == "start":
                yield from self._start(node)
                if node is not self._root and is_hidden(node) and node.tag not in _MEDIA:
                    walker.skip_subtree()
                else:
                    self._add(node.text, node)
            else:
                yield from self._end(node)
                if node is not self._root:
                    self._add(node.tail, node.getparent())
        yield from self._flush(self._root)

    def _start(self, node: Node) -> Iterator[Line]:
        if node.tag in _MEDIA:
            yield from self._flush(node)
            yield Line("", node)
        elif node.tag == "tr" and not self._rows and _is_data(node):
            yield from self._flush(node)
            self._rows += 1
        elif node.tag in _BREAKS:
            yield from self._break(node)

    def _end(self, node: Node) -> Iterator[Line]:
        if node.tag == "tr" and self._rows and _is_data(node):
            self._rows -= 1
            yield from self._flush(node)
        elif node.tag in _BREAKS:
            yield from self._break(node)

    def _break(self, node: Node) -> Iterator[Line]:
        """A line's end; inside a row of data a blank."""
        if self._rows:
            self._pieces.append(" ")
        else:
            yield from self._flush(node)

    def _add(self, text: str | None, node: Node) -> None:
        if text:
            if not self._pieces:
                self._begin = node
            self._pieces.append(text)

    def _flush(self, _: Node) -> Iterator[Line]:
        text = one_line("".join(self._pieces))
        self._pieces.clear()
        if text:
            yield Line(text, self._begin)


def _is_data(row: Node) -> bool:
    """True when no cell of the row flows over several blocks or holds a table."""
    return all(
        cell.find(".//table") is None and sum(1 for child in cell.iter("p", "div", "br", "h1", "li")) < FLOWING_BLOCKS
        for cell in row
        if cell.tag in _CELLS
    )
