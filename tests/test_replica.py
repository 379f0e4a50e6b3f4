"""The replica is what it says: independent evidence has to be checked by itself."""

from __future__ import annotations

import hashlib
import html
import http.client
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree

from tests.replica import Answer, Plan, Replica
from tests.replica.lists import ITEMS
from tests.replica.pagers import PAGERS
from tests.replica.sections import CHARSETS, SECTIONS
from tests.replica.shapes import SHAPES

HOST = "http://www.jcnews.com.cn"
ROOT = Path(__file__).parent.parent
_ARTICLE_LINK = re.compile(r"[^\"'=\s<>]*/\d{6}/t\d{8}_\d+\.html")


class Client:
    """A keep-alive connection to a replica as a forward proxy."""

    def __init__(self, replica: Replica) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(replica.proxy).netloc, timeout=10)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; underscores in header names become hyphens."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, url, headers=fields)
        response = self._connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    def text(self, url: str, encoding: str) -> str:
        """A page that must be there, decoded strictly, without its byte order mark."""
        status, _, body = self.ask(url)
        assert (status, url) == (200, url)
        return body.decode(encoding).removeprefix("\ufeff")


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=300, seed=7, page_size=5, cap=2)) as running:
        yield running


@pytest.fixture
def client(replica: Replica) -> Iterator[Client]:
    with Client(replica) as connected:
        yield connected


@pytest.fixture(scope="module")
def gold(replica: Replica) -> list[dict[str, Any]]:
    return list(replica.gold())


def part_urls(record: dict[str, Any]) -> list[str]:
    head = record["url"].removesuffix(".html")
    return [record["url"], *(f"{head}_{part}.html" for part in range(1, record["pages"]))]


def visible(page: str) -> str:
    """All words of a page on one line, scripts and styles left out."""
    page = re.sub(r"(?is)<(script|style)\b.*?</\1>|<!--.*?-->", " ", page)
    page = re.sub(r"(?i)</?(p|div|br|h1|h2|h3|td|tr|li|table|tbody|section|img)\b[^>]*>", " ", page)
    return blank_folded(html.unescape(re.sub(r"<[^>]*>", "", page)))


def tree_of(page: str) -> Any:
    """The page as lxml sees it."""
    return etree.fromstring(page, etree.HTMLParser())


def blank_folded(text: str) -> str:
    return " ".join(re.sub("[\u200b\ufeff\u2060\u00ad]", "", text).split())


def raw(replica: Replica, request: bytes) -> bytes:
    """Everything the server says to these bytes until it closes."""
    address = urlsplit(replica.proxy)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while more := connection.recv(65_536):
            received += more
    return received


def digest(plan: Plan) -> str:
    """One hash over every page and gold record of a plan."""
    found = hashlib.sha256()
    site = Replica(plan).site
    for record in site.gold():
        found.update(json.dumps(record).encode())
        for url in (*part_urls(record), *(image["url"] for image in record["images"])):
            found.update(site.page(urlsplit(url).path).body)
    for listing in site.listings():
        found.update(site.page(f"/{listing.path}/").body)
    return found.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    assert digest(Plan(articles=40, seed=3)) == digest(Plan(articles=40, seed=3))
    assert digest(Plan(articles=40, seed=3)) != digest(Plan(articles=40, seed=4))


def test_it_imports_nothing_of_the_product() -> None:
    for path in (ROOT / "tests/replica").glob("*.py"):
        assert not re.search(
            r"^\s*(from|import) (jcnews_spider|scrapy|lxml|w3lib)", path.read_text("utf-8"), re.MULTILINE
        )


def test_absolute_and_origin_form_are_answered_for_its_hosts(replica: Replica) -> None:
    for target, host in (
        (b"http://www.jcnews.com.cn/xw/jcxw/", b"www.jcnews.com.cn"),
        (b"http://jcnews.com.cn:80/xw/jcxw/", b"jcnews.com.cn"),
        (b"/xw/jcxw/", b"www.jcnews.com.cn"),
        (b"/xw/jcxw/", b"jcnews.com.cn"),
    ):
        answer = raw(replica, b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (target, host))
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"</html>\n")


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET http://www.jcnews.com.cn.example.com/ HTTP/1.1\r\nHost: www.jcnews.com.cn\r\n\r\n",
        b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET https://www.jcnews.com.cn/ HTTP/1.1\r\nHost: www.jcnews.com.cn\r\n\r\n",
        b"CONNECT www.jcnews.com.cn:443 HTTP/1.1\r\nHost: www.jcnews.com.cn:443\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    ],
)
def test_every_other_host_is_refused(replica: Replica, head: bytes) -> None:
    answer = raw(replica, head)
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"no other host" in answer


