"""What is recognised on a page, field by field, and where from: for first contact with a site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from jcnews_spider.article import Article
from jcnews_spider.encoding import Decoded, decode
from jcnews_spider.errors import NoBody, RedirectStub, UnknownLayout
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.challenge import challenger
from jcnews_spider.trs.layout import fit
from jcnews_spider.trs.listing import Listing, parse_listing
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.provenance import Whereabouts, described
from jcnews_spider.trs.site import Site
from jcnews_spider.trs.template import FALLBACK, Template
from jcnews_spider.trs.title import confirmed_title, find_title, fold
from jcnews_spider.trs.tree import attribute, nodes, parse_tree, xpath
from jcnews_spider.urls import joined

Kind = Literal["home", "list", "article"]

EMPTY_SECTION = "empty_section"
"""Reason of a list without entries whose own script says that there is no second page."""
OTHER_ADDRESSES = "other_addresses"
"""Reason of a list without entries that links pages of its site as if they were articles."""
FEW_ENTRIES, FEW_SECTIONS = 3, 3
"""Entries, sections from which a saved page without an address is a list, a home page."""

_META = re.compile(r"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_LINKS = xpath("//a[@href]")
_KINDS = {"article": "article", "external": "link elsewhere", "file": "file"}
_NUMBERED = re.compile(r"\d{3,}[^/]*$")
_CUT = re.compile(r"(?:\.{3}|…)$")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    name: str
    value: str
    """As found, empty when it is missing."""
    where: str
    """The element, meta tag, script or rule that gave it; for what is missing, why."""
    is_wanted: bool = False
    """True for what every page of its kind should show."""

    @property
    def is_missing(self) -> bool:
        """True when the page should show it and does not."""
        return self.is_wanted and not self.value


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A page as it was understood."""

    kind: Kind
    findings: tuple[Finding, ...]
    reason: str = ""
    """Why it is no such page, as in a run report; empty for one that is."""
    detail: str = ""
    """The same for people."""
    template: str = ""
    """The template that an article fitted."""

    @property
    def wants_template(self) -> bool:
        """True for an article, or what may be one, that only the page's running text told."""
        return self.template == FALLBACK.name or (self.kind == "article" and self.reason == UnknownLayout.reason)

    @property
    def is_ordinary(self) -> bool:
        """True for a page that gives nothing, as every site has some: a stub, a title without a body, an empty list."""
        return self.reason in (RedirectStub.reason, NoBody.reason, EMPTY_SECTION)


def kind_of(body: bytes, url: str | None, site: Site, charset: str | None = None) -> Kind:
    """What a page is: by its address, without one by what it holds; an article where nothing tells."""
    if url:
        is_home = site.canonical(url) == site.root
        return "home" if is_home else "article" if site.article_address(url) else "list"
    try:
        parse_article(body, None, site, charset)
    except UnknownLayout:
        try:
            listing = parse_listing(body, site.root, site, charset)
        except UnknownLayout:
            return "article"
        is_list = sum(entry.kind == "article" for entry in listing.entries) >= FEW_ENTRIES
        return (
            "home" if len(listing.sections) >= FEW_SECTIONS and not listing.pager else "list" if is_list else "article"
        )
    return "article"


def diagnose(
    body: bytes, url: str | None, site: Site, charset: str | None = None, kind: Kind | None = None
) -> Diagnosis:
    """What a page shows; raises nothing, whatever the bytes."""
    kind = kind or kind_of(body, url, site, charset)
    decoded = decode(body, charset)
    encoding = _encoding(decoded, charset)
    if product := challenger(body):
        return Diagnosis(kind, (encoding,), "challenged", f"a challenge of {product} instead of the page")
    try:
        if kind == "article":
            article = parse_article(body, url, site, charset)
            found = _article(article, PageLines(parse_tree(decoded.text)), site)
            return Diagnosis(kind, (encoding, *found), template=article.crawl.extractor or "")
        listing = parse_listing(body, url or site.root, site, charset)
        found = _list(listing, decoded.text, url, site) if kind == "list" else _home(listing, site)
    except UnknownLayout as fault:
        tried = _tried(decoded.text, site) if kind == "article" and type(fault) in (UnknownLayout, NoBody) else ()
        return Diagnosis(kind, (encoding, *tried), fault.reason, str(fault))
    reason, detail = _why_no_list(kind, listing)
    others = _other_pages(decoded.text, url, site) if url and reason in ("empty_list", EMPTY_SECTION) else []
    if len(others) >= FEW_ENTRIES:
        reason, detail = OTHER_ADDRESSES, f"{len(others)} links such as {others[0]}, none an article's address"
    return Diagnosis(kind, (encoding, *found), reason, detail)


