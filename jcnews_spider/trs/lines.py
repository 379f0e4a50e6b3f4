"""The visible text of a page as lines in reading order."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from lxml import etree

from jcnews_spider.text import one_line
from jcnews_spider.trs.tree import INVISIBLE, Node, attribute

_BREAKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr"
    " trs_page_separator ul".split()
)
_MEDIA = frozenset(("img", "video", "audio", "embed", "object", "iframe"))
_OPENING = frozenset(("a", "tr", "script", *_MEDIA))
"""Elements that matter where they begin, whatever stands before; all others at most end a line."""
_CLOSING = frozenset(("a", "tr"))
SCRIPT_VIDEO = re.compile(
    r"""["'](?P<url>[^"'\s]+\.(?:mp4|flv|m3u8|wmv|rmvb?|mov|webm))(?:->[\w/]+)?["']""", re.IGNORECASE
)
"""What a script that writes a player says: `pv('./P0….flv', 480, 360)` (SITE.md §4.2)."""

DOCUMENTS = "pdf|docx?|xlsx?|pptx?|zip|rar|7z|wps|et|ofd|txt|csv|mp3"
"""Endings of files to be taken along, as a part of a pattern."""
_FILE = re.compile(rf"\.(?:{DOCUMENTS}|jpe?g|png|gif)(?:$|[?#])", re.IGNORECASE)
_PAGES = ("html", "htm", "/")
"""How nearly every address of a page ends: to ask for that first takes half the time."""

FEW_ELEMENTS = 4
"""Elements at the beginning of a line among which its link stands."""
FLOWING_BLOCKS = 4
"""Blocks inside one cell from which a table is there for the layout: cells of data hold a paragraph or two."""
_LAYOUT_ROW = etree.XPath(
    "boolean(not(*[self::td or self::th][2]) or *[self::td or self::th][.//table or"
    " descendant::*[self::p or self::div or self::br or self::li or self::h1 or self::h2 or self::h3]"
    f"[{FLOWING_BLOCKS}]])"
)
"""A row of one cell, the frame around a text, or of a cell that holds a table or many blocks."""


class Line(NamedTuple):
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


Reach: TypeAlias = Callable[[Sequence[Line]], int]
"""How many lines are wanted behind a body, given those that were read."""


class Flow:
    """The lines of a tree: hidden parts, scripts and styles are left out, a row of a data table is one line.

    With `begin` only those from that element on; behind the last of the elements of `last` no more than `reach` says.
    """

    def __init__(
        self,
        root: Node,
        hidden: Collection[Node],
        begin: Node | None = None,
        last: Iterable[Node] = (),
        reach: Reach = len,
    ) -> None:
        self._hidden = hidden
        self.lines: list[Line] = []
        self._times: list[int] = []
        self._starts: dict[Node, int] = {}
        self._ends: dict[Node, int] = {}
        self._clock = 0
        self._pieces: list[str] = []
        self._begin = (root, 0)
        self._data_row: Node | None = None
        self._link: Node | None = None
        self._linked = 0
        self._awaited = set(last)
        self._reach = reach
        self._behind = self._most = sys.maxsize
        if begin is None or begin is root:
            self._read(root)
        else:
            self._read_on(root, begin)
        self._flush()

    def within(self, elements: Iterable[Node]) -> list[int]:
        """Indices of the lines that begin inside the elements, in order."""
        times = self._times
        ranges = [
            (start, self._ends.get(node, self._clock + 1))
            for node in elements
            if (start := self._starts.get(node)) is not None
        ]
        if len(ranges) == 1:
            start, end = ranges[0]
            return list(range(bisect_left(times, start), bisect_left(times, end)))
        found: set[int] = set()
        for start, end in ranges:
            found.update(range(bisect_left(times, start), bisect_left(times, end)))
        return sorted(found)

    def _read_on(self, root: Node, begin: Node) -> None:
        """Reads `begin` and what follows it inside the root."""
        self._starts.update(dict.fromkeys(begin.iterancestors(), 0))
        node: Node | None = begin
        while node is not None:
            self._read(node)
            if self._is_far():
                break
            if text := node.tail:
                self._add(text, node.getparent())
            following = node.getnext()
            while following is None and (node := node.getparent()) is not None and node is not root:
                self._leave(node)
                following = node.getnext()
            node = following

    def _read(self, root: Node) -> None:
        """Reads one element, as far as lines are wanted.

        To stop inside it halves the work: what stands behind an article is often one box of a hundred headlines.
        """
        starts, ends, hidden, awaited = self._starts, self._ends, self._hidden, self._awaited
        pieces, lines = self._pieces, self.lines
        walker = etree.iterwalk(root, events=("start", "end"))
        for clock, (event, node) in enumerate(walker, self._clock + 1):
            self._clock = clock
            tag = node.tag
            if event == "start":
                starts[node] = clock
                if tag in _OPENING or (pieces and tag in _BREAKS):
                    self._enter(node, tag)
                if tag in INVISIBLE or node in hidden:
                    walker.skip_subtree()
                elif (text := node.text) and (pieces or not text.isspace()):
                    self._add(text, node)
            else:
                ends[node] = clock
                if node in awaited:
                    self._count_off(node)
                if tag in _CLOSING or (pieces and tag in _BREAKS):
                    self._close(node, tag)
                    if len(lines) >= self._most and self._is_far():
                        break
                if node is not root and (text := node.tail) and (pieces or not text.isspace()):
                    self._add(text, node.getparent())

    def _enter(self, node: Node, tag: str) -> None:
        if tag == "a":
            if self._link is None and leads_to_page(attribute(node, "href")):
                self._link = node
        elif tag == "tr" and self._data_row is None and not _LAYOUT_ROW(node):
            self._flush()
            self._data_row = node
        elif tag in _MEDIA or (tag == "script" and SCRIPT_VIDEO.search(node.text or "")):
            self._flush()
            self._keep(Line("", node), self._clock)
        elif self._pieces and tag in _BREAKS:
            self._break()

    def _close(self, node: Node, tag: str) -> None:
        if node is self._data_row:
            self._data_row = None
        if node is self._link:
            self._link = None
        if self._pieces and tag in _BREAKS:
            self._break()

    def _leave(self, node: Node) -> None:
        """Ends an element that was open where the reading began."""
        self._clock += 1
        self._close(node, node.tag)
        self._ends[node] = self._clock
        self._count_off(node)
        if text := node.tail:
            self._add(text, node.getparent())

    def _count_off(self, node: Node) -> None:
        """Notes that an element has ended; behind the last that is awaited few lines more are wanted."""
        if node in self._awaited:
            self._awaited.remove(node)
            if not self._awaited:
                self._behind = len(self.lines) + bool(self._pieces)
                self._most = self._behind + self._reach(())

    def _is_far(self) -> bool:
        """True when all lines are read that are wanted."""
        if len(self.lines) >= self._most:
            self._most = self._behind + self._reach(self.lines[self._behind :])
        return len(self.lines) >= self._most

    def _break(self) -> None:
        """A line's end; inside a row of data a blank."""
        if self._data_row is not None:
            self._pieces.append(" ")
        else:
            self._flush()

    def _add(self, text: str, node: Node | None) -> None:
        """Takes up a text that stands right inside an element."""
        pieces = self._pieces
        if text.isspace():
            if pieces:
                pieces.append(" ")
            return
        if not pieces and node is not None:
            self._begin = (node, self._clock)
        pieces.append(text)
        if self._link is not None:
            self._linked += len(text.strip())

    def _flush(self) -> None:
        if self._pieces:
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
    if href.endswith(_PAGES) and "?" not in href and "#" not in href:
        return not href.startswith("mailto:")
    return bool(href) and not href.startswith(("#", "mailto:")) and not _FILE.search(href)


def address_of(line: Line) -> str:
    """Where the link leads in which a line begins, or that it begins with; empty without one."""
    around = chain(islice(line.node.iter(), FEW_ELEMENTS), line.node.iterancestors("a"))
    return next((attribute(node, "href") for node in around if node.tag == "a"), "")
