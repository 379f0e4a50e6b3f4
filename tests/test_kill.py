"""Runs that are killed, and runs that come at the same time (DESIGN.md §2.1)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from jcnews_spider.archive import Archive
from jcnews_spider.errors import ArchiveBusy
from tests.crawling import asked, crawl, start, wait_until
from tests.killing import loop
from tests.replica import Answer, Plan, Replica

KILLS = 25
ROUNDS = 20
BUSY_S = 2
"""Within so many seconds of its first try a run says that another holds the archive."""


def test_runs_killed_at_random_lose_nothing_and_write_nothing_twice(tmp_path: Path) -> None:
    figures = loop(KILLS, seed=1, root=tmp_path / "output")
    print(figures)
    assert figures.is_good, str(figures)
    assert figures.kills == KILLS
    assert figures.finished > 4
    assert figures.ticks > KILLS
    assert figures.records > 100
    paths = sorted(map(str, tmp_path.glob("output/warc/*.warc.gz")))
    assert len(paths) > KILLS // 2
    for tool in (["gzip", "-t"], [sys.executable, "-m", "warcio.cli", "check"]):
        assert subprocess.run([*tool, *paths], capture_output=True, check=False).returncode == 0, tool


def test_of_two_runs_that_start_together_one_does_the_job(tmp_path: Path) -> None:
    with Replica(Plan(articles=12)) as replica:
        overlaps = [overlap(replica, tmp_path / "output") for _ in range(ROUNDS)]
    refusal, whole = (max(seconds) for seconds in zip(*overlaps, strict=True))
    print(f"{ROUNDS} overlaps: refused within {refusal:.2f} s, {whole:.2f} s with the start of the process")
    assert refusal < BUSY_S
    assert len(list(tmp_path.glob("output/runs/*.json"))) == ROUNDS


def test_a_run_that_finds_the_archive_held_touches_nothing(tmp_path: Path) -> None:
    hanging = {"/robots.txt": Answer(404, hang_s=60)}
    with Replica(Plan(articles=12, faults=hanging)) as replica:
        first = start(replica, tmp_path)
        try:
            wait_until(lambda: len(replica.requests) > 0)
            before = files(tmp_path)
            second = crawl(replica, tmp_path)
            after = files(tmp_path)
            assert first.poll() is None
        finally:
            first.kill()
            first.communicate()
        assert asked(replica, 0) == ["http://www.jcnews.com.cn/robots.txt"]
    assert second.code == 6
    assert "another run holds" in second.stderr
    assert after == before
    assert "state.sqlite3" in before


def overlap(replica: Replica, output: Path) -> tuple[float, float]:
    """Starts two runs at once; gives the seconds that a refusal takes, and that the run that came too late took.

    The site does not answer until then.
    """
    since, began = len(replica.requests), time.monotonic()
    with replica.site.lock:
        both = [start(replica, output, "sections=xw/jcxw") for _ in range(2)]
        wait_until(lambda: any(process.poll() is not None for process in both))
        whole = time.monotonic() - began
        refusal = seconds_to_be_refused(output)
        late, winner = sorted(both, key=lambda process: process.poll() is None)
    said, told = (process.communicate(timeout=60)[1] for process in (late, winner))
    assert (late.returncode, winner.returncode) == (6, 0), said + told
    assert "another run holds" in said
    for path in ("robots.txt", "xw/jcxw/"):
        assert asked(replica, since).count(f"http://www.jcnews.com.cn/{path}") == 1
    return refusal, whole


def seconds_to_be_refused(output: Path) -> float:
    """Time from the first try of the lock to the word that another run holds it."""
    began = time.monotonic()
    with pytest.raises(ArchiveBusy):
        Archive(output, "late", min_free_mb=0, seal_records=1, seal_seconds=1)
    return time.monotonic() - began


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    """(time, content) of every file by its path."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }
