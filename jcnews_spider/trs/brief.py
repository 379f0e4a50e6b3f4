"""What stands right under a printed date and source: the body of pages whose text is no running text.

A line of notice, a list of names, a table or verses have no sentences, so that neither a container nor the densest
text shows them; the header in front of them and what ends an article behind them do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from jcnews_spider.trs.body import is_picture
from jcnews_spider.trs.byline import find_editor
from jcnews_spider.trs.density import Run
from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.moment import find_moment
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.shell import is_placeholder
from jcnews_spider.trs.sources import find_source, find_source_line
from jcnews_spider.trs.tail import ends_article, opens_tail, without_qr_captions
from jcnews_spider.trs.title import Title, fold
from jcnews_spider.trs.tree import Node, up_to_block
from jcnews_spider.trs.trim import is_header, is_opening, is_tool, prose

DATE_REACH = 5
"""Lines behind a title among which its date stands."""
TAIL_REACH = 16
"""Lines behind a text among which one ends the article."""
LONGEST_DATELINE = 90
"""Characters of the line that prints it."""
_LABEL = re.compile(r"(?:发布|发表|时间|日期|字号|字体|浏览|点击|作者).{0,4}[:：]")
_FOOT = re.compile(r"ICP备|公网安备|Copyright|©|新闻信息服务许可证|版权所有", re.IGNORECASE)


def under_dateline(page: PageLines, title: Title) -> Run | None:
    """The lines between the date under a title that <title> confirms and the end of the article or of its element.

    None where no line says the date with a source, a label or the time: dates of lists and events stand alone.
    """
    lines = page.lines
    start = title.last + 1
    dated = next((index for index in range(start, len(lines))[:DATE_REACH] if _is_dateline(lines[index])), None)
    if title.last < 0 or dated is None or fold(title.text) not in fold(page.page_title):
        return None
    row = _row(lines[dated], lines[title.last])
    behind = range(dated + 1, len(lines))
    first = next((index for index in behind if not _opens(lines[index], row)), len(lines))
    if first == len(lines) or lines[first].is_linked or is_placeholder(lines[first].text):
        return None
    above = {*lines[dated].node.iterancestors(), *lines[title.last].node.iterancestors()}
    last, container = _reach(page, first, _boxes(lines[first].node, above))
    body = without_qr_captions(lines[first : last + 1])
    if container is None or not body or any(_FOOT.search(line.text) for line in body):
        return None
    return Run(first, last, sum(map(prose, body)), container)


def _is_dateline(line: Line) -> bool:
    if line.is_linked or len(line.text) > LONGEST_DATELINE:
        return False
    moment = find_moment(line.text)
    return moment is not None and bool(
        moment.has_time or find_source([line.text]) or find_editor([line.text]) or _LABEL.search(line.text)
    )


def _row(date: Line, title: Line) -> Node | None:
    """The element that holds the date and what is said beside it, without the title."""
    row = up_to_block(date.node)[-1].getparent()
    return row if row is not None and row not in title.node.iterancestors() else None


def _opens(line: Line, row: Node | None) -> bool:
    """True for a line that still belongs to the header, an editor's beside the date too, and for icons of its tools."""
    if (ends_article(line.text) or _LABEL.search(line.text)) and row is not None and row in line.node.iterancestors():
        return True
    if line.is_media:
        return line.node.tag == "img" and not is_picture(line.node)
    return is_header(line, dated=False) or is_opening(line)


def _boxes(node: Node, above: set[Node]) -> list[Node]:
    """The outermost element of a line that does not hold its header, and the one that holds both."""
    while node not in above and (parent := node.getparent()) is not None and parent not in above:
        node = parent
    parent = node.getparent()
    return [node] if node in above or parent is None else [node, parent]


def _reach(page: PageLines, first: int, boxes: Sequence[Node]) -> tuple[int, Node | None]:
    """(last line, element) of what begins at a line, None where nothing shows where it ends."""
    lines = page.lines
    for box in boxes:
        inside = [index for index in page.within([box]) if index >= first]
        end = next((index for index in inside if _ends(lines[index])), inside[-1] + 1 if inside else first)
        if _is_ended(lines, first, end) or (box is boxes[-1] and box.tag != "body" and end not in inside):
            return _without_heading(lines, first, end), box
    return first - 1, None


def _is_ended(lines: Sequence[Line], first: int, end: int) -> bool:
    """True where a line ends the article, or a link does behind sentences or pictures, or with such a line near.

    Words between a heading and links alone may be those of a list.
    """
    if end >= len(lines) or _closes(lines[end]):
        return True
    is_told = any(prose(line) or line.is_media for line in lines[first:end])
    return lines[end].is_linked and (is_told or any(map(_closes, lines[end : end + TAIL_REACH])))


def _ends(line: Line) -> bool:
    return line.is_linked or _closes(line)


def _closes(line: Line) -> bool:
    text = line.text
    return is_tool(text) or ends_article(text) or opens_tail(text) or find_source_line([text]) is not None


def _without_heading(lines: Sequence[Line], first: int, end: int) -> int:
    """Index of the last line before an end; the heading of links that follow is none of the text."""
    is_heading = end < len(lines) and lines[end].is_linked and _is_heading(lines[end - 1])
    return end - 2 if is_heading and end - 1 > first else end - 1


def _is_heading(line: Line) -> bool:
    return up_to_block(line.node)[-1].tag in ("h2", "h3", "h4", "h5", "h6", "dt")
