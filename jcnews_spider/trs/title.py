"""The title: what the page shows and its head confirms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jcnews_spider.text import one_line
from jcnews_spider.trs.lines import Line, address_of
from jcnews_spider.trs.moment import find_moment
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.template import LOGO, Template
from jcnews_spider.trs.tree import Node

LEAST_TITLE, MOST_TITLE = 2, 300
"""Characters of a title."""
MOST_OF_TITLE = 0.6
"""Share of the <title> without the site's name that a line must cover to be the title."""
MOST_CANDIDATES = 20
"""Elements of one kind that are asked whether they are the title."""
LEAST_CONFIRMED = 4
"""Characters from which a heading that <title> repeats is the title: a column's name is shorter."""
LONGER_THAN_NAMES = 12
"""Characters that names of sites and sections in a <title> do not have."""
LEAST_UNMARKED = 6
"""Characters of a title that nothing but its place above the date marks."""

TAG = re.compile(r"</?\w+[^<>]*>")
_SITE_SUFFIX = re.compile(r"\s*[_|｜]|\s+[-–—]+\s*|[-–—]+(?=[^-–—]{2,12}$)|-{2,}")
_CRUMB = re.compile(r".{0,8}位置\s?[:：]|首页\s?[^\w\s]|正文$")
_SITE_NAME = re.compile(".{2,8}(?:网|在线)|.{2,20}(?:人民政府|网站)")
_NUMBER = re.compile(r"\d{4}")
"""What addresses of articles have."""
_HEAD_TITLES = ("articletitle", "og:title", "title")


@dataclass(frozen=True, slots=True)
class Title:
    """A title and where it stands."""

    text: str
    first: int
    """Index of its first line, -1 when it stands only in the head."""
    last: int


def confirmed_title(template: Template, page: PageLines) -> Node | None:
    """The marked element that the page's head confirms to be the title; reads no other lines of the page."""
    if template.titles not in page.confirmed:
        page.confirmed[template.titles] = _confirmed(template, page)
    return page.confirmed[template.titles]


def _confirmed(template: Template, page: PageLines) -> Node | None:
    parts = [fold(part) for part in _SITE_SUFFIX.split(page.page_title)]
    heads = [fold(page.page_title), *(fold(page.metas.get(name, "")) for name in _HEAD_TITLES)]
    short = None
    for place in template.titles:
        for node in page.find(place)[:MOST_CANDIDATES]:
            text = fold(without_subtitle(line.text for line in page.flow(node).lines))
            is_name = len(text) < LONGER_THAN_NAMES and any(text in part for part in parts[1:])
            if is_name or not LEAST_TITLE <= len(text) <= MOST_TITLE or not any(text in head for head in heads):
                continue
            if not page.hidden.isdisjoint((node, *node.iterancestors())) or _heads_many(text, node, page):
                continue
            if len(text) >= LEAST_CONFIRMED:
                return node
            short = node if short is None else short
    return short


def find_title(template: Template, page: PageLines, confirmed: Node | None) -> Title | None:
    """What the page shows and <title> confirms, else meta, else the first heading, else <title> itself."""
    if confirmed is not None and (title := _shown(confirmed, page)):
        return title
    if not template.is_general:
        return next(filter(None, (_shown(node, page) for node in _marked(template, page))), None)
    name = site_cut(page.page_title)
    opening = _opening_line(page, fold(name), fold(page.page_title))
    named = opening if opening and _is_of_many(opening, page) else None
    return (
        (opening if named is None else None)
        or _placed(one_line(page.metas.get("articletitle", "")), page)
        or _nearest(template, page, named)
        or _above_the_date(page, named)
        or named
        or (_placed(name, page) if template.is_proof else None)
        or next((title for _, title in _before_text(template, page)), None)
    )


def _heads_many(text: str, node: Node, page: PageLines) -> bool:
    """True for a heading that <title> repeats on every page of a section or site: the name of one, no title.

    A section's is that of a link, too; a site's is all that <title> says, and ends as such do or stands in the logo.
    """
    if text == fold(page.metas.get("articletitle", "")):
        return False
    if len(text) < LONGER_THAN_NAMES and text in page.named:
        return True
    whole = fold(page.page_title)
    if _SITE_NAME.fullmatch(whole):
        return True
    return text == whole and not {node, *node.iterancestors()}.isdisjoint(page.find(LOGO))


def _is_of_many(title: Title, page: PageLines) -> bool:
    """True for a line that heads many pages, but for one with a date right below it: that is an article's."""
    below = page.lines[title.last + 1 : title.last + 2]
    is_dated = any(not line.is_linked and find_moment(line.text) for line in below)
    return not is_dated and _heads_many(fold(title.text), page.lines[title.first].node, page)


def _marked(template: Template, page: PageLines) -> Iterator[Node]:
    return (node for place in template.titles for node in page.find(place)[:MOST_CANDIDATES])