def test_pipelined_requests_on_one_connection_are_answered_in_order(replica: Replica) -> None:
    one = b"GET http://www.jcnews.com.cn/nothing HTTP/1.1\r\n\r\n"
    two = b"GET http://www.jcnews.com.cn/xw/jdxw HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert re.findall(rb"HTTP/1\.1 (\d+)", raw(replica, one + two)) == [b"404", b"301"]


def test_nonsense_is_a_bad_request(replica: Replica) -> None:
    assert raw(replica, b"hello\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_validators_give_304_as_nginx_does(client: Client, gold: list[dict[str, Any]]) -> None:
    url = gold[-1]["url"]
    status, headers, body = client.ask(url)
    assert (status, headers["Content-Type"], headers["Accept-Ranges"]) == (200, "text/html", "bytes")
    etag, modified = headers["ETag"], headers["Last-Modified"]
    assert f"-{len(body):x}" == etag.strip('"')[8:]
    assert client.ask(url, If_None_Match=etag)[::2] == (304, b"")
    assert client.ask(url, If_None_Match=f"W/{etag}")[0] == 304
    assert client.ask(url, If_None_Match='"other"', If_Modified_Since=modified)[0] == 200
    assert client.ask(url, If_Modified_Since=modified)[0] == 304
    assert client.ask(url, If_Modified_Since="Wed, 01 Jan 2031 00:00:00 GMT")[0] == 200


def test_head_says_the_length_and_sends_nothing(client: Client, gold: list[dict[str, Any]]) -> None:
    url = gold[-1]["url"]
    _, headers, body = client.ask(url, method="HEAD")
    assert headers["Content-Length"] == str(len(client.ask(url)[2]))
    assert body == b""


def test_equivalent_addresses_give_the_same_bytes(client: Client) -> None:
    first = client.ask(f"{HOST}/xw/jcxw/")[2]
    for path in ("/xw/jcxw/index.html", "//xw//jcxw/", "/xw/./jcxw/", "/xw/gnxw/../jcxw/", "/%78w/jcxw/?from=timeline"):
        assert client.ask(HOST + path)[::2] == (200, first)
    status, headers, _ = client.ask(f"{HOST}/xw/jdxw")
    assert (301, f"{HOST}/xw/jdxw/") == (status, headers["Location"])
    for path in ("/xw/JCXW/", "/xw/jcxw/index_0.html", "/nothing/", "/xw/jcxw/202210/t20221009_1.html"):
        assert client.ask(HOST + path)[0] == 404


def test_robots_and_missing_pages_follow_the_plan() -> None:
    robots: dict[str, tuple[int, bytes]] = {
        "missing": (404, b"404"),
        "html": (200, b"<html>"),
        "allow": (200, b"Disallow:\n"),
        "disallow": (200, b"Disallow: /\n"),
        "error": (502, b"Bad Gateway"),
        "User-agent: *\nCrawl-delay: 3\n": (200, b"Crawl-delay: 3\n"),
    }
    for form, (status, part) in robots.items():
        page = Replica(Plan(robots=form)).site.page("/robots.txt")
        assert status == page.status
        assert part in page.body
    soft = Replica(Plan(soft_404=True)).site
    assert (200, soft.page("/b.html").body) == (soft.page("/a/").status, soft.page("/a/").body)


def test_a_planted_answer_replaces_the_page() -> None:
    faults = {
        "/xw/jcxw/": Answer(500, {"Retry-After": "5"}, b"no"),
        "/big.html": Answer(body=b"<div>" * 5_000_000),
        "/empty.html": Answer(),
    }
    with Replica(Plan(faults=faults)) as running, Client(running) as client:
        status, headers, body = client.ask(f"{HOST}/xw/jcxw/?a=1")
        assert (status, headers["Retry-After"], body) == (500, "5", b"no")
        assert len(client.ask(f"{HOST}/big.html")[2]) == 25_000_000
        assert client.ask(f"{HOST}/empty.html")[::2] == (200, b"")
        assert [request.status for request in running.requests] == [500, 200, 200]
        assert [request.sent for request in running.requests] == [2, 25_000_000, 0]


def test_every_shape_and_form_occurs_in_300_articles(gold: list[dict[str, Any]]) -> None:
    assert set(SHAPES) | {"STUB_META", "STUB_JS"} == {record["shape"] for record in gold}
    assert 0.55 < Counter(record["shape"] for record in gold)["P"] / len(gold) < 0.75
    assert set(ITEMS) == {section.items for section in SECTIONS}
    assert set(PAGERS) == {section.pager for section in SECTIONS}
    assert {record["expect"] for record in gold} == {"article", "no_body", "stub"}
    assert len({record["charset_case"] for record in gold}) > 8
    for name in ("series", "subtitle", "copy_of", "source", "editor"):
        assert len({record[name] is None for record in gold}) == 2
    assert {record["listed"] for record in gold} == {True, False}
    assert {len(record["authors"]) for record in gold} >= {0, 1, 2}


def test_each_gold_paragraph_stands_in_its_page(client: Client, gold: list[dict[str, Any]]) -> None:
    for record in gold:
        if record["expect"] == "stub":
            continue
        page = visible("\n".join(client.text(url, record["encoding"]) for url in part_urls(record)))
        for paragraph in record["text"].split("\n\n"):
            assert paragraph in page
            assert paragraph == blank_folded(paragraph)
        named = [record[name] for name in ("title_raw", "published_raw", "source", "subtitle") if record[name]]
        for value in (*named, *record["breadcrumb"]):
            assert value in page
        for author in record["authors"]:
            assert author["name"] in page.replace(" ", "")
            assert author["role"] in page


def test_each_page_has_the_skeleton_of_the_public_selectors(client: Client, gold: list[dict[str, Any]]) -> None:
    for record in gold[-60:]:
        if record["expect"] == "stub" or record["encoding"] != "utf-8":
            continue
        tree = tree_of(client.text(record["url"], "utf-8"))
        assert blank_folded("".join(tree.xpath('//div[@id="article"]/h1[@id="title"]//text()'))) == record["title_raw"]
        assert record["published_raw"] in tree.xpath('string(//*[@id="article"]/div[1]/div/span[@class="time"])')
        crumb = tree.xpath('//div[@class="mbx fl"]/a[2]')[0]
        assert record["breadcrumb"] == [crumb.text]
        assert len(tree.xpath('//div[@class="logo"]/div[@class="jz logo1"]/div//table//a')) == len(SECTIONS) + 1


def test_images_attachments_and_videos_of_the_gold_are_there(client: Client, gold: list[dict[str, Any]]) -> None:
    starts = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG", "pdf": b"%PDF", "docx": b"PK", "zip": b"PK", "flv": b"FLV"}
    seen = set()
    for record in gold:
        for file in (*record["images"], *record["attachments"], *record["videos"]):
            status, _, body = client.ask(file["url"])
            assert (200, file["url"]) == (status, file["url"])
            suffix = file["url"].rpartition(".")[2]
            seen.add(suffix)
            assert body.startswith(starts.get(suffix, b""))
            if suffix in {"zip", "docx"}:
                assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    assert {"jpg", "png", "pdf", "mp4"} <= seen
    assert client.ask(gold[-1]["url"].rpartition("/")[0] + "/W020221009000000000000.jpg")[0] == 404


def test_lists_show_exactly_what_gold_and_listings_say(
    replica: Replica, client: Client, gold: list[dict[str, Any]]
) -> None:
    wanted: dict[str, set[str]] = {listing.url: set() for listing in replica.listings()}
    for record in gold:
        assert record["listed"] is bool(record["shown_in"])
        for section in record["shown_in"]:
            wanted[section].add(record["url"])
    codecs = {f"{HOST}/{section.path}/": CHARSETS[section.charset].codec for section in SECTIONS}
    for listing in replica.listings():
        found: set[str] = set()
        others = Counter[str]()
        for place in range(listing.pages):
            url = urljoin(listing.url, f"index_{place}.html") if place else listing.url
            page = client.text(url, codecs.get(listing.url, "utf-8"))
            shown = page[page.index('class="list fl"') : page.index('class="side fr"')]
            found |= {urljoin(url, link) for link in _ARTICLE_LINK.findall(shown)}
            files = set(re.findall(r"\./\d{6}/P0\d+\.pdf", shown))
            others += Counter(external=len(re.findall(r'="http://', shown)), files=len(files))
            for file in files:
                assert client.ask(urljoin(url, file))[0] == 200
        assert (listing.url, wanted[listing.url]) == (listing.url, found)
        assert (len(found), listing.external, listing.files) == (listing.articles, others["external"], others["files"])
        assert client.ask(urljoin(listing.url, f"index_{listing.pages}.html"))[0] == 404


def test_dynamic_addresses_are_endless_and_have_no_validators(client: Client) -> None:
    for path in ("/comment/comment?newsid=1&data=a", "/was5/web/search/1/2", "/trssearch/v2/searchAll.do?siteId=13"):
        status, headers, body = client.ask(HOST + path)
        assert (status, "ETag" in headers) == (200, False)
        assert body.count(b"<a href=") == 2


def test_home_and_parents_lead_to_the_sections(client: Client) -> None:
    tree = tree_of(client.text(f"{HOST}/", "utf-8"))
    navigation = tree.xpath('//div[@class="logo"]//table//a')
    assert {section.name for section in SECTIONS} < {link.text for link in navigation}
    for link in navigation:
        assert client.ask(urljoin(f"{HOST}/", link.get("href")))[0] == 200
    for path in (
        '//div[contains(@class,"toutiao")]/a',
        '//ul[@class="rotaion_list"]/li/a',
        '//div[@class="jdxw"]/ul/li/a',
    ):
        assert client.ask(urljoin(f"{HOST}/", tree.xpath(path)[0].get("href")))[0] == 200
    assert b'http-equiv="refresh" content="0;url=./cj/"' in client.ask(f"{HOST}/lm/")[2]


def test_copies_repeat_text_under_another_docid_and_section(gold: list[dict[str, Any]]) -> None:
    records = {record["id"]: record for record in gold}
    copies = [record for record in gold if record["copy_of"]]
    assert copies
    for copy in copies:
        original = records[copy["copy_of"]]
        assert (original["text"], original["title"]) == (copy["text"], copy["title"])
        assert original["breadcrumb"] != copy["breadcrumb"]
    texts = Counter(record["text"] for record in gold if record["expect"] == "article")
    assert len(copies) == sum(count - 1 for count in texts.values())


def test_reprints_have_nearly_the_text_of_another_document_and_a_title_of_their_own() -> None:
    gold = list(Replica(Plan(articles=200, reprints_percent=30)).gold())
    records = {record["id"]: record for record in gold}
    reprints = [record for record in gold if record["reprint_of"]]
    assert len(reprints) > 10
    for reprint in reprints:
        original = records[reprint["reprint_of"]]
        assert original["text"] != reprint["text"]
        assert original["title"] != reprint["title"]
        assert (original["copy_of"], original["reprint_of"], reprint["copy_of"]) == (None, None, None)
        assert set(original["text"].split("\n\n")) & set(reprint["text"].split("\n\n"))


def test_a_hundred_thousand_articles_start_at_once_and_hold_no_contents() -> None:
    tracemalloc.start()
    started = time.process_time()
    replica = Replica(Plan(articles=100_000))
    built = time.process_time() - started
    held, _ = tracemalloc.get_traced_memory()
    first = list(islice(replica.gold(), 3))
    tracemalloc.stop()
    assert built < 10  # traced; 0.3 s untraced
    assert held < 4_000_000
    assert len(first) == 3
    assert replica.site.page(urlsplit(first[0]["url"]).path).status == 200


def test_docids_rise_and_lead_back_to_their_numbers() -> None:
    register = Replica(Plan(articles=2_000, seed=5)).site.register
    docids = [register.docid(number) for number in range(2_000)]
    assert sorted(set(docids)) == docids
    assert list(range(2_000)) == [register.number(docid) for docid in docids]
    assert docids[-1] == 956_123
    assert register.number(docids[0] - 1) is None


def test_the_command_line_runs_a_command_behind_the_proxy(tmp_path: Path) -> None:
    code = (
        "import os,sys,urllib.request as u;"
        "assert 'no_proxy' not in os.environ and os.environ['http_proxy']==os.environ['HTTP_PROXY'];"
        "sys.exit(40 + (b'rotaion_list' in u.urlopen('http://www.jcnews.com.cn/').read()))"
    )
    gold = tmp_path / "gold.jsonl"
    command = [
        "-m",
        "tests.replica",
        "--articles",
        "12",
        "--gold",
        str(gold),
        "--run",
        "--",
        sys.executable,
        "-c",
        code,
    ]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (41, "")
    assert done.stdout.startswith("http://127.0.0.1:")
    assert len(gold.read_text("utf-8").splitlines()) == 12


@pytest.mark.parametrize(
    "wrong", [{"articles": -1}, {"page_size": 0}, {"weights": {}}, {"weights": {"Q": 1}}, {"charset": "big5"}]
)
def test_a_plan_that_cannot_be_served_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(articles|page_size|weights|charset)"):
        Plan(**wrong)
