"""`scrapy browse`: what it shows, to whom, and what is never shown."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from jcnews_spider.archive import Archive
from tests.browsing import BROWSER, Browsed, beacon, browse_command, browsing, chromium
from tests.crawling import ROOT, crawl, environment, read_records, scrapy, start, wait_until
from tests.exporting import archive_of, article
from tests.replica import Answer, Plan, Replica

pytest.importorskip("jinja2", reason="the extra browse is not installed: make setup")

seen_by_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium: apt-get install chromium")


@dataclass(frozen=True)
class Made:
    """An archive with a history, and its server."""

    output: Path
    records: list[dict[str, Any]]
    edited: str
    """Has three versions."""
    gone: str
    served: Browsed

    def newest(self, id_: str) -> dict[str, Any]:
        return [record for record in self.records if record["id"] == id_][-1]

    def pictured(self) -> dict[str, Any]:
        """One with an image, and a single page and version."""
        return next(record for record in self.records if record["crawl"]["pages"] == 1
                    and record["id"] not in (self.edited, self.gone)
                    and any(image["path"] for image in record["images"]))  # fmt: skip

    def version(self, id_: str, version: int) -> dict[str, Any]:
        return next(record for record in self.records if (record["id"], record["version"]) == (id_, version))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    output = tmp_path_factory.mktemp("browsed") / "output"
    with Replica(Plan(articles=160, copies_percent=10, reprints_percent=15)) as replica:
        first = crawl(replica, output)
        plain = [record["id"] for record in first.records if record["crawl"]["pages"] == 1 and record["text"]]
        replica.edit(plain[0])
        crawl(replica, output, "recheck=all")
        replica.edit(plain[0])
        replica.withdraw(plain[1])
        for _ in range(2):
            assert crawl(replica, output, "recheck=all", JCNEWS_GONE_AFTER="0s").code == 0
    with browsing(output) as served:
        yield Made(output, read_records(output), plain[0], plain[1], served)


# ---- what is shown


def test_the_home_page_lists_the_latest_articles_and_the_sections(made: Made) -> None:
    page = made.served.page("/")
    links = page.xpath("//article//a/@href")
    assert len(links) == 20
    days = [urlsplit(made.newest(link.rpartition("/")[2])["url"]).path.rpartition("/t")[2][:8] for link in links]
    assert days == sorted(days, reverse=True)
    listed = {record["id"] for record in made.records if any(s["name"] == "晋城新闻" for s in record["sections"])}
    (link,) = page.xpath("//aside//a[span='晋城新闻']")
    assert link.xpath("string(small)") == str(len(listed))
    shown = made.served.page(link.get("href")).xpath("//article//a/@href")
    assert {href.rpartition("/")[2] for href in shown} <= listed
    assert len(shown) == min(20, len(listed))


def test_every_article_is_on_some_page_of_the_list(made: Made) -> None:
    found: list[str] = []
    address = "/"
    while address:
        page = made.served.page(address)
        found += [href.rpartition("/")[2] for href in page.xpath("//article//a/@href")]
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert len(found) == len(set(found))
    assert set(found) == {record["id"] for record in made.records}


def test_search_finds_what_scrapy_search_finds_with_its_marks(made: Made) -> None:
    page = made.served.page(f"/?q={quote('煤层气 新')}")
    done = scrapy("search", "煤层气", "新", "--json", "-s", f"JCNEWS_OUTPUT={made.output}")
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert [href.rpartition("/")[2] for href in page.xpath("//article//h3/a/@href")] == [hit["id"] for hit in hits][:20]
    assert set(page.xpath("//mark/text()")) == {"煤层气", "新"}
    assert page.xpath("//input[@name='q']/@value") == ["煤层气 新"]
    assert page.xpath("//input[@name='q'][@autofocus]")
    assert "没有找到" in made.served.ask(f"/?q={quote('绝无此词')}").text


def test_an_article_shows_its_text_and_every_field(made: Made) -> None:
    record = made.newest(made.edited)
    page = made.served.page(f"/article/{made.edited}")
    assert page.xpath("//h1/text()") == [record["title"]]
    assert page.xpath("//div[@class='body']/p/text()") == record["text"].split("\n\n")
    keys = page.xpath("//details//code/text()")
    assert {key.partition(".")[0] for key in keys} == record.keys() - {"text", "html"}
    shown = dict(zip(keys, page.xpath("//details//td"), strict=True))
    assert shown["content_hash"].text_content() == record["content_hash"]
    assert shown["snapshot.warc.offset"].text_content() == str(record["snapshot"]["warc"]["offset"])


def test_versions_are_compared_side_by_side(made: Made) -> None:
    page = made.served.page(f"/compare/{made.edited}?from=1&to=3")
    for place, version in (("old", 1), ("new", 3)):
        cells = page.xpath(f"//h2[last()]/following-sibling::*//div[@class='{place}'] | "
                           f"//h2[last()]/following-sibling::div/div[@class='{place}']")  # fmt: skip
        shown = [text for cell in cells if (text := cell.text_content())]
        assert shown == made.version(made.edited, version)["text"].split("\n\n")
    assert page.xpath("//del")
    assert page.xpath("//ins")
    same = made.served.ask(f"/compare/{made.edited}?from=2&to=2")
    assert "内容相同" in same.text


def test_an_article_that_is_gone_is_shown_as_such(made: Made) -> None:
    assert made.newest(made.gone)["event"] == "gone"
    assert "原网站已撤下" in made.served.ask(f"/article/{made.gone}").text
    assert made.served.page(f"/article/{made.gone}/1").xpath("//div[@class='body']/p")


def test_the_snapshot_is_the_page_as_served_in_a_sandboxed_frame(made: Made) -> None:
    for version in (1, 3):
        frame = made.served.page(f"/snapshot/{made.edited}/{version}/0").xpath("//iframe")[0]
        assert frame.get("sandbox") == ""
        raw = made.served.ask(frame.get("src"))
        assert raw.headers["content-security-policy"].startswith("sandbox; default-src 'none'; ")
        encoding = made.version(made.edited, version)["crawl"]["encoding"]
        assert raw.headers["content-type"] == f"text/html; charset={encoding}"
        arguments = (made.edited, "--version", str(version), "-s", f"JCNEWS_OUTPUT={made.output}")
        line = [*browse_command(made.output)[:3], "cat", *arguments]
        served = subprocess.run(line, cwd=ROOT, env=environment(), capture_output=True, check=True).stdout
        source = made.served.ask(f"/source/{made.edited}/{version}/0")
        assert (source.body, source.headers["content-type"]) == (served, f"text/plain; charset={encoding}")


def test_images_come_from_the_archive_also_in_a_snapshot(made: Made) -> None:
    record = made.pictured()
    sources = made.served.page(f"/article/{record['id']}").xpath("//figure/img/@src")
    stored = [image for image in record["images"] if image["path"]]
    assert len(sources) == len(stored)
    for source, image in zip(sources, stored, strict=True):
        assert made.served.ask(source).body == (made.output / image["path"]).read_bytes()
    raw = made.served.ask(f"/raw/{record['id']}/{record['version']}/0").body.decode(record["crawl"]["encoding"])
    assert [f"{made.served.address}{source}" in raw for source in sources] == [True] * len(sources)


def test_copies_and_their_original_name_each_other(made: Made) -> None:
    copy = next(record for record in made.records if record["duplicate_of"] and record["version"] == 1)
    original = copy["duplicate_of"]
    assert made.served.page(f"/article/{copy['id']}").xpath(f"//a[@href='/article/{original}']")
    assert made.served.page(f"/article/{original}").xpath(f"//a[@href='/article/{copy['id']}']")
    groups = made.served.page("/duplicates").xpath("//section[@class='group']")
    ids = [[href.rpartition("/")[2] for href in group.xpath(".//h3/a/@href")] for group in groups]
    assert any(group[0] == original and copy["id"] in group for group in ids)


def test_runs_are_plotted_and_listed(made: Made) -> None:
    page = made.served.page("/runs")
    reports = [json.loads(path.read_text()) for path in sorted(made.output.glob("runs/*.json"))]
    assert sorted(page.xpath("//table//code/text()")) == sorted(report["run_id"] for report in reports)
    labels = page.xpath("(//*[name()='svg'])[1]//*[name()='title']/text()")
    counts = [report["articles"]["new"] + report["articles"]["updated"] for report in reports]
    assert [int(label.rpartition(": ")[2]) for label in labels] == [count for count in counts if count]
    by_section = page.xpath("//*[name()='svg'][@aria-label='晋城新闻']//*[name()='title']/text()")
    assert sum(int(label.rpartition(": ")[2]) for label in by_section) > 0
    assert "100.0%" in page.text_content()


def test_sections_of_one_name_are_plotted_each(tmp_path: Path) -> None:
    archive_of(tmp_path, [article(1), article(2), article(3)])
    archive = Archive(tmp_path, "r2", min_free_mb=0, seal_records=500, seal_seconds=600)
    archive.open("jcnews")
    with archive.ledger.transaction():
        for path, name, ids in (("a/tz", "通知", (1,)), ("b/tz", "通知", (2, 3)), ("xw", "新闻", (1, 2, 3))):
            archive.ledger.sections.add("jcnews", path, name)
            for id_ in ids:
                archive.ledger.sections.add_member("jcnews", path, f"jcnews:{id_}")
    archive.close()
    with browsing(tmp_path) as served:
        rows = served.page("/runs").xpath("(//div[@class='rows'])[1]")[0]
    named = zip(rows.xpath("span/text()"), rows.xpath("b/text()"), strict=True)
    assert sorted(named) == [("新闻", "3"), ("通知 (a/tz)", "1"), ("通知 (b/tz)", "2")]


def test_days_bound_the_latest_articles_too(made: Made) -> None:
    days = sorted(record["url"].rpartition("/t")[2][:8] for record in made.records if record["version"] == 1)
    day = f"{days[-30][:4]}-{days[-30][4:6]}-{days[-30][6:]}"
    for bounds, number in ((f"since={day}", sum(one >= days[-30] for one in days)),
                           (f"since={day}&until={day}", days.count(days[-30])), ("since=2030-01-01", 0)):  # fmt: skip
        page = made.served.page(f"/?q=&{bounds}")
        assert re.findall(r"\d+", page.xpath("string(//h1/small)")) == [str(number)]
        assert len(page.xpath("//article")) == min(number, 20)
    more = made.served.page(made.served.page(f"/?since={day}").xpath("//a[@rel='next']/@href")[0])
    assert more.xpath("//input[@name='since']/@value") == [day]
    assert more.xpath("string(//h1/small)") == made.served.page(f"/?since={day}").xpath("string(//h1/small)")


def test_both_languages_keep_to_themselves(made: Made) -> None:
    for path in (
        "/",
        "/runs",
        "/duplicates",
        f"/article/{made.edited}",
        f"/compare/{made.edited}",
        "/?q=x",
        "/nowhere",
    ):
        mark = "&" if "?" in path else "?"
        page = made.served.ask(f"{path}{mark}lang=en").page
        assert page.get("lang") == "en"
        own = [href for href in page.xpath("//a/@href") if href.startswith("/") and not href.startswith("/source/")]
        assert [href for href in own if "lang=en" not in href] == page.xpath("//a[@class='other']/@href")
        assert page.xpath("//form[@method='get'][not(input[@name='lang'][@value='en'])]") == []
        assert made.served.ask(page.xpath("//a[@class='other']/@href")[0]).page.get("lang") == "zh-CN"


# ---- to whom, and how


@pytest.mark.parametrize("path", ["/", "/runs", "/nowhere", "/?page=0", "/browse.css", "/article/jcnews:1", "/raw/x"])
def test_every_answer_forbids_what_is_not_needed(made: Made, path: str) -> None:
    got = made.served.ask(path)
    policy = got.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "no-referrer"
    head = made.served.ask(path, "HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (got.status, str(len(got.body)), b"")


def test_only_this_machine_by_its_own_name_may_ask(made: Made) -> None:
    port = urlsplit(made.served.address).port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        f"127.0.0.1.evil.example:{port}",
        f"[::1]:{port}",
        "",
    ):
        got = made.served.ask("/", Host=host)
        assert (got.status, b"article" in got.body) == (403, False)
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"127.0.0.1:{port}"):
        assert made.served.ask("/", Host=host).status == 200
    listening = Path("/proc/net/tcp")
    if listening.exists():
        sockets = [line.split()[1] for line in listening.read_text().splitlines() if line.split()[3] == "0A"]
        assert [at for at in sockets if at.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_can_be_changed(made: Made, method: str) -> None:
    got = made.served.ask("/", method)
    assert got.status == 501
    assert "content-security-policy" in got.headers


@pytest.mark.parametrize("path", [
    "/../state.sqlite3", "/%2e%2e/state.sqlite3", "/state.sqlite3", "/raw/../../state.sqlite3", "/browse.css/../app.py",
    "/image/jcnews:956123/1/../../../../etc/passwd", "/image/jcnews:956123/1/99", "/article/jcnews:956123%00",
    "/article/jcnews:956123/9999999999999999999999", "/article/jcnews:99999999999999999999999", "//evil.example/",
    "/article/%ff%fe", "/raw/jcnews:956123/1/-1", "/article/jcnews:956123/%D9%A3", "/?page=99999999999999999999",
    "/?section=nowhere", "/?q=x&since=2022-13-45", "/?since=rubbish", "/?q=&until=2022-13-45",
    "/?" + "&".join(f"a{n}=1" for n in range(50)),
])  # fmt: skip
def test_addresses_that_make_no_sense_are_refused(made: Made, path: str) -> None:
    got = made.served.ask(path)
    assert got.status in (400, 404)
    assert b"SQLite" not in got.body


def test_no_link_leads_to_another_host(made: Made) -> None:
    page = made.served.ask("/%2Fevil.example/x").page
    assert [href for href in page.xpath("//a/@href") if href.startswith("//") or "\\" in href] == []


# ---- what is never shown


def test_what_is_withdrawn_is_shown_nowhere_from_then_on(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with Replica(Plan(articles=30, copies_percent=30)) as replica:
        records = crawl(replica, output).records
        pictured = next(r for r in records if r["crawl"]["pages"] == 1 and any(i["path"] for i in r["images"]))
        id_, word = pictured["id"], pictured["text"][5:15]
        replica.edit(id_)
        crawl(replica, output, "recheck=all")
    paths = [f"/article/{id_}", f"/article/{id_}/1", f"/compare/{id_}", f"/snapshot/{id_}/1/0", f"/raw/{id_}/1/0",
             f"/source/{id_}/1/0", f"/image/{id_}/1/0"]  # fmt: skip
    with browsing(output) as served:
        assert [served.ask(path).status for path in paths] == [200] * len(paths)
        assert served.page(f"/?q={quote(word)}").xpath("//article")
        settings = ("-s", f"JCNEWS_OUTPUT={output}", "-s", "JCNEWS_MIN_FREE_MB=0")
        assert scrapy("forget", id_, "--reason", "asked", *settings).returncode == 0
        assert [served.ask(path).status for path in paths] == [410] * len(paths)
        for path in ("/", "/?page=2", "/duplicates", f"/?q={quote(word)}"):
            assert id_.encode() not in served.ask(path).body
        assert scrapy("forget", id_, "--reason", "asked", "--purge", *settings).returncode == 0
        assert served.ask(paths[1]).status == 410
        other = next(record["id"] for record in records if record["id"] != id_)
        assert served.ask(f"/article/{other}/1").status == 200


def test_a_crawl_may_go_on_meanwhile(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with Replica(Plan(articles=60, delay_s=0.01)) as replica:
        process = start(replica, output, JCNEWS_SEAL_RECORDS=5)
        try:
            wait_until((output / "manifest-sha256.txt").exists)
            with browsing(output) as served:
                numbers = set()
                while process.poll() is None:
                    for path in ("/", "/runs", "/duplicates", f"/?q={quote('新')}"):
                        assert served.ask(path).status == 200
                    numbers.add(served.page("/").xpath("string(//h1/small)"))
                assert process.wait() == 0
                assert served.page("/").xpath("string(//h1/small)") not in numbers or len(numbers) > 1
        finally:
            process.kill()
            process.communicate()


def test_damage_gives_a_message_and_the_rest_is_shown(made: Made, tmp_path: Path) -> None:
    output = tmp_path / "output"
    shutil.copytree(made.output, output)
    for folder in ("html", "warc", "media", "runs"):
        shutil.rmtree(output / folder)
    record = made.pictured()
    with browsing(output) as served:
        assert served.ask(f"/article/{record['id']}").status == 200
        for path in (f"/raw/{record['id']}/1/0", f"/image/{record['id']}/1/0"):
            got = served.ask(path)
            assert (got.status, "scrapy verify" in got.text) == (500, True)
        assert served.ask("/runs").status == 200
        first = min((output / "articles").iterdir())
        first.unlink()
        assert "有内容读不出" in served.ask("/").text
        assert served.ask(f"/article/{record['id']}").status == 500
        assert served.ask(f"/article/{made.edited}").status == 200
        (output / "state.sqlite3").write_bytes(b"no database" * 1000)
        assert served.ask("/").status == 500
        (output / "state.sqlite3").unlink()
        got = served.ask("/")
        assert (got.status, "scrapy verify" in got.text) == (500, True)


def test_a_segment_that_cannot_be_read_is_told_and_every_article_elsewhere_is_shown(made: Made, tmp_path: Path) -> None:
    output = tmp_path / "output"
    shutil.copytree(made.output, output)
    path = f"/compare/{made.edited}"
    choices = made.served.page(path).xpath("//select/option/@value")
    broken = "articles/29990101T000000Z-0000-001.jsonl"
    (output / broken).symlink_to("/proc/self/mem")  # opens, and fails at the first read
    with browsing(output) as served:
        for _ in range(2):
            assert served.page(f"/article/{made.edited}").xpath("//*[@role='status']//li/text()")[0].startswith(broken)
            assert served.page(path).xpath("//select/option/@value") == choices
        (output / broken).unlink()
        assert not served.page(f"/article/{made.edited}").xpath("//*[@role='status']")


def test_copies_of_an_article_that_cannot_be_read_are_told(made: Made, tmp_path: Path) -> None:
    output = tmp_path / "output"
    records = [article(1), article(2, duplicate_of="jcnews:1")]
    archive_of(output, records, seal_records=1)
    of_original, of_copy = sorted((output / "articles").iterdir())
    with browsing(output) as served:
        for segment, shown in ((of_copy, 1), (of_original, 2)):
            whole = segment.read_bytes()
            segment.write_bytes(whole.replace(b'"title":', b'"tilte":'))
            assert f"jcnews:{3 - shown}: " in served.page(f"/article/jcnews:{shown}").xpath(
                "string(//*[@role='status'])"
            )
            segment.write_bytes(whole)


# ---- how it starts and ends


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_0_when_it_is_interrupted(made: Made, number: signal.Signals) -> None:
    process = subprocess.Popen(browse_command(made.output, "--port", "0"), cwd=ROOT, env=environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stdout
    assert "Ctrl-C" in process.stdout.readline()
    process.send_signal(number)
    assert (process.communicate(timeout=30)[1], process.returncode) == ("", 0)


def test_what_it_lacks_it_says(made: Made, tmp_path: Path) -> None:
    setting = ("-s", f"JCNEWS_OUTPUT={made.output}")
    port = str(urlsplit(made.served.address).port)
    blind = tmp_path / "blind"
    blind.mkdir()
    (blind / "sitecustomize.py").write_text("import sys\nsys.modules['jinja2'] = None\n")
    for done, message in (
        (scrapy("browse", "--port", port, *setting), f"port {port} cannot be had"),
        (scrapy("browse", "--port", "70000", *setting), "--port '70000' is no port"),
        (scrapy("browse", "-s", f"JCNEWS_OUTPUT={tmp_path / 'none'}"), "no archive yet"),
        (scrapy("browse", *setting, variables={"PYTHONPATH": str(blind)}), "pip install -e '.[browse]'"),
    ):
        assert (done.returncode, message in done.stderr) == (1, True), done.stderr
        assert "Traceback" not in done.stderr


# ---- in a browser

RUN = "document.title='ran';document.documentElement.dataset.ran=1;fetch('BEACON/script');"
ATTACKS = (
    "<script>RUN</script><img src=x onerror=\"RUN\"><svg onload=\"RUN\"></svg><body onload=\"RUN\">"
    "<a href=\"javascript:RUN\">一</a><iframe src=\"javascript:RUN\"></iframe><iframe src='BEACON/frame'></iframe>"
    "<img src='BEACON/image'><link rel=stylesheet href='BEACON/style'><style>body{background:url(BEACON/css)}</style>"
    "<script src='BEACON/outer'></script><object data='BEACON/object'></object><video src='BEACON/video'></video>"
    "<meta http-equiv=refresh content='0;url=BEACON/refresh'><input autofocus onfocus=\"RUN\">"
    "<form action='BEACON/form'></form><base href='BEACON/base/'><link rel=prefetch href='BEACON/prefetch'>"
).replace("RUN", RUN)  # fmt: skip


@seen_by_browser
def test_search_open_and_compare_in_a_browser(made: Made) -> None:
    word = made.newest(made.edited)["text"][3:11]
    found = chromium(f"{made.served.address}/?q={quote(word)}")
    (link,) = [href for href in found.xpath("//article//h3/a/@href") if href.endswith(made.edited)]
    opened = chromium(made.served.address + link)
    assert opened.xpath("//h1/text()") == [made.newest(made.edited)["title"]]
    compared = chromium(made.served.address + opened.xpath("//p[@class='actions']/a/@href")[1])
    assert compared.xpath("//del")
    assert compared.xpath("//ins")


@seen_by_browser
def test_no_page_is_wider_than_a_telephone(made: Made) -> None:
    measure = ("const page = event.target.contentDocument.documentElement;"
               "document.documentElement.dataset.beyond = page.scrollWidth - page.clientWidth")  # fmt: skip
    paths = ("/", f"/?q={quote('新')}&lang=en", f"/article/{made.edited}?lang=en", f"/compare/{made.edited}", "/runs")
    with beacon() as lit:
        for path in paths:
            page = made.served.ask(path).body.decode().replace("<details", "<details open")
            framed = escape(page.replace('href="/browse.css"', f'href="{made.served.address}/browse.css"'))
            lit.page = (f"<html><script>document.addEventListener('load', event => {{{measure}}}, true)</script>"
                        f'<iframe width="390" height="800" srcdoc="{framed}"></iframe></html>').encode()  # fmt: skip
            assert (path, chromium(lit.address).get("data-beyond")) == (path, "0")


@seen_by_browser
def test_nothing_that_is_stored_runs_or_calls(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with beacon() as lit:
        attacks = ATTACKS.replace("BEACON", lit.address)
        lit.page = f"<html><head><title>一</title></head><body>{attacks}</body></html>".encode()
        chromium(lit.address)
        assert {"/script", "/image", "/outer"} <= set(lit.asked), "the attacks do nothing anywhere"
        planted: dict[str, Answer] = {}
        with Replica(Plan(articles=20, charset="utf8", faults=planted)) as replica:
            url = replica.history_of(replica.ids()[-1])[-1]["url"]
            page = replica.site.page(urlsplit(url).path).body.decode()
            hostile = re.sub(r"(?i)</body>", lambda _: f"{attacks}</body>", page)
            planted[urlsplit(url).path] = Answer(body=hostile.encode())
            records = crawl(replica, output, f"articles={url}").records
        stored = next(record for record in records if record["url"] == url)
        lit.asked.clear()
        with browsing(output) as served:
            for path in ("snapshot", "raw"):
                shown = chromium(f"{served.address}/{path}/{stored['id']}/1/0")
                assert shown.get("data-ran") is None
                assert shown.xpath("//title/text()")[0] != "ran"
            assert b"<script>document.title" in served.ask(f"/raw/{stored['id']}/1/0").body
        assert lit.asked == []


@seen_by_browser
def test_no_field_of_a_record_runs_or_calls(tmp_path: Path) -> None:
    with beacon() as lit:
        attack = f"\"'>{ATTACKS.replace('BEACON', lit.address)}"
        lure = f"javascript:{RUN.replace('BEACON', lit.address)}"
        kept = article(1, attack, subtitle=attack, series=attack, source=attack, editor=attack, breadcrumb=(attack,))
        values = {
            "images": tuple(type(kept.images[0])(lure, caption=attack) for _ in range(2)),
            "sections": (type(kept.sections[0])(attack, lure),),
            "attachments": (_resource(lure, attack),),
            "videos": (_resource("data:text/html,<script>1</script>", attack),),
            "authors": (type(kept.authors[0])(attack, attack),),
            "published_at": None, "published_raw": attack, "text": f"{attack}\n\n{attack}",
        }  # fmt: skip
        records = [article(1, attack), article(1, attack, version=2, **values)]
        archive_of(tmp_path / "output", records)
        with browsing(tmp_path / "output") as served:
            for path in (
                "/",
                "/article/jcnews:1",
                "/compare/jcnews:1",
                "/duplicates",
                f"/?q={quote('<script>')}",
                "/?q=" + quote(attack),
            ):
                shown = chromium(served.address + path)
                assert shown.get("data-ran") is None, path
                assert shown.xpath("//title/text()")[0] != "ran", path
                assert (
                    shown.xpath("//script | //iframe | //*[@onerror or @onload] | //a[contains(@href, 'script:')]")
                    == []
                )
        assert lit.asked == []


def _resource(url: str, name: str) -> Any:
    from jcnews_spider.article import Resource  # noqa: PLC0415

    return Resource(url, name)
