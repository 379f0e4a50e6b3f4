"""Storage that fails under whole crawls: exit 7 at once, nothing half, and the next run completes (DESIGN.md §2)."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jcnews_spider.settings import DOWNLOAD_DELAY
from tests import sealed
from tests.crawling import (
    ROOT,
    Run,
    asked,
    command,
    crawl,
    crawl_arguments,
    environment,
    newest_report,
    start,
    wait_until,
)
from tests.replica import Answer, Plan, Replica
from tests.scoring import score

SITE = "http://www.jcnews.com.cn"
ONE = "sections=xw/jcxw"
"""Twelve articles on two list pages."""

MOST_S = 5
"""Seconds from the fault to the end of the process."""


def plan(**faults: Answer) -> Plan:
    """Sixty plain articles."""
    return Plan(articles=60, weights={"P": 1}, faults=faults)


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(plan()) as running:
        yield running


def assert_nothing_is_half(replica: Replica, output: Path) -> None:
    """Whatever stands where somebody reads is whole; the manifest may not yet name the last segment."""
    bodies = {replica.site.page(g["url"].removeprefix(SITE)).body for g in replica.gold()}
    assert {path.read_bytes() for path in output.glob("html/**/*") if path.is_file()} <= bodies
    for path in output.glob("runs/*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["run_id"] == path.stem
    assert all(path.stat().st_size for path in output.glob("articles/*"))
    faults = sealed.read(output)[1]
    assert faults.total() == faults["mismatched"]
    if (output / "manifest-sha256.txt").exists():
        check = ["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"]
        assert subprocess.run(check, cwd=output, check=False).returncode == 0


def assert_completes(replica: Replica, output: Path, *arguments: str) -> None:
    """The next run ends well, and nothing is lost, nothing twice."""
    run = crawl(replica, output, *arguments)
    gold = [g for g in replica.gold() if not arguments or f"{SITE}/xw/jcxw/" in g["shown_in"]]
    result = score(run.records, gold)
    assert run.code == 0, run.stderr
    assert (result.missing, result.surplus, result.twice) == ([], [], [])
    assert_nothing_is_half(replica, output)
    assert not sealed.read(output)[1].total()


def assert_failed(run: Run, said: str = "") -> None:
    """Exit 7 with a clear word."""
    assert run.code == 7, run.stderr
    assert said in run.stderr


# ---- single operations that fail


@pytest.mark.parametrize(
    "fault",
    [
        "ENOSPC:1", "EROFS:4", "EIO:9", "EDQUOT:20", "EFBIG:21",
        "ENOSPC:22", "EIO:34", "ENOSPC:46", "EROFS:47", "EIO:49",
    ],
)  # fmt: skip
def test_an_operation_that_fails_ends_the_run_with_7(replica: Replica, tmp_path: Path, fault: str) -> None:
    run = crawl(replica, tmp_path, ONE, shim=("--fault", fault), JCNEWS_SEAL_RECORDS=5)
    assert_failed(run, "the archive cannot be read or written: ")
    assert_nothing_is_half(replica, tmp_path)
    if fault.startswith("EIO"):  # which comes once
        assert run.report["exit_code"] == 7
    assert_completes(replica, tmp_path, ONE)


def test_a_fault_ends_a_run_at_default_settings_within_5_s_though_the_queue_is_full(
    replica: Replica, tmp_path: Path
) -> None:
    (tmp_path / "html").write_bytes(b"in the way")
    since = len(replica.requests)
    with start(replica, tmp_path, ONE, "max_pages=1", DOWNLOAD_DELAY=DOWNLOAD_DELAY) as process:
        try:
            assert process.stderr
            assert any("storage failed: " in line for line in process.stderr)
            failed_at = time.monotonic()
            code, seconds = process.wait(60), time.monotonic() - failed_at
        finally:
            process.kill()
    assert (code, newest_report(tmp_path)["exit_code"]) == (7, 7)
    assert seconds < MOST_S
    assert len(asked(replica, since)) == 3  # robots.txt, the list, one article
    (tmp_path / "html").unlink()
    assert_completes(replica, tmp_path)


def test_a_fault_at_the_first_item_of_a_run_ends_it_with_7(replica: Replica, tmp_path: Path) -> None:
    assert crawl(replica, tmp_path, ONE).code == 0
    with closing(sqlite3.connect(tmp_path / "state.sqlite3")) as ledger:
        ledger.execute("CREATE TRIGGER refuse BEFORE INSERT ON articles BEGIN SELECT RAISE(ABORT, 'refused'); END")
    with start(replica, tmp_path, f"articles={SITE}/xw/pl/202210/t20221005_1.html") as process:
        try:
            _, stderr = process.communicate(timeout=30)
        finally:
            process.kill()
    report = newest_report(tmp_path)
    assert (process.returncode, report["exit_code"], report["finish_reason"]) == (7, 7, "storage_failed"), stderr
    assert report["why"] == "storage failed: state.sqlite3: refused"


# ---- a ledger that the spider cannot read


def rename_table(output: Path, before: str, after: str) -> None:
    """Makes reading a table of the ledger fail, or mends it."""
    with closing(sqlite3.connect(output / "state.sqlite3")) as ledger:
        ledger.execute(f"ALTER TABLE {before} RENAME TO {after}")


@pytest.mark.parametrize(
    ("table", "path"), [("memberships", "/xw/jcxw/"), ("articles", "/xw/pl/202210/t20221005_954811.html")]
)
def test_a_ledger_that_a_callback_cannot_read_ends_the_run_with_7_at_once(
    replica: Replica, tmp_path: Path, table: str, path: str
) -> None:
    slow = Answer(body=replica.site.page(path).body, hang_s=2)
    with Replica(plan(**{path: slow})) as site, start(site, tmp_path, ONE) as process:
        try:
            wait_until(lambda: site.requests and site.requests[-1].url == SITE + path)
            rename_table(tmp_path, table, "elsewhere")
            _, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
        later = site.requests[[request.url for request in site.requests].index(SITE + path) + 1 :]
    assert len(later) <= 1  # it may have been on its way
    report = newest_report(tmp_path)
    assert (process.returncode, report["exit_code"], report["finish_reason"]) == (7, 7, "storage_failed")
    assert report["why"] == f"storage failed: state.sqlite3: no such table: {table}"
    assert f"storage failed: state.sqlite3: no such table: {table}" in stderr
    rename_table(tmp_path, "elsewhere", table)
    assert_completes(replica, tmp_path, ONE)


def test_a_ledger_that_cannot_be_read_at_the_start_ends_the_run_with_7_and_one_line(
    replica: Replica, tmp_path: Path
) -> None:
    crawl(replica, tmp_path, ONE)
    rename_table(tmp_path, "memberships", "elsewhere")
    run = crawl(replica, tmp_path, ONE)
    assert (run.code, run.report["requests"]["total"]) == (7, 0)


# ---- real file systems


Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a file system and gives its folder; it is taken away in the end."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mounted(*arguments: str) -> Path:
        done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        return folder

    if os.geteuid():
        pytest.skip("only root mounts file systems")
    try:
        yield mounted
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


@pytest.mark.parametrize("kilobytes", [200, 900])
def test_a_disk_that_fills_ends_the_run_with_7(replica: Replica, mount: Mount, kilobytes: int) -> None:
    output = mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "none") / "output"
    run = crawl(replica, output, JCNEWS_SEAL_RECORDS=10)
    assert_failed(run)
    assert "full" in run.stderr or "No space left" in run.stderr
    assert_nothing_is_half(replica, output)
    mount("-o", "remount,size=100m")
    assert_completes(replica, output)


def test_a_disk_that_was_nearly_full_at_the_start_ends_the_run_with_7_before_the_first_request(
    replica: Replica, mount: Mount
) -> None:
    output, since = mount("-t", "tmpfs", "-o", "size=4m", "none") / "output", len(replica.requests)
    run = crawl(replica, output, ONE, JCNEWS_MIN_FREE_MB=5)
    assert_failed(run, "JCNEWS_MIN_FREE_MB wants 5")
    assert asked(replica, since) == []
    mount("-o", "remount,size=100m")
    assert_completes(replica, output, ONE)


def test_a_disk_that_becomes_nearly_full_ends_the_run_with_7(replica: Replica, mount: Mount) -> None:
    output = mount("-t", "tmpfs", "-o", "size=4m", "none") / "output"
    run = crawl(replica, output, JCNEWS_MIN_FREE_MB=3)
    assert_failed(run, "JCNEWS_MIN_FREE_MB wants 3")
    assert (run.report["exit_code"], run.report["finish_reason"]) == (7, "storage_failed")
    assert run.report["addresses"]["answered"] > 5
    assert_nothing_is_half(replica, output)
    mount("-o", "remount,size=100m")
    assert_completes(replica, output)


def test_a_disk_that_becomes_read_only_ends_the_run_with_7(replica: Replica, mount: Mount, tmp_path: Path) -> None:
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(32_000_000)
    if subprocess.run(["mkfs.ext4", "-q", str(image)], capture_output=True, check=False).returncode:
        pytest.skip("mkfs.ext4 does not work here")
    output = mount("-o", "loop", str(image)) / "output"
    since = len(replica.requests)
    with start(replica, output, ONE, DOWNLOAD_DELAY=0.3) as process:
        try:
            wait_until(lambda: any("/t2022" in url for url in asked(replica, since)))
            mount("-o", "remount,abort")
            broken_at = time.monotonic()
            _, stderr = process.communicate(timeout=60)
            seconds = time.monotonic() - broken_at
        finally:
            process.kill()
    assert process.returncode == 7, stderr
    assert seconds < MOST_S
    assert_nothing_is_half(replica, output)
    subprocess.run(["umount", str(output.parent)], check=True)
    subprocess.run(["fsck.ext4", "-fy", str(image)], capture_output=True, check=False)
    mount("-o", "loop", str(image))
    assert_completes(replica, output, ONE)


def test_a_disk_that_is_read_only_ends_the_run_with_7_before_the_first_request(replica: Replica, mount: Mount) -> None:
    output = mount("-t", "tmpfs", "-o", "size=100m", "none") / "output"
    assert_completes(replica, output, ONE)
    mount("-o", "remount,ro")
    since = len(replica.requests)
    assert_failed(crawl(replica, output, ONE), "ead-only file system")
    assert asked(replica, since) == []
    mount("-o", "remount,rw")
    assert_completes(replica, output, ONE)


@pytest.mark.parametrize("kilobytes", [4, 200])
def test_a_limit_of_the_size_of_files_ends_the_run_with_7(replica: Replica, tmp_path: Path, kilobytes: int) -> None:
    size = kilobytes * 1000
    done = subprocess.run(
        command(*crawl_arguments(tmp_path, JCNEWS_SEAL_RECORDS=10)),
        cwd=ROOT,
        env=environment(replica.proxy),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert_failed(Run(done.returncode, done.stdout, done.stderr, tmp_path, {}))
    assert_nothing_is_half(replica, tmp_path)
    assert_completes(replica, tmp_path)
