"""Bodies in a content coding: undone strictly, and whole or counted."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.warc.coding import BadCoding, Oversize, Unfinished, decoded
from tests.crawling import crawl, plain_paths, scrapy
from tests.replica import Answer, Plan, Replica

ROOT_URL = "http://www.jcnews.com.cn"


def bare(body: bytes) -> bytes:
    """Deflate without zlib's head."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


CODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
    "identity": bytes,
    "deflate, gzip": lambda body: gzip.compress(zlib.compress(body)),
}
TEXT = "".join(f"<p>{number}</p>" for number in range(5000)).encode()


@pytest.mark.parametrize("coding", CODED)
def test_a_coding_is_undone(coding: str) -> None:
    assert decoded(CODED[coding](TEXT), [coding.encode()]) == TEXT
    assert decoded(b"", [coding.encode()]) == b""


@pytest.mark.parametrize("name", [b"UTF-8", b"none", b"gb2312, identity"])
def test_what_is_no_coding_says_nothing(name: bytes) -> None:
    assert decoded(TEXT, [name]) == TEXT


@pytest.mark.parametrize("coding", [name for name in CODED if name != "identity"])
@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_a_coded_body_that_was_cut_is_no_body(coding: str, share: float) -> None:
    body = CODED[coding](TEXT)
    with pytest.raises(Unfinished):
        decoded(body[: int(len(body) * share)], [coding.encode()])


def test_brotli_is_undone_as_strictly() -> None:
    brotli = pytest.importorskip("brotli")
    body = brotli.compress(TEXT)
    assert decoded(body, [b"br"]) == TEXT
    with pytest.raises(Unfinished):
        decoded(body[:-9], [b"br"])
    with pytest.raises(BadCoding):
        decoded(b"<html>", [b"br"])
    with pytest.raises(Oversize):
        decoded(brotli.compress(bytes(9_000_000)), [b"br"], 1_000_000)


def test_what_is_behind_a_whole_stream_is_another_member_or_left_out() -> None:
    body = gzip.compress(TEXT)
    assert decoded(body + body, [b"gzip"]) == TEXT + TEXT
    assert decoded(body + b"\0garbage", [b"gzip"]) == TEXT
    with pytest.raises(Unfinished):
        decoded(body + body[:-1], [b"gzip"])


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"zstd", b"zstd, gzip"])
def test_what_is_in_no_such_coding_is_refused(coding: bytes) -> None:
    with pytest.raises(BadCoding):
        decoded(b"<html><body>plain", [coding])


def test_a_body_in_a_coding_in_a_coding_and_so_on_is_refused() -> None:
    body = gzip.compress(gzip.compress(gzip.compress(TEXT)))
    assert decoded(body, [b"gzip, gzip", b"gzip"]) == TEXT
    with pytest.raises(BadCoding, match="4 content codings"):
        decoded(gzip.compress(body), [b"gzip"] * 4)


@pytest.mark.parametrize("coding", [name for name in CODED if name != "identity"])
def test_a_body_that_unfolds_to_too_much_is_refused(coding: str) -> None:
    with pytest.raises(Oversize):
        decoded(CODED[coding](bytes(9_000_000)), [coding.encode()], 1_000_000)


def test_coded_pages_are_whole_or_counted_and_what_was_taken_is_read_again(tmp_path: Path) -> None:
    paths = plain_paths(Replica(Plan(articles=40)), 7)
    site = Replica(Plan(articles=40)).site
    zipped = [gzip.compress(site.page(path).body) for path in paths]
    answers = [
        ("gzip", zipped[0]),
        ("gzip", zipped[1] + b"\0garbage"),
        ("deflate", bare(site.page(paths[2]).body)),
        ("gzip", zipped[3][: len(zipped[3]) * 2 // 5]),
        ("zstd", zipped[4]),
        ("gzip", gzip.compress(b"<p>" + bytes(30_000_000))),
        ("gzip, gzip", gzip.compress(zipped[6])),
    ]
    faults = {
        path: Answer(headers={"Content-Type": "text/html", "Content-Encoding": coding}, body=body)
        for path, (coding, body) in zip(paths, answers, strict=True)
    }
    with Replica(Plan(articles=40, faults=faults)) as replica:
        run = crawl(replica, tmp_path, JCNEWS_FAIL_RATIO="1", JCNEWS_HTML_SNAPSHOTS="0")
        texts = {g["url"]: g["text"] for g in replica.gold()}
    assert run.report["articles"]["failed"] == {"truncated": 1, "encoding": 1, "too_large": 1}
    kept = {record["url"]: record for record in run.records if record["url"].removeprefix(ROOT_URL) in paths}
    assert set(kept) == {ROOT_URL + paths[n] for n in (0, 1, 2, 6)}
    assert {url: record["text"] for url, record in kept.items()} == {url: texts[url] for url in kept}
    ledger = Ledger(tmp_path / "state.sqlite3", read_only=True)
    reader = Reader(tmp_path, ledger)
    assert {reader.page(reader.versions(record["id"])[0]) for record in kept.values()} == {
        site.page(paths[n]).body for n in (0, 1, 2, 6)
    }
    ledger.close()
    assert scrapy("verify", "-s", f"JCNEWS_OUTPUT={tmp_path}").returncode == 0
