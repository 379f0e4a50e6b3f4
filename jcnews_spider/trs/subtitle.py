"""What stands above or below a title and belongs to it: 引题 and 副题."""

from __future__ import annotations

import re
from itertools import dropwhile

from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.title import LONGER_THAN_NAMES, TAG
from jcnews_spider.trs.tree import classes, up_to_block
from jcnews_spider.trs.trim import is_header, is_tool

_SUBTITLE = re.compile(r"sub-?title|yinti|fubiao|futi|fbt|subhead|vice")
_LOWER_HEADINGS = ("h2", "h3", "h4", "h5")


def find_subtitle(above: list[Line], header: list[Line], title: str) -> str | None:
    """The subtitle that the lines above a title, or its header's, give; None where there is none."""
    return _marked(above + header, title) or _heading_above(above, header) or _lower_heading(header, title)


def _marked(header: list[Line], title: str) -> str | None:
    """引题 or 副题: a line of the header that its class or a dash says to be one."""
    for line in header:
        if line.is_media or line.text == title or len(line.text) > 120:
            continue
        if "——" in line.text and (dashed := _dashed(line.text)):
            return dashed
        marks = {mark for node in (line.node, line.node.getparent()) if node is not None for mark in classes(node)}
        if any(_SUBTITLE.search(mark) for mark in marks):
            return line.text
    return None


def _heading_above(above: list[Line], header: list[Line]) -> str | None:
    """A 引题: a heading right above the title, in the same box and longer than a column's name."""
    if not above or not header or len(above[-1].text) < LONGER_THAN_NAMES or above[-1].is_linked:
        return None
    blocks = [up_to_block(line.node)[-1] for line in (above[-1], header[0])]
    is_beside = blocks[0].tag in _LOWER_HEADINGS and blocks[0].getnext() is blocks[1]
    return above[-1].text if is_beside and not is_header(above[-1], dated=False) else None


def _lower_heading(header: list[Line], title: str) -> str | None:
    """A heading of lower rank right below the title."""
    below = dropwhile(lambda line: line.is_media or line.text in title, header)
    line = next(below, None)
    if line is None or up_to_block(line.node)[-1].tag not in _LOWER_HEADINGS:
        return None
    return None if line.is_linked or is_tool(line.text) or is_header(line, dated=False) else line.text


def _dashed(text: str) -> str | None:
    """The part behind a dash of a line that sites print with a tag as text in it."""
    return next((part for part in TAG.split(text) if part.startswith("——")), None)
