"""The images of articles: whole crawls that keep them, refuse them, miss them, and are cut while they come."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawling import ROOT, Run, crawl, environment, read_records
from tests.postgres import Server
from tests.replica import Answer, Plan, Replica, files
from tests.skeleton import editor, page

HOST = "http://www.jcnews.com.cn"
FOLDER = "/xw/jcxw/202210"
OTHER = "img.example.com"
JPEG, PNG = files.content("a.jpg"), files.content("b.png")
TEXT = "这是一段虚构的正文，说明本页由测试写成。"


def path(docid: int) -> str:
    return f"{FOLDER}/t20221009_{docid}.html"


def article(docid: int, *images: str, text: str = TEXT) -> dict[str, Answer]:
    """An article that shows images, to be planted."""
    body = editor(f"{text}第{docid}号。", *(f'<img src="{image}">' for image in images))
    return {path(docid): Answer(200, {"Content-Type": "text/html", "ETag": '"e"'}, page(body, title=f"标题{docid}"))}


def image(body: bytes = JPEG, kind: str = "image/jpeg", **headers: str) -> Answer:
    return Answer(200, {"Content-Type": kind, **headers}, body)


def plan(faults: Mapping[str, Answer], **hosts: Mapping[str, Answer]) -> Plan:
    """A replica with planted answers of the site and of img.example.com and others."""
    return Plan(articles=1, faults=faults, other_hosts={f"{name}.example.com": on for name, on in hosts.items()})


def bring(replica: Replica, output: Path, *docids: int, **settings: Any) -> Run:
    """A crawl of these articles alone, known ones too."""
    urls = ",".join(HOST + path(docid) for docid in docids)
    return crawl(replica, output, "sections=", f"articles={urls}", "recheck=all", **settings)


def asked(replica: Replica) -> Counter[str]:
    return Counter(request.url for request in replica.requests)


def stored(run: Run, record: Mapping[str, Any]) -> list[bytes | None]:
    """The bytes of a record's images, None for one that is missing; their digests hold."""
    found: list[bytes | None] = []
    for one in record["images"]:
        data = (run.output / one["path"]).read_bytes() if one["path"] else None
        assert one["sha256"] == (data and sha256(data).hexdigest())
        found.append(data)
    return found


def check_manifest(output: Path) -> list[str]:
    """Every image on the disk is in the manifest once, and the manifest holds."""
    lines = (output / "manifest-sha256.txt").read_text().splitlines()
    listed = sorted(line.split("  ")[1] for line in lines if "  media/" in line)
    assert listed == sorted(one.relative_to(output).as_posix() for one in output.glob("media/**/*.*"))
    done = subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"], cwd=output, check=False)
    assert done.returncode == 0
    return listed


def test_every_image_of_the_site_is_kept_as_served_and_its_exchange_too(tmp_path: Path) -> None:
    with Replica(Plan(articles=60)) as replica:
        run = crawl(replica, tmp_path)
        images = [one for record in run.records for one in record["images"]]
        served = [replica.site.page(one["url"].removeprefix(HOST)).body for one in images]
        first = len(replica.requests)
        again = crawl(replica, tmp_path)
        later = [request.url for request in replica.requests[first:]]
    assert (run.code, len(images) > 20, run.report["images"]["missing"]) == (0, True, {})
    assert [data for record in run.records for data in stored(run, record)] == served
    assert run.report["images"]["downloaded"] == len(images)
    assert run.report["images"]["bytes"] == sum(map(len, served))
    check_manifest(tmp_path)
    captured = set()
    for warc in tmp_path.glob("warc/*"):
        with warc.open("rb") as stream:
            captured |= {record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(stream)}
    assert {one["url"] for one in images} <= captured
    assert again.code == 0
    assert not {one["url"] for one in images} & set(later)


