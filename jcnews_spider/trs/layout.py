"""A template laid over a page: which lines are title, header, body and tail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jcnews_spider.text import one_line
from jcnews_spider.trs.body import is_picture, videos_of
from jcnews_spider.trs.brief import under_dateline
from jcnews_spider.trs.byline import says_all
from jcnews_spider.trs.density import Run
from jcnews_spider.trs.extent import around, holds, kin, run_behind, spilled, without_summaries
from jcnews_spider.trs.lines import Line, leads_to_page
from jcnews_spider.trs.moment import META_DATES, find_moment
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.shell import is_empty, says_error
from jcnews_spider.trs.subtitle import find_subtitle
from jcnews_spider.trs.tail import behind_editor, cut_tail, ends_article, last_told
from jcnews_spider.trs.template import BRIEF, FALLBACK, TRS_EDITOR, Template
from jcnews_spider.trs.title import Title, confirmed_title, find_title, is_name
from jcnews_spider.trs.tree import Node, attribute, nodes, text_of, up_to_block, xpath
from jcnews_spider.trs.trim import (
    HEADER_REACH,
    is_abstract,
    is_day,
    is_of_event,
    is_tool,
    prose,
    without_header,
    without_opening_tools,
    without_related,
)
from jcnews_spider.trs.wrappers import containers_of

ABOVE_REACH, FIELDS_REACH = 3, 20
"""Lines above a title that may belong to the article, and where they are the fields of a public document."""
LEAST_FIELDS = 2
"""Fields among lines that make them a table of such."""
NEAR_TAIL, TAIL_REACH = 16, 40
"""Lines behind a body that are read anyway, and those among which editor and notice stand."""
LEAST_CHARACTERS = 40
"""Text below which a container without a TRS class is no body."""
LEAST_PROSE = 60
"""Running text below which a page without any known container is no article."""
UNDATED_PROSE = 500
"""Running text from which a page without any date may be an article."""
MOST_LINKED = 0.5
"""Share of a body's characters inside links from which it is a list."""
MOST_ITEMS = 3
"""Linked headings among the lines of a text from which it is a list with summaries."""

_LINKED = xpath(".//a[@href]")
_SENTENCE_END = re.compile("[。！？；]")
_FIELD = re.compile(
    r"索\s*引\s*号|(?:发\s*)?文\s*号|发文字号|发[文布]机[关构]|主题分类|有效性|\w\w日期\s*(?:[:：\d]|$)"
)
_ISSUED = re.compile(r"发\s?[布表]\s?(?:日\s?期|时\s?间)")


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


def fit(template: Template, page: PageLines) -> Layout | None:
    """The layout, or None where the template does not fit: it must give a title, a body, and a date or a TRS class.

    Under the site's name, or a section's, it must give a date: boxes of home pages have such a class too.
    """
    found = [node for place in template.bodies for node in page.find(place)]
    if template.bodies and not found:
        return None
    confirmed = confirmed_title(template, page)
    if confirmed is None:
        return _fit(template, page, None)
    last = [] if template.is_guess else found
    return _fit(template, page.excerpt(confirmed, last, _wanted_behind), confirmed) or _fit(template, page, confirmed)


def _fit(template: Template, page: PageLines, confirmed: Node | None) -> Layout | None:
    title = find_title(template, page, confirmed)
    if title is None:
        return None
    run = run_behind(page, title) if template.is_guess else None
    if template is FALLBACK:
        return _layout(template, page, title, [run.container], run) if run and run.mass >= LEAST_PROSE else None
    if template is BRIEF:
        under = under_dateline(page, title)
        return _layout(template, page, title, [under.container], under) if under else None
    for place in template.bodies:
        containers = containers_of(place, page)
        if template.is_proof and not containers and page.find(place):
            containers = _lead_boxes(page, title)
        layout = _layout(template, page, title, containers, run) if containers else None
        if layout is not None:
            return layout
    return None


