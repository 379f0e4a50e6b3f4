"""What the web says in a log or on a terminal steers neither."""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from jcnews_spider.console import table
from jcnews_spider.logs import PlainRecord, keep_plain
from jcnews_spider.text import shown
from tests import payloads
from tests.crawling import scrapy

EVIL = "\x1b]0;me\x07\x1b[31m\x9b2J\u202e\u2028\u2066\x85\r\ud800\n2026-01-01 00:00:00 [forged] INFO: all is well"


def is_plain(text: str) -> bool:
    """True when nothing of a text steers a terminal, and no line was begun by the web."""
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "\n2026-01-01" not in text and all(
        character in "\n\t" or unicodedata.category(character) not in steering for character in text
    )


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a handler like Scrapy's writes."""
    before, stream = logging.getLogRecordFactory(), io.StringIO()
    keep_plain()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("scrapy.made.up")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


def test_a_message_with_a_servers_words_is_plain(log: io.StringIO) -> None:
    logging.getLogger("scrapy.made.up").error("Redirecting to %s", EVIL)
    assert is_plain(log.getvalue())
    assert "\\x1b[31m\\x9b2J\\u202e" in log.getvalue()


def test_a_traceback_with_a_servers_words_is_plain(log: io.StringIO) -> None:
    try:
        json.loads("{}")[EVIL]
    except KeyError:
        logging.getLogger("scrapy.made.up").exception("could not be read")
    assert is_plain(log.getvalue())
    assert "Traceback" in log.getvalue()


def test_a_table_holds_its_rows() -> None:
    assert is_plain(table(("name",), [(EVIL,)]))


def test_plain_text_is_shown_as_it_is() -> None:
    text = "晋城新闻网：【系列】“题目”…\ta（2022）"
    assert shown(text) == text


def test_every_command_keeps_its_records_plain(tmp_path: Path) -> None:
    """The name of a file and the message of a fault are shown by a real process."""
    page = tmp_path / "\x1b[31m\udcff.html"
    page.write_bytes(payloads.article(title=f"真的{EVIL.encode('utf-8', 'replace').decode()}题目"))
    run = scrapy("extract", str(page))
    record = json.loads(run.stdout)
    assert record["file"] == str(page)
    assert is_plain(run.stdout)
    assert "\n" not in record["title"]
    assert is_plain(record["title"])
    run = scrapy("crawl", EVIL.replace("\ud800", ""))
    assert run.returncode == 1
    assert is_plain(run.stderr)


def test_a_record_without_an_exception_has_no_traceback() -> None:
    assert PlainRecord("n", logging.INFO, "f", 1, "m", (), (None, None, None)).exc_text is None