def test_an_image_may_come_from_another_host_and_by_redirects(tmp_path: Path) -> None:
    hosts = {
        "img": {"/a.jpg": image(), "/old.png": Answer(302, {"Location": "http://cdn.example.com/new.png"})},
        "cdn": {"/new.png": image(PNG, "application/octet-stream")},
    }
    pictures = [f"http://{OTHER}/a.jpg", f"http://{OTHER}/old.png?x=1"]
    with Replica(plan(article(1, *pictures), **hosts)) as replica:
        run = bring(replica, tmp_path, 1)
        urls = asked(replica)
    (record,) = run.records
    assert (run.code, stored(run, record)) == (0, [JPEG, PNG])
    assert [one["path"].rpartition(".")[2] for one in record["images"]] == ["jpg", "png"]
    assert [one["url"] for one in record["images"]] == pictures
    assert {f"http://{OTHER}/robots.txt", "http://cdn.example.com/robots.txt"} <= urls.keys()
    check_manifest(tmp_path)


REFUSED = {
    "http://10.0.0.8/a.jpg": "private_address",
    "http://0x7f.1:8080/b.jpg": "private_address",
    "http://[::ffff:192.168.0.1]/c.jpg": "private_address",
    "http://localhost/d.jpg": "private_address",
    f"http://{OTHER}/inside.jpg": "private_address",
    f"http://{OTHER}/file.jpg": "scheme",
    f"http://{OTHER}/page.jpg": "wrong_type",
    f"http://{OTHER}/drawing.svg": "wrong_type",
    f"http://{OTHER}/huge.jpg": "too_large",
    f"http://{OTHER}/empty.jpg": "empty",
    f"http://{OTHER}/nowhere.jpg": "http_404",
    f"http://{OTHER}/round.jpg": "max_redirections_reached",
    "http://closed.example.com/a.jpg": "robots",
    "http://broken.example.com/a.jpg": "robots_unavailable",
}


