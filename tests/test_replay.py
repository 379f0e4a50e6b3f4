"""Only a replay proves an archive: pages of the WARCs, and of a WACZ, through pywb, and one of them in a browser."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jcnews_spider import clock
from jcnews_spider.archive import Archive
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.archive.warc.writer import WarcPlan
from tests import pywb
from tests.crawling import crawl, scrapy
from tests.replica import Plan, Replica

pytestmark = [
    pytest.mark.skipif(not pywb.WAYBACK.exists(), reason=f"no pywb at {pywb.WAYBACK}: make replay"),
    pytest.mark.skipif(find_spec("cdxj_indexer") is None, reason="the extra archive is not installed: make setup"),
]

PAGES = 50
RUNS = ("recheck=auto", "recheck=all", "recheck=all", "recheck=all")
"""A first crawl, one that gets 304s, one after edits, and one after they were taken back."""


@dataclass
class Archived:
    """An archive, and what the site served to each run by address."""

    output: Path
    served: dict[str, dict[str, bytes]]
    records: list[dict[str, Any]]
    pictured: str
    """Address of an article with an image."""


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Archived:
    """Four runs, and the images of one article."""
    output, served = tmp_path_factory.mktemp("archived") / "output", {}
    with Replica(Plan(articles=60)) as replica:
        edited = replica.ids()[-5:]
        for number, argument in enumerate(RUNS):
            for identity in edited:
                if number >= 2:
                    replica.edit(identity) if number == 2 else replica.revert(identity)
            run = crawl(replica, output, argument)
            assert run.code == 0
            served[run.report["run_id"]] = {
                request.url: replica.site.page("/" + request.url.split("/", 3)[3]).body for request in replica.requests
            }
        record = next(record for record in run.records if record["images"])
        images = [image["url"] for image in record["images"]]
        served["pictures"] = {url: replica.site.page("/" + url.split("/", 3)[3]).body for url in images}
    capture(output, served["pictures"])
    return Archived(output, served, run.records, record["url"])


def capture(output: Path, bodies: dict[str, bytes]) -> None:
    """Puts exchanges into the WARCs as a run does."""
    archive = Archive(output, "pictures", min_free_mb=0, seal_records=1, seal_seconds=1, warc=WarcPlan(10**9))
    archive.open("jcnews")
    for url, body in bodies.items():
        archive.capture(Exchange(url, clock.now(), 200, ((b"Content-Type", b"image/jpeg"),), body))
    archive.finish()
    archive.close()


@pytest.fixture(scope="module")
def wacz(archived: Archived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WACZ, unpacked."""
    folder = tmp_path_factory.mktemp("wacz")
    target = str(folder / "archive.wacz")
    done = scrapy("export", "--format", "wacz", "-o", target, "-s", f"JCNEWS_OUTPUT={archived.output}")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(target) as file:
        file.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def replay(archived: Archived, wacz: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pywb.Served]:
    folder = tmp_path_factory.mktemp("pywb")
    with pywb.serving(folder, {"warcs": archived.output / "warc", "wacz": wacz / "archive"}) as served:
        yield served


def captures(replay: pywb.Served, collection: str) -> list[dict[str, str]]:
    """The lines of an index, with their times."""
    lines = (replay.folder / f"{collection}.cdxj").read_text().splitlines()
    parts = [line.split(" ", 2) for line in lines]
    return [{**json.loads(values), "timestamp": timestamp} for _, timestamp, values in parts]


def test_archived_pages_replay_byte_for_byte(archived: Archived, replay: pywb.Served) -> None:
    articles = [row for row in captures(replay, "warcs") if "/t20" in row["url"]]
    revisits = [row for row in articles if row["mime"] == "warc/revisit"]
    assert {row["filename"].rsplit("-", 1)[0] for row in revisits} >= set(list(archived.served)[1:4])
    chosen = Random(1).sample(revisits, PAGES // 2)
    chosen += Random(2).sample([row for row in articles if row not in revisits and row["status"] == "200"], PAGES // 2)
    for row in chosen:
        run_id = row["filename"].rsplit("-", 1)[0]
        status, body = replay.fetch("warcs", row["timestamp"], row["url"])
        assert (status, body == archived.served[run_id][row["url"]]) == (200, True), row


def test_every_page_of_a_wacz_replays(archived: Archived, replay: pywb.Served, wacz: Path) -> None:
    pages = [json.loads(line) for line in (wacz / "pages/pages.jsonl").read_text(encoding="utf-8").splitlines()[1:]]
    assert {page["url"] for page in pages} == {record["url"] for record in archived.records}
    last = list(archived.served)[-2]
    for page in pages:
        status, body = replay.fetch("wacz", re.sub(r"\D", "", page["ts"])[:14], page["url"])
        assert (status, body == archived.served[last][page["url"]]) == (200, True), page
    for row in [row for row in captures(replay, "wacz") if row["mime"] == "warc/revisit"]:
        assert replay.fetch("wacz", row["timestamp"], row["url"])[1]


@pytest.mark.skipif(pywb.BROWSER is None, reason="no chromium: apt-get install chromium")
@pytest.mark.parametrize("collection", ["warcs", "wacz"])
def test_a_browser_shows_a_page_with_its_image(archived: Archived, replay: pywb.Served, collection: str) -> None:
    row = next(row for row in captures(replay, collection) if row["url"] == archived.pictured)
    shown = html.unescape(replay.look(collection, row["timestamp"], archived.pictured))
    found = re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)
    assert found
    title, text, widths = json.loads(found[1])
    record = next(record for record in archived.records if record["url"] == archived.pictured)
    assert record["title"] in title
    assert record["text"].split("\n\n")[0][:20] in text
    assert len([width for width in widths if width > 0]) >= len(record["images"]) > 0
