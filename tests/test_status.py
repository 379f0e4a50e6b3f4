"""`scrapy status`: what it says of an archive in each state, and that it touches nothing."""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from jcnews_spider.archive import Archive, lock
from tests.crawling import crawl, newest_report, scrapy, start, wait_until
from tests.replica import Answer, Plan, Replica

SITE = "http://www.jcnews.com.cn"
ONE = "sections=xw/jcxw"
"""Twelve articles on two list pages."""

MISSING = Answer(404)
HANGING = Answer(hang_s=600)


@pytest.fixture
def faults() -> dict[str, Answer]:
    """Answers by path; what is put in is given from then on."""
    return {}


@pytest.fixture
def replica(faults: dict[str, Answer]) -> Iterator[Replica]:
    with Replica(Plan(articles=60, weights={"P": 1}, faults=faults)) as running:
        yield running


def status(output: Path) -> str:
    """What `scrapy status` prints."""
    done = scrapy("status", "-s", f"JCNEWS_OUTPUT={output}")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def line(said: str, label: str) -> str:
    """What stands behind a label of the summary, or in the row that begins with it."""
    return next(one.split(label, 1)[1].strip() for one in said.splitlines() if one.strip().startswith(label))


def tree(output: Path) -> dict[str, bytes | None]:
    """Everything below a folder."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in output.rglob("*")}


@contextmanager
def running(replica: Replica, output: Path, path: str) -> Iterator[subprocess.Popen[str]]:
    """A crawl that has come to a path, killed in the end."""
    with start(replica, output, ONE) as process:
        try:
            wait_until(lambda: any(request.url == SITE + path for request in replica.requests))
            yield process
        finally:
            process.kill()


def test_without_an_archive_it_says_so_and_makes_none(tmp_path: Path) -> None:
    output = tmp_path / "o"
    assert status(output) == f"{output}: no archive yet\n"
    assert not output.exists()


def test_after_a_run_it_tells_what_is_there_and_changes_nothing(replica: Replica, tmp_path: Path) -> None:
    crawl(replica, tmp_path, ONE)
    before = tree(tmp_path)
    said = status(tmp_path)
    assert tree(tmp_path) == before
    assert line(said, "Archive") == str(tmp_path)
    assert line(said, "Health") == "the last run ended with 0: done"
    assert line(said, "Due now") == "0 never fetched, 0 to be checked again, 0 listed at another address"
    assert line(said, "Records") == "12 sealed, 0 waiting for their seal"
    assert line(said, "Unfinished lists") == "none"
    assert line(said, newest_report(tmp_path)["run_id"]).endswith("0     12 new; 0 of 15 addresses failed")
    assert line(said, "12 ") == "kept"
    assert "Asked in vain, failures first (0 of 0): none" in said


def test_a_list_that_shows_nothing_is_empty_and_not_unfinished(tmp_path: Path) -> None:
    with Replica(Plan(articles=0)) as empty:
        crawl(empty, tmp_path, ONE)
    assert line(status(tmp_path), "Unfinished lists") == "xw/jcxw (empty so far)"


def test_failures_are_told_with_reason_and_next_try(
    replica: Replica, faults: dict[str, Answer], tmp_path: Path
) -> None:
    golds = [g for g in replica.gold() if f"{SITE}/xw/jcxw/" in g["shown_in"]]
    faults.update({g["url"].removeprefix(SITE): MISSING for g in golds[:11]})
    assert crawl(replica, tmp_path, ONE).code == 2
    said = status(tmp_path)
    assert line(said, "Health") == "the last run ended with 2: 11 of 15 addresses failed: http_404 ×11"
    assert line(said, "11 ") == "failed  http_404"
    assert line(said, "Due now").startswith("11 never fetched")
    assert "Asked in vain, failures first (10 of 11)" in said
    assert said.count("1         http_404     the next run  http://") == 10
    crawl(replica, tmp_path, ONE)
    assert "2         http_404     20" in status(tmp_path)  # the time of the third try


def test_what_is_nobodys_failure_comes_last(tmp_path: Path) -> None:
    with Replica(Plan(articles=40, weights={"P": 3, "EMPTY": 1, "STUB_META": 1})) as replica:
        gone = next(g["url"] for g in replica.gold() if g["shape"] == "P" and g["listed"])
    faults = {gone.removeprefix(SITE): MISSING}
    with Replica(Plan(articles=40, weights={"P": 3, "EMPTY": 1, "STUB_META": 1}, faults=faults)) as replica:
        crawl(replica, tmp_path)
    rows = status(tmp_path).partition("Asked in vain")[2].splitlines()[2:]
    assert rows[0].endswith(gone)
    assert {row.split()[1] for row in rows[1:]} <= {"no_body", "stub"}
    assert len(rows) > 3


def test_a_run_is_running_then_killed_then_past_and_nothing_is_changed_by_asking(
    replica: Replica, faults: dict[str, Answer], tmp_path: Path
) -> None:
    faults["/xw/jcxw/index_1.html"] = HANGING
    shared = {str(tmp_path / "state.sqlite3-shm"): b""}  # where SQLite's processes meet
    with running(replica, tmp_path, "/xw/jcxw/index_1.html") as process:
        before = tree(tmp_path)
        on = status(tmp_path)
        assert tree(tmp_path) | shared == before | shared
        assert process.poll() is None
    before = tree(tmp_path)
    killed = status(tmp_path)
    assert tree(tmp_path) | shared == before | shared
    faults.clear()
    crawl(replica, tmp_path, ONE)
    past = status(tmp_path)
    assert line(on, "Health") == "a run is on; before, no run has ended yet"
    assert "  running\n" in on
    assert line(on, "Unfinished lists") == "xw/jcxw"
    assert line(killed, "Health") == "a run was killed, the next one repairs; before, no run has ended yet"
    assert "  killed\n" in killed
    assert line(past, "Health") == "the last run ended with 0: done"
    assert "  killed\n" in past


def test_of_two_sites_in_an_archive_only_the_one_whose_run_is_on_is_running(tmp_path: Path) -> None:
    for run_id, site in (("r1", "jcnews"), ("r2", "cmse")):
        archive = Archive(tmp_path, run_id, min_free_mb=0, seal_records=500, seal_seconds=600)
        archive.open(site)
        said = status(tmp_path)
        archive.close()  # as a kill ends it: nothing is noted
    of_cmse, of_jcnews = said.split("jcnews: ")
    assert line(of_jcnews, "Health") == "a run was killed, the next one repairs; before, no run has ended yet"
    assert line(of_jcnews, "r1").endswith("killed")
    assert line(of_cmse, "Health") == "a run is on; before, no run has ended yet"
    assert line(of_cmse, "r2").endswith("running")


def test_people_who_ask_all_the_time_keep_no_run_from_starting(replica: Replica, tmp_path: Path) -> None:
    crawl(replica, tmp_path, "sections=xw/pl")
    with ThreadPoolExecutor(3) as people:
        asked = [people.submit(lambda: [status(tmp_path) for _ in range(3)]) for _ in range(3)]
        codes = [crawl(replica, tmp_path, "sections=xw/pl").code for _ in range(2)]
        said = [one for answers in asked for one in answers.result()]
    assert codes == [0, 0]
    assert all("Health" in one for one in said)


def test_who_asks_whether_a_run_is_on_only_delays_one_that_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.Lock(tmp_path).release()
    with (tmp_path / lock.NAME).open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        waits: list[float] = []

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if seconds:
                fcntl.flock(asking, fcntl.LOCK_UN)

        monkeypatch.setattr("jcnews_spider.archive.lock.time.sleep", sleep)
        lock.Lock(tmp_path).release()
    assert 0 < sum(waits) < 0.5


def test_a_ledger_that_is_none_ends_with_7_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_bytes(b"this is no database")
    done = scrapy("status", "-s", f"JCNEWS_OUTPUT={tmp_path}")
    assert (done.returncode, done.stdout) == (7, "")
    assert done.stderr.splitlines() == ["scrapy status: state.sqlite3: file is not a database"]


def test_an_unknown_site_ends_with_1() -> None:
    assert scrapy("status", "nowhere").returncode == 1
    assert scrapy("status", "jcnews", "twice").returncode == 1
