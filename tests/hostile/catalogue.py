"""The table of faults: what is planted where, and the reason under which it must be counted."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable

from tests.hostile import KEPT, Fault, Place, Target
from tests.hostile.pages import (
    ALIYUN,
    JIASULE,
    LINKS,
    NESTED,
    PDF,
    RUISHU,
    SAFEDOG,
    SOFT_404,
    WZWS,
    hostile_links,
    in_gb18030,
    many_links,
    paged,
    promising,
    sprinkled,
    traps,
)
from tests.replica import Answer, faults

Rows = list[tuple[str, Callable[[Target], Answer], str]]

_GIF = b"GIF89a" + bytes(200)
_ROBOTS = {"Content-Type": "text/plain"}
_MANY_RULES = b"Disallow: /elsewhere/of/no/interest\n" * 20
_MORE_THAN_A_RUN = "86400"


def _raw(head: bytes, body: bytes = b"") -> Answer:
    return Answer(raw=head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body)


def _sized(body: bytes, *lengths: int) -> Answer:
    lines = "".join(f"Content-Length: {length}\n" for length in lengths)
    return _raw(f"HTTP/1.1 200 OK\nContent-Type: text/html\n{lines}".rstrip("\n").encode(), body)


def _behind_paragraph(body: bytes) -> bytes:
    """The page up to the end of its second paragraph."""
    return b"</p>".join(body.split(b"</p>")[:2]) + b"</p>"


def _typed(kind: str | None, body: bytes) -> Answer:
    return Answer(headers={} if kind is None else {"Content-Type": kind}, body=body)


def _coded(coding: str, body: bytes) -> Answer:
    return Answer(headers={**faults.HTML, "Content-Encoding": coding}, body=body)


def _rules(*lines: bytes) -> Answer:
    return Answer(headers=_ROBOTS, body=b"\n".join((b"User-agent: *", *lines, b"")))


CONNECTIONS: Rows = [
    ("reset at once", lambda t: faults.reset(), "connection"),
    ("reset in the head", lambda t: faults.reset(b"HTTP/1.1 200 OK\r\nContent-Ty"), "connection"),
    (
        "reset in the body",
        lambda t: Answer(headers={"Content-Length": "90000"}, body=t.body[:2000], reset=True),
        "truncated",
    ),
    ("closed without a word", lambda t: Answer(raw=b""), "connection"),
    ("no answer", lambda t: faults.hanging(), "timeout"),
    ("no end", lambda t: faults.stalled(t.body), "timeout"),
    ("a byte every 0.2 s", lambda t: faults.trickle(t.body), "timeout"),
    ("slow, but it comes", lambda t: faults.trickle(t.body, size=len(t.body) // 4, pause_s=0.1), KEPT),
    ("shorter than its Content-Length", lambda t: faults.short(t.body, 900), "truncated"),
    ("chunks without an end", lambda t: faults.chunked(t.body, is_cut=True), "truncated"),
    ("chunks", lambda t: faults.chunked(t.body), KEPT),
    ("cut, without any length", lambda t: faults.unmeasured(t.body[: len(t.body) // 2]), "truncated"),
    ("cut, with a length that fits", lambda t: Answer(body=t.body[: len(t.body) // 2]), "truncated"),
    ("cut behind a paragraph, with a length that fits", lambda t: Answer(body=_behind_paragraph(t.body)), "truncated"),
    ("whole, and never closed", lambda t: Answer(body=t.body.partition(b"</body>")[0].rstrip()), KEPT),
    ("whole, without any length", lambda t: faults.unmeasured(t.body), KEPT),
    ("gzip that nobody asked for", lambda t: faults.gzipped(t.body), KEPT),
    ("gzip that is cut", lambda t: faults.gzipped(t.body, missing=200), "truncated"),
    ("plain bytes called gzip", lambda t: faults.called_gzip(t.body), "encoding"),
    ("a charset called a content coding", lambda t: _coded("UTF-8", t.body), KEPT),
]
HEADS: Rows = [
    ("a garbage status line", lambda t: Answer(raw=b"\x00\xffGARBAGE\r\n\r\n" + t.body), "connection"),
    ("an answer without a head (HTTP/0.9)", lambda t: Answer(raw=t.body), "connection"),
    ("a status line of HTTP/2.0", lambda t: Answer(raw=b"HTTP/2.0 200 OK\r\nConnection: close\r\n\r\n" + t.body), KEPT),
    ("1,000 × 100 Continue before it", lambda t: faults.interim(t.body), KEPT),
    ("5,000 header lines", lambda t: faults.many_headers(t.body), KEPT),
    ("a header line of 100 kB", lambda t: faults.long_header(t.body), "connection"),
    ("header lines without end", lambda t: faults.endless_headers(), "timeout"),
    ("Content-Length twice, the same", lambda t: _sized(t.body, len(t.body), len(t.body)), KEPT),
    ("Content-Length twice, contradicting", lambda t: _sized(t.body, len(t.body), 7), "connection"),
    ("a negative Content-Length", lambda t: _sized(t.body, -1), "connection"),
    (
        "chunks and a Content-Length",
        lambda t: faults.chunked(t.body, headers={**faults.HTML, "Content-Length": "7"}),
        KEPT,
    ),
]
STATUSES: Rows = [
    ("503 once, then the page", lambda t: faults.busy(None, 503, times=1), KEPT),
    ("503 × 20, then the page", lambda t: faults.busy(None, 503, times=20), "http_503"),
    ("429 with Retry-After: 1, then the page", lambda t: faults.busy("1", times=1), KEPT),
    ("503 with Retry-After as a date, then the page", lambda t: faults.busy_until(1, times=1), KEPT),
    ("429 with a Retry-After of a day", lambda t: faults.busy(_MORE_THAN_A_RUN), "http_429"),
    ("503 with a Retry-After of a day, as a date", lambda t: faults.busy_until(86_400), "http_503"),
    ("429 with a Retry-After that says nothing", lambda t: faults.busy("soon"), "http_429"),
    *((f"{status}", lambda t, status=status: Answer(status), f"http_{status}") for status in (
        204, 205, 300, 304, 401, 403, 404, 410, 418, 451, 500, 502, 504, 999,
    )),
]  # fmt: skip
BODIES: Rows = [
    ("nothing", lambda t: Answer(body=b""), "empty_page"),
    ("blanks alone", lambda t: Answer(body=b" \r\n\t" * 1000), "empty_page"),
    ("the site's error page with 200", lambda t: Answer(body=SOFT_404), "soft_404"),
    ("a PDF as text/html", lambda t: Answer(body=PDF), "not_html"),
    ("an image as text/html", lambda t: Answer(body=_GIF), "not_html"),
    ("a page as image/jpeg", lambda t: _typed("image/jpeg", t.body), KEPT),
    ("a page of no type", lambda t: _typed(None, t.body), KEPT),
    ("a page of a charset that does not exist", lambda t: _typed("text/html; charset=\x00x-klingon", t.body), KEPT),
    ("GB18030 called UTF-8", lambda t: _typed("text/html; charset=utf-8", in_gb18030(t.body)), KEPT),
    ("GB18030 behind a byte order mark of UTF-8", lambda t: Answer(body=BOM_UTF8 + in_gb18030(t.body)), KEPT),
    ("UTF-8 called GBK", lambda t: _typed("text/html; charset=gbk", t.body), KEPT),
    ("NUL bytes in its lines", lambda t: Answer(body=sprinkled(t.body, b"\0")), KEPT),
    ("a pager of 999,999 further pages", lambda t: Answer(body=paged(t.body, t.url, 999_999)), "unknown_layout"),
    ("100,000 nested tags", lambda t: Answer(body=NESTED), "unknown_layout"),
    ("200,000 links", lambda t: Answer(body=LINKS), "too_complex"),
    ("50 MB", lambda t: faults.large(50, b"<p>" + b"a" * 9_990 + b"</p>\n"), "too_large"),
    ("a body without end", lambda t: faults.endless(head=t.body), "too_large"),
    ("a gzip bomb of 400 MB", lambda t: faults.bomb(400), "too_large"),
]
REDIRECTS: Rows = [
    ("to itself", lambda t: faults.redirect(t.url), "max_redirections_reached"),
    ("to another host", lambda t: faults.redirect("http://www.example.com/a.html"), "offsite"),
    ("to another host, without a scheme", lambda t: faults.redirect("//www.example.com/a.html"), "offsite"),
    (
        "to another host behind our name",
        lambda t: faults.redirect("http://www.jcnews.com.cn@example.com/"),
        "bad_address",
    ),
    ("to localhost", lambda t: faults.redirect(f"http://localhost:{t.trap}/"), "private_address"),
    ("to 127.0.0.1", lambda t: faults.redirect(f"http://127.0.0.1:{t.trap}/", 301), "private_address"),
    ("to 2130706433", lambda t: faults.redirect(f"http://2130706433:{t.trap}/", 307), "private_address"),
    ("to [::1]", lambda t: faults.redirect(f"http://[::1]:{t.trap}/", 308), "private_address"),
    ("to 169.254.169.254", lambda t: faults.redirect("http://169.254.169.254/latest/meta-data/"), "private_address"),
    ("to file:", lambda t: faults.redirect("file:///etc/passwd"), "scheme"),
    ("to data:", lambda t: faults.redirect("data:text/html,<h1>hello</h1>"), "scheme"),
    ("to ftp:", lambda t: faults.redirect("ftp://www.jcnews.com.cn/a.html"), "scheme"),
    ("to javascript:", lambda t: faults.redirect("javascript:alert(1)"), "scheme"),
    ("to what is no address", lambda t: faults.redirect("http://[::1/"), "bad_address"),
    ("with a NUL", lambda t: faults.redirect("/a\0b.html"), "redirected"),
    ("with CR and LF", lambda t: faults.redirect("/a%0d%0aSet-Cookie:%20a=b"), "redirected"),
    ("to an image", lambda t: faults.redirect("/images/dot.gif"), "redirected"),
    ("of 10,000 characters", lambda t: faults.redirect("/" + "a" * 10_000), "offsite"),
    ("without an address", lambda t: Answer(301), "http_301"),
    ("by meta refresh, to another host", lambda t: faults.refresh("http://www.example.com/"), "stub"),
    ("by meta refresh, to 127.0.0.1", lambda t: faults.refresh(f"http://127.0.0.1:{t.trap}/"), "stub"),
    ("by meta refresh, to javascript:", lambda t: faults.refresh("javascript:alert(1)"), "stub"),
]
PARTS: Rows = [
    ("404", lambda t: Answer(404), "part_http_404"),
    ("reset at once", lambda t: faults.reset(), "part_connection"),
    ("shorter than its Content-Length", lambda t: faults.short(t.body, 900), "part_truncated"),
    ("a gzip bomb of 400 MB", lambda t: faults.bomb(400), "part_too_large"),
    ("a redirect to another host", lambda t: faults.redirect("http://www.example.com/"), "part_offsite"),
    ("a redirect to javascript:", lambda t: faults.redirect("javascript:alert(1)"), "part_scheme"),
    ("nothing", lambda t: Answer(body=b""), "part_empty_page"),
]
LISTS: Rows = [
    ("reset at once", lambda t: faults.reset(), "connection"),
    ("no answer", lambda t: faults.hanging(), "timeout"),
    ("503", lambda t: Answer(503), "http_503"),
    ("cut, with a length that fits", lambda t: Answer(body=t.body[: len(t.body) // 2]), "truncated"),
    ("nothing", lambda t: Answer(body=b""), "empty_page"),
    ("a PDF as text/html", lambda t: Answer(body=PDF), "not_html"),
    ("a gzip bomb of 400 MB", lambda t: faults.bomb(400), "too_large"),
    ("a redirect to another host", lambda t: faults.redirect("http://www.example.com/"), "offsite"),
    ("a redirect to itself", lambda t: faults.redirect(t.url), "max_redirections_reached"),
    ("a pager of 999,999 pages", lambda t: Answer(body=promising(t.body, 999_999)), "max_list_pages"),
    ("200,000 links to itself with ever new parameters", lambda t: Answer(body=many_links(t.body)), "too_complex"),
    ("links that are attacks", lambda t: Answer(body=hostile_links(t.body, t.trap)), "complete"),
    ("comments, search and a calendar", lambda t: Answer(body=traps(t.body)), "complete"),
]
IMAGES: Rows = [
    ("404", lambda t: Answer(404), "http_404"),
    ("reset at once", lambda t: faults.reset(), "connection"),
    ("no answer", lambda t: faults.hanging(), "timeout"),
    ("shorter than its Content-Length", lambda t: faults.short(t.body, 9), "truncated"),
    ("nothing", lambda t: Answer(body=b""), "empty"),
    ("a page", lambda t: Answer(body=SOFT_404), "wrong_type"),
    ("a drawing with a script", lambda t: _typed("image/svg+xml", b"<svg><script>a()</script></svg>"), "wrong_type"),
    ("50 MB", lambda t: faults.large(50, _GIF, "image/gif"), "too_large"),
    ("a body without end", lambda t: faults.endless(bytes(65_536), _GIF), "too_large"),
    ("a gzip bomb of 400 MB", lambda t: faults.bomb(400, "image/jpeg"), "too_large"),
    ("a redirect to 127.0.0.1", lambda t: faults.redirect(f"http://127.0.0.1:{t.trap}/"), "private_address"),
    ("a redirect to localhost", lambda t: faults.redirect(f"http://localhost:{t.trap}/"), "private_address"),
    ("a redirect to 2130706433", lambda t: faults.redirect(f"http://2130706433:{t.trap}/"), "private_address"),
    ("a redirect to 0x7f.1", lambda t: faults.redirect(f"http://0x7f.1:{t.trap}/"), "private_address"),
    ("a redirect to [::1]", lambda t: faults.redirect(f"http://[::1]:{t.trap}/"), "private_address"),
    ("a redirect to [::ffff:127.0.0.1]", lambda t: faults.redirect(f"http://[::ffff:127.0.0.1]:{t.trap}/"),
     "private_address"),
    ("a redirect to 169.254.169.254", lambda t: faults.redirect("http://169.254.169.254/latest/"), "private_address"),
    ("a redirect with a password", lambda t: faults.redirect("http://a:b@img.example.com/a.jpg"), "bad_address"),
    ("a redirect to file:", lambda t: faults.redirect("file:///etc/passwd"), "scheme"),
    ("a redirect to javascript:", lambda t: faults.redirect("javascript:alert(1)"), "scheme"),
    ("a redirect to itself", lambda t: faults.redirect(t.url), "max_redirections_reached"),
]  # fmt: skip
ROBOTS: Rows = [
    ("404", lambda t: Answer(404), KEPT),
    ("403", lambda t: Answer(403), KEPT),
    ("a page", lambda t: Answer(body=SOFT_404), KEPT),
    ("NUL bytes", lambda t: Answer(headers=_ROBOTS, body=bytes(1000)), KEPT),
    ("Disallow", lambda t: _rules(b"Disallow: /"), "robots"),
    ("Disallow behind a BOM", lambda t: Answer(headers=_ROBOTS, body=b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n"),
     "robots"),
    ("Disallow for somebody else", lambda t: Answer(body=b"User-agent: other\nDisallow: /\n"), KEPT),
    ("Crawl-delay", lambda t: _rules(b"Crawl-delay: 1"), KEPT),
    ("27 MB, Disallow in its first line", lambda t: faults.large(27, b"User-agent: *\nDisallow: /\n" + _MANY_RULES),
     "robots"),
    ("27 MB of something else", lambda t: faults.large(27, b"User-agent: other\n" + _MANY_RULES), KEPT),
    ("503", lambda t: Answer(503), "robots_unavailable"),
    ("reset at once", lambda t: faults.reset(), "robots_unavailable"),
    ("no answer", lambda t: faults.hanging(), "robots_unavailable"),
]  # fmt: skip


def _of(place: Place, rows: Rows, prefix: str = "") -> list[Fault]:
    return [Fault(f"{prefix}{name}", place, make, reason) for name, make, reason in rows]


SITES: Rows = [
    ("521 of 加速乐", lambda t: Answer(521, {**faults.HTML, "Set-Cookie": "__jsluid_s=0123"}, JIASULE), "challenged"),
    ("412 of 瑞数", lambda t: Answer(412, body=RUISHU), "challenged"),
    ("200 of 网站卫士 (WZWS)", lambda t: Answer(body=WZWS), "challenged"),
    ("200 of Aliyun", lambda t: Answer(body=ALIYUN), "challenged"),
    ("403 of 安全狗", lambda t: Answer(403, body=SAFEDOG), "challenged"),
    ("500 for ever", lambda t: Answer(500), "http_500"),
    ("connections reset for ever", lambda t: faults.reset(), "connection"),
]
"""What stands everywhere but at robots.txt."""

SITE_ROBOTS: Rows = [
    ("Disallow", lambda t: _rules(b"Disallow: /"), "robots"),
    ("503", lambda t: Answer(503), "robots_unavailable"),
    ("no answer", lambda t: faults.hanging(), "robots_unavailable"),
    ("reset at once", lambda t: faults.reset(), "robots_unavailable"),
]


FAULTS: tuple[Fault, ...] = (
    *_of("article", [*CONNECTIONS, *HEADS, *STATUSES, *BODIES]),
    *_of("article", REDIRECTS, "a redirect "),
    *_of("further page", PARTS),
    *_of("list", LISTS),
    *_of("image", IMAGES),
    *_of("robots.txt of an image host", ROBOTS),
)
"""Every row of the one crawl."""

SITE_FAULTS: tuple[Fault, ...] = (
    *_of("the whole site", SITES),
    *_of("robots.txt of the site", SITE_ROBOTS),
)
"""Every row that ends a run with exit code 4; each has a crawl of its own."""
