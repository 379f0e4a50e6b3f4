"""The WARC: every exchange, whole, once, and found again."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.selection import Selection
from jcnews_spider.archive.warc.members import Member, read_member, spans
from jcnews_spider.archive.warc.records import Exchange, payload_digest
from jcnews_spider.archive.warc.scan import whole_ends
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.article import Article, Crawl, Snapshot
from jcnews_spider.errors import Damaged
from jcnews_spider.sites import SITES
from tests.crawling import Run, crawl, plain_paths, scrapy
from tests.replica import Answer, Plan, Replica
from tests.sealed import whole_end

ROOT_URL = "http://www.jcnews.com.cn"
PAGE = "<p>正文</p>".encode() * 200


def members(output: Path) -> list[Member]:
    """Every record of every WARC."""
    return [read_member(path, *span) for path in sorted(output.glob("warc/*")) for span in spans(path)]


def responses(output: Path) -> dict[str, list[Member]]:
    """Responses and revisits by address."""
    found: dict[str, list[Member]] = {}
    for member in members(output):
        if member.kind in ("response", "revisit"):
            found.setdefault(str(member.url), []).append(member)
    return found


GBK_VALUE = "晋城".encode("gbk")
CUT, LARGE, GBK, ZIPPED, MOVED, MISSING = range(6)


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    """A site with a page that is cut, one that is too large, and what else a capture must take as it is."""
    paths = plain_paths(Replica(Plan(articles=60)), 6)
    good = Replica(Plan(articles=60)).site.page(paths[GBK]).body
    faults = {
        paths[CUT]: Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nETag: x\r\n\r\n<html>half"),
        paths[LARGE]: Answer(body=b"<p>" + b"x" * 3_000_000),
        paths[GBK]: Answer(headers={"Content-Type": "text/html", "X-Name": GBK_VALUE.decode("latin-1")}, body=good),
        paths[MOVED]: Answer(302, {"Location": f"{ROOT_URL}/elsewhere.html"}),
        paths[MISSING]: Answer(404, body=b"<h1>404</h1>"),
    }
    with Replica(Plan(articles=60, robots="allow", faults=faults)) as running:
        yield running


@pytest.fixture(scope="module")
def run(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A crawl through a proxy that wants a password."""
    output = tmp_path_factory.mktemp("warc") / "output"
    port = replica.proxy.rpartition(":")[2]
    settings = {"DOWNLOAD_DELAY": 0, "JCNEWS_MIN_FREE_MB": 0, "JCNEWS_OUTPUT": output, "JCNEWS_MAX_BODY_MB": 2,
                "JCNEWS_CONTACT": "ops@example.org", "JCNEWS_WARC_MB": 1, "JCNEWS_FAIL_RATIO": 1}  # fmt: skip
    line = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    done = scrapy("crawl", "jcnews", *line, proxy=f"http://me:secret@127.0.0.1:{port}")
    return Run(done.returncode, done.stdout, done.stderr, output, {})


def test_every_exchange_of_the_site_is_in_the_warc(replica: Replica, run: Run) -> None:
    assert run.code == 0
    asked = Counter(request.url for request in replica.requests)
    kept = Counter({url: len(found) for url, found in responses(run.output).items()})
    assert kept == asked
    assert kept[f"{ROOT_URL}/robots.txt"] == 1
    assert Counter(str(m.url) for m in members(run.output) if m.kind == "request") == asked


def test_payloads_are_the_bytes_served(replica: Replica, run: Run) -> None:
    pages = [url for url, found in responses(run.output).items() if found[0].status_line == "200 OK"]
    assert len(pages) > 60
    for url in pages:
        path = url.removeprefix(ROOT_URL)
        planted = replica.plan.faults.get(path)
        if planted is None and path != "/robots.txt":
            body = replica.site.page(path).body
            assert (payload_digest(body), body) == (
                responses(run.output)[url][0].facts["warc-payload-digest"],
                responses(run.output)[url][0].payload,
            )
            break
    served = {request.url: request.sent for request in replica.requests if request.status == 200}
    assert all(len(found[0].payload) <= served[url] for url, found in responses(run.output).items() if url in served)


