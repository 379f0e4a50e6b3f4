"""Article pages: what a page says, as a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from jcnews_spider.article import Article, Crawl, Rights, SectionRef, char_count, content_hash
from jcnews_spider.encoding import decode
from jcnews_spider.errors import NoBody, RedirectStub, TooComplex, UnknownLayout
from jcnews_spider.text import one_line, paragraphs
from jcnews_spider.trs import byline, sources
from jcnews_spider.trs.body import attachments_of, html_of, images_of, videos_of
from jcnews_spider.trs.crumb import breadcrumb
from jcnews_spider.trs.defects import refused
from jcnews_spider.trs.layout import ABOVE_REACH, NEAR_TAIL, Layout, fit, titled
from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.moment import META_DATES, Moment, find_moment
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.pager import parts_of
from jcnews_spider.trs.shell import says_gone
from jcnews_spider.trs.site import Site
from jcnews_spider.trs.stub import MOST_TEXT, redirect_target
from jcnews_spider.trs.template import SOURCES
from jcnews_spider.trs.title import fold
from jcnews_spider.trs.tree import base_address, nodes, parse_tree, text_of, texts_of, up_to_block, xpath
from jcnews_spider.urls import ArticleAddress, joined

T = TypeVar("T")

PARSER_VERSION = "7"
"""Goes up with every change that can change a record of the same bytes."""

MOST_CHARACTERS = 1_000_000
"""Characters of one page's text above which it is no article: three long novels."""
MOST_OF_FIELDS = 2_000
"""Characters, blanks too, of an element of the header that is a line of fields: more is a page in one cell."""
AUTHOR_REACH = 6
"""Lines behind a body among which one may name its author."""

_NAMES_SOURCE = xpath(".//*[text()[contains(., '来源') or contains(., '来 源') or contains(., '稿源')]]")
_META_DATE = re.compile(r"pub\w*[:_-]?(?:time|date)|(?:release|create)_?(?:time|date)")
_LABELLED_DATE = re.compile(r"(?:发[布表]|时间|日期).{0,6}\d{4}")
_SERIES = re.compile(r"【(?P<series>[^【】]+)】\s*(?P<rest>.+)")


@refused
def parse_article(body: bytes, url: str | None, site: Site, charset: str | None = None) -> Article:
    """What the page says, everything else left at its default.

    `charset` is the Content-Type header's word. Raises UnknownLayout, or a more telling one of its subclasses, when
    the page is no article; nothing else, whatever the bytes.
    """
    decoded = decode(body, charset)
    root = parse_tree(decoded.text)
    base = joined(url, base_address(root)) or url if url else ""
    page = PageLines(root)
    address = site.article_address(url) if url else None
    layout = next(filter(None, (fit(template, page) for template in site.templates)), None)
    length = sum(len(line.text) for line in layout.body) if layout else 0
    if length > MOST_CHARACTERS:
        raise TooComplex(f"a text of more than {MOST_CHARACTERS} characters")
    if length <= MOST_TEXT and (target := redirect_target(page, base)):
        raise RedirectStub(target)
    if layout is None:
        raise (
            NoBody("a title, but no text, image, video or attachment")
            if titled(page)
            else UnknownLayout("no template fits")
        )
    pages = parts_of(page, address.stem, decoded.text) if address else 1  # before what is not the body's own is dropped
    article = _read(layout, page, base, site, address)
    crawl = Crawl(
        encoding=decoded.encoding,
        pages=pages,
        extractor=layout.template,
        parser_version=PARSER_VERSION,
    )
    return _finished(article, crawl)


def tells_of_withdrawal(body: bytes, charset: str | None = None) -> bool:
    """True when a page that is no article says in words that the article is there no more."""
    try:
        return says_gone(PageLines(parse_tree(decode(body, charset).text)).lines)
    except UnknownLayout:
        return False


def join_parts(parts: Sequence[Article]) -> Article:
    """The article of its pages in order: their bodies joined, the first page's metadata."""
    first = parts[0]
    if len(parts) == 1:
        return first
    whole = replace(
        first,
        text="\n\n".join(part.text for part in parts if part.text),
        html="\n".join(part.html for part in parts if part.html),
        images=_once(part.images for part in parts),
        attachments=_once(part.attachments for part in parts),
        videos=_once(part.videos for part in parts),
        authors=tuple({author.name: author for part in reversed(parts) for author in reversed(part.authors)}.values())[
            ::-1
        ],
        editor=next((part.editor for part in parts if part.editor), None),
    )
    return _finished(whole, replace(first.crawl, pages=len(parts)))


def _once(groups: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(groups)))


def _finished(article: Article, crawl: Crawl | None = None) -> Article:
    """The article with what is computed from the rest."""
    return replace(
        article, crawl=crawl or article.crawl, char_count=char_count(article.text), content_hash=content_hash(article)
    )


