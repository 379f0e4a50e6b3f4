"""A template laid over a page: which lines are title, header, body and tail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from jcnews_spider.text import one_line
from jcnews_spider.trs.body import cut_tail, ends_article
from jcnews_spider.trs.byline import find_moment, find_source
from jcnews_spider.trs.lines import Flow, Line
from jcnews_spider.trs.template import TRS_EDITOR, Template
from jcnews_spider.trs.tree import Node, classes, metas, nodes, text_of, xpath

HEADER_REACH = 12
"""Lines before a body among which date and source stand when the title is elsewhere."""
ABOVE_REACH = 3
"""Lines above a title that may belong to the article."""
TAIL_REACH = 40
"""Lines behind a body among which editor and notice stand."""
LEAST_CHARACTERS = 40
"""Text below which a container without a TRS class is no body."""
FEW_WORDS = 20
"""Characters beside a date in a header line without labels: `王博 中国证券报·中证网 2020-12-01 18:59`."""
MOST_LINKED = 0.5
"""Share of a body's characters inside links from which it is a list."""

LEAST_TITLE, MOST_TITLE = 2, 300
"""Characters of a title."""
MOST_OF_TITLE = 0.6
"""Share of the <title> without the site's name that a line must cover to be the title."""

_SITE_SUFFIX = re.compile(r"\s*[_|｜]|\s+[-–—]+\s*|[-–—]+(?=[^-–—]{2,12}$)")
_TAG = re.compile(r"</?\w+[^<>]*>")
_PAGE_TITLE = xpath("//title")
_LINKED = xpath(".//a[@href]")
_SUBTITLE = re.compile(r"sub-?title|yinti|fubiao|futi|fbt|subhead|vice")
_SENTENCE_END = re.compile("[。！？；]")
_HEADER_LINE = re.compile(r"来\s?源|作者|字号|字体|点击|浏览|时间|日期|打印|大\s中\s小")


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands where."""

    template: str
    title: str
    subtitle: str | None
    above: list[Line]
    """Right above the title: a 引题, on some sites the date."""
    header: list[Line]
    """Between title and body, the title's own lines too."""
    body: list[Line]
    """The article's own lines, images and players."""
    cut: list[Line]
    """Lines of the containers that are not the article's own."""
    tail: list[Line]
    """Behind the body."""
    containers: list[Node]


class PageLines:
    """A page's lines, with the questions that every template asks."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._flow = Flow(root)
        self.lines = self._flow.lines
        self.within = self._flow.within
        self._found: dict[etree.XPath, list[Node]] = {}

    def find(self, expression: etree.XPath) -> list[Node]:
        """The elements that an XPath finds; templates share most of theirs, so each is asked once."""
        if expression not in self._found:
            self._found[expression] = nodes(expression, self.root)
        return self._found[expression]

    @cached_property
    def page_title(self) -> str:
        """Text of <title>, with the site's name."""
        found = nodes(_PAGE_TITLE, self.root)
        return one_line(text_of(found[0])) if found else ""

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """Content of the meta tags by lower-case name."""
        return metas(self.root)


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    first: int
    """Index of its first line, -1 when it stands only in the head."""
    last: int


def fit(template: Template, page: PageLines) -> Layout | None:
    """The layout, or None where the template does not fit: it must give a title, a body, and a date or a TRS class."""
    title = _title(template, page)
    if title is None:
        return None
    for expression in template.bodies:
        containers = _containers(expression, page)
        layout = _layout(template, page, title, containers) if containers else None
        if layout is not None:
            return layout
    return None


def titled(page: PageLines) -> bool:
    """True when a page without a body has an article's title and date all the same."""
    title = _title(TRS_EDITOR, page)
    return title is not None and title.last >= 0 and _date_near(page.lines[title.first : title.last + HEADER_REACH])


def _layout(template: Template, page: PageLines, title: _Title, containers: list[Node]) -> Layout | None:
    inside = page.within(containers)
    if not inside:
        return None
    begin, end = inside[0], inside[-1]
    if begin <= title.last <= end:
        inside = [index for index in inside if index > title.last]
        begin = inside[0] if inside else end
    dated = _date_near(page.lines[max(0, title.first) : begin])
    lines = _without_header([page.lines[index] for index in inside], dated=dated)
    body = cut_tail(lines)
    header_start = title.first if 0 <= title.first < begin else max(0, begin - HEADER_REACH)
    kept_from = len(inside) - len(lines)
    above = page.lines[max(0, header_start - ABOVE_REACH) : header_start]
    header = page.lines[header_start:begin] + [page.lines[i] for i in inside[:kept_from]]
    tail = lines[len(body) :] + page.lines[end + 1 : end + 1 + TAIL_REACH]
    if any(ends_article(line.text) for line in header):
        return None
    if not _is_body(body, containers, template) or not (template.is_proof or _date_near(above + header + tail[:6])):
        return None
    own = {id(line) for line in body}
    return Layout(
        template=template.name,
        title=title.text,
        subtitle=_subtitle(above + header, title.text),
        above=above,
        header=header,
        body=body,
        cut=[page.lines[index] for index in page.within(containers) if id(page.lines[index]) not in own],
        tail=tail,
        containers=containers,
    )


