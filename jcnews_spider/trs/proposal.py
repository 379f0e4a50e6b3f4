"""A template for a layout that none fits, from what pages show: text density, headings that <title> confirms, dates.

What the evidence points at is named in several ways (id, class, place); each is tried on every page at hand, and the
one that gives what the evidence gave, on most of them, is proposed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from jcnews_spider.encoding import decode
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.trs.layout import Layout, fit
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.provenance import described, stable_names
from jcnews_spider.trs.template import FALLBACK, Template
from jcnews_spider.trs.title import confirmed_title, fold
from jcnews_spider.trs.tree import Marked, Node, Place, parse_tree, text_of, token, tokens, up_to_block, xpath

LEAST_AGREEMENT = 0.9
"""Share of the text by evidence that a template must give, and of its own text that must be the evidence's."""
LEVELS = 3
"""Elements above the densest text that may be the container: a layout names its boxes, not always the innermost."""
_BY_PLACE = re.compile(r"\[\d+\]|/html/")
MOST_COMPARED = 12
"""Pages on which candidates are compared; the best is proven on all."""
MOST_NAMES = 6
"""Ways to name one element that are tried."""


_OF_TREE = ("Marked", "token", "tokens", "xpath")


@dataclass(frozen=True, slots=True)
class Named:
    """A place, and how it is written in Python."""

    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class Evidence:
    """A page whose running text, title and date tell what stands where, whatever its markup."""

    page: PageLines
    layout: Layout


@dataclass(frozen=True, slots=True)
class Proposal:
    """A template to paste into a site's file, and on how many of the pages it was proven."""

    template: Template
    source: str
    """The template as Python; Template and what `tree_names` says must be imported."""
    container: str
    """The element of the body, as a style sheet names it."""
    title: str
    proven: tuple[int, ...] = ()
    """Indices of the pages on which it gives what the evidence gave."""

    @property
    def is_by_place(self) -> bool:
        """True when an element is named by its position, for want of an id or class: the first to break."""
        return bool(_BY_PLACE.search(self.source))


def tree_names(source: str) -> str:
    """What Python source that holds proposals needs from `jcnews_spider.trs.tree`, with commas between."""
    return ", ".join(name for name in _OF_TREE if re.search(rf"\b{name}\(", source))


def evidence(body: bytes, charset: str | None = None) -> Evidence | None:
    """What a page's text tells; None where there is no title, no running text, or no date to be found."""
    try:
        page = PageLines(parse_tree(decode(body, charset).text))
    except UnknownLayout:
        return None
    layout = fit(FALLBACK, page)
    return Evidence(page, layout) if layout else None


def propose(pages: Sequence[Evidence], name: str) -> Proposal | None:
    """A template for the layout of the first page, proven on it and on those of the others that it fits; or None."""
    best: Proposal | None = None
    rank = (False, 0, 0.0)
    for candidate in _candidates(pages[0], name):
        if agreement(candidate.template, pages[0]) < LEAST_AGREEMENT:
            continue
        own_rank = _rank(candidate, pages[:MOST_COMPARED])
        if own_rank > rank:
            best, rank = candidate, own_rank
        if rank == (True, len(pages), len(pages)):
            break
    return replace(best, proven=tuple(_proven(best, pages))) if best else None


def _rank(candidate: Proposal, pages: Sequence[Evidence]) -> tuple[bool, int, float]:
    """Better are names than places, then more pages, then the evidence's very text."""
    shares = _proven(candidate, pages).values()
    return not candidate.is_by_place, len(shares), sum(shares)


def _proven(candidate: Proposal, pages: Sequence[Evidence]) -> dict[int, float]:
    """The agreement by index of the pages that it reads."""
    shares = {index: agreement(candidate.template, page) for index, page in enumerate(pages)}
    return {index: share for index, share in shares.items() if share >= LEAST_AGREEMENT}