def _read(layout: Layout, page: PageLines, base: str, site: Site, address: ArticleAddress | None) -> Article:
    """The article in a layout that fitted."""
    meta, written = page.metas, page.scripts
    header = [line.text for line in layout.header]
    below = _lines_of(layout.title, header)
    said = header[below:]
    fields = [_fields(line) for line in layout.header[below:]]
    tail = [line.text for line in layout.tail]
    texts = [line.text for line in layout.body if not line.is_media]
    raw, series, title = _title(layout.title)
    above = [line.text for line in layout.above if not _is_headline(line)]
    behind = [line.text for line in layout.tail[:NEAR_TAIL] if not _is_headline(line)]
    moment = _moment(said, above, behind, meta)
    crumb = breadcrumb(page, base)
    source = _source(layout, page, fields, texts)
    return Article(
        id=site.article_id(address.docid) if address else "",
        url=address.url if address else "",
        title=title,
        title_raw=raw,
        subtitle=layout.subtitle,
        series=series,
        breadcrumb=tuple(section.name for section in crumb),
        sections=_own_section(crumb, site) if base else (),
        published_at=moment.value if moment else None,
        published_raw=moment.raw if moment else None,
        source=source,
        authors=byline.find_authors([*fields, *byline.author_lines(tail[:AUTHOR_REACH])], texts),
        editor=byline.find_editor([*tail, *fields, *texts[-2:]]),
        text=paragraphs(texts),
        images=images_of(layout.body, base),
        attachments=attachments_of(page.root, layout.containers, written, base),  # the HTML's making cuts the tree
        html=html_of(layout.containers, layout.body, layout.cut, page.hidden, base),
        videos=videos_of(layout.body, written, base),
        rights=Rights(_is_original(source, site), byline.find_notice(tail)),
    )


def _title(text: str) -> tuple[str, str | None, str]:
    """(raw, series, title): a leading 【…】 is the series unless it is all there is."""
    match = _SERIES.fullmatch(text)
    return (text, match["series"].strip(), match["rest"]) if match else (text, None, text)


def _is_headline(line: Line) -> bool:
    """True for a link to another article, with that one's date or without."""
    moment = find_moment(line.text) if line.linked else None
    return line.linked * 2 > len(line.text) - len(moment.raw if moment else "")


def _lines_of(title: str, header: Sequence[str]) -> int:
    """How many lines the title takes at the head of the header: dates and names in it are not the article's."""
    count, rest = 0, title
    while count < len(header) and header[count] and rest.startswith(header[count]):
        rest = rest.removeprefix(header[count]).lstrip()
        count += 1
    return count


def _moment(
    header: Sequence[str], above: Sequence[str], behind: Sequence[str], meta: Mapping[str, str]
) -> Moment | None:
    """The visible date; the meta tag's supplies a time that the page does not print, or stands in for it."""
    visible = find_moment(" ".join(header))
    names = [*META_DATES, *(name for name in meta if _META_DATE.search(name))]
    hidden = find_moment(_from_meta(meta, *names) or "")
    if visible is None:
        near = [*above, *behind[: max(0, ABOVE_REACH + 4 - len(above))]]
        return hidden or find_moment(" ".join([*near, *(line for line in behind if _LABELLED_DATE.search(line))]))
    agrees = hidden is not None and hidden.has_time and hidden.value.startswith(visible.value)
    return replace(visible, value=hidden.value) if hidden and agrees else visible


def _source(layout: Layout, page: PageLines, fields: Sequence[str], texts: Sequence[str]) -> str | None:
    """The source as the first place says that names one; `fields` are the header's below the title."""
    tail, above = [line.text for line in layout.tail], [line.text for line in layout.above]
    return (
        _labelled_source(layout.header[len(layout.header) - len(fields) :])
        or _from_meta(page.metas, "contentsource", "source")
        or sources.find_source_line([*above, *texts[-2:], *tail[:8]])
        or sources.find_opening_source(tail[:4])
        or sources.find_dated_source([*above, *tail[:8]])
        or _named_medium(page, layout.header)
        or sources.find_bracketed_medium([*texts[-2:], *tail[:14]])
        or next(filter(None, map(sources.find_medium, fields)), None)
    )


def _labelled_source(header: Sequence[Line]) -> str | None:
    """The source of the header: that of the innermost element that names it, or of the whole line."""
    for line in header:
        if sources.find_source([line.text]) is None:
            continue
        inner = [one_line(text_of(node)) for node in nodes(_NAMES_SOURCE, up_to_block(line.node)[-1])]
        return sources.find_source([*inner, line.text])
    return None


def _fields(line: Line) -> str:
    """A line of the header with a blank between its elements: a style sheet may be all that sets them apart."""
    block = up_to_block(line.node)[-1]
    spaced = one_line(" ".join(texts_of(block))) if len(text_of(block)) <= MOST_OF_FIELDS else ""
    return spaced if fold(spaced) == fold(line.text) else line.text


def _named_medium(page: PageLines, header: Sequence[Line]) -> str | None:
    """The medium in an element of the header that its name says to be the source's."""
    blocks = {up_to_block(line.node)[-1] for line in header[1:]}
    for node in page.find(SOURCES):
        if blocks.isdisjoint((node, up_to_block(node)[-1])):
            continue
        if medium := sources.as_medium(one_line(text_of(node))):
            return medium
    return None


def _own_section(crumb: tuple[SectionRef, ...], site: Site) -> tuple[SectionRef, ...]:
    """The section that the crumb names last."""
    for link in reversed(crumb):
        if path := site.section_at(link.url):
            return (SectionRef(link.name, site.section_url(path)),)
    return ()


def _is_original(source: str | None, site: Site) -> bool | None:
    return None if source is None else source.strip("《》") in site.own_titles


def _from_meta(meta: Mapping[str, str], *names: str) -> str | None:
    return next((meta[name].strip() for name in names if meta.get(name, "").strip()), None)