def _encoding(decoded: Decoded, charset: str | None) -> Finding:
    meta = _META.search(decoded.text[:65536])
    return Finding(
        "encoding",
        decoded.encoding,
        f"the bytes; header says {charset or 'nothing'}, meta {meta[1] if meta else 'nothing'}",
    )


def _why_no_list(kind: Kind, listing: Listing) -> tuple[str, str]:
    if listing.target:
        return RedirectStub.reason, f"sends the reader to {listing.target!r}"
    if kind == "list" and not listing.entries and listing.pager and listing.pager.pages <= 1:
        return EMPTY_SECTION, "a list of one page without entries"
    if kind == "list" and not listing.entries:
        return "empty_list", "a list without entries"
    if kind == "home" and not listing.sections:
        return "no_sections", "a home page that links no section"
    return "", ""


def _other_pages(text: str, url: str, site: Site) -> list[str]:
    """Paths of the site's pages that a list links under a number, each once; none where it links an article too."""
    links = (joined(url, attribute(link, "href")) or "" for link in nodes(_LINKS, parse_tree(text)))
    pages = dict.fromkeys(page for link in links if (page := site.canonical(link)))
    paths = [urlsplit(page).path for page in pages]
    return [] if any(map(site.article_address, pages)) else [path for path in paths if _NUMBERED.search(path)]


def _article(article: Article, page: PageLines, site: Site) -> list[Finding]:
    template, layout = next((t, fitting) for t in site.templates if (fitting := fit(t, page)))
    place = Whereabouts(page, layout)
    found = [
        Finding("template", template.name, f"{site.templates.index(template) + 1} of {len(site.templates)}", True),
        Finding("title", article.title_raw, place.of(article.title_raw) or "<title> and a line above the text", True),
        Finding("published_at", article.published_at or "", _date_place(article, place), True),
        _printed("source", article.source, place, is_wanted=True),
        _printed("editor", article.editor, place, is_wanted=True),
        Finding("breadcrumb", " > ".join(article.breadcrumb), _crumb_place(article, place), True),
        Finding("text", _amount(article), ", ".join(map(described, layout.containers[:3])), True),
        _printed("series", article.series, place),
        _printed("subtitle", article.subtitle, place),
        _printed("authors", "、".join(author.name for author in article.authors) or None, place),
        _printed("notice", article.rights.notice, place),
    ]
    lists = {"images": article.images, "attachments": article.attachments, "videos": article.videos}
    found += [Finding(name, str(len(items)), "body") for name, items in lists.items() if items]
    if article.crawl.pages > 1:
        found.append(Finding("pages", str(article.crawl.pages), "pager script or links"))
    return found


def _printed(name: str, value: str | None, place: Whereabouts, *, is_wanted: bool = False) -> Finding:
    """A field that the page prints; of several names the first shows the place."""
    where = place.of(value) or place.of(value.split("、")[0]) if value else "not on the page"
    return Finding(name, value or "", where or "joined from several places", is_wanted)


def _crumb_place(article: Article, place: Whereabouts) -> str:
    return (
        place.of_crumb(article.breadcrumb[-1])
        if article.breadcrumb
        else "no marked links, nor any beside 位置 or behind 首页 or the site's name and an arrow"
    )


def _date_place(article: Article, place: Whereabouts) -> str:
    if not article.published_at or not article.published_raw:
        return "no date in header, meta tags or tail"
    where = place.of(article.published_raw)
    is_mixed = "T" in article.published_at and ":" not in article.published_raw
    return f"{where}, the time from a meta tag" if is_mixed else where


def _amount(article: Article) -> str:
    """How much text there is; a page of pictures has none and is an article all the same."""
    media = len(article.images) + len(article.videos) + len(article.attachments)
    return f"{article.char_count} characters" if article.char_count or not media else f"{media} pictures or files alone"