def agreement(template: Template, known: Evidence) -> float:
    """How far a template gives the text that the evidence gave; 0 where it does not fit or gives another title."""
    found = fit(template, known.page)
    if found is None or fold(found.title) != fold(known.layout.title):
        return 0.0
    got, wanted = (Counter(line.text for line in layout.body) for layout in (found, known.layout))
    common = sum(len(text) * number for text, number in (got & wanted).items())
    most = max(sum(len(text) * number for text, number in lines.items()) for lines in (got, wanted))
    return common / most if most else 0.0


def _candidates(known: Evidence, name: str) -> Iterator[Proposal]:
    """Strict templates first, whose title is an element's; then those whose title the head tells."""
    container = known.layout.containers[0]
    heading = _title_node(known)
    bodies = [
        (named, node)
        for node in [container, *list(container.iterancestors())[:LEVELS]]
        if node.tag not in ("html", "body")
        for named in _names(node, known.page)
    ]
    titles = _names(heading, known.page) if heading is not None else []
    shown = described(heading) if heading is not None else ""
    for (body, node), title in product(bodies, titles):
        yield _candidate(name, body, title, described(node), shown, is_general=False)
    for (body, node), of_head in product(bodies, [*titles, None]):
        text = shown if of_head else "<title>"
        yield _candidate(name, body, of_head, described(node), text, is_general=True)


def _candidate(
    name: str, body: Named, title: Named | None, container: str, heading: str, *, is_general: bool
) -> Proposal:
    titles = (title.place,) if title else ()
    written = f"({title.source},)" if title else "()"
    last = ",\n    is_general=True" if is_general else ""
    return Proposal(
        Template(name, (body.place,), titles, is_general=is_general),
        f'Template(\n    "{name}",\n    ({body.source},),\n    {written}{last},\n)',
        container,
        heading,
    )


def _title_node(known: Evidence) -> Node | None:
    """The element that shows the title: a heading that <title> repeats, else that of the line with the title's text."""
    confirmed = confirmed_title(FALLBACK, known.page)
    if confirmed is not None:
        return confirmed
    wanted = fold(known.layout.title)
    line = next((line for line in known.page.lines if line.text and fold(line.text) == wanted), None)
    if line is None:
        return None
    return next((node for node in reversed(up_to_block(line.node)) if fold(text_of(node)) == wanted), line.node)


def _names(node: Node, page: PageLines) -> list[Named]:
    """Ways to name an element, the most lasting first: id, class, tag, place under a named element."""
    found: list[Named] = []
    for kind, value in sorted(stable_names(node), key=lambda name: name[0], reverse=True):
        keyword = "ids=" if kind == "id" else ""
        place = Marked(ids=tokens(value)) if kind == "id" else Marked(tokens(value))
        found += [Named(f'Marked({keyword}tokens("{value}"))', place), _path(node, (kind, value))]
    if node.tag in ("h1", "h2", "h3", "article"):
        found.append(_path(node))
    return _telling([*found, _position(node)], node, page)


def _telling(names: list[Named], node: Node, page: PageLines) -> list[Named]:
    """Those that find the element, first those that find no other."""
    hits = [(named, found) for named in names if node in (found := page.find(named.place))]
    return [named for named, _ in sorted(hits, key=lambda hit: len(hit[1]) > 1)][:MOST_NAMES]


def _path(node: Node, name: tuple[str, str] | None = None, below: str = "") -> Named:
    """An XPath to elements of the node's tag and name, and a path below them, as expression and as Python."""
    if name is None:
        return Named(f'xpath("//{node.tag}{below}")', xpath(f"//{node.tag}{below}"))
    kind, value = name
    source = f"""xpath(f"//{node.tag}[{{token('{kind}', '{value.lower()}')}}]{below}")"""
    return Named(source, xpath(f"//{node.tag}[{token(kind, value.lower())}]{below}"))


def _position(node: Node) -> Named:
    """An XPath from the nearest element with an id or class down by position: the last resort."""
    steps = ""
    current = node
    while (above := current.getparent()) is not None:
        like = list(above.iterchildren(current.tag))
        steps = f"/{current.tag}{f'[{like.index(current) + 1}]' if len(like) > 1 else ''}{steps}"
        if names := stable_names(above):
            return _path(above, names[0], steps)
        current = above
    return _path(current, below=steps)
