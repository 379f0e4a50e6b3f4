"""`scrapy reparse`: the present extractor over the archive, in real processes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from jcnews_spider.archive import LEDGER, lock
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.reextraction import Outcome
from jcnews_spider.reparse import Tally
from jcnews_spider.trs.article import PARSER_VERSION
from tests import storage
from tests.crawling import ROOT, Run, command, crawl, environment, read_records, scrapy
from tests.replica import Answer, Plan, Replica

ANOTHER = ("--parser", "9")
BLIND = (*ANOTHER, "--drop-source")


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=60)) as running:
        yield running


@pytest.fixture(scope="module")
def whole(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One crawl of every section."""
    return crawl(replica, tmp_path_factory.mktemp("whole") / "output")


@pytest.fixture
def output(whole: Run, tmp_path: Path) -> Path:
    """An archive of one's own."""
    return shutil.copytree(whole.output, tmp_path / "output", ignore=shutil.ignore_patterns("*-shm"))


def line_of(output: Path, *arguments: str) -> list[str]:
    """A command, and where its archive is."""
    return [*arguments, "-s", f"JCNEWS_OUTPUT={output}", "-s", "JCNEWS_MIN_FREE_MB=0", "-s", "DOWNLOAD_DELAY=0"]


def run(
    output: Path, *arguments: str, shim: Sequence[str] = (), proxy: str | None = None
) -> subprocess.CompletedProcess[str]:
    """A finished command, with the parser or the disk that the shim makes."""
    return scrapy(*line_of(output, *arguments), proxy=proxy, shim=shim)


def chains(output: Path) -> dict[str, list[dict[str, Any]]]:
    """The records of each article, oldest version first; fails where a version is missing or stands twice."""
    found = defaultdict(list)
    for record in read_records(output):
        found[record["id"]].append(record)
    for versions in found.values():
        versions.sort(key=lambda record: record["version"])
        assert [record["version"] for record in versions] == list(range(1, len(versions) + 1))
        hashes = [None, *(record["content_hash"] for record in versions)]
        assert [record["previous_hash"] for record in versions] == hashes[:-1]
    return found


def parsers(output: Path) -> set[str | None]:
    """Versions of the parser that the ledger knows of kept articles."""
    ledger = Ledger(output / LEDGER, read_only=True)
    try:
        known = [ledger.articles.get(id_) for id_ in chains(output)]
        return {article.parser for article in known if article}
    finally:
        ledger.close()


def files(output: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and not path.name.startswith("state.sqlite3")
    }


def test_the_same_extractor_sees_the_same(whole: Run, output: Path) -> None:
    before = files(output)
    done = run(output, "reparse")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(whole.records)}  " in done.stdout
    assert "0         would change" in done.stdout
    assert files(output) == before


def test_an_article_that_another_host_of_the_site_served_is_read_at_the_same_address(
    whole: Run, tmp_path: Path
) -> None:
    record = next(record for record in whole.records if record["images"] and record["crawl"]["pages"] == 1)
    path = urlsplit(record["url"]).path
    page = Answer(headers={"Content-Type": "text/html"}, body=(whole.output / record["snapshot"]["html"]).read_bytes())
    moved = Answer(301, {"Location": f"http://jcnews.com.cn{path}"})
    plan = Plan(articles=60, faults={path: moved}, other_hosts={"jcnews.com.cn": {path: page}})
    with Replica(plan) as replica:
        found = {r["id"]: r for r in crawl(replica, tmp_path).records}[record["id"]]
    images = [image["url"] for image in record["images"]]
    assert (found["url"], [image["url"] for image in found["images"]]) == (record["url"], images)
    assert "0         would change" in run(tmp_path, "reparse").stdout


