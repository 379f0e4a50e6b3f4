"""Sites without an end: every walk is bounded, says so, and asks nothing but lists and articles."""

from __future__ import annotations

import re
from pathlib import Path

from tests.crawling import crawl
from tests.replica import Answer, Plan, Replica
from tests.test_exit_codes import SITE, assert_ended

ONE = "sections=xw/jcxw"


class Endless(dict[str, Answer]):
    """A list whose every page shows a link to the next, to articles never seen, and to traps of every kind."""

    def __init__(self, pager: str = "", articles: int = 1) -> None:
        super().__init__({"": Answer()})
        self._pager, self._articles = pager, articles

    def get(self, path: str, default: object = None) -> Answer | None:  # type: ignore[override]
        match = re.fullmatch(r"/xw/jcxw/(?:index_(\d+)\.html)?", path)
        return Answer(body=self._page(int(match[1] or 0)).encode()) if match else None

    def _page(self, index: int) -> str:
        links = [f"./202210/t20221009_{90_000_000 + index * 100 + n}.html" for n in range(self._articles)]
        links += [
            f"./?page={index + 1}&session={index * 7919}",
            f"/xw/jcxw/index.html?sort={index}",
            f"/calendar/2022/{index}/",
            f"/comment/comment?newsid={index}&data={index}",
            f"/was5/web/search?channelid=1&searchword={index}",
            f"/xw/jcxw/../jcxw/./index_{index + 1}.html",
        ]
        items = "".join(f"<li><a href='{link}'>{number} {index}</a></li>" for number, link in enumerate(links))
        return f"<html><body><ul>{items}</ul>{self._pager}</body></html>"


def asked(site: Replica) -> list[str]:
    return [request.url.removeprefix(SITE) for request in site.requests]


def test_a_list_without_an_end_is_cut_and_says_so(tmp_path: Path) -> None:
    with Replica(Plan(articles=10, faults=Endless())) as site:
        run = crawl(site, tmp_path, ONE, JCNEWS_MAX_LIST_PAGES=7, JCNEWS_FAIL_RATIO=1)
    pages = [path for path in asked(site) if path.startswith("/xw/jcxw/") and "/t2" not in path]
    assert pages == ["/xw/jcxw/", *(f"/xw/jcxw/index_{number}.html" for number in range(1, 7))]
    assert run.report["sections"]["xw/jcxw"]["end"] == "max_list_pages"
    assert "section xw/jcxw: 7 pages, 7 articles, 7 new, max_list_pages" in run.stderr
    assert not [path for path in asked(site) if "?" in path or "calendar" in path or "comment" in path]


def test_a_pager_that_promises_a_billion_pages_is_cut_too(tmp_path: Path) -> None:
    pager = "<script>createPageHTML(1000000000, 0, 'index', 'html');</script>"
    with Replica(Plan(articles=10, faults=Endless(pager))) as site:
        run = crawl(site, tmp_path, ONE, JCNEWS_MAX_LIST_PAGES=5, JCNEWS_FAIL_RATIO=1)
    assert run.report["sections"]["xw/jcxw"]["end"] == "max_list_pages"
    assert len([path for path in asked(site) if "/t2" not in path]) == 6


def test_a_list_that_shows_the_same_for_ever_ends_at_its_second_page(tmp_path: Path) -> None:
    with Replica(Plan(articles=10, faults=Endless(articles=0))) as site:
        run = crawl(site, tmp_path, ONE)
    assert len(asked(site)) <= 3
    assert run.report["sections"]["xw/jcxw"]["end"] != "max_list_pages"


def test_sections_that_send_to_each_other_are_asked_once(tmp_path: Path) -> None:
    faults = {
        f"/{one}/": Answer(body=f'<meta http-equiv="refresh" content="0;url=/{other}/">'.encode())
        for one, other in (("xw/jcxw", "xw/pl"), ("xw/pl", "xw/jcxw"))
    }
    with Replica(Plan(articles=10, faults=faults)) as site:
        run = crawl(site, tmp_path, ONE)
    assert sorted(asked(site)) == ["/robots.txt", "/xw/jcxw/", "/xw/pl/"]
    assert run.report["articles"]["new"] == 0


def test_a_home_page_of_a_thousand_sections_makes_no_requests(tmp_path: Path) -> None:
    links = "".join(f"<li><a href='/rl/{number}/'>日历{number}</a></li>" for number in range(1000))
    home = Answer(body=f"<html><body><div class=logo><ul>{links}</ul></div></body></html>".encode())
    with Replica(Plan(articles=10, faults={"/": home})) as site:
        run = crawl(site, tmp_path, JCNEWS_FAIL_RATIO=1)
    assert not [path for path in asked(site) if path.startswith("/rl/")]
    assert_ended(run, run.code, run.report["why"])
