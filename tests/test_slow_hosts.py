"""A host that hangs holds up nobody else."""

from __future__ import annotations

from pathlib import Path

from jcnews_spider.engine import IMAGES_AT_ONCE
from tests.crawling import crawl
from tests.replica import Answer, Plan, Replica
from tests.skeleton import editor, page

SITE = "http://www.jcnews.com.cn"
SLOW = "pictures.example.com"
HANG_S = 8
"""DOWNLOAD_TIMEOUT: so long the slow host is waited for, each time."""


def test_articles_are_asked_while_the_host_of_an_image_hangs(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    hosts = {SLOW: {"/robots.txt": Answer(404), "/slow.jpg": Answer(hang_s=600)}}
    plan = Plan(articles=30, weights={"P": 1}, faults=faults, other_hosts=hosts)
    with Replica(plan) as site:
        newest = max((g["url"] for g in site.gold()), key=lambda url: url.rpartition("/t")[2]).removeprefix(SITE)
        page = site.site.page(newest).body
        picture = f'<img src="http://{SLOW}/slow.jpg">'.encode()
        faults[newest] = Answer(body=page.replace(b"<p>", b"<p>" + picture, 1).replace(b"</p>", b"</p>" + picture))
        run = crawl(site, tmp_path, DOWNLOAD_TIMEOUT=HANG_S, RETRY_TIMES=0, JCNEWS_BACKOFF="0s")
        asked = {request.url: request.at for request in site.requests}
    hung = asked[f"http://{SLOW}/slow.jpg"]
    articles = {url: at for url, at in asked.items() if "/t20" in url}
    assert len(articles) == 30
    assert sum(at > hung for at in articles.values()) > 20, "the slow host was asked too late to hold up anybody"
    assert [url for url, at in articles.items() if at > hung + HANG_S - 1] == []
    assert (run.code, len(run.records)) == (0, 30), run.stderr
    assert run.report["images"]["missing"] == {"timeout": 1}


def test_of_many_hosts_so_many_images_are_asked_at_once_and_no_more(tmp_path: Path) -> None:
    hosts = {f"{n}.example.com": {"/a.jpg": Answer(404, hang_s=2)} for n in range(2 * IMAGES_AT_ONCE)}
    pictures = "".join(f"<img src='http://{host}/a.jpg'>" for host in hosts)
    faults: dict[str, Answer] = {}
    with Replica(Plan(articles=30, weights={"P": 1}, faults=faults, other_hosts=hosts)) as site:
        url = next(g["url"] for g in site.gold() if g["listed"])
        faults[url.removeprefix(SITE)] = Answer(body=page(editor(f"一段虚构的正文。{pictures}")))
        run = crawl(site, tmp_path)
        begun = [request.at for request in site.requests if request.url.endswith("/a.jpg")]
    assert run.report["images"]["missing"] == {"http_404": len(hosts)}
    assert 1 < sum(at < min(begun) + 1.5 for at in begun) <= IMAGES_AT_ONCE