def _wanted_behind(lines: Sequence[Line]) -> int:
    """Lines that are wanted behind a body: where the first say all, what follows are headlines by the dozen."""
    return TAIL_REACH if lines and not says_all([line.text for line in lines]) else NEAR_TAIL


def titled(page: PageLines) -> bool:
    """True when a page without a body has an article's title and date all the same."""
    title = find_title(TRS_EDITOR, page, confirmed_title(TRS_EDITOR, page))
    return title is not None and title.last >= 0 and _date_near(page.lines[title.first : title.last + HEADER_REACH])


def _layout(
    template: Template, page: PageLines, title: Title, containers: list[Node], run: Run | None
) -> Layout | None:
    inside = page.within(containers)
    if not inside or (template.is_general and not holds(page, title, inside, run)):
        return None
    rest = [] if run else spilled(page, containers, inside)
    containers = [*containers, *dict.fromkeys(up_to_block(page.lines[index].node)[-1] for index in rest)]
    inside, begin, end = _extent(page, title, inside + rest, run)
    dated = _date_near([*_issued(page, title), *page.lines[max(0, title.first) : begin]])
    own = [page.lines[index] for index in inside]
    lines = behind_editor(without_header(own, dated=dated or _opens_with_event(own, page)))
    kept_from = len(own) - len(lines)
    lines = without_opening_tools(lines)
    told = last_told(lines) if template.is_proof and any(line.is_linked for line in lines) else -1
    lines = without_related(lines, told)
    body = cut_tail(lines)
    before, body, behind = kin(without_summaries(body)) if template.is_guess else ([], body, [])
    header_start = title.first if 0 <= title.first < begin else max(0, begin - HEADER_REACH)
    above = _above(page, header_start)
    header = page.lines[header_start:begin] + own[:kept_from] + before
    tail = behind + lines[len(before) + len(body) + len(behind) :] + page.lines[end + 1 : end + 1 + TAIL_REACH]
    if _has_ended(header[max(0, title.last + 1 - header_start) :]):
        return None
    if not _is_body(body, containers, template) or _is_other(page, title, body, template):
        return None
    is_proven = template.is_proof and not is_name(title, page)
    if not is_proven and not _is_dated(page, above + header + tail[:NEAR_TAIL], run):
        return None
    leads = _leads(header[1:])
    body = leads + body
    kept = {id(line) for line in body}
    return Layout(
        template=template.name,
        title=title.text,
        subtitle=find_subtitle(above, header, title.text),
        above=above,
        header=header,
        body=body,
        cut=[page.lines[index] for index in page.within(containers) if id(page.lines[index]) not in kept],
        tail=tail,
        containers=[*(up_to_block(line.node)[-1] for line in leads), *containers],
    )


def _extent(page: PageLines, title: Title, inside: list[int], run: Run | None) -> tuple[list[int], int, int]:
    """(the container's lines that may be the article's, the first of them or of what follows, the last)."""
    begin, end = inside[0], inside[-1]
    if begin <= title.last <= end:
        inside = [index for index in inside if index > title.last]
        begin = inside[0] if inside else end
    if run:
        inside = around(page.lines, inside, run)
        begin, end = (inside[0], inside[-1]) if inside else (end, end)
    return inside, begin, end


def _has_ended(header: list[Line]) -> bool:
    """True when a whole article stands in front of a container: text or pictures, then what stands only behind them.

    An editor right below the date is part of a header: some sites print it there.
    """
    end = next((index for index, line in enumerate(header) if ends_article(line.text) and not is_tool(line.text)), 0)
    return any(line.is_media or (prose(line) and not is_abstract(line.text)) for line in header[:end])


def _leads(header: list[Line]) -> list[Line]:
    """Pictures and videos between header and body: the lead may stand in front of the wrapper (SITE.md §4.2)."""
    return [
        line
        for line in header
        if line.is_media and (is_picture(line.node) or videos_of([line], (), ""))
        and up_to_block(line.node)[-1].tag != "body" and not " ".join(text_of(up_to_block(line.node)[-1]).split())
    ]  # fmt: skip


