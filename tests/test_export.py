"""`scrapy export`: views of the archive as files."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from jcnews_spider import clock, exporters, extras
from jcnews_spider.archive import LEDGER, Archive
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.errors import UsageFault
from tests.crawling import ROOT, Run, command, crawl, environment, scrapy, wait_until
from tests.replica import Plan, Replica

pytestmark = pytest.mark.skipif(find_spec("wacz") is None, reason="the extra archive is not installed: make setup")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A crawl, and another that asks every article again: most answers of the second are 304."""
    output = tmp_path_factory.mktemp("whole") / "output"
    with Replica(Plan(articles=60)) as replica:
        run = crawl(replica, output)
        again = crawl(replica, output, "recheck=all")
    assert again.report["requests"]["by_status"]["304"] > 20
    return run


@pytest.fixture
def output(whole: Run, tmp_path: Path) -> Path:
    """An archive of one's own."""
    return shutil.copytree(whole.output, tmp_path / "output", ignore=shutil.ignore_patterns("*-shm"))


def export(output: Path, target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scrapy("export", "--format", "wacz", "-o", str(target), *arguments, "-s", f"JCNEWS_OUTPUT={output}")


def pages(wacz: Path) -> list[dict[str, Any]]:
    """The list of pages, without its head."""
    with zipfile.ZipFile(wacz) as file:
        lines = file.read("pages/pages.jsonl").decode().splitlines()
    return [json.loads(line) for line in lines[1:]]


def records(wacz: Path) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """(kind, address, WARC headers, body) of each record of its WARC."""
    with zipfile.ZipFile(wacz) as file, file.open("archive/archive.warc.gz") as warc:
        for record in ArchiveIterator(warc):
            facts = dict(record.rec_headers.headers)
            yield record.rec_type, facts.get("WARC-Target-URI", ""), facts, record.content_stream().read()


def warcio_check(wacz: Path, folder: Path) -> int:
    with zipfile.ZipFile(wacz) as file:
        file.extract("archive/archive.warc.gz", folder)
    command = [sys.executable, "-m", "warcio.cli", "check", str(folder / "archive/archive.warc.gz")]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_wacz_lists_every_article_and_holds_its_pages(whole: Run, tmp_path: Path) -> None:
    target = tmp_path / "archive.wacz"
    done = export(whole.output, target)
    assert (done.returncode, done.stdout) == (0, f"{target}: {len(whole.records)} articles\n")
    titles = {record["url"]: record["title_raw"] for record in whole.records}
    assert {page["url"]: page["title"] for page in pages(target)} == titles
    with zipfile.ZipFile(target) as file:
        assert whole.records[0]["title"] in file.read("pages/pages.jsonl").decode()  # 汉字 as they are
    held = list(records(target))
    responses = {(url, facts["WARC-Date"]) for kind, url, facts, _ in held if kind == "response"}
    assert {(page["url"], page["ts"]) for page in pages(target)} <= responses
    assert not [url for _, url, _, _ in held if url.endswith(("/", "robots.txt", "index.html"))]
    assert warcio_check(target, tmp_path) == 0
    validate = [
        sys.executable,
        "-c",
        "from wacz.main import main; raise SystemExit(main())",
        "validate",
        "-f",
        str(target),
    ]
    assert subprocess.run(validate, capture_output=True, check=False).returncode == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_wacz_holds_the_originals_of_its_revisits(whole: Run, tmp_path: Path) -> None:
    export(whole.output, tmp_path / "archive.wacz")
    held = list(records(tmp_path / "archive.wacz"))
    originals = {(url, facts["WARC-Date"]) for kind, url, facts, _ in held if kind == "response"}
    revisits = [facts for kind, _, facts, _ in held if kind == "revisit"]
    assert len(revisits) > 20
    assert {(facts["WARC-Refers-To-Target-URI"], facts["WARC-Refers-To-Date"]) for facts in revisits} <= originals


def test_section_and_day_bound_what_is_in_it(whole: Run, tmp_path: Path) -> None:
    target, listed = tmp_path / "part.wacz", defaultdict(list)
    for record in whole.records:
        for section in record["sections"]:
            listed[section["name"], section["url"]].append(record["url"])
    (name, url), urls = max(listed.items(), key=lambda item: len(item[1]))
    days = sorted(re.findall(r"/t(\d{4})(\d\d)(\d\d)_", " ".join(urls)))
    since = days[len(days) // 2]
    wanted = {url for url in urls if re.findall(r"/t(\d{4})(\d\d)(\d\d)_", url)[0] >= since}
    assert 0 < len(wanted) < len(urls) < len(whole.records)
    for spelled in (f"{name[:2]} {name[2:]}", url.removeprefix("http://www.jcnews.com.cn")):
        done = export(whole.output, target, "--section", spelled, "--since", "-".join(since))
        assert done.returncode == 0
        assert {page["url"] for page in pages(target)} == wanted
    foreign = {record["url"] for record in whole.records} - wanted
    assert not foreign & {url for _, url, _, _ in records(target)}


def test_what_is_withdrawn_is_left_out_and_what_refers_to_it_stands_alone(whole: Run, output: Path) -> None:
    withdrawn, other = [record for record in whole.records if record["images"]][:2]
    picture = b"\xff\xd8" + b"a picture that both show" * 100
    archive = Archive(output, "r2", min_free_mb=0, seal_records=1, seal_seconds=1, warc=WarcPlan(10**9))
    archive.open("jcnews")
    for record in (withdrawn, other):
        headers = ((b"Content-Type", b"image/jpeg"),)
        archive.capture(Exchange(record["images"][0]["url"], clock.now(), 200, headers, picture))
    archive.finish()
    archive.close()
    with closing(sqlite3.connect(output / LEDGER)) as db, db:
        db.execute("UPDATE articles SET state = 'withdrawn' WHERE id = ?", (withdrawn["id"],))
    target = output.parent / "archive.wacz"
    assert export(output, target).returncode == 0
    held = list(records(target))
    assert withdrawn["url"] not in {page["url"] for page in pages(target)}
    assert not [url for _, url, facts, _ in held if withdrawn["url"] in (url, facts.get("WARC-Refers-To-Target-URI"))]
    assert withdrawn["images"][0]["url"] not in {url for _, url, _, _ in held}
    shown = [(kind, body) for kind, url, _, body in held if url == other["images"][0]["url"] and kind != "request"]
    assert ("response", picture) in shown
    assert warcio_check(target, output.parent) == 0


def test_damaged_records_are_named_and_left_out(whole: Run, output: Path) -> None:
    torn = whole.records[3]
    pointer = torn["snapshot"]["warc"]
    with (output / pointer["file"]).open("r+b") as warc:
        warc.seek(pointer["offset"] + pointer["length"] // 2)
        warc.write(b"damaged")
    done = export(output, output.parent / "archive.wacz")
    assert done.returncode == 7
    assert f"{pointer['file'].split('/')[1]} at {pointer['offset']}: " in done.stderr
    wanted = {record["url"] for record in whole.records} - {torn["url"]}
    assert {page["url"] for page in pages(output.parent / "archive.wacz")} == wanted
    assert {url for kind, url, _, _ in records(output.parent / "archive.wacz") if kind == "response"} >= wanted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "2032-10-09"], "nothing to export"),
        (["--since", "yesterday"], "--since 'yesterday'"),
        (["--section", "牢记嘱托 山西答题"], "牢记嘱托 山西答卷"),
        (["--latest"], "leave --latest out"),
        (["--since", "2022-10-09", "--until", "2022-10-08"], "--since 2022-10-09 is behind --until 2022-10-08"),
        (["-o", "-"], "to stdout (-o -) go csv, jsonl"),
        (["-o", "/dev/stdout"], "a file in a folder that exists"),
        (["--format", "word"], "known are csv, jsonl, parquet, sqlite, wacz"),
        (["-o", "/nowhere/at/all.wacz"], "a folder that exists"),
        (["-s", "JCNEWS_OUTPUT=/nowhere"], "no archive yet"),
    ],
)
def test_what_makes_no_file_ends_with_1_and_leaves_what_stands(
    whole: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    target = tmp_path / "archive.wacz"
    target.write_bytes(b"an older one")
    done = scrapy(
        "export", "--format", "wacz", "-o", str(target), "-s", f"JCNEWS_OUTPUT={whole.output}", *arguments
    )  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("archive.wacz", b"an older one")]


