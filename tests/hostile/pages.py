"""Hostile bytes for the rows of the catalogue."""

from __future__ import annotations

import re

from tests.replica.home import SOFT_MISSING

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + bytes(range(256)) * 400
SOFT_404 = SOFT_MISSING.encode()
NESTED = b"<html><body>" + b"<div>" * 100_000 + b"</body></html>"
LINKS = (
    b"<html><body>"
    + b"".join(b'<a href="./202210/t20221009_%d.html">x</a>' % number for number in range(200_000))
    + b"</body></html>"
)
JIASULE = b"<script>document.cookie='__jsl_clearance_s=1634|0|abc;max-age=3600;path=/';location.reload();</script>"
RUISHU = b"<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>"
WZWS = b'<html><head><script src="/wzws-waf-cgi/wzwsconfirm.js"></script></head><body></body></html>'
ALIYUN = b"<html><script>var arg1='0123';setCookie('acw_sc__v2', x);document.location.reload();</script></html>"
SAFEDOG = '<html><title>网站防火墙</title><img src="http://404.safedog.cn/images/safedogsite/logo.png"></html>'.encode()
_SELF = b'<li><a href="./?p=%d">\xe6\x9b\xb4\xe5\xa4\x9a</a></li>'
_PAGER = re.compile(rb"((?:createPageHTML\w*|pageControl|x_nextPage)\s*\(\s*)\d+")


def in_gb18030(page: bytes) -> bytes:
    """A page in UTF-8 as one in GB18030 that declares UTF-8 all the same."""
    return page.decode().encode("gb18030")


def sprinkled(page: bytes, extra: bytes) -> bytes:
    """A page with something between its lines."""
    return page.replace(b"\n", extra + b"\n")


def paged(article: bytes, url: str, pages: int) -> bytes:
    """An article that says it has so many pages."""
    stem = url.rpartition("/")[2].removesuffix(".html")
    return _with(article, f'<script>createPageHTML({pages}, 0, "{stem}", "html");</script>'.encode())


def promising(listing: bytes, pages: int) -> bytes:
    """A list page whose pager counts so many pages."""
    counted, number = _PAGER.subn(rb"\g<1>%d" % pages, listing)
    assert number, "the section has another pager"
    return counted


def many_links(listing: bytes, number: int = 200_000) -> bytes:
    """A list page with so many links to itself."""
    return _with(listing, b"<ul>" + b"".join(_SELF % place for place in range(number)) + b"</ul>")


def traps(listing: bytes) -> bytes:
    """A list page with links into what has no end."""
    ways = [f"/comment/comment?newsid={number}&data=x" for number in range(50)]
    ways += [f"/was5/web/search?channelid=1&page={number}" for number in range(50)]
    ways += [f"/trssearch/?q={number}" for number in range(50)]
    ways += [f"./?year={year}&month={month}" for year in range(2000, 2030) for month in range(1, 13)]
    ways += [f"./{year}/{month:02}/" for year in range(2000, 2030) for month in range(1, 13)]
    return _with(listing, _links(ways))


def hostile_links(listing: bytes, trap: int) -> bytes:
    """A list page with links that reach for other hosts, other files and other code."""
    return _with(
        listing,
        _links(
            [
                "..%2f..%2f..%2fetc/202210/t20221009_1.html",
                "../../../../../../etc/passwd",
                "./202210/..%2f..%2ft20221009_2.html",
                "./202210/t20221009_3.html%00.jpg",
                "./202210/t20221009_\0.html",
                "./202210/t20221009_" + "9" * 2_000 + ".html",
                "./" + "a" * 2_000 + "/202210/t20221009_4.html",
                "./202210/t20221009_5.html\r\nX-Injected: 1",
                "./202299/t20229999_6.html",
                f"http://127.0.0.1:{trap}/xw/202210/t20221009_7.html",
                f"http://2130706433:{trap}/xw/202210/t20221009_8.html",
                "http://169.254.169.254/xw/202210/t20221009_9.html",
                "http://[::1/xw/202210/t20221009_10.html",
                "http://www.jcnews.com.cn@example.com/xw/202210/t20221009_11.html",
                "http://www.jcnews.com.cn:99999/xw/202210/t20221009_12.html",
                "//example.com/xw/202210/t20221009_13.html",
                "\\\\example.com\\xw\\202210\\t20221009_14.html",
                "file:///etc/202210/t20221009_15.html",
                "javascript:location='/xw/202210/t20221009_16.html'",
                "data:text/html,<a href=t20221009_17.html>",
            ]
        ),
    )


def _links(addresses: list[str]) -> bytes:
    items = "".join(f'<li><a href="{address}">一条消息</a><span>2022-10-09</span></li>' for address in addresses)
    return f"<ul>{items}</ul>".encode()


def _with(listing: bytes, more: bytes) -> bytes:
    """A list page with something more behind it."""
    head, end, tail = listing.rpartition(b"</body>")
    assert end
    return head + more + end + tail