def _lead_boxes(page: PageLines, title: Title) -> list[Node]:
    """Where the pictures and videos below a title stand: all there is where the editor's wrapper holds nothing."""
    below = page.lines[title.last + 1 : title.last + 1 + HEADER_REACH] if title.last >= 0 else []
    return [up_to_block(line.node)[-1] for line in _leads(below)]


def _is_body(lines: list[Line], containers: list[Node], template: Template) -> bool:
    """True when the lines hold text or media, and are not mostly links: names, verses and tables have no sentences."""
    text = sum(len(line.text) for line in lines)
    if is_empty(lines):
        return False
    if template.is_proof and any(line.is_media for line in lines):
        return True
    linked = (
        sum(line.linked for line in lines)
        if template.is_guess
        else sum(len(one_line(text_of(link))) for container in containers for link in _links_to_pages(container))
    )
    if linked >= MOST_LINKED * text:
        return False
    if template.is_proof:
        return True
    is_told = not linked or any(_SENTENCE_END.search(line.text) for line in lines)
    return text >= LEAST_CHARACTERS and is_told


def _links_to_pages(container: Node) -> list[Node]:
    addresses = ((link, attribute(link, "href")) for link in nodes(_LINKED, container))
    return [link for link, href in addresses if leads_to_page(href) and not href.startswith("javascript:")]


def _is_other(page: PageLines, title: Title, body: list[Line], template: Template) -> bool:
    """True for an error page, and for a list in a container that proves nothing."""
    if template.is_general and says_error((page.page_title, title.text), body):
        return True
    shown = page.lines[max(0, title.first) : title.last + 1]
    is_item = template is FALLBACK and any(line.is_linked for line in shown)
    return not template.is_proof and _is_list(body, MOST_ITEMS - 2 * is_item)


def _is_list(lines: list[Line], most: int) -> bool:
    """True for a list with summaries: linked headings between the paragraphs; one that passes for a title is a sign."""
    items = sum(line.is_linked and len(line.text) >= 8 for line in lines)
    return items >= most and items * 3 >= sum(not line.is_media and not is_day(line.text) for line in lines)


def _above(page: PageLines, start: int) -> list[Line]:
    """Lines right above a title: a few, or from the first field on of a table of 索引号, 文号 and 发布日期."""
    lines = page.lines[max(0, start - FIELDS_REACH) : start]
    fields = [index for index, line in enumerate(lines) if not line.is_linked and _FIELD.match(line.text)]
    few = max(0, len(lines) - ABOVE_REACH)
    return lines[min(fields[0], few) if len(fields) >= LEAST_FIELDS else few :]


def _issued(page: PageLines, title: Title) -> list[Line]:
    """Lines right above the title that say when the page was published, the date behind its label or below it."""
    above = _above(page, max(0, title.first))
    labels = [bool(_ISSUED.search(line.text)) for line in above]
    return [line for line, *is_issued in zip(above, labels, [False, *labels], strict=False) if any(is_issued)]


def _date_near(lines: list[Line]) -> bool:
    return any(find_moment(line.text) for line in lines)


def _opens_with_event(lines: list[Line], page: PageLines) -> bool:
    """True where the first date in a container is an event's: the head of the page gives another."""
    first = next((line for line in lines[:HEADER_REACH] if find_moment(line.text)), None)
    published = next((moment for name in META_DATES if (moment := find_moment(page.metas.get(name, "")))), None)
    return first is not None and published is not None and is_of_event(first, published)


def _is_dated(page: PageLines, lines: list[Line], run: Run | None) -> bool:
    """True when lines around the text or the head give a date, or so long a text needs none."""
    return (
        _date_near(lines)
        or any(find_moment(page.metas.get(name, "")) for name in META_DATES)
        or (run is not None and run.mass >= UNDATED_PROSE)
    )
