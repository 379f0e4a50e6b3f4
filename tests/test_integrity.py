"""Whether a page came whole, seen by its own end."""

from __future__ import annotations

import time

import pytest
from scrapy.http import HtmlResponse

from jcnews_spider.middlewares.integrity import _stays_open


def page(body: bytes) -> HtmlResponse:
    return HtmlResponse("http://h/", body=body, encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "is_cut"),
    [
        (b"<html><div><p>a", True),
        (b"<HTML><DIV><p>a</DIV>", False),
        (b"<html><div></div><!-- <div> --><script>'<div>'</script>", False),
        (b"<html><!-- <div> <script> --> <div> <SCRIPT></div></SCRIPT>", True),
        (b"<html><div></div><!-- <div>", True),
        (b"<html><div></div><script><!--</script><div></div>", False),
        (b"<html><div></div></html>", False),
    ],
)
def test_a_page_is_cut_where_boxes_stay_open_outside_of_comments_and_scripts(body: bytes, is_cut: bool) -> None:
    assert _stays_open(page(body)) is is_cut


@pytest.mark.parametrize("opening", [b"<!--", b"<script>", b"<!-- <script> "])
def test_what_opens_ten_thousand_times_and_never_closes_takes_no_time(opening: bytes) -> None:
    started = time.process_time()
    _stays_open(page(b"<html>" + opening * 100_000))
    assert time.process_time() - started < 2