def test_an_image_that_may_not_be_had_is_counted_with_its_reason_and_never_costs_the_article(tmp_path: Path) -> None:
    hosts = {
        "img": {
            "/inside.jpg": Answer(302, {"Location": "http://169.254.169.254/latest/meta-data"}),
            "/file.jpg": Answer(302, {"Location": "file:///etc/passwd"}),
            "/page.jpg": image(b"<html><body>404</body></html>"),
            "/drawing.svg": image(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml"),
            "/huge.jpg": image(JPEG + bytes(1_100_000)),
            "/empty.jpg": image(b""),
            "/round.jpg": Answer(302, {"Location": "/round.jpg"}),
            "/good.jpg": image(),
        },
        "closed": {"/robots.txt": Answer(200, body=b"User-agent: *\nDisallow: /\n"), "/a.jpg": image()},
        "broken": {"/robots.txt": Answer(503), "/a.jpg": image()},
    }
    pictures = [*REFUSED, f"http://{OTHER}/good.jpg"]
    with Replica(plan(article(1, *pictures) | article(2), **hosts)) as replica:
        run = bring(replica, tmp_path, 1, 2, RETRY_TIMES=0, JCNEWS_MAX_BODY_MB=1)
        urls = asked(replica)
    records = {record["id"]: record for record in run.records}
    assert (run.code, run.report["why"], sorted(records)) == (0, "done", ["jcnews:1", "jcnews:2"])
    assert run.report["images"]["missing"] == Counter(REFUSED.values())
    assert run.report["addresses"] == {"asked": 2, "answered": 2, "failed": 0}
    assert stored(run, records["jcnews:1"]) == [None] * len(REFUSED) + [JPEG]
    assert {url for url in urls if "example.com" not in url and HOST not in url} == set()
    assert "ERROR" not in run.stderr
    assert len(check_manifest(tmp_path)) == 1


def test_a_host_that_is_too_long_for_a_name_is_never_asked_nor_a_key_of_a_ledger_on_a_server(
    server: Server, tmp_path: Path
) -> None:
    host = ".".join(sha256(bytes([number])).hexdigest()[:60] for number in range(60))  # does not get shorter by pglz
    with Replica(plan(article(1, f"http://{host}.example.com/a.jpg"))) as replica:
        run = bring(replica, tmp_path, 1, JCNEWS_LEDGER=server.new_address())
    assert (run.code, run.report["images"]["missing"]) == (0, {"bad_address": 1}), run.stderr


def test_an_image_is_asked_once_and_stands_once_however_many_articles_show_it(tmp_path: Path) -> None:
    hosts = {"img": {"/a.jpg": image(), "/copy.jpg": image(), "/gone.jpg": Answer(404)}}
    shown = (f"http://{OTHER}/a.jpg", f"http://{OTHER}/gone.jpg")
    pages = article(1, *shown) | article(2, *shown) | article(3, f"http://{OTHER}/copy.jpg")
    with Replica(plan(pages, **hosts)) as replica:
        run = bring(replica, tmp_path, 1, 2, 3)
        urls = asked(replica)
    assert [data for record in run.records for data in stored(run, record) if data] == [JPEG] * 3
    assert [urls[f"http://{OTHER}/{name}.jpg"] for name in ("a", "copy", "gone")] == [1, 1, 1]
    assert run.report["images"]["missing"] == {"http_404": 2}
    assert len(check_manifest(tmp_path)) == 1


def test_images_can_be_switched_off(tmp_path: Path) -> None:
    with Replica(plan(article(1, f"http://{OTHER}/a.jpg"), img={"/a.jpg": image()})) as replica:
        run = bring(replica, tmp_path, 1, JCNEWS_IMAGES=0)
        urls = asked(replica)
    (record,) = run.records
    assert record["images"] == [{"url": f"http://{OTHER}/a.jpg", "caption": None, "path": None, "sha256": None}]
    assert not [url for url in urls if OTHER in url]
    assert not (tmp_path / "media").exists()


def test_a_missing_image_is_tried_again_with_its_article_and_shown_by_the_next_version(tmp_path: Path) -> None:
    pictures = (f"http://{OTHER}/a.jpg", f"http://{OTHER}/late.png")
    pages = article(1, *pictures)
    with Replica(plan(pages, img={"/a.jpg": image()})) as replica:
        first = bring(replica, tmp_path, 1)
        assert stored(first, first.records[0]) == [JPEG, None]
    with Replica(plan(pages, img={"/a.jpg": image(), "/late.png": image(PNG)})) as replica:
        second = bring(replica, tmp_path, 1)
        urls = asked(replica)
        is_conditional = [request.conditional for request in replica.requests if request.url == HOST + path(1)]
        assert (second.code, second.report["articles"]["unchanged"], len(second.records)) == (0, 1, 1)
        assert len(check_manifest(tmp_path)) == 2
    with Replica(plan(article(1, *pictures, text="改过的正文。"))) as replica:
        third = bring(replica, tmp_path, 1)
        later = asked(replica)
    assert (is_conditional, urls[pictures[0]], urls[pictures[1]]) == ([False], 0, 1)
    _, updated = third.records
    assert (updated["event"], stored(third, updated)) == ("updated", [JPEG, PNG])
    assert not [url for url in later if OTHER in url]
    assert len(check_manifest(tmp_path)) == 2


def shimmed(replica: Replica, output: Path, *twist: str) -> Run:
    """A crawl that asks every known article again, with a twist of `tests/shim.py`."""
    return crawl(replica, output, "recheck=all", shim=twist)


def test_an_image_older_than_90_days_is_asked_conditionally_and_another_parser_keeps_its_path(tmp_path: Path) -> None:
    with Replica(Plan(articles=40)) as replica:
        run = crawl(replica, tmp_path)
        pictures = {one["url"] for record in run.records for one in record["images"]}
        number = len(replica.requests)
        young = shimmed(replica, tmp_path, "--clock", str(80 * 86_400), "--parser", "99")
        assert not pictures & {request.url for request in replica.requests[number:]}
        number = len(replica.requests)
        edited = next(record["id"] for record in run.records if record["images"])
        replica.edit(edited)
        old = shimmed(replica, tmp_path, "--clock", str(91 * 86_400))
        again = [request for request in replica.requests[number:] if request.url in pictures]
    assert (run.code, young.code, old.code) == (0, 0, 0)
    assert (young.report["articles"]["reparsed"], young.report["articles"]["updated"]) == (0, 0)
    assert {request.status for request in again} == {304}
    assert old.records[-1]["id"] == edited
    assert all(stored(old, old.records[-1]))
    assert len(check_manifest(tmp_path)) == len(pictures)


def test_an_image_that_does_not_come_any_more_stays_what_it_was(tmp_path: Path) -> None:
    picture = f"http://{OTHER}/a.jpg"
    with Replica(plan(article(1, picture), img={"/a.jpg": image()})) as replica:
        bring(replica, tmp_path, 1)
    with Replica(plan(article(1, picture, text="改过的正文。"), img={"/a.jpg": Answer(404)})) as replica:
        run = shimmed(replica, tmp_path, "--clock", str(91 * 86_400))
        urls = asked(replica)
    assert (run.code, urls[picture], run.report["images"]["stale"], run.report["images"]["missing"]) == (0, 1, 1, {})
    assert (run.records[-1]["event"], stored(run, run.records[-1])) == ("updated", [JPEG])


def test_a_proxy_nearby_may_be_named_by_its_name(tmp_path: Path) -> None:
    with Replica(plan(article(1, f"http://{OTHER}/a.jpg"), img={"/a.jpg": image()})) as replica:
        proxy = replica.proxy.replace("127.0.0.1", "localhost")
        options = [f"JCNEWS_OUTPUT={tmp_path}", "DOWNLOAD_DELAY=0"]
        command = [sys.executable, "-m", "scrapy", "crawl", "jcnews", "-a", "sections=", "-a",
                   f"articles={HOST + path(1)}", *(part for option in options for part in ("-s", option))]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, env=environment(proxy), check=False, stderr=subprocess.DEVNULL)
    (record,) = read_records(tmp_path)
    assert (done.returncode, bool(record["images"][0]["path"])) == (0, True)


