"""The archive driven in one process, without a crawl: a made-up site of thirty articles, its runs, its gold history."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scrapy.exceptions import DropItem

from jcnews_spider import clock
from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.archive.media import Arrived
from jcnews_spider.archive.warc.members import located, read_member
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.article import Image
from jcnews_spider.errors import StorageFault
from jcnews_spider.items import Draft, Item, ListPage, Miss, Page, Unchanged, Walked
from jcnews_spider.pipelines.clean import cleaned
from jcnews_spider.pipelines.store import StorePipeline
from jcnews_spider.sites import SITES
from jcnews_spider.trs.article import join_parts, parse_article
from jcnews_spider.urls import ArticleAddress, parse_article_address
from tests.sealed import whole_end
from tests.skeleton import editor, page

SITE = SITES["jcnews"]
SEAL_RECORDS, WARC_BYTES = 7, 12_000
"""Small, so that a run seals several segments and closes several WARCs."""

Past = dict[str, list[tuple[str, str | None]]]
"""(event, word of the text) of each version, by id."""


def address(docid: int) -> ArticleAddress:
    """Where a made-up article stands."""
    found = parse_article_address(f"{SITE.root}xw/jcxw/202210/t{date(2022, 10, 1 + docid % 9):%Y%m%d}_{docid}.html")
    assert found
    return found


@cache
def draft(docid: int, word: str) -> Draft:
    """The article as the site shows it with a word in its text; every tenth has two pages."""
    parts = 2 if docid % 10 == 0 else 1
    pages = [
        Page(page(editor(f"第{docid}号第{part}页", f"正文{word}。"), title=f"标题{docid}"), etag=f'"{word}{part}"')
        for part in range(parts)
    ]
    article = join_parts([parse_article(one.body, address(docid).part_url(k), SITE) for k, one in enumerate(pages)])
    article = replace(article, fetched_at=clock.utc(0), crawl=replace(article.crawl, pages=parts, status=200))
    return Draft(cleaned(article), address(docid), address(docid).url, tuple(pages))


@dataclass
class Made:
    """A site that exists only as words: what each article says now, None when it is withdrawn."""

    words: dict[int, str | None] = field(default_factory=dict)
    past: Past = field(default_factory=dict)

    def show(self, docid: int, word: str | None) -> None:
        """Changes what an article says, and the gold history with it."""
        id_, before = SITE.article_id(docid), self.words.get(docid)
        event = "gone" if word is None else "updated" if docid in self.words else "new"
        if docid not in self.words or word != before:
            self.past.setdefault(id_, []).append((event, before if word is None else word))
        self.words[docid] = word

    def answer(self, known: KnownArticle) -> Item:
        """What asking for an article gives."""
        docid = int(known.id.partition(":")[2])
        word = self.words[docid]
        if word is None:
            return Miss(known.id, known.url, "http_404")
        found = draft(docid, word)
        same = known.validators == tuple((one.etag, one.last_modified) for one in found.pages)
        return Unchanged(known.id) if same else found


STAGES = 5
MISSING = (1, 2)
"""Stages in which an article is withdrawn but need not be gone yet: two runs must miss it, and know that they did."""


def advance(made: Made, stage: int) -> None:
    """What happens on the site before each stage of the workload."""
    if stage == 0:
        for docid in range(1, 31):
            made.show(docid, "甲")
    elif stage == 1:
        for docid in (3, 10, 14, 20):
            made.show(docid, "乙")
        made.show(5, None)
    elif stage == 2:
        for docid in (3, 20, 31, 32):
            made.show(docid, "丙")
    elif stage == 4:
        made.show(5, "甲")
        made.show(20, "甲")


class Stats(dict[str, Any]):
    """What the pipeline counts with."""

    def inc_value(self, name: str, count: int = 1) -> None:
        """Counts."""
        self[name] = self.get(name, 0) + count

    def get_value(self, name: str, default: Any = None) -> Any:
        """What was counted."""
        return self.get(name, default)

    def set_value(self, name: str, value: Any) -> None:
        """Notes."""
        self[name] = value

    def get_stats(self) -> dict[str, Any]:
        """All that was counted."""
        return self


class Engine:
    """Nothing to be closed."""

    async def close_spider_async(self, *, reason: str) -> None:
        """Does nothing."""


class Clock:
    """A clock that a test sets: a run takes no time, an hour lies between two."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


def illustrated(archive: Archive, item: Item) -> Item:
    """A draft as the media pipeline leaves it: every third shows an image, which it shares with two others."""
    docid = item.address.docid if isinstance(item, Draft) else 1
    if not isinstance(item, Draft) or docid % 3:
        return item
    url = f"{SITE.root}{docid // 9}.gif"
    kept = archive.media.known(url) or archive.media.keep(Arrived(url, f"GIF89a{url}".encode(), "gif"), 0)
    images = (Image(url, path=kept.path, sha256=kept.sha256),)
    return replace(item, article=replace(item.article, images=images))


def run(root: Path, made: Made, time: Clock, number: int) -> str | None:
    """One run over everything; the storage fault that stopped it, if any. The archive is given back either way."""
    time.seconds += 3600
    archive = Archive(
        root,
        f"20260101T0000{number:02d}Z",
        min_free_mb=0,
        seal_records=SEAL_RECORDS,
        seal_seconds=600,
        warc=WarcPlan(WARC_BYTES),
    )
    try:
        archive.open(SITE.name)
        return asyncio.run(_crawl(archive, made, int(time.seconds)))
    finally:
        archive.close()