def _tried(text: str, site: Site) -> Iterator[Finding]:
    """Why no template fits."""
    page = PageLines(parse_tree(text))
    whys = [f"{template.name}: {_why_not(template, page)}" for template in site.templates]
    yield Finding("template", "", "; ".join(dict.fromkeys(whys)) or "the site has none", is_wanted=True)


def _why_not(template: Template, page: PageLines) -> str:
    if template.bodies and not any(page.find(place) for place in template.bodies):
        return "no container"
    if find_title(template, page, confirmed_title(template, page)) is None:
        return "no title"
    return "no text with a date"


def _list(listing: Listing, text: str, url: str | None, site: Site) -> list[Finding]:
    articles = [entry for entry in listing.entries if entry.kind == "article"]
    kinds = Counter(entry.kind for entry in listing.entries)
    shown = ", ".join(counted(number, _KINDS[kind]) for kind, number in kinds.items())
    dated = sum(entry.shown_date is not None for entry in articles)
    cut = sum(bool(_CUT.search(entry.title)) for entry in articles)
    found = [
        Finding("entries", shown, _entry_place(listing, text, url or site.root, site), is_wanted=not listing.target),
        Finding("pager", counted(listing.pages, "page") if listing.pages else "", _pager_place(listing, text)),
        Finding("name", listing.name or "", "breadcrumb" if listing.name else "no breadcrumb"),
        Finding(
            "dates", f"{dated} of {len(articles)}" if dated else "", "beside the entries" if dated else "none shown"
        ),
    ]
    if cut:
        found.append(Finding("titles cut", f"{cut} of {len(articles)}", "whole in no title attribute"))
    if listing.target:
        found.append(Finding("redirect", listing.target, "meta refresh or script"))
    return found


def _pager_place(listing: Listing, text: str) -> str:
    if listing.pager is None:
        how = f"links to the next, {listing.page_url('', 1)}" if listing.linked else "no script counts pages"
        return f"{how}: they are asked until one is missing"
    if listing.pager.suffix is None:
        return "script: countPage"
    call = re.search(rf"([\w$.]+)\s*\(\s*(?:[\"'][\w-]+[\"']\s*,\s*)?[\"']?{listing.pages}[\"']?\s*,", text)
    return f"script: {call[1] if call else 'call'}(…, {listing.pager.name!r}, {listing.pager.suffix!r})"


def _entry_place(listing: Listing, text: str, url: str, site: Site) -> str:
    """Where the first article stands."""
    first = next((entry.url for entry in listing.entries if entry.kind == "article"), None)
    links = nodes(_LINKS, parse_tree(text)) if first else []
    found = next((link for link in links if site.canonical(joined(url, attribute(link, "href")) or "") == first), None)
    if found is None:
        return "written by a script" if first else "no link to an article, a file or another site"
    above = found.getparent()
    return described(found if above is None else above)


def _home(listing: Listing, site: Site) -> list[Finding]:
    paths = {section.path for section in site.sections if section.path}
    named = {fold(section.name) for section in site.sections if not section.path}
    linked = {section.name: site.section_at(section.url) for section in listing.sections}
    placed = [f"{name} {path}" for name, path in linked.items() if fold(name) in named]
    others = [f"{name} {path}" for name, path in linked.items() if path not in paths and fold(name) not in named]
    known = len(paths.intersection(filter(None, linked.values())))
    headlines = sum(entry.kind == "article" for entry in listing.entries)
    found = [
        Finding("sections", str(len(linked) or ""), f"navigation; {known} of the table's {len(paths)} paths", True),
        Finding("other sections", "、".join(others), "navigation, not in the table"),
        Finding("headlines", str(headlines or ""), "links to articles"),
    ]
    if named:
        found.append(Finding("sections by name", "、".join(placed), "navigation; the table has no path", True))
    return found


def counted(number: int, noun: str) -> str:
    """`1 page`, `2 pages`, `2 links elsewhere`."""
    head, _, rest = noun.partition(" ")
    return f"{number} {head}{'s' * (number != 1)}{f' {rest}' if rest else ''}"