def test_images_that_are_stored_are_carried_when_they_are_switched_off(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        records = crawl(replica, tmp_path).records
        record = next(r for r in records if r["images"] and r["crawl"]["pages"] == 1 and not r["duplicate_of"])
        replica.edit(record["id"])
        assert crawl(replica, tmp_path, "recheck=all", JCNEWS_IMAGES=0).report["articles"]["updated"] == 1
    first, second = chains(tmp_path)[record["id"]]
    assert first["images"][0]["path"]
    assert second["images"] == first["images"]


def test_diff_shows_what_would_change_and_writes_nothing(whole: Run, output: Path) -> None:
    before = files(output)
    sourced = [record for record in whole.records if record["source"]]
    done = run(output, "reparse", "--diff", shim=BLIND)
    assert done.returncode == 0
    assert f"{len(sourced):<8}  would change" in done.stdout
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("source")]
    assert [line[:2] for line in lines] == [["source", str(len(sourced))]]
    first = next(record for record in whole.records if record["id"] == lines[0][2])
    assert lines[0][3:] == [first["source"], "None"]
    assert files(output) == before
    assert parsers(output) == {PARSER_VERSION}


def test_apply_writes_what_changes_as_reparsed(whole: Run, output: Path) -> None:
    before = {record["id"]: record for record in whole.records}
    done = run(output, "reparse", "--apply", shim=BLIND)
    assert done.returncode == 0
    found = chains(output)
    news = {id_: versions[1] for id_, versions in found.items() if len(versions) > 1}
    assert set(news) == {id_ for id_, record in before.items() if record["source"]}
    for id_, record in news.items():
        last = before[id_]
        assert (record["event"], record["source"], record["crawl"]["parser_version"]) == ("reparsed", None, "9")
        same = (
            "text",
            "html",
            "title",
            "images",
            "snapshot",
            "fetched_at",
            "first_seen_at",
            "sections",
            "duplicate_of",
        )
        assert {name: record[name] for name in same} == {name: last[name] for name in same}
    report = json.loads(max((output / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns).read_text())
    assert (report["exit_code"], report["articles"]["reparsed"]) == (0, len(news))
    assert report["articles"]["unchanged"] == len(before) - len(news)
    assert {record["crawl"]["run_id"] for record in news.values()} == {report["run_id"]}
    storage.check_manifest(output)
    assert parsers(output) == {"9"}
    assert "0         reparsed" in run(output, "reparse", "--apply", shim=BLIND).stdout
    assert chains(output) == found


def test_an_article_that_only_the_parser_version_changes_gets_no_record_and_no_second_look(
    replica: Replica, output: Path
) -> None:
    before = files(output)
    done = run(output, "reparse", "--apply", shim=ANOTHER)
    assert done.returncode == 0
    assert {name for name in files(output) if name not in before} == {
        name for name in files(output) if name.startswith("runs/") and name not in before
    }
    assert parsers(output) == {"9"}
    identity = replica.ids()[0]
    replica.edit(identity)
    try:
        again = run(
            output, "crawl", "jcnews", "-a", "recheck=all", "-a", "sections=xw/jcxw", "-a",
            f"articles={next(gold['url'] for gold in replica.gold() if gold['id'] == identity)}",
            shim=ANOTHER, proxy=replica.proxy,
        )  # fmt: skip
    finally:
        replica.revert(identity)
    assert again.returncode == 0
    later = [(id_, record["event"]) for id_, versions in chains(output).items() for record in versions[1:]]
    assert later == [(identity, "updated")]


def test_what_is_damaged_is_named_and_skipped(whole: Run, output: Path) -> None:
    torn, wrong, *_, good = [record for record in whole.records if record["source"]]
    for record in (torn, good):  # one of the two places of its bytes, and both
        pointer = record["snapshot"]["warc"]
        with (output / pointer["file"]).open("r+b") as warc:
            warc.seek(pointer["offset"] + pointer["length"] // 2)
            warc.write(b"damaged")
    (output / torn["snapshot"]["html"]).write_bytes(b"<html>another page</html>")
    segment = next(output.glob("articles/*"))
    segment.write_bytes(
        segment.read_bytes().replace(f'"id":"{wrong["id"]}"'.encode(), b'"id"-' + b"x" * (len(wrong["id"]) + 2))
    )
    done = run(output, "reparse", "--apply", shim=BLIND)
    assert done.returncode == 7
    named = [line for line in done.stderr.splitlines() if line.startswith("damaged: ")]
    assert len(named) == 2
    assert any(torn["id"] in line and torn["snapshot"]["warc"]["file"].split("/")[1] in line for line in named)
    assert any(f"{segment.relative_to(output)} at " in line for line in named)
    report = json.loads(max((output / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns).read_text())
    assert (report["exit_code"], report["articles"]["failed"]) == (7, {"damaged": 2})
    newest = json.loads(
        max(output.glob("articles/*"), key=lambda path: path.stat().st_mtime_ns).read_text().splitlines()[-1]
    )
    assert newest["event"] == "reparsed"
    assert report["articles"]["reparsed"] == len([record for record in whole.records if record["source"]]) - 2


def test_a_defect_of_the_extractor_costs_one_record(whole: Run, output: Path) -> None:
    broken = next(record for record in whole.records if record["source"])
    done = run(output, "reparse", "--apply", shim=[*BLIND, "--defect", broken["id"].partition(":")[2]])
    assert done.returncode == 0
    assert f"refused: {broken['id']}: defect" in done.stderr
    assert "ZeroDivisionError: a defect" in done.stderr
    changed = [versions[0]["id"] for versions in chains(output).values() if versions[-1]["event"] == "reparsed"]
    assert sorted(changed) == sorted(r["id"] for r in whole.records if r["source"] and r["id"] != broken["id"])


def test_words_of_a_damaged_record_steer_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    tally.count(Outcome("jcnews:1", damage="says \x1b[2J"))
    tally.count(Outcome("\x1b]0;me\x07", refused="stub"))
    assert capsys.readouterr().err == "damaged: says \\x1b[2J\nrefused: \\x1b]0;me\\x07: stub\n"


def test_the_html_files_do_where_no_warc_was_written(replica: Replica, tmp_path: Path) -> None:
    crawl(replica, tmp_path, "sections=xw/jcxw", JCNEWS_WARC="0")
    done = run(tmp_path, "reparse", "--diff")
    assert done.returncode == 0
    assert "\n0         would change" in done.stdout


def test_a_run_that_holds_the_archive_keeps_others_from_applying_but_not_from_looking(output: Path) -> None:
    held = lock.Lock(output)
    try:
        started = time.monotonic()
        refused = run(output, "reparse", "--apply", shim=BLIND)
        assert time.monotonic() - started < 30
        assert (refused.returncode, refused.stdout) == (6, "")
        assert "another run holds" in refused.stderr
        assert run(output, "reparse", shim=BLIND).returncode == 0
    finally:
        held.release()


@pytest.mark.parametrize("number", [3, 8, 12])
@pytest.mark.parametrize("kind", ["kill", "ENOSPC"])
def test_an_interrupted_apply_is_finished_by_the_next(output: Path, kind: str, number: int) -> None:
    broken = run(output, "reparse", "--apply", shim=(*BLIND, "--fault", f"{kind}:{number}"))
    assert broken.returncode == (-signal.SIGKILL if kind == "kill" else 7)
    assert not lock.is_held(output)
    mended = run(output, "reparse", "--apply", shim=BLIND)
    assert mended.returncode == 0
    found = chains(output)
    assert all(len(versions) == 1 + bool(versions[0]["source"]) for versions in found.values())
    storage.check_manifest(output)


def test_a_signal_ends_an_apply_cleanly(output: Path) -> None:
    process = subprocess.Popen(
        command(*line_of(output, "reparse", "--apply"), shim=BLIND),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not lock.is_held(output):
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 3
    report = json.loads(max((output / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns).read_text())
    assert (report["exit_code"], report["why"]) == (3, "stopped early: shutdown")
    assert run(output, "reparse", "--apply", shim=BLIND).returncode == 0
    assert all(len(versions) == 1 + bool(versions[0]["source"]) for versions in chains(output).values())


def test_what_makes_no_sense_ends_with_1(tmp_path: Path, output: Path) -> None:
    for arguments, root in (
        (["reparse"], tmp_path / "none"),
        (["reparse", "--diff", "--apply"], output),
        (["reparse", "nowhere"], output),
    ):
        done = run(root, *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "none").exists()