async def _crawl(archive: Archive, made: Made, started: int) -> str | None:
    options = SimpleNamespace(html_snapshots=True)
    spider = SimpleNamespace(
        archive=archive,
        site=SITE,
        options=options,
        started=started,
        gone_after_s=0,
        has_finished=True,
        articles=SimpleNamespace(is_of_any=lambda _: False),
    )
    stats = Stats()
    pipeline = StorePipeline(SimpleNamespace(spider=spider, stats=stats, engine=Engine()))  # type: ignore[arg-type]
    pipeline.open_spider()
    for item in _items(archive, made, started, stats):
        try:
            item = illustrated(archive, item)  # noqa: PLW2901
        except StorageFault as fault:
            stats.set_value("storage/fault", str(fault))
            break
        with suppress(DropItem):
            pipeline.process_item(_captured(archive, item))
        if "storage/fault" in stats:
            break
    pipeline.close_spider()
    if "storage/fault" not in stats:
        archive.write_report({"site": SITE.name, "exit_code": 0, "why": "done"}, "done")
    return stats.get("storage/fault")


def _captured(archive: Archive, item: Item) -> Item:
    """A draft whose pages stand in the WARC, any other item as it is."""
    if not isinstance(item, Draft):
        return item
    pages = []
    for part, one in enumerate(item.pages):
        headers = [(b"ETag", str(one.etag).encode())]
        exchange = Exchange(item.address.part_url(part), clock.now(), 200, headers, one.body)
        pages.append(replace(one, warc=archive.capture(exchange)))
    return replace(item, pages=tuple(pages))


def _items(archive: Archive, made: Made, started: int, stats: Stats) -> Iterator[Item]:
    """The list, then whatever is due, each article once."""
    found = tuple(address(docid) for docid in made.words)
    yield ListPage("xw/jcxw", f"{SITE.root}xw/jcxw/", 0, found=found, has_unknown=True)
    yield Walked("xw/jcxw", 1, None, None, None)
    scope, due = Scope(SITE.name, started, recheck_after_s=None), archive.ledger.due
    for queue in (due.waiting, due.rechecks):
        for known in queue(scope, None, 1000):
            stats.inc_value("rechecks/asked", 1 if known.version else 0)
            yield made.answer(known)


def sealed_past(root: Path) -> Past:
    """What the sealed segments say, by id, oldest version first; fails where a chain has a hole or a pair."""
    found: dict[str, dict[int, tuple[str, str | None]]] = {}
    for path in sorted(root.glob("articles/*")):
        data = path.read_bytes()
        assert data.endswith(b"\n"), path
        for line in data.decode().split("\n")[:-1]:
            record = json.loads(line)
            versions = found.setdefault(record["id"], {})
            assert record["version"] not in versions, (record["id"], record["version"])
            versions[record["version"]] = (record["event"], record["text"].rpartition("正文")[2].rstrip("。"))
            assert record["snapshot"]["sha256"] == _digest(root / record["snapshot"]["html"])
            pointer = record["snapshot"]["warc"]
            member = read_member(located(root, pointer["file"]), pointer["offset"], pointer["length"])
            assert member.url == record["url"]
            assert all(image["sha256"] == _digest(root / image["path"]) for image in record["images"])
    assert all(sorted(versions) == list(range(1, len(versions) + 1)) for versions in found.values())
    return {id_: [versions[number] for number in sorted(versions)] for id_, versions in found.items()}


def is_past_of(sealed: Past, made: Made, stage: int) -> bool:
    """True when the segments say what happened up to a stage; what is missing once need not be gone yet."""
    if sealed == made.past:
        return True
    pending = {id_: events[:-1] if events[-1][0] == "gone" else events for id_, events in made.past.items()}
    return stage in MISSING and sealed == pending


def check_readable(root: Path) -> None:
    """No half or empty file stands where somebody reads, and every line of the manifest holds."""
    whole = {
        sha256(one.body).hexdigest() for docid in range(1, 40) for word in "甲乙丙" for one in draft(docid, word).pages
    }
    for path in root.glob("html/**/*.html"):
        assert _digest(path) in whole, path
    for path in root.glob("media/full/*"):
        assert _digest(path) == path.stem, path
    for path in root.glob("articles/*"):
        for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n"):
            json.loads(line)
    for path in root.glob("warc/*.gz"):
        assert whole_end(path) == path.stat().st_size, path
    for path in root.glob("runs/*"):
        json.loads(path.read_text(encoding="utf-8"))


def check_manifest(root: Path) -> None:
    """The manifest lists each sealed file once, with the digest that it has."""
    lines = (root / "manifest-sha256.txt").read_text().splitlines()
    listed = [line.partition("  ")[2] for line in lines]
    assert sorted(listed) == sorted(set(listed))
    assert all(_digest(root / line.partition("  ")[2]) == line[:64] for line in lines)
    for folder in ("articles", "warc", "media/full"):
        assert {path for path in listed if path.startswith(folder)} == {
            f"{folder}/{path.name}" for path in root.glob(f"{folder}/*")
        }


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
