"""robots.txt in every state (RFC 9309): what a run may ask, and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jcnews_spider.middlewares.robots import MAX_BYTES, rules_text
from tests.crawling import Run, crawl
from tests.replica import Answer, Plan, Replica
from tests.replica.faults import trickle

SITE = "http://www.jcnews.com.cn"
ONE = "sections=xw/jcxw"
FORBIDDEN = b"User-agent: *\nDisallow: /xw/jcxw/\n"
PADDING = b"# " + b"x" * 997 + b"\n"


def run_with(robots: Answer, output: Path, **settings: Any) -> tuple[Run, list[str]]:
    """A run, and the paths that it asked."""
    with Replica(Plan(articles=60, weights={"P": 1}, faults={"/robots.txt": robots})) as site:
        run = crawl(site, output, ONE, JCNEWS_BACKOFF="0.01s", **settings)
        return run, [request.url.removeprefix(SITE) for request in site.requests]


def cases(names: str, values: list[object], rare: str) -> list[Any]:
    """Parameters by name; the rare ones are for `make soak`."""
    marks = {name: [pytest.mark.soak] for name in rare.split()}
    return [
        pytest.param(value, id=name, marks=marks.get(name, ()))
        for name, value in zip(names.split(), values, strict=True)
    ]


@pytest.mark.parametrize(
    "robots",
    cases(
        "404 403 410 204 empty html binary other-agent wildcard loop offsite file late 27-MB",
        [
            Answer(404, body=b"no"),
            Answer(403, body=b"no"),
            Answer(410, body=FORBIDDEN),
            Answer(204),
            Answer(200, body=b""),
            Answer(200, body="<html><body>首页<p>Disallow: nothing</p></body></html>".encode()),
            Answer(200, body=b"\x00\xff\xfe" * 1000),
            Answer(200, body=b"User-agent: other\nDisallow: /\n"),
            Answer(200, body=b"User-agent: *\nDisallow: /*?\nAllow: /\n"),
            Answer(302, {"Location": "/robots.txt"}),
            Answer(302, {"Location": "http://other.example.com/robots.txt"}),
            Answer(302, {"Location": "file:///etc/passwd"}),
            Answer(200, body=PADDING * (MAX_BYTES // 1000 + 1) + FORBIDDEN),
            Answer(200, body=b"User-agent: *\n" + PADDING * 27_000 + FORBIDDEN),
        ],
        "410 204 empty binary other-agent wildcard file 27-MB",
    ),
)
def test_what_does_not_forbid_allows(robots: Answer, tmp_path: Path) -> None:
    run, paths = run_with(robots, tmp_path)
    assert (run.code, run.report["articles"]["new"]) == (0, 12), run.stderr
    assert paths.count("/robots.txt") <= 6


@pytest.mark.parametrize(
    "body",
    cases(
        "plain BOM CR early-in-27-MB behind-html",
        [
            FORBIDDEN,
            b"\xef\xbb\xbf" + FORBIDDEN,
            FORBIDDEN.replace(b"\n", b"\r"),
            FORBIDDEN + PADDING * 27_000,
            b"<html>\n" + FORBIDDEN,
        ],
        "plain CR behind-html",
    ),
)
def test_what_is_forbidden_is_not_asked_and_no_failure(body: bytes, tmp_path: Path) -> None:
    run, paths = run_with(Answer(200, body=body), tmp_path)
    assert paths == ["/robots.txt"]
    assert (run.code, run.report["lists"]["absent"], run.report["addresses"]["failed"]) == (4, {"robots": 1}, 0)


@pytest.mark.parametrize(
    "robots",
    cases(
        "500 503 429 hang reset cut trickle",
        [
            Answer(500, body=FORBIDDEN),
            Answer(503, body=b""),
            Answer(429, body=b""),
            Answer(hang_s=600),
            Answer(raw=b"", reset=True),
            Answer(200, {"Content-Length": "1000"}, body=FORBIDDEN),
            trickle(FORBIDDEN * 1000),
        ],
        "503 reset trickle",
    ),
)
def test_what_cannot_be_had_forbids_everything(robots: Answer, tmp_path: Path) -> None:
    run, paths = run_with(robots, tmp_path, DOWNLOAD_TIMEOUT=1)
    assert set(paths) == {"/robots.txt"}
    assert run.code == 4
    assert f"nothing could be crawled: {SITE}/robots.txt cannot be had" in run.report["why"]


def test_only_whole_lines_of_the_first_500_kib_are_read() -> None:
    body = b"a" * (MAX_BYTES - 20) + b"\nDisallow: /private/only/this\n"
    assert rules_text(body) == "a" * (MAX_BYTES - 20)
    assert rules_text(b"\xef\xbb\xbfDisallow: /x") == "Disallow: /x"


def test_a_crawl_delay_beyond_what_a_run_waits_ends_it_with_4_and_says_so(tmp_path: Path) -> None:
    run, asked = run_with(Answer(200, body=b"User-agent: *\nCrawl-delay: 86400\n"), tmp_path)
    assert (run.code, asked) == (4, ["/robots.txt"])
    assert "robots.txt wants 86400 s between two requests, and JCNEWS_MAX_WAIT is 120 s" in run.report["why"]