def _containers(expression: etree.XPath, page: PageLines) -> list[Node]:
    """The outermost visible elements that an XPath finds: the longest and its like beside it, copies once."""
    texts: dict[str, Node] = {}
    end = 0
    for node in page.find(expression):
        inside = page.within([node])
        if inside and inside[0] >= end:
            end = inside[-1] + 1
            texts.setdefault("".join(page.lines[index].text or "\0" for index in inside), node)
    if not texts:
        return []
    best = texts[max(texts, key=len)]
    return [node for node in texts.values() if node is best or node.getparent() is best.getparent()]


def _title(template: Template, page: PageLines) -> _Title | None:
    """The title: what the page shows and <title> confirms, else meta, else the first heading, else <title> itself."""
    marked = (node for expression in template.titles for node in page.find(expression))
    candidates = [title for node in marked if (title := _shown(node, page))]
    folded = _fold(page.page_title)
    if confirmed := next((title for title in candidates if _fold(title.text) in folded), None):
        return confirmed
    if not template.is_general:
        return next(iter(candidates), None)
    name = _SITE_SUFFIX.split(page.page_title)[0].strip()
    return (
        _opening_line(page, _fold(name))
        or _placed(one_line(page.metas.get("articletitle", "")), page)
        or next(iter(candidates), None)
        or (_placed(name, page) if template.is_proof else None)
    )


def _shown(node: Node, page: PageLines) -> _Title | None:
    """An element as a title; a 副题 that it holds too, behind a dash, is none of it."""
    indices = page.within([node])
    text = _without_subtitle(page.lines[index].text for index in indices)
    return _Title(text, indices[0], indices[-1]) if LEAST_TITLE <= len(text) <= MOST_TITLE else None


def _without_subtitle(lines: Iterable[str]) -> str:
    """The lines as one title, without a 副题 behind a dash; sites also print the tag between the two as text."""
    parts = (part for line in lines for part in _TAG.split(line))
    return one_line(" ".join(part for part in parts if not part.startswith("——")))


def _opening_line(page: PageLines, name: str) -> _Title | None:
    """The longest line with which <title> opens: a title in an element that no template names."""
    fitting = [i for i, line in enumerate(page.lines) if not line.is_media and name.startswith(_fold(line.text))]
    best = max(fitting, key=lambda index: len(page.lines[index].text), default=None)
    if best is None or len(_fold(page.lines[best].text)) < MOST_OF_TITLE * len(name):
        return None
    return _Title(page.lines[best].text, best, best)


def _placed(text: str, page: PageLines) -> _Title | None:
    """A title of the head, at the line that repeats it if there is one."""
    text = _without_subtitle([text])
    if len(text) < LEAST_TITLE:
        return None
    index = next((i for i, line in enumerate(page.lines) if _fold(line.text) == _fold(text)), -1)
    return _Title(text, index, index)


def _fold(text: str) -> str:
    return "".join(text.split()).lower()


def _without_header(lines: list[Line], *, dated: bool) -> list[Line]:
    """The lines without date, source and tools that a container holds before its text; `dated`: a date came before."""
    for index, line in enumerate(lines[:HEADER_REACH]):
        before, after = (sum(len(other.text) for other in part) for part in (lines[:index], lines[index + 1 :]))
        if _is_header(line, dated=dated) and before < after:
            return _without_header(lines[index + 1 :], dated=True)
    return lines


def _is_header(line: Line, *, dated: bool) -> bool:
    """True for a short line that names the source, or a date with a label or, as the page's first, with a few words."""
    if line.is_media or len(line.text) >= 80:
        return False
    if find_source([line.text]):
        return True
    moment = find_moment(line.text)
    is_bare = moment is not None and not dated and len(line.text) - len(moment.raw) < FEW_WORDS
    return is_bare or (moment is not None and bool(_HEADER_LINE.search(line.text)))


def _is_body(lines: list[Line], containers: list[Node], template: Template) -> bool:
    """True when the lines hold text or media, and are not mostly links."""
    text = sum(len(line.text) for line in lines)
    if template.is_proof and any(line.is_media for line in lines):
        return True
    linked = sum(len(one_line(text_of(link))) for container in containers for link in nodes(_LINKED, container))
    if linked >= MOST_LINKED * text:
        return False
    return template.is_proof or (text >= LEAST_CHARACTERS and any(_SENTENCE_END.search(line.text) for line in lines))


def _date_near(lines: list[Line]) -> bool:
    return any(find_moment(line.text) for line in lines)


def _subtitle(header: list[Line], title: str) -> str | None:
    """引题 or 副题: a line of the header that its class or a dash says to be one."""
    for line in header:
        if line.is_media or line.text == title or len(line.text) > 120:
            continue
        if dashed := next((part for part in _TAG.split(line.text) if part.startswith("——")), None):
            return dashed
        marks = {mark for node in (line.node, line.node.getparent()) if node is not None for mark in classes(node)}
        if any(_SUBTITLE.search(mark) for mark in marks):
            return line.text
    return None
