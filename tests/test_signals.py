"""Signals: one stops a run cleanly and soon, at the default settings too; two are a kill (DESIGN.md §1.3, §2)."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider.engine import GRACE_S
from jcnews_spider.settings import DOWNLOAD_DELAY
from tests import sealed
from tests.crawling import crawl, newest_report, start, wait_until
from tests.replica import Answer, Plan, Replica
from tests.scoring import score

SITE = "http://www.jcnews.com.cn"
MOST_S = 10
"""Seconds from the signal to the end of the process; plain Scrapy took 20 and more (ANCHORS.md)."""

HANGING = Answer(hang_s=600)
ONE_LIST = ("sections=xw/jcxw", "max_pages=1")


def plan(**faults: Answer) -> Plan:
    """Sixty articles without parts or stubs, and answers by path."""
    return Plan(articles=60, weights={"P": 1}, faults=faults)


def first_articles(number: int) -> list[str]:
    """Paths of the articles of xw/jcxw that a run asks first, newest day first."""
    golds = [g for g in Replica(plan()).gold() if any(url.endswith("/xw/jcxw/") for url in g["shown_in"])]
    golds.sort(key=lambda g: (g["url"].rpartition("/t")[2][:8], g["id"]), reverse=True)
    return [g["url"].removeprefix(SITE) for g in golds[:number]]


@contextmanager
def running(
    replica: Replica, output: Path, *arguments: str, log_level: str = "INFO"
) -> Iterator[subprocess.Popen[str]]:
    """A crawl with the default delay and without images, ended whatever happens."""
    settings: dict[str, Any] = {"DOWNLOAD_DELAY": DOWNLOAD_DELAY, "LOG_LEVEL": log_level, "JCNEWS_IMAGES": 0}
    with start(replica, output, *arguments, **settings) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_request(replica: Replica, path: str) -> None:
    """Returns when a path was asked."""
    wait_until(lambda: any(request.url == SITE + path for request in replica.requests))


def seconds_to_end(process: subprocess.Popen[str], signum: signal.Signals = signal.SIGTERM) -> float:
    """Seconds from a signal to the end of the process."""
    started = time.monotonic()
    process.send_signal(signum)
    process.wait(60)
    return time.monotonic() - started


def ledger_says(output: Path, query: str) -> Any:
    """The only value of a query."""
    with closing(sqlite3.connect(f"{(output / 'state.sqlite3').as_uri()}?mode=ro", uri=True)) as ledger:
        return ledger.execute(query).fetchone()[0]


def assert_the_next_run_completes(output: Path) -> None:
    """Nothing is lost, nothing is twice."""
    with Replica(plan()) as replica:
        run = crawl(replica, output)
        result = score(run.records, replica.gold())
    assert (run.code, result.missing, result.surplus, result.twice) == (0, [], [], [])
    assert not sealed.read(output)[1].total()


def test_a_signal_ends_a_run_within_10_s_though_the_queue_is_full_and_a_page_hangs(tmp_path: Path) -> None:
    *fetched, hanging = first_articles(3)
    with Replica(plan(**{hanging: HANGING})) as replica, running(replica, tmp_path, *ONE_LIST) as process:
        wait_for_request(replica, hanging)
        seconds = seconds_to_end(process)
        last = replica.requests[-1].url
    report, (records, faults) = newest_report(tmp_path), sealed.read(tmp_path)
    assert process.returncode == 3
    assert GRACE_S <= seconds < MOST_S
    assert last == SITE + hanging
    assert (report["exit_code"], report["why"], report["finish_reason"]) == (3, "stopped early: shutdown", "shutdown")
    assert sorted(chain[0]["url"] for chain in records.values()) == sorted(SITE + path for path in fetched)
    assert not faults.total()
    assert (report["articles"]["new"], report["articles"]["failed"], report["addresses"]["failed"]) == (2, {}, 0)
    assert ledger_says(tmp_path, "SELECT count(*) FROM articles WHERE state = 'found'") >= 5
    assert ledger_says(tmp_path, "SELECT max(attempts) FROM articles") == 0
    assert_the_next_run_completes(tmp_path)


def test_a_page_that_comes_soon_after_the_signal_is_kept(tmp_path: Path) -> None:
    (slow,) = first_articles(1)
    answer = Answer(body=Replica(plan()).site.page(slow).body, hang_s=1)
    with Replica(plan(**{slow: answer})) as replica, running(replica, tmp_path, *ONE_LIST) as process:
        wait_for_request(replica, slow)
        seconds = seconds_to_end(process)
    assert (process.returncode, seconds < GRACE_S) == (3, True)
    assert [chain[0]["url"] for chain in sealed.read(tmp_path)[0].values()] == [SITE + slow]


def test_a_signal_while_lists_are_walked_leaves_no_list_failed_or_complete(tmp_path: Path) -> None:
    hanging = "/xw/sxxw/"
    with Replica(plan(**{hanging: HANGING})) as replica, running(replica, tmp_path) as process:
        wait_for_request(replica, hanging)
        seconds = seconds_to_end(process)
    report = newest_report(tmp_path)
    assert (process.returncode, report["exit_code"]) == (3, 3)
    assert seconds < MOST_S
    assert (report["lists"]["failed"], report["addresses"]["failed"]) == ({}, 0)
    assert report["sections"]["xw/sxxw"]["end"] == "stopped"
    assert ledger_says(tmp_path, "SELECT count(*) FROM sections WHERE path = 'xw/sxxw' AND complete") == 0
    assert_the_next_run_completes(tmp_path)


def test_a_signal_while_robots_txt_hangs_is_a_stop_and_no_unreachable_site(tmp_path: Path) -> None:
    with Replica(plan(**{"/robots.txt": HANGING})) as replica, running(replica, tmp_path) as process:
        wait_for_request(replica, "/robots.txt")
        seconds = seconds_to_end(process, signal.SIGINT)
        _, stderr = process.communicate()
        assert len(replica.requests) == 1
    report = newest_report(tmp_path)
    assert (process.returncode, report["exit_code"], report["why"]) == (3, 3, "stopped early: shutdown")
    assert seconds < MOST_S
    assert report["addresses"]["failed"] == 0
    assert len([line for line in stderr.splitlines() if "SIGINT" in line]) == 1
    assert "Traceback" not in stderr


@pytest.mark.parametrize("sign", [".lock", "state.sqlite3"])
def test_a_signal_before_the_crawl_begins_ends_with_3_too(tmp_path: Path, sign: str) -> None:
    with Replica(plan()) as replica, running(replica, tmp_path) as process:
        wait_until((tmp_path / sign).exists)
        seconds = seconds_to_end(process)
        _, stderr = process.communicate()
        asked = {request.url for request in replica.requests}
    assert process.returncode == 3, stderr
    assert seconds < MOST_S
    assert asked <= {f"{SITE}/robots.txt"}
    assert "stopped early: " in stderr
    if sign != ".lock":  # which is there before it is held
        assert newest_report(tmp_path)["exit_code"] == 3


@pytest.mark.parametrize("sign", ["Enabled extensions", "Crawled (404)"])
def test_a_signal_while_the_crawl_is_set_up_or_waits_for_its_turn_lets_nothing_more_be_asked(
    tmp_path: Path, sign: str
) -> None:
    with Replica(plan()) as replica, running(replica, tmp_path, ONE_LIST[0], log_level="DEBUG") as process:
        assert process.stderr
        assert any(sign in line for line in process.stderr)
        process.terminate()
        process.communicate(timeout=MOST_S)
        assert {request.url for request in replica.requests} <= {f"{SITE}/robots.txt"}
    assert (process.returncode, newest_report(tmp_path)["exit_code"]) == (3, 3)


def test_a_second_signal_is_a_kill_and_the_next_run_repairs(tmp_path: Path) -> None:
    _, hanging = first_articles(2)
    with Replica(plan(**{hanging: HANGING})) as replica, running(replica, tmp_path, *ONE_LIST) as process:
        wait_for_request(replica, hanging)
        process.send_signal(signal.SIGTERM)
        assert process.stderr
        said = next(line for line in process.stderr if "SIGTERM" in line)
        seconds = seconds_to_end(process)
    assert "a second signal kills it" in said
    assert process.returncode == -signal.SIGTERM
    assert seconds < 1
    assert (newest_report(tmp_path), sealed.digests(tmp_path)) == ({}, {})
    assert_the_next_run_completes(tmp_path)


def test_two_signals_at_once_are_a_stop_or_a_kill_and_no_failed_start(tmp_path: Path) -> None:
    with Replica(plan()) as replica, running(replica, tmp_path) as process:
        wait_for_request(replica, "/robots.txt")
        process.send_signal(signal.SIGINT)
        seconds = seconds_to_end(process)
    assert process.returncode in {3, -signal.SIGTERM}  # whichever was first
    assert seconds < MOST_S
