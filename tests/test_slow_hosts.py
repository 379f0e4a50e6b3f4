"""A host that hangs holds up nobody else."""

from __future__ import annotations

from pathlib import Path

from tests.crawling import crawl
from tests.replica import Answer, Plan, Replica

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
