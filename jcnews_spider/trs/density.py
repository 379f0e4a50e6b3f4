"""Where the running text of a page stands, whatever its markup: the generic fallback's rule.

Lines of running text weigh what they are long, links and short lines weigh against; the heaviest run of lines behind
the title is the body, and the smallest element that holds nearly all of it is its container.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.tree import Node
from jcnews_spider.trs.trim import ends_article, is_abstract, is_notice, opens_tail, prose

SHORT_LINE = -6
"""Weight of a line without the marks of a sentence: sub-heads and names are few between paragraphs, menus are many."""
LINKED_LINE = -40
"""Least weight of a line of links."""
END_LINE = -300
"""Weight of a line that ends an article: what follows must be much longer to count."""
SAMPLE = 500
"""Lines of a run that are asked for the elements around them."""
MOST_OF_RUN = 0.9
"""Share of a run's running text that its container must hold."""


@dataclass(frozen=True, slots=True)
class Run:
    """The heaviest run of lines."""

    first: int
    last: int
    mass: int
    """Characters of running text."""
    container: Node


def densest(lines: Sequence[Line], start: int) -> Run | None:
    """The heaviest run of lines from an index on, None where no line is running text."""
    best, best_span, current, begin = 0, (-1, -1), 0, start
    for index in range(start, len(lines)):
        if current <= 0:
            current, begin = 0, index
        current += _weight(lines[index])
        if current > best:
            best, best_span = current, (begin, index)
    first, last = best_span
    if first < 0:
        return None
    masses = {index: prose(lines[index]) for index in range(first, last + 1) if prose(lines[index])}
    mass = sum(masses.values())
    return Run(first, last, mass, _container([(lines[i].node, m) for i, m in masses.items()])) if mass else None


def _weight(line: Line) -> int:
    text = line.text
    if line.is_media:
        return -1
    if line.is_linked:
        return max(LINKED_LINE, -len(text))
    if ends_article(text):
        return END_LINE
    if is_notice(text) or opens_tail(text) or is_abstract(text):
        return LINKED_LINE
    return prose(line) - 2 * line.linked or (SHORT_LINE if len(text) < -SHORT_LINE * 10 else 0)


def _container(weighted: Sequence[tuple[Node, int]]) -> Node:
    """The smallest element that holds most of the run; of very long runs a sample tells."""
    weighted = weighted[:: len(weighted) // SAMPLE + 1]
    mass = sum(weight for _, weight in weighted)
    held: dict[Node, int] = {}
    for node, weight in weighted:
        for above in (node, *node.iterancestors()):
            held[above] = held.get(above, 0) + weight
    heaviest = max(weighted, key=lambda pair: pair[1])[0]
    above = [node for node in (heaviest, *heaviest.iterancestors()) if node.tag in _CONTAINERS]
    return next((node for node in above if held[node] >= MOST_OF_RUN * mass), above[-1] if above else heaviest)


_CONTAINERS = frozenset("div td section article main body html center dd form table tbody tr ul ol li".split())
