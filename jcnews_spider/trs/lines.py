"""The visible text of a page as lines in reading order."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from jcnews_spider.text import one_line
from jcnews_spider.trs.tree import Node, attribute, is_hidden

_BREAKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr"
    " trs_page_separator ul".split()
)
_MEDIA = frozenset(("img", "video", "embed", "object", "iframe"))
_CELLS = frozenset(("td", "th"))
_PLAYER = re.compile(r"""["'][^"'\s]+\.(?:mp4|flv|m3u8|wmv|rmvb?|mov|webm)["']""", re.IGNORECASE)
"""A script that writes a player: `pv('./P0….flv', 480, 360)` (SITE.md §4.2)."""
_CELL_BLOCKS = ("p", "div", "br", "li", "h1", "h2", "h3")

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|wps|et|ofd|txt|csv|mp3|jpe?g|png|gif)(?:$|[?#])", re.IGNORECASE
)

FLOWING_BLOCKS = 4
"""Blocks inside one cell from which a table is there for the layout: cells of data hold a paragraph or two."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, or one image or player in its place."""

    text: str
    """Plain; empty for an image, a player or the script that writes one."""
    node: Node
    """The element in which the text begins, or the image or player itself."""
    linked: int = 0
    """Characters that stand inside links to pages; links to files do not count."""

    @property
    def is_media(self) -> bool:
        """True for an image or a player."""
        return not self.text

    @property
    def is_linked(self) -> bool:
        """True when most of the text is a link."""
        return self.linked * 2 > len(self.text)


class Flow:
    """The lines of a tree: hidden parts, scripts and styles are left out, a row of a data table is one line."""

    def __init__(self, root: Node) -> None:
        self.lines: list[Line] = []
        self._times: list[int] = []
        self._spans: dict[Node, tuple[int, int]] = {}
        self._clock = 0
        self._pieces: list[str] = []
        self._begin = (root, 0)
        self._data_row: Node | None = None
        self._link: Node | None = None
        self._linked = 0
        self._read(root)

    def within(self, nodes: Iterable[Node]) -> list[int]:
        """Indices of the lines that begin inside the elements, in order."""
        found: set[int] = set()
        for node in nodes:
            start, end = self._spans.get(node, (0, 0))
            found.update(range(bisect_left(self._times, start), bisect_left(self._times, end)))
        return sorted(found)

    def _read(self, root: Node) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, node in walker:
            self._clock += 1
            if event == "end":
                self._leave(node)
                continue
            self._enter(node)
            self._spans[node] = (self._clock, self._clock)
            if is_hidden(node) and node is not root:
                walker.skip_subtree()
            else:
                self._add(node.text, node)
        self._flush()

    def _enter(self, node: Node) -> None:
        if node.tag == "tr" and self._data_row is None and _is_data(node):
            self._flush()
            self._data_row = node
        elif node.tag in _BREAKS:
            self._break()
        elif node.tag == "a" and self._link is None and leads_to_page(attribute(node, "href")):
            self._link = node
        elif node.tag in _MEDIA or (node.tag == "script" and _PLAYER.search(node.text or "")):
            self._flush()
            self._keep(Line("", node), self._clock)

    def _leave(self, node: Node) -> None:
        if node is self._data_row:
            self._data_row = None
        if node is self._link:
            self._link = None
        if node.tag in _BREAKS:
            self._break()
        start, _ = self._spans[node]
        self._spans[node] = (start, self._clock)
        self._add(node.tail, node.getparent())

    def _break(self) -> None:
        """A line's end; inside a row of data a blank."""
        if self._data_row is None:
            self._flush()
        else:
            self._pieces.append(" ")

    def _add(self, text: str | None, node: Node) -> None:
        if text and not text.isspace():
            if not self._pieces:
                self._begin = (node, self._clock)
            self._pieces.append(text)
            if self._link is not None:
                self._linked += len(text.strip())
        elif text and self._pieces:
            self._pieces.append(" ")

    def _flush(self) -> None:
        text = one_line("".join(self._pieces))
        self._pieces.clear()
        if text:
            node, clock = self._begin
            self._keep(Line(text, node, self._linked), clock)
        self._linked = 0

    def _keep(self, line: Line, clock: int) -> None:
        self.lines.append(line)
        self._times.append(clock)


def leads_to_page(href: str) -> bool:
    """True for the address of a page: not a file's, a place's on the same page, nor an e-mail's."""
    return bool(href) and not href.startswith(("#", "mailto:")) and not _FILE.search(href)


def _is_data(row: Node) -> bool:
    """True when no cell of the row flows over several blocks or holds a table."""
    return all(
        cell.find(".//table") is None and sum(1 for _ in cell.iter(*_CELL_BLOCKS)) < FLOWING_BLOCKS
        for cell in row
        if cell.tag in _CELLS
    )
