"""What the tests of exports share: the command, and archives of records that no page would give."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from jcnews_spider.archive import Archive
from jcnews_spider.article import Article, Author, Crawl, Image, SectionRef, content_hash
from jcnews_spider.urls import parse_article_address
from tests.crawling import scrapy

HOSTILE = {
    1: "=cmd|'/c calc'!A1",
    2: "+1 号公路",
    3: "-0.5 ℃",
    4: "@机关",
    5: ' \u3000=HYPERLINK("http://x")',
    6: "＝SUM(A1:A9)",
    7: '他说："你好"，\n然后,走了',
    8: "甲\u2028乙\u2029丙\u0085丁",
    9: "'=早有撇号",
    10: "煤层气 GDP 增长5.2%，😀",
}
"""Titles by docid, as a crawl does not write all of them: it would clean some."""


def export(output: Path, kind: str, target: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A finished `scrapy export`."""
    return scrapy("export", "--format", kind, "-o", str(target), *arguments, "-s", f"JCNEWS_OUTPUT={output}")


def article(docid: int, title: str = "题", **values: Any) -> Article:
    """A record of an article of the site."""
    made = Article(
        id=f"jcnews:{docid}",
        url=f"http://www.jcnews.com.cn/xw/202210/t20221009_{docid}.html",
        title=title,
        title_raw=title,
        text=f"{title}\n\n第二段。",
        published_at="2022-10-09T10:28:00+08:00",
        sections=(SectionRef("新闻", "http://www.jcnews.com.cn/xw/"),),
        authors=(Author("陈俊琦", "本报记者"), Author("王某")),
        images=(Image("http://www.jcnews.com.cn/a.jpg"), Image("http://www.jcnews.com.cn/b.jpg", caption="图")),
        crawl=Crawl(run_id="r1", parser_version="1"),
    )
    made = replace(made, **values)
    return replace(made, content_hash=content_hash(made))


def archive_of(root: Path, records: Iterable[Article], seal_records: int = 500) -> None:
    """Writes an archive that has these records sealed."""
    archive = Archive(root, "r1", min_free_mb=0, seal_records=seal_records, seal_seconds=600)
    archive.open("jcnews")
    for record in records:
        address = parse_article_address(record.url)
        assert address
        with archive.ledger.transaction():
            archive.ledger.articles.add(record.id, address, None, 0)
            archive.send(record, [], text_digest=None)
        archive.seal_if_due()
    archive.finish()
    archive.close()