def test_a_link_stays_and_the_file_it_leads_to_is_written(whole: Run, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(file := tmp_path / "articles.wacz")
    done = scrapy("export", "--format", "wacz", "-o", str(tmp_path / "link"), "-s", f"JCNEWS_OUTPUT={whole.output}")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "link").is_symlink()
    assert zipfile.is_zipfile(file)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "wacz" else object())
    with pytest.raises(UsageFault, match=r"needs wacz: .*pip install -e '\.\[archive\]'"):
        exporters.exporter_named("wacz")


def test_nothing_is_written_over_the_archive(output: Path) -> None:
    before = (output / "state.sqlite3").read_bytes()
    for name in ("state.sqlite3", "articles/all.jsonl", "manifest-sha256.txt", "runs/../articles/all.jsonl"):
        done = scrapy("export", "--format", "jsonl", "-o", str(output / name), "-s", f"JCNEWS_OUTPUT={output}")
        assert (done.returncode, "its own files" in done.stderr) == (1, True)
    assert (output / "state.sqlite3").read_bytes() == before
    assert scrapy("verify", "-s", f"JCNEWS_OUTPUT={output}").returncode == 0


def test_a_kill_leaves_nothing_that_the_next_export_does_not_take_away(whole: Run, tmp_path: Path) -> None:
    target = tmp_path / "a.wacz"
    line = command("export", "--format", "wacz", "-o", str(target), "-s", f"JCNEWS_OUTPUT={whole.output}")
    process = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    wait_until(lambda: list(tmp_path.iterdir()))
    process.kill()
    process.wait()
    assert not target.exists(), "it was through before the kill"
    assert export(whole.output, target).returncode == 0
    assert list(tmp_path.iterdir()) == [target]