def test_storage_that_fails_at_an_image_ends_with_7_and_the_next_run_completes(tmp_path: Path) -> None:
    with Replica(plan(article(1, f"http://{OTHER}/a.jpg") | article(2), img={"/a.jpg": image()})) as replica:
        (tmp_path / "media").write_bytes(b"in the way")
        broken = bring(replica, tmp_path, 1)
        assert (broken.code, broken.records) == (7, [])
        (tmp_path / "media").unlink()
        mended = bring(replica, tmp_path, 1, 2)
    assert "Traceback" not in broken.stderr
    assert (mended.code, len(mended.records)) == (0, 2)
    assert stored(mended, next(record for record in mended.records if record["id"] == "jcnews:1")) == [JPEG]
    check_manifest(tmp_path)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_an_end_while_images_come_leaves_the_article_due_and_what_came_is_not_asked_again(
    tmp_path: Path, end: signal.Signals
) -> None:
    pictures = (f"http://{OTHER}/a.jpg", f"http://{OTHER}/slow.png")
    answers = {"/a.jpg": image(), "/slow.png": replace(image(PNG), hang_s=60)}
    with Replica(plan(article(1, *pictures), img=answers)) as replica:
        command = [sys.executable, "-m", "scrapy", "crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path}",
                   "-s", "DOWNLOAD_DELAY=0", "-a", "sections=", "-a", f"articles={HOST + path(1)}"]  # fmt: skip
        running = subprocess.Popen(command, cwd=ROOT, env=environment(replica.proxy), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while pictures[1] not in asked(replica) or not list(tmp_path.glob("media/full/*")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        running.send_signal(end)
        started = time.monotonic()
        code = running.wait(30)
        seconds = time.monotonic() - started
    assert (code, seconds < 10) == (3 if end is signal.SIGTERM else -signal.SIGKILL, True)
    assert read_records(tmp_path) == []
    with Replica(plan(article(1, *pictures), img={"/slow.png": image(PNG)})) as replica:
        run = bring(replica, tmp_path, 1)
        urls = asked(replica)
    assert (run.code, stored(run, run.records[0])) == (0, [JPEG, PNG])
    assert (urls[pictures[0]], urls[pictures[1]]) == (0, 1)
    check_manifest(tmp_path)
