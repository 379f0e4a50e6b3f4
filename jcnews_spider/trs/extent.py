"""How far a body reaches: which lines of a container, beside the page's densest text, are the article's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import TypeAlias

from jcnews_spider.trs.body import CAPTION, is_picture
from jcnews_spider.trs.density import FIRST_CHARACTERS, FIRST_SHARE, Run
from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.tail import ends_article, goes_on, is_notice, opens_tail, without_qr_captions
from jcnews_spider.trs.template import COMMENTS, FOREIGN
from jcnews_spider.trs.title import Title
from jcnews_spider.trs.tree import Node, attribute, up_to_block
from jcnews_spider.trs.trim import HEADER_REACH, is_related_heading, is_tool, prose

MOST_OF_RUN = 0.6
"""Share of the page's densest text that a container without a TRS class must hold: less is half an article."""
FEW_CHARACTERS = 200
"""Text in a TRS wrapper below which the page's densest text is asked whether the wrapper is not just a side box."""
LONGEST_END = 8
"""Short lines behind the last paragraph that belong to the text still: a byline, a signature, a date; without rows
and lines marked up as paragraphs."""
LEAST_ITEMS, LEAST_HEADING, MOST_OF_SUMMARY = 3, 8, 2
"""Headings of a box of other articles, characters of each, lines behind each."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LONGEST_RELATED = 24
"""Lines of a box of links amid a text at most."""
SPILL_REACH, LEAST_SPILL = 40, 40
"""Lines behind a TRS wrapper that are read for the rest of its text; running text that such a rest has."""
MOST_FOREIGN = 60
"""Elements with a foreign name that are looked at."""

_AT_RIGHT = re.compile(r"^right\b|text-align\s*:\s*right")
_LABEL = re.compile("[:：【】]|编辑|来源")
"""What a line at the right margin has that is no signature."""

Kind: TypeAlias = tuple[str, Node | None]
"""The tag of a line's block and the element around it: paragraphs of one text share both."""


def run_behind(page: PageLines, title: Title) -> Run | None:
    """The densest run behind the title."""
    return page.run(title.last + 1, lambda: _foreign(page, title))


def _foreign(page: PageLines, title: Title) -> set[int]:
    """Indices of the lines that stand in comments, side boxes or the foot, by the names of their elements.

    One that holds the title, or most of what follows it, only has an unlucky name.
    """
    masses = [prose(line) for line in page.lines]
    rest = sum(masses[title.last + 1 :])
    found: set[int] = set()
    for node in page.find(FOREIGN)[:MOST_FOREIGN]:
        inside = page.within([node])
        if inside and inside[0] > title.last and not found.issuperset(inside):
            mass = sum(masses[inside[0] : inside[-1] + 1])
            if mass * 2 < rest or node in page.find(COMMENTS):
                found.update(inside)
    return found


def holds(page: PageLines, title: Title, inside: list[int], run: Run | None) -> bool:
    """True when the lines are no side box: they hold most of the page's densest text, or, in a TRS wrapper, much."""
    is_wrapper = run is None
    if is_wrapper and sum(len(page.lines[index].text) for index in inside) >= FEW_CHARACTERS:
        return True
    run = run or run_behind(page, title)
    if run is None:
        return is_wrapper
    held = sum(prose(page.lines[index]) for index in inside if run.first <= index <= run.last)
    return held > 0 or run.mass < FEW_CHARACTERS if is_wrapper else held >= MOST_OF_RUN * run.mass


def around(lines: Sequence[Line], inside: list[int], run: Run) -> list[int]:
    """The container's lines up to the end of its densest text, and the short ones that still belong to it."""
    last = run.last
    kinds = {_kind(lines[index]) for index in inside if run.first <= index <= run.last and prose(lines[index])}
    left = LONGEST_END
    rest = [index for index in inside if index > run.last]
    passed = 0
    for place, index in enumerate(rest):
        line = lines[index]
        if place < passed:
            continue
        if length := _related([lines[other] for other in rest[place : place + LONGEST_RELATED]], kinds):
            passed = place + length
            continue
        left -= _table(line) is None and _kind(line) not in kinds
        if left < 0 or line.is_linked or is_tool(line.text) or is_notice(line.text):
            break
        last = index
        if ends_article(line.text) or (opens_tail(line.text) and not goes_on(line.text, lines[index + 1 :])):
            break
    first = run.first if run.first - inside[0] > HEADER_REACH else inside[0]
    return [index for index in inside if first <= index <= last]


