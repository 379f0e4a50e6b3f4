"""Where the running text of a page stands, whatever its markup: the generic fallback's rule.

Lines of running text weigh what they are long, links and short lines weigh against; the heaviest run of lines behind
the title is the body, and the smallest element that holds nearly all of it is its container.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.tail import ends_article, is_notice, opens_tail
from jcnews_spider.trs.tree import Node
from jcnews_spider.trs.trim import is_abstract, prose

SHORT_LINE = -6
"""Weight of a line without the marks of a sentence: sub-heads and names are few between paragraphs, menus are many."""
LINKED_LINE = -40
"""Least weight of a line of links."""
END_LINE = -1000
"""Weight of a line that ends an article: what follows must be much longer to count."""
SAMPLE = 500
"""Lines of a run that are asked for the elements around them."""
FIRST_CHARACTERS, FIRST_SHARE = 80, 0.3
"""Weight from which a run that comes first is the body, though a later one is heavier; share of that one's weight."""
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


def densest(lines: Sequence[Line], start: int, foreign: Collection[int] = ()) -> Run | None:
    """The first heavy run of lines from an index on, None where no line is running text.

    `foreign` are lines of comments, side boxes and the foot: they weigh like links. A run that comes first may be
    lighter than a later one: comments are often longer than what they are about.
    """
    runs = _runs(lines, start, foreign)
    heaviest = max((weight for weight, _, _ in runs), default=0)
    least = min(heaviest, max(FIRST_CHARACTERS, FIRST_SHARE * heaviest))
    first, last = next(((first, last) for weight, first, last in runs if weight >= least), (0, -1))
    masses = {index: mass for index in range(first, last + 1) if (mass := prose(lines[index]))}
    if not masses:
        return None
    return Run(first, last, sum(masses.values()), _container([(lines[i].node, m) for i, m in masses.items()]))


def _runs(lines: Sequence[Line], start: int, foreign: Collection[int]) -> list[tuple[int, int, int]]:
    """(weight, first, last) of each run whose weight is above zero, in order."""
    runs: list[tuple[int, int, int]] = []
    current = best = 0
    first = last = start
    for index in range(start, len(lines)):
        weight = LINKED_LINE if index in foreign else _weight(lines[index])
        if current + weight <= 0:
            if best:
                runs.append((best, first, last))
            current = best = 0
            continue
        first = first if current else index
        current += weight
        if current > best:
            best, last = current, index
    return [*runs, (best, first, last)] if best else runs


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
    boxes = [node for node in (heaviest, *heaviest.iterancestors()) if node.tag in _CONTAINERS]
    return next((node for node in boxes if held[node] >= MOST_OF_RUN * mass), boxes[-1] if boxes else heaviest)


_CONTAINERS = frozenset("div td section article main body html center dd form table tbody tr ul ol li".split())
