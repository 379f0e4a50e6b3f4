"""Addresses and their grammar (SITE.md §1.2, §7)."""

import tracemalloc
from datetime import date

import pytest

from jcnews_spider.urls import canonical_url, impossible_address, joined, parse_article_address, section_path

ARTICLE = "http://www.jcnews.com.cn/xw/jdxw/201812/t20181206_480898.html"


@pytest.mark.parametrize(
    "url",
    [
        ARTICLE,
        "HTTP://WWW.JCNEWS.COM.CN:80/xw/jdxw/201812/t20181206_480898.html",
        "http://www.jcnews.com.cn//xw/./jdxw/x/../201812/t20181206_480898.html#2",
        "http://www.jcnews.com.cn/xw/jdxw/201812/%74%320181206_480898.html?from=timeline&isappinstalled=0",
        "  http://www.jcnews.com.cn/xw/jdxw/201812/t20181206_480898_3.html",
    ],
)
def test_every_writing_of_an_article_address_is_one(url: str) -> None:
    address = parse_article_address(url)
    assert address is not None
    assert (address.url, address.section, address.docid) == (ARTICLE, "xw/jdxw", 480898)
    assert (address.day, address.month, address.stem) == (date(2018, 12, 6), "201812", "t20181206_480898")


def test_a_site_may_have_a_folder_a_day() -> None:
    address = parse_article_address("http://host/rolling/201112/09/t20111209_16685392_1.shtml")
    assert address is not None
    assert (address.section, address.month, address.docid, address.part) == ("rolling", "201112/09", 16685392, 1)
    assert address.url == "http://host/rolling/201112/09/t20111209_16685392.shtml"


def test_an_impossible_address_is_that_of_no_document_beside_the_article() -> None:
    address = parse_article_address(impossible_address("http://host/zt_956123/202210/t20221009_956123.shtml"))
    assert address is not None
    assert (address.section, address.month, address.day) == ("zt_956123", "202210", date(2022, 10, 9))
    assert address.docid >= 10**16


def test_parts_are_told_from_documents() -> None:
    address = parse_article_address("http://host/zt/202210/t20221009_956123_2.shtml")
    assert address is not None
    assert address.part == 2
    assert address.part_url(0) == "http://host/zt/202210/t20221009_956123.shtml"
    assert address.part_url(5) == "http://host/zt/202210/t20221009_956123_5.shtml"


@pytest.mark.parametrize(
    "url",
    [
        "http://www.jcnews.com.cn/xw/jdxw/",
        "http://www.jcnews.com.cn/xw/jdxw/index_3.html",
        "http://www.jcnews.com.cn/xw/jdxw/201812/t20181399_480898.html",
        "http://www.jcnews.com.cn/xw/jdxw/201812/6/t20181206_480898.html",
        "http://www.jcnews.com.cn/xw/jdxw/201812/W020181206323318123456.jpg",
        "http://www.jcnews.com.cn/xw/..%2f..%2fetc/201812/t20181206_480898.html",
        "http://www.jcnews.com.cn/xw/jdxw/201812/t20181206_480898.html/extra",
        "http://www.jcnews.com.cn/Xw/新闻/201812/t20181206_480898.html",
        "http://www.jcnews.com.cn/xw/..%5c..%5cetc/201812/t20181206_480898.html",
        "http://www.jcnews.com.cn/xw/%00/201812/t20181206_480898.html",
        "http://www.jcnews.com.cn/xw/\0/201812/t20181206_480898.html",
        f"http://www.jcnews.com.cn/{'a' * 2000}/201812/t20181206_480898.html",
        f"http://www.jcnews.com.cn/xw/201812/t20181206_480898.html?{'a' * 4000}",
        "javascript:window.print()",
        "http://[::1/xw/201812/t20181206_480898.html",
        "",
    ],
)
def test_what_is_no_article_address_gives_none(url: str) -> None:
    assert parse_article_address(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Host.CN:80/xw//jcxw/index.html#top", "http://host.cn/xw/jcxw/"),
        ("https://host.cn:443/", "https://host.cn/"),
        ("https://host.cn:8443/a/../b/./", "https://host.cn:8443/b/"),
        ("http://user:pass@host.cn/a", "http://host.cn/a"),
        ("http://host.cn", "http://host.cn/"),
        ("http://host.cn/../../a", "http://host.cn/a"),
        ("http://host.cn/a?b=2&a=1", "http://host.cn/a?a=1&b=2"),
        ("http://host.cn/XW/a", "http://host.cn/XW/a"),
    ],
)
def test_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected
    assert canonical_url(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@b.cn",
        "//host/a",
        "http://",
        "http://host:port/",
        "ftp://host/",
        "http://ho\x1bst/",
        "http://\u202ehost/",
        "http://host/\ud800",
        "http://\ud800/",
    ],
)
def test_what_is_no_address_has_no_canonical_form(url: str) -> None:
    assert canonical_url(url) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xw/jcxw", "xw/jcxw"),
        ("/xw/jcxw/", "xw/jcxw"),
        ("/xw/jcxw/index.html", "xw/jcxw"),
        ("lm/zx_2017rw", "lm/zx_2017rw"),
        ("../etc", None),
        ("xw//jcxw", None),
        ("牢记嘱托", None),
        ("", None),
    ],
)
def test_section_paths(text: str, expected: str | None) -> None:
    assert section_path(text) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (" ./a.html\n", "http://host/xw/a.html"),
        ("http://[::1", None),
        ("../" * 2000, None),
    ],
)
def test_a_link_is_joined_or_none(address: str, expected: str | None) -> None:
    assert joined("http://host/xw/", address) == expected


def test_an_address_that_is_too_long_is_not_kept_in_memory() -> None:
    tracemalloc.start()
    for number in range(20):
        picture = f"data:image/png;base64,{number}{'A' * 1_000_000}"
        assert joined("http://a.cn/", picture) is None
        assert canonical_url(f"http://a.cn/{picture}") is None
        assert parse_article_address(f"http://a.cn/{picture}") is None
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 2_000_000