def spilled(page: PageLines, containers: list[Node], inside: list[int]) -> list[int]:
    """The lines behind a TRS wrapper that are its text's rest: a stray end tag in the text has closed it too early.

    At least two paragraphs, in elements like those inside, up to a line that ends the article. What stands right beside
    the wrapper needs no such line, and may be one long paragraph, or a picture.
    """
    lines = page.lines
    tags = {_kind(lines[index])[0] for index in inside if prose(lines[index])}
    around = {above for container in containers for above in container.iterancestors()}
    foreign = set(page.find(FOREIGN)[:MOST_FOREIGN]) - around
    beside = {container.getparent() for container in containers}
    found: list[int] = []
    is_ended = False
    for index in range(inside[-1] + 1, len(lines))[:SPILL_REACH]:
        line = lines[index]
        block = up_to_block(line.node)[-1]
        is_ended = is_tool(line.text) or ends_article(line.text) or opens_tail(line.text)
        is_like = line.is_media or (block.tag in tags and not line.is_linked)
        is_foreign = block in around or not foreign.isdisjoint((block, *block.iterancestors()))
        if is_ended or not is_like or is_foreign:
            break
        found.append(index)
    near = list(takewhile(lambda index: _kind(lines[index])[1] in beside, found))
    if not is_ended:
        found = near
    found = found[: len(without_qr_captions([lines[index] for index in found]))]
    masses = [mass for index in found if (mass := prose(lines[index]))]
    is_near = len(found) <= len(near)
    is_long = sum(masses) >= LEAST_SPILL and (is_near or len(masses) >= 2)
    return found if is_long or (is_near and any(is_picture(lines[index].node) for index in found)) else []


def _related(lines: list[Line], kinds: set[Kind]) -> int:
    """How many lines at the head are a box of links, with its heading, amid paragraphs like those before it; else 0."""
    is_headed = bool(lines) and is_related_heading(lines[0])
    end = next((n for n, line in enumerate(lines) if not line.is_linked and (n or not is_headed)), len(lines))
    if end < 2 or end == len(lines):
        return 0
    following = lines[end : end + LONGEST_END]
    length = next((n for n, line in enumerate(following, 1) if prose(line) and _kind(line) in kinds), 0)
    is_over = any(
        line.is_linked or is_notice(line.text) or opens_tail(line.text) or ends_article(line.text)
        for line in following[:length]
    )
    return end if length and not is_over else 0


def kin(lines: list[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """(before, body, behind): short lines around the text that are not marked up as its paragraphs are none of it.

    A byline or a signature stands in an element like the paragraphs', a table beside them, a heading in one like those
    between them, a caption below its picture; tools stand in others.
    """
    texts = [index for index, line in enumerate(lines) if prose(line)]
    if not texts:
        return [], lines, []
    kinds = {_kind(lines[index]) for index in texts}
    kinds |= {kind for tag, parent in kinds if tag == "pre" and parent is not None for kind in _beside(parent)}
    plain = {up_to_block(lines[index].node)[-1] for index in texts}
    homes = plain | {parent for _, parent in kinds}
    first, last = texts[0], texts[-1]
    captions = {id(line) for above, line in pairwise(lines) if above.is_media and CAPTION.search(line.text)}
    kinds |= {kind for line in lines[first:last] if (kind := _kind(line))[0] in _HEADINGS}

    def is_kin(line: Line) -> bool:
        kind = _kind(line)
        if line.is_media or kind in kinds or kind[0] == "figcaption" or id(line) in captions:
            return True
        if _is_signature(line) and not plain.isdisjoint(line.node.iterancestors()):
            return True
        table = _table(line)
        return table is not None and table.getparent() in homes

    before = [line for line in lines[:first] if not is_kin(line) and not _is_nested(line, kinds)]
    behind = [line for line in lines[last + 1 :] if not is_kin(line)]
    outside = {id(line) for line in (*before, *behind)}
    return before, [line for line in lines if id(line) not in outside], behind


def without_summaries(lines: list[Line]) -> list[Line]:
    """The lines before a box of other articles at the end: linked headings with a line or two behind each.

    Where hardly anything stands before it, the box may be what the article is about.
    """
    first, items, since = len(lines), 0, 0
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].is_linked and len(lines[index].text) >= LEAST_HEADING:
            first, items, since = index, items + 1, 0
        else:
            since += not lines[index].is_media
            if since > MOST_OF_SUMMARY:
                break
    before, behind = (sum(map(prose, part)) for part in (lines[:first], lines[first:]))
    is_box = items >= LEAST_ITEMS and behind and before >= max(FIRST_CHARACTERS, FIRST_SHARE * behind)
    return lines[:first] if is_box else lines


def _beside(parent: Node) -> set[Kind]:
    """What stands beside preformatted text: paragraphs, and text without any element."""
    return {("p", parent), ("div", parent), (parent.tag, parent.getparent())}


def _is_nested(line: Line, kinds: set[Kind]) -> bool:
    """True for a paragraph deeper inside the element around the text's: numbers and sub-heads in boxes of their own."""
    tag, parent = _kind(line)
    around = {parent for _, parent in kinds}
    return tag == "p" and parent is not None and not around.isdisjoint(parent.iterancestors())


def _is_signature(line: Line) -> bool:
    """True for a name or a day at the right margin, as under letters; an editor and a source have a label."""
    block = up_to_block(line.node)[-1]
    style = f"{attribute(block, 'align')} {attribute(block, 'style')}".lower()
    return bool(_AT_RIGHT.search(style)) and not _LABEL.search(line.text)


def _table(line: Line) -> Node | None:
    """The table in which a line stands, None for one outside any."""
    return next(line.node.iterancestors("table"), None)


def _kind(line: Line) -> Kind:
    block = up_to_block(line.node)[-1]
    return block.tag, block.getparent()