def test_other_tools_find_the_files_whole(run: Run) -> None:
    paths = sorted(map(str, run.output.glob("warc/*.warc.gz")))
    assert paths
    assert subprocess.run(["gzip", "-t", *paths], check=False).returncode == 0
    check = [sys.executable, "-m", "warcio.cli", "check", *paths]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0


def test_a_record_points_to_its_response(run: Run) -> None:
    assert len(run.records) > 40
    for record in run.records:
        pointer = record["snapshot"]["warc"]
        member = read_member(run.output / pointer["file"], pointer["offset"], pointer["length"])
        assert (member.kind, member.url, member.status_line) == ("response", record["url"], "200 OK")
        assert sha256(member.payload).hexdigest() == record["snapshot"]["sha256"]


def test_response_and_request_name_each_other_and_their_moment(run: Run) -> None:
    found = {m.facts["warc-record-id"]: m for m in members(run.output)}
    requests = [m for m in found.values() if m.kind == "request"]
    assert requests
    for request in requests:
        response = found[request.facts["warc-concurrent-to"]]
        assert response.facts["warc-date"] == request.facts["warc-date"]
        assert len(request.facts["warc-date"]) == len("2026-11-24T03:30:12.123456Z")
        assert "warc-ip-address" not in response.facts  # a proxy was asked, not the site
        assert dict(request.headers)[b"Host"] == b"www.jcnews.com.cn"


def test_passwords_are_never_written(run: Run) -> None:
    names = {name.lower() for m in members(run.output) if m.kind == "request" for name, _ in m.headers}
    assert b"user-agent" in names
    assert not names & {b"proxy-authorization", b"authorization", b"cookie"}
    for path in run.output.glob("warc/*"):
        for span in spans(path):
            assert b"secret" not in repr(read_member(path, *span)).encode()


def test_each_file_begins_with_what_made_it(run: Run) -> None:
    for path in run.output.glob("warc/*"):
        first = read_member(path, 0)
        info = first.payload.decode()
        assert (first.kind, first.facts["warc-filename"]) == ("warcinfo", path.name)
        assert "robots: obey" in info
        assert "operator: ops@example.org" in info
        assert "header names normalised, reason phrase reconstructed" in info


def test_a_header_that_is_no_utf_8_survives(replica: Replica, run: Run) -> None:
    (member,) = responses(run.output)[ROOT_URL + plain_paths(replica, 6)[GBK]]
    assert dict(member.headers)[b"X-Name"] == GBK_VALUE


def test_what_is_cut_is_kept_as_truncated_and_is_no_article(replica: Replica, run: Run) -> None:
    cut, large, *_ = (ROOT_URL + path for path in plain_paths(replica, 6))
    found = responses(run.output)
    assert {m.facts.get("warc-truncated") for m in found[cut]} == {"disconnect"}
    assert len(found[cut]) == 3
    assert [m.facts.get("warc-truncated") for m in found[large]] == ["length"]
    assert 2_000_000 < len(found[large][0].payload) < 3_000_000
    assert not {cut, large} & {record["url"] for record in run.records}


def test_redirects_and_missing_pages_are_there_too(replica: Replica, run: Run) -> None:
    paths = plain_paths(replica, 6)
    lines = {url: found[0].status_line for url, found in responses(run.output).items()}
    assert lines[ROOT_URL + paths[MOVED]] == "302 Found"
    assert lines[ROOT_URL + paths[MISSING]] == lines[f"{ROOT_URL}/elsewhere.html"] == "404 Not Found"