def _before_text(template: Template, page: PageLines) -> list[tuple[Node, Title]]:
    """The marked elements with a title in them that do not stand below the text."""
    run = page.run(0)
    shown = ((node, _shown(node, page)) for node in _marked(template, page))
    return [(node, title) for node, title in shown if title and (run is None or title.last < run.first)]


def _nearest(template: Template, page: PageLines, named: Title | None) -> Title | None:
    """Of the marked elements that nothing confirms, a long h1, else the last above the text, else the first but names.

    Where a heading names the section or site, only what stands between it and the text is nearer.
    """
    parts = [fold(part) for part in _SITE_SUFFIX.split(page.page_title)]
    found = _before_text(template, page)
    run = page.run(0)
    start = named.last if run and named and named.last < run.first else -1
    above = [
        (node, title)
        for node, title in found
        if run and title.last > start and len(fold(title.text)) >= LEAST_UNMARKED
        and not any(part and part in fold(title.text) for part in parts)
    ]  # fmt: skip
    names = page.named.union(parts[1:])
    heading = next((title for node, title in above if node.tag == "h1" and fold(title.text) not in names), None)
    nearest = max((title for _, title in above), key=lambda title: title.last, default=None)
    if named:
        return heading or nearest
    return heading or nearest or next((title for _, title in found if fold(title.text) not in names), None)


def site_cut(text: str) -> str:
    """A <title> without the names of site and section."""
    return _SITE_SUFFIX.split(text)[0].strip()


def _shown(node: Node, page: PageLines) -> Title | None:
    """An element as a title; a 副题 that it holds too, behind a dash, is none of it."""
    indices = page.within([node])
    text = without_subtitle(page.lines[index].text for index in indices)
    return Title(text, indices[0], indices[-1]) if LEAST_TITLE <= len(text) <= MOST_TITLE else None


def without_subtitle(lines: Iterable[str]) -> str:
    """The lines as one title, without a 副题 behind a dash; sites also print the tag between the two as text."""
    parts = (part for line in lines for part in TAG.split(line))
    return one_line(" ".join(part for part in parts if not part.startswith("——")))


def _opening_line(page: PageLines, name: str, whole: str) -> Title | None:
    """The longest line with which <title> opens: a title in an element that no template names.

    It covers most of what stands before the site's name; it may be longer, titles hold bars and dashes too.
    """
    fitting = [
        index
        for index, line in enumerate(page.lines)
        if not line.is_media and whole.startswith(fold(line.text)) and not _leads_to_section(line)
    ]
    best = max(fitting, key=lambda index: len(page.lines[index].text), default=None)
    if best is None or len(fold(page.lines[best].text)) < max(LEAST_TITLE, MOST_OF_TITLE * len(name)):
        return None
    return Title(page.lines[best].text, best, best)


def _above_the_date(page: PageLines, named: Title | None) -> Title | None:
    """The line above the first that prints a date with source or author: on pages whose head names only the site.

    A short one, such as that of an essay, where no longer one stands near; none above a heading that names a section.
    """
    for index, line in enumerate(page.lines):
        if is_dateline(line):
            stop = named.last if named and named.last < index - 1 else -1
            near = [i for i in range(index - 1, max(stop, index - 4), -1) if _may_be_title(page.lines[i])]
            above = next((i for i in near if len(page.lines[i].text) >= LEAST_UNMARKED), next(iter(near), None))
            return Title(page.lines[above].text, above, above) if above is not None else None
    return None


def is_dateline(line: Line) -> bool:
    """True for a short line with a date and a label of source, author or type size."""
    return (
        len(line.text) < 90 and bool(re.search("来\\s?源|作者|字号", line.text)) and find_moment(line.text) is not None
    )


def _may_be_title(line: Line) -> bool:
    """True for a line that is neither a link nor the breadcrumb."""
    return not line.is_linked and LEAST_TITLE <= len(line.text) <= 80 and not _CRUMB.match(line.text)


def _placed(text: str, page: PageLines) -> Title | None:
    """A title of the head, at the line that repeats it if there is one."""
    text = without_subtitle([text])
    if len(text) < LEAST_TITLE:
        return None
    lines = enumerate(page.lines)
    index = next((i for i, line in lines if fold(line.text) == fold(text) and not _leads_to_section(line)), -1)
    return Title(text, index, index)


def is_name(title: Title, page: PageLines) -> bool:
    """True for a title of the head alone that names a site, or that a link of navigation or breadcrumb repeats."""
    if title.last >= 0:
        return False
    text = fold(title.text)
    links = [fold(line.text) for line in page.lines if _leads_to_section(line)]
    return bool(_SITE_NAME.fullmatch(text)) or any(
        link.endswith(text) or (text.startswith(link) and len(link) >= MOST_OF_TITLE * len(text)) for link in links
    )


def _leads_to_section(line: Line) -> bool:
    """True for a link of the navigation: a <title> that names the site alone, or a section, repeats its text."""
    return line.is_linked and len(line.text) < LONGER_THAN_NAMES and not _NUMBER.search(address_of(line))


def fold(text: str) -> str:
    """Text for comparison: no blanks, lower case."""
    return "".join(text.split()).lower()
