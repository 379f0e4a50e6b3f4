"""The file of a site that has none yet, from what its pages show: to be saved in sites/, read and shortened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import indent

from jcnews_spider.checkup import Examined, Proven, short_name
from jcnews_spider.encoding import decode
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.items import Page
from jcnews_spider.sites import SITES
from jcnews_spider.trs.diagnosis import OTHER_ADDRESSES
from jcnews_spider.trs.listing import parse_navigation
from jcnews_spider.trs.masthead import site_title
from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.proposal import tree_names
from jcnews_spider.trs.site import Site
from jcnews_spider.trs.tree import parse_tree

_MORE = re.compile(r"更多|more", re.IGNORECASE)
"""What links to sections say instead of their names."""


def unknown_sites(pages: Sequence[Examined]) -> list[Site]:
    """The sites of the pages that no file holds, as far as the pages' addresses tell them.

    One whose articles have other addresses than TRS gives them can have none.
    """
    sites = {page.site.name: page.site for page in pages if _page_of(page) and page.site.name not in SITES}
    others = {page.site.name for page in pages if page.diagnosis.reason == OTHER_ADDRESSES}
    readable = {page.site.name for page in pages if page.diagnosis.kind != "home" and page.state == "fine"}
    return [site for name, site in sites.items() if name in readable or name not in others]


def file_text(site: Site, pages: Sequence[Examined], proven: Sequence[Proven]) -> str:
    """The file and its place: with every section that the pages link and every template that was proposed."""
    own = [page for one in pages if one.site.name == site.name and (page := _page_of(one))]
    name, title = _free_name(site.name), site_title(_lines(own)) or site.name
    templates = [one.proposal.source for one in proven if one.site.name == site.name]
    sections = [f"Section({_quoted(called)}, {_quoted(path)})" for path, called in _sections(site, own).items()]
    return f'''{site.name} is no site yet. With this file, jcnews_spider/sites/{name}.py, scrapy crawl {name} takes it;
keep the sections that list news:

"""{_plain(title)}."""

from jcnews_spider.trs.site import Section, Site
{_imports("".join(templates))}
SITE = Site(
    name={_quoted(name)},
    title={_quoted(title)},
    root={_quoted(site.root)},
    own_titles=({_quoted(title)},),
{_tuple("templates", [*templates, "*TRS_TEMPLATES"]) if templates else ""}{_tuple("sections", sections)})'''


def _free_name(host: str) -> str:
    """The short name of a host, or all of it where another site is called so: its file and its ids stay its own."""
    name = short_name(host)
    return re.sub(r"[^a-z0-9]+", "_", host) if name in SITES else name


def _imports(templates: str) -> str:
    """What the templates need."""
    if not templates:
        return ""
    return (
        "from jcnews_spider.trs.template import TRS_TEMPLATES, Template\n"
        f"from jcnews_spider.trs.tree import {tree_names(templates)}\n"
    )


def _tuple(name: str, items: Sequence[str]) -> str:
    """An argument with an item a line."""
    lines = "".join(f"{item},\n" for item in items)
    return f"    {name}=(\n{indent(lines, ' ' * 8)}    ),\n" if items else ""


def _page_of(examined: Examined) -> Page | None:
    page = examined.answer.page
    return page if page and page.url and examined.came else None


def _lines(pages: Sequence[Page]) -> Iterator[PageLines]:
    for page in pages:
        try:
            yield PageLines(parse_tree(decode(page.body, page.charset).text))
        except UnknownLayout:
            continue


def _sections(site: Site, pages: Sequence[Page]) -> dict[str, str]:
    """Names by path, in the order in which the pages link them."""
    found: dict[str, str] = {}
    for page in pages:
        try:
            linked = parse_navigation(page.body, page.url or site.root, site, page.charset)
        except UnknownLayout:
            continue
        for section in linked:
            if (path := site.section_at(section.url)) and not _MORE.match(section.name):
                found.setdefault(path, section.name)
    return found


def _quoted(text: str) -> str:
    return f'"{_plain(text)}"'


def _plain(text: str) -> str:
    """What a page says as the inside of a Python string: it can end none, nor steer a terminal."""
    return "".join(character for character in text if character.isprintable() and character not in '"\\')