def test_the_served_bytes_of_any_version_come_back(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        crawl(replica, tmp_path, JCNEWS_HTML_SNAPSHOTS=0)
        identity = replica.ids()[-1]
        url = next(g["url"] for g in replica.gold() if g["id"] == identity)
        path = url.removeprefix(ROOT_URL)
        first = replica.site.page(path).body
        replica.edit(identity)
        crawl(replica, tmp_path, "recheck=all", JCNEWS_HTML_SNAPSHOTS=0)
        second = replica.site.page(path).body
    outcomes = {}
    for name, options in (
        ("newest", []),
        ("1", ["--version", "1"]),
        ("2", ["--version", "2"]),
        ("3", ["--version", "3"]),
    ):
        done = scrapy("cat", url, *options, "-s", f"JCNEWS_OUTPUT={tmp_path}")
        outcomes[name] = (done.returncode, done.stdout)
    assert outcomes["1"] == (0, first.decode())
    assert outcomes["2"] == outcomes["newest"] == (0, second.decode())
    assert outcomes["3"] == (1, "")


def test_every_page_of_an_article_comes_back_from_the_warc_alone(tmp_path: Path) -> None:
    with Replica(Plan(articles=20, weights={"PARTS": 1})) as replica:
        crawl(replica, tmp_path, JCNEWS_HTML_SNAPSHOTS=0)
        gold = next(g for g in replica.gold() if g["listed"] and g["pages"] > 1)
        path = gold["url"].removeprefix(ROOT_URL).replace(".html", "_1.html")
        served = replica.site.page(path).body
    done = scrapy("cat", gold["id"], "--part", "1", "-s", f"JCNEWS_OUTPUT={tmp_path}")
    assert done.stdout.encode() == served
    assert scrapy("cat", gold["id"], "--part", "99", "-s", f"JCNEWS_OUTPUT={tmp_path}").returncode == 1


def test_pages_that_did_not_change_become_revisits_that_replay(tmp_path: Path) -> None:
    with Replica(Plan(articles=40)) as replica:
        crawl(replica, tmp_path)
        before = {(str(m.url), m.facts["warc-date"]): m for m in members(tmp_path) if m.kind == "response"}
        again = crawl(replica, tmp_path, "recheck=all")
    newest = sorted(tmp_path.glob("warc/*"), key=lambda path: path.name)[-1]
    revisits = [m for m in (read_member(newest, *span) for span in spans(newest)) if m.kind == "revisit"]
    assert again.report["articles"]["unchanged"] > 25
    assert len(revisits) > again.report["articles"]["unchanged"]
    profiles = Counter(m.facts["warc-profile"].rpartition("/")[2] for m in revisits)
    assert set(profiles) == {"server-not-modified", "identical-payload-digest"}
    assert profiles["server-not-modified"] > again.report["articles"]["unchanged"]
    for member in revisits:
        original = before[member.facts["warc-refers-to-target-uri"], member.facts["warc-refers-to-date"]]
        assert member.facts["warc-payload-digest"] == original.facts["warc-payload-digest"]
        assert (member.status_line, member.payload) == ("200 OK", b"")
        assert dict(member.headers)[b"Content-Type"] == dict(original.headers)[b"Content-Type"]


def exchange(body: bytes = PAGE, url: str = f"{ROOT_URL}/a", status: int = 200) -> Exchange:
    return Exchange(url, 1.0, status, [(b"Content-Type", b"text/html"), (b"ETag", b'"e"')], body)


def opened(root: Path, run_id: str) -> Archive:
    archive = Archive(root, run_id, min_free_mb=0, seal_records=9, seal_seconds=9, warc=WarcPlan(10**6))
    archive.open("s")
    return archive


def test_the_same_bytes_under_another_address_and_in_a_later_run_are_a_revisit(tmp_path: Path) -> None:
    first = opened(tmp_path, "r1")
    places = [first.capture(exchange(url=f"{ROOT_URL}/{name}")) for name in "ab"]
    small = [first.capture(exchange(b"small", f"{ROOT_URL}/{name}")) for name in "cd"]
    first.finish()
    first.close()
    second = opened(tmp_path, "r2")
    places.append(second.capture(exchange(url=f"{ROOT_URL}/e")))
    not_modified = second.capture(exchange(b"", f"{ROOT_URL}/b", 304))
    unheard_of = second.capture(exchange(b"", f"{ROOT_URL}/never", 304))
    second.finish()
    second.close()
    found = [read_member(tmp_path / place.file, place.offset, place.length) for place in places]
    assert [m.kind for m in found] == ["response", "revisit", "revisit"]
    assert {m.facts["warc-refers-to-target-uri"] for m in found[1:]} == {f"{ROOT_URL}/a"}
    assert [read_member(tmp_path / place.file, place.offset).kind for place in small] == ["response"] * 2
    kept = read_member(tmp_path / not_modified.file, not_modified.offset)
    assert (kept.kind, kept.facts["warc-refers-to-target-uri"]) == ("revisit", f"{ROOT_URL}/a")
    stored = read_member(tmp_path / unheard_of.file, unheard_of.offset)
    assert (stored.kind, stored.status_line) == ("response", "304 Not Modified")


def test_a_file_is_closed_at_its_size_and_stands_in_the_manifest_at_the_next_seal(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "r1", min_free_mb=0, seal_records=9, seal_seconds=9, warc=WarcPlan(1_000))
    archive.open("s")
    bodies = [PAGE + str(number).encode() for number in range(4)]
    places = [archive.capture(exchange(body, f"{ROOT_URL}/{number}")) for number, body in enumerate(bodies)]
    archive.finish()
    archive.close()
    assert sorted({place.file for place in places}) == ["warc/r1-001.warc.gz", "warc/r1-002.warc.gz"]
    listed = [line.partition("  ")[2] for line in (tmp_path / "manifest-sha256.txt").read_text().splitlines()]
    assert listed == ["warc/r1-001.warc.gz", "warc/r1-002.warc.gz"]
    found = [read_member(tmp_path / place.file, place.offset, place.length).payload for place in places]
    assert found == bodies


@pytest.mark.parametrize("cut", ["whole", "boundary", "head", "body", "checksum", "zeros", "nothing"])
def test_a_torn_tail_is_cut_at_the_next_start_and_what_is_whole_is_learnt(tmp_path: Path, cut: str) -> None:
    first = opened(tmp_path, "r1")
    first.capture(exchange(PAGE + b"1", f"{ROOT_URL}/1"))
    kept = first.capture(exchange(PAGE + b"2", f"{ROOT_URL}/2"))
    first.close()
    path = tmp_path / (kept.file + ".open")
    size, end = path.stat().st_size, kept.offset + kept.length
    sizes = {"whole": size, "boundary": end, "head": kept.offset + 12, "body": end - 40, "checksum": end - 5,
             "zeros": end - 30, "nothing": 0}  # fmt: skip
    data = path.read_bytes()[: sizes[cut]]
    path.write_bytes(data + bytes(size - len(data)) if cut == "zeros" else data)
    second = opened(tmp_path, "r2")
    closed = tmp_path / kept.file
    wanted = {"whole": size, "boundary": end, "nothing": None}.get(cut, kept.offset)
    assert (closed.stat().st_size if closed.exists() else None) == wanted
    assert not path.exists()
    again = second.capture(exchange(PAGE + b"2", f"{ROOT_URL}/2"))
    second.finish()
    second.close()
    assert read_member(tmp_path / again.file, again.offset).kind == ("revisit" if wanted in (size, end) else "response")
    check = ["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"]
    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 0
    listed = (tmp_path / "manifest-sha256.txt").read_text().count(kept.file)
    assert listed == (wanted is not None)


@pytest.mark.parametrize(("etag", "kind"), [(b'"e"', "revisit"), (b'"other"', "response")])
def test_a_304_refers_to_what_has_the_validators_with_which_it_was_asked(
    tmp_path: Path, etag: bytes, kind: str
) -> None:
    archive = opened(tmp_path, "r1")
    archive.capture(exchange())
    place = archive.capture(replace(exchange(b"", status=304), request_headers=[(b"If-None-Match", etag)]))
    archive.close()
    assert read_member(tmp_path / f"{place.file}.open", place.offset).kind == kind


def test_what_is_whole_behind_a_damage_is_kept_when_a_killed_run_is_made_up_for(tmp_path: Path) -> None:
    first = opened(tmp_path, "r1")
    places = [first.capture(exchange(PAGE + str(n).encode(), f"{ROOT_URL}/{n}")) for n in range(3)]
    first.close()
    path = tmp_path / (places[0].file + ".open")
    data = bytearray(path.read_bytes())
    data[places[0].offset + 40] ^= 0xFF
    path.write_bytes(data + b"\x1f\x8b\x08 torn")
    second = opened(tmp_path, "r2")
    second.close()
    assert (tmp_path / places[0].file).read_bytes() == data
    assert whole_ends(tmp_path / places[0].file).isdisjoint({places[0].offset + places[0].length})
    assert read_member(tmp_path / places[2].file, places[2].offset).payload == PAGE + b"2"


@pytest.mark.parametrize("anew", [False, True])
def test_of_several_answers_for_a_further_page_the_last_before_the_article_was_asked_anew_counts(
    tmp_path: Path, anew: bool
) -> None:
    address = "http://www.jcnews.com.cn/xw/jcxw/202210/t20221009_1{}.html"
    archive = opened(tmp_path, "r1")
    first = archive.capture(exchange(b"<html>first", address.format("")))
    for body in (b"<html>cut", b"<html>whole</html>"):
        archive.capture(exchange(body, address.format("_1")))
    if anew:
        archive.capture(exchange(b"<html>first anew", address.format("")))
        archive.capture(exchange(b"<html>edited</html>", address.format("_1")))
    archive.finish()
    record = Article(
        id="jcnews:1",
        url=address.format(""),
        crawl=Crawl(pages=2),
        snapshot=Snapshot(None, sha256(b"<html>first").hexdigest(), first),
    )
    assert Reader(tmp_path, archive.ledger).pages(record) == [b"<html>first", b"<html>whole</html>"]
    archive.close()


def test_after_a_kill_a_304_refers_to_what_was_captured_before_it(tmp_path: Path) -> None:
    first = opened(tmp_path, "r1")
    first.capture(exchange())
    first.close()
    second = opened(tmp_path, "r2")
    place = second.capture(exchange(b"", status=304))
    second.finish()
    member = read_member(tmp_path / place.file, place.offset)
    assert (member.kind, member.status_line) == ("revisit", "200 OK")
    assert Reader(tmp_path, second.ledger).exchange(place).payload == PAGE
    second.close()


def test_a_wrong_pointer_is_named(tmp_path: Path) -> None:
    archive = opened(tmp_path, "r1")
    place = archive.capture(exchange())
    archive.finish()
    archive.close()
    path = tmp_path / place.file
    for offset, length in ((place.offset + 1, place.length), (place.offset, place.length - 1), (10**9, 5)):
        with pytest.raises(Damaged, match=f"{path.name} at {offset}"):
            read_member(path, offset, length)
    assert whole_end(path) == path.stat().st_size


def test_a_page_that_could_not_be_captured_is_no_article(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        run = crawl(replica, tmp_path, shim=["--no-capture"], JCNEWS_FAIL_RATIO=1)
        assert run.records == []
        again = crawl(replica, tmp_path)
    assert list(run.report["articles"]["failed"]) == ["not_captured"]
    assert again.report["articles"]["new"] > 10


def test_without_warc_nothing_of_it_is_written(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        run = crawl(replica, tmp_path, JCNEWS_WARC=0)
    assert not (tmp_path / "warc").exists()
    assert {record["snapshot"]["warc"] for record in run.records} == {None}


def test_a_selection_holds_redirects_and_what_they_lead_to(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        run = crawl(replica, tmp_path / "probe")
    record = next(r for r in run.records if r["crawl"]["pages"] == 1 and r["images"] and not r["duplicate_of"])
    page, image = (url.removeprefix(ROOT_URL) for url in (record["url"], record["images"][0]["url"]))
    bodies = {url: found[0].payload for url, found in responses(run.output).items()}
    faults = {
        page: Answer(301, {"Location": f"http://jcnews.com.cn{page}"}),
        image: Answer(302, {"Location": "/moved.jpg"}),
        "/moved.jpg": Answer(headers={"Content-Type": "image/jpeg"}, body=bodies[ROOT_URL + image]),
    }
    served = Answer(headers={"Content-Type": "text/html"}, body=bodies[ROOT_URL + page])
    with Replica(Plan(articles=20, faults=faults, other_hosts={"jcnews.com.cn": {page: served}})) as replica:
        assert crawl(replica, tmp_path / "output").code == 0
    ledger, damages = Ledger(tmp_path / "output/state.sqlite3", read_only=True), list[str]()
    view = Selection(Reader(tmp_path / "output", ledger), SITES, Which("jcnews"), "all", damages.append)
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc/view.warc.gz").write_bytes(b"".join(view.captures()))
    ledger.close()
    lines = {url: found[0].status_line for url, found in responses(tmp_path).items()}
    assert damages == []
    assert (lines[ROOT_URL + page], lines[f"http://jcnews.com.cn{page}"]) == ("301 Moved Permanently", "200 OK")
    assert (lines[ROOT_URL + image], lines[f"{ROOT_URL}/moved.jpg"]) == ("302 Found", "200 OK")
    assert not [url for url in lines if url.endswith("/")]
