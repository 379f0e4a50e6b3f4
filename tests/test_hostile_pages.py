"""Hostile bytes: refused with a reason or read right, each within seconds and a bounded memory."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from jcnews_spider.article import Article
from jcnews_spider.errors import Defect, UnknownLayout
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.challenge import challenger
from jcnews_spider.trs.listing import parse_listing
from jcnews_spider.trs.sameness import says_the_same
from tests import payloads
from tests.crawling import ROOT, scrapy

MOST_SECONDS = 5.0
MOST_MB = 170
"""What reading one page may add to a crawl, which then stays below 300 MB."""
SITE = site_named("jcnews")
MADE = {
    "article": payloads.ARTICLES,
    "listing": {**payloads.NESTED, **payloads.ATTRIBUTES, **payloads.LONG, **payloads.LISTS},
    "sameness": {**payloads.NESTED, **payloads.MANY},
}
"""What each reader is given."""
CASES = [(reader, name) for reader, made in MADE.items() for name in made]


@dataclass(frozen=True)
class Reading:
    """What a reader made of a payload."""

    outcome: str
    """`read`, the reason why it was refused, or the exception that must not be."""
    seconds: float
    """Of CPU: a busy machine does not matter."""
    added_mb: float
    title: str = ""
    text: str = ""


def read(reader: str, body: bytes) -> Article | None:
    """What one reader of pages does; raises UnknownLayout."""
    if reader == "article":
        return parse_article(body, payloads.ARTICLE_URL, SITE)
    if reader == "listing":
        parse_listing(body, payloads.LIST_URL, SITE)
    else:
        challenger(body)
        says_the_same(body, None, payloads.article(), None)
    return None


def measured(reader: str, body: bytes) -> Reading:
    """One reading with its time and the most memory it took beyond what was there."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before, started = _kb("VmRSS"), time.process_time()
    title = text = ""
    try:
        article = read(reader, body)
        outcome = "read"
        if article:
            title, text = article.title, article.text[:1000]
            article.to_json()
    except UnknownLayout as fault:
        outcome = fault.reason
    except BaseException as fault:  # noqa: BLE001 - whatever it is, the test says so
        outcome = repr(fault)[:200]
    return Reading(outcome, time.process_time() - started, (_kb("VmHWM") - before) / 1024, title, text)


def _kb(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


@pytest.fixture(scope="module")
def readings() -> dict[tuple[str, str], Reading]:
    """Every reading, those of one reader in a process of their own."""
    command = [sys.executable, "-m", "tests.test_hostile_pages"]
    running = {reader: subprocess.Popen([*command, reader], cwd=ROOT, stdout=subprocess.PIPE) for reader in MADE}
    said = {reader: process.communicate(timeout=600)[0] for reader, process in running.items()}
    assert [process.returncode for process in running.values()] == [0] * len(MADE)
    return {
        (reader, name): Reading(**fields)
        for reader, lines in said.items()
        for name, fields in map(json.loads, lines.splitlines())
    }


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the kernel tells no peak of memory")
@pytest.mark.parametrize(("reader", "name"), CASES, ids="-".join)
def test_hostile_bytes_are_refused_or_read(readings: dict[tuple[str, str], Reading], reader: str, name: str) -> None:
    reading = readings[reader, name]
    assert reading.outcome.isidentifier(), reading.outcome
    assert reading.outcome != Defect.reason
    assert reading.seconds < MOST_SECONDS
    assert reading.added_mb < MOST_MB
    if reader == "article" and name in payloads.REFUSED:
        assert reading.outcome != "read"


@pytest.mark.parametrize("name", payloads.TRUE)
def test_a_true_article_keeps_its_text(name: str) -> None:
    article = parse_article(payloads.TRUE[name](), payloads.ARTICLE_URL, SITE)
    assert (article.title, article.text) == (payloads.TITLE, payloads.TEXT)


def test_a_reference_to_half_a_character_is_a_replacement() -> None:
    body = payloads.article().replace("真的".encode(), b"&#xD800;&#56320;" + "真的".encode())
    assert parse_article(body, payloads.ARTICLE_URL, SITE).title == f"\ufffd\ufffd{payloads.TITLE}"


def test_the_command_tells_why_and_goes_on(tmp_path: Path) -> None:
    names = ("nested_links_10mb", "attributes_distinct", "nul_page", "pdf", "utf16_le")
    for name in names:
        (tmp_path / name).write_bytes(payloads.ARTICLES[name]())
    done = scrapy("extract", *(str(tmp_path / name) for name in names))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("error") for line in lines] == ["too_complex", "too_complex", "empty_page", "not_html", None]
    assert lines[-1]["text"] == payloads.TEXT


def main(reader: str) -> None:
    """Prints every reading of a reader, a JSON line each."""
    read(reader, payloads.article())
    for name, make in MADE[reader].items():
        print(json.dumps([name, asdict(measured(reader, make()))]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
