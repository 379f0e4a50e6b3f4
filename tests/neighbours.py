"""Other TRS sites beside the replica's: their golden pages behind small lists, as answers of other hosts of a plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jcnews_spider.sites import site_named
from tests.crawling import Run, crawl_options, newest_report, scrapy
from tests.replica import Answer, Replica

PAGES = Path(__file__).parent / "pages"
CASES = sorted(path for path in PAGES.glob("*/*.html") if path.parent.name != "jcnews" and not path.stem.endswith("_1"))
"""Golden pages of the sites beside jcnews; `…_1` is the second part of one."""

HTML = {"Content-Type": "text/html"}


def golden(case: Path) -> dict[str, Any]:
    """The record of a golden page."""
    record: dict[str, Any] = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    return record


def parts_of(case: Path) -> list[Path]:
    """A golden page, and its second part where it has one."""
    return [case, *case.parent.glob(f"{case.stem}_1.html")]


def _places(case: Path) -> Iterator[tuple[str, Path]]:
    head, dot, suffix = urlsplit(golden(case)["url"]).path.rpartition(".")
    for number, part in enumerate(parts_of(case)):
        yield f"{head}{f'_{number}' if number else ''}{dot}{suffix}", part


def host_of(case: Path) -> str:
    """The host of a golden page's site."""
    return str(urlsplit(golden(case)["url"]).netloc)


def site_of_one_page(case: Path) -> dict[str, Answer]:
    """A golden page and its second part, the list of its section, and a home page that links the list by its name."""
    record = golden(case)
    section = record["sections"][0]
    return {
        "/": _html(f"<ul><li><a href='{section['url']}'>{section['name']}</a></li></ul>"),
        urlsplit(section["url"]).path: listing([record["url"]]),
        **{path: Answer(headers=HTML, body=part.read_bytes()) for path, part in _places(case)},
    }


def cmse_page(title: str, paragraphs: Iterable[str], source: str) -> Answer:
    """An article of cmse in the layout of its golden page."""
    record, page = golden(PAGES / "cmse/article.html"), (PAGES / "cmse/article.html").read_text(encoding="utf-8")
    before, opening, rest = page.partition('<div class="TRS_Editor">')
    _, closing, after = rest.partition("</div>\n</div>")
    body = "".join(f"<div><span>　　{paragraph}</span></div>" for paragraph in paragraphs)
    whole = f"{before}{opening}{body}</div>{after}" if closing else page
    return Answer(headers=HTML, body=whole.replace(record["title"], title).replace(record["source"], source).encode())


def crawl_of(
    site: str, replica: Replica, output: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> Run:
    """A finished `scrapy crawl` process of a site, without images, which nobody serves; it must have met no defect."""
    line = ["crawl", site, *crawl_options(output, *arguments, JCNEWS_IMAGES=0)]
    done = scrapy(*line, proxy=replica.proxy, variables=variables)
    assert "Traceback" not in done.stderr, done.stderr
    return Run(done.returncode, done.stdout, done.stderr, output, newest_report(output))


def listing(urls: Iterable[str]) -> Answer:
    """A list page of one page."""
    items = "".join(f"<li><a href='{url}'>标题</a><span>2021-03-18</span></li>" for url in urls)
    return _html(f"<ul>{items}</ul><script>createPageHTML(1, 0, 'index', 'html');</script>")


def sections_of(site: str) -> list[str]:
    """Paths of the list pages of a site's table."""
    return [f"/{section.path}/" for section in site_named(site).sections if section.path]


def _html(body: str) -> Answer:
    return Answer(headers=HTML, body=f"<html><body>{body}</body></html>".encode())


def cmse_site(articles: Mapping[str, Answer]) -> dict[str, Answer]:
    """cmse with these articles of 综合新闻 by path; its other lists are empty."""
    lists = {path: listing([]) for path in sections_of("cmse")}
    return {**lists, "/xwzx/zhxw/": listing(articles), **articles}
