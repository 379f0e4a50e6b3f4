"""Several runs that crawl into one archive at the same time, with the ledger on a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from scrapy import Request

from jcnews_spider.archive import Archive, SharedArchive
from jcnews_spider.archive.crew import Crew
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.errors import ArchiveBusy
from jcnews_spider.spiders.share import Share
from tests.crawling import asked, crawl, scrapy, wait_until
from tests.ledgers import EVER, address
from tests.postgres import Server
from tests.replica import Plan, Replica
from tests.shared import kill_at_random, workers

ARTICLES = 90
ONE = "sections=xw/gnxw"


@pytest.fixture
def ledger(server: Server) -> str:
    """The address of a ledger of the test's own."""
    return server.new_address()


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=ARTICLES)) as running:
        yield running


def articles_asked(replica: Replica, since: int = 0) -> Counter[str]:
    return Counter(url for url in asked(replica, since) if "/t20" in url)


def test_three_workers_share_a_crawl_and_the_next_three_find_nothing_to_do(
    replica: Replica, ledger: str, tmp_path: Path
) -> None:
    with workers(replica, tmp_path, ledger) as crowd:
        crowd.begin(3)
        crowd.end()
        crowd.assert_whole()
        assert max(articles_asked(replica).values()) == 1
        shares = [report["articles"]["new"] for report in crowd.told().values()]
        assert len(shares) == 3
        assert sum(share > 0 for share in shares) > 1
        records, since = crowd.records(), len(replica.requests)

        crowd.begin(3)
        crowd.end()
        assert crowd.records() == records
        lists = Counter(url for url in asked(replica, since) if not url.endswith("/robots.txt"))
        assert max(lists.values()) <= 3  # once, or once more by who came when the others had walked it
        assert not articles_asked(replica, since)


def test_a_worker_that_comes_late_does_its_share(replica: Replica, ledger: str, tmp_path: Path) -> None:
    with workers(replica, tmp_path, ledger, DOWNLOAD_DELAY=0.1) as crowd:
        crowd.begin()
        wait_until(lambda: articles_asked(replica))
        crowd.begin()
        crowd.end()
        shares = [report["articles"]["new"] for report in crowd.told().values()]
        assert len(shares) == 2
        assert min(shares) > 0
        assert max(articles_asked(replica).values()) == 1


def test_what_a_worker_that_is_stopped_has_claimed_is_asked_by_the_others(
    replica: Replica, ledger: str, tmp_path: Path
) -> None:
    with workers(replica, tmp_path, ledger, DOWNLOAD_DELAY=0.02) as crowd:
        crowd.begin(2)
        wait_until(lambda: articles_asked(replica).total() > 20)
        crowd.stop(crowd.alive[0])
        crowd.end()
        crowd.assert_whole()


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.soak)])
def test_workers_that_are_killed_lose_nothing_and_write_nothing_twice(
    replica: Replica, ledger: str, tmp_path: Path, kills: int
) -> None:
    with workers(replica, tmp_path, ledger, DOWNLOAD_DELAY=0.02) as crowd:
        happened = kill_at_random(crowd, replica, kills, seed=1)
        crowd.end()
        crowd.begin()
        crowd.end()
        print(f"{happened}, {len(replica.requests)} requests, {articles_asked(replica).total()} of articles")
        crowd.assert_whole()


def test_a_server_that_crashes_in_mid_crawl_ends_all_with_7_and_the_next_ones_complete(
    replica: Replica, server: Server, ledger: str, tmp_path: Path
) -> None:
    with workers(replica, tmp_path, ledger) as crowd:
        crowd.begin(3)
        wait_until(lambda: articles_asked(replica).total() > 25)
        server.stop()
        said = crowd.end(7)
        server.start()
        assert all("storage failed: the ledger's server: " in stderr for stderr in said)
        crowd.begin(3)
        crowd.end()
        crowd.assert_whole()


def test_whoever_must_be_alone_finds_a_shared_archive_busy(replica: Replica, ledger: str, tmp_path: Path) -> None:
    with shared(tmp_path, ledger, "r1"), shared(tmp_path, ledger, "r2"):
        with pytest.raises(ArchiveBusy):
            opened(Archive, tmp_path, "r3")
        assert crawl(replica, tmp_path, JCNEWS_LEDGER="").code == 6
    alone = opened(Archive, tmp_path, "r3")
    with pytest.raises(ArchiveBusy):
        opened(SharedArchive, tmp_path, "r4")
    alone.close()


def test_status_tells_which_of_several_runs_live(ledger: str, tmp_path: Path) -> None:
    with shared(tmp_path, ledger, "r1", "jcnews"), shared(tmp_path, ledger, "r2", "jcnews"):
        with shared(tmp_path, ledger, "r3", "jcnews"):
            pass  # as a kill ends it: nothing is noted
        said = scrapy("status", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path}", "-s", f"JCNEWS_LEDGER={ledger}").stdout
    rows = [row.split() for row in said.splitlines() if row.startswith("r") and "20" in row]
    assert [(row[0], row[-1]) for row in rows] == [("r3", "killed"), ("r2", "running"), ("r1", "running")]
    assert "a run is on" in said


# ---- how a share is judged


@pytest.mark.parametrize(
    ("failing", "code", "why"), [(1, 0, "done"), (10, 2, "10 of 10 addresses failed: http_404 ×10")]
)
def test_a_share_of_articles_that_all_fail_is_no_site_that_cannot_be_crawled(
    replica: Replica, ledger: str, tmp_path: Path, failing: int, code: int, why: str
) -> None:
    with walking(tmp_path, ledger) as one, workers(replica, tmp_path, ledger) as crowd:
        crowd.begin(1, ONE)
        wait_until(lambda: one.ledger.runs.last("jcnews", 1))
        end_of_walk(one, failing)
        crowd.end(code)
        (report,) = crowd.told().values()
        assert report["why"] == why
        assert report["addresses"] == {"asked": failing, "answered": 0, "failed": failing}


def test_a_section_that_is_nowhere_beside_one_that_another_run_walks_is_absent(
    replica: Replica, ledger: str, tmp_path: Path
) -> None:
    with walking(tmp_path, ledger) as one, workers(replica, tmp_path, ledger) as crowd:
        crowd.begin(1, f"{ONE},xw/nowhere")
        wait_until(lambda: any("nowhere" in url for url in asked(replica, 0)))
        end_of_walk(one, 0)
        crowd.end()
        (report,) = crowd.told().values()
        assert report["sections"]["xw/nowhere"]["end"] == "absent"


@contextmanager
def walking(root: Path, ledger: str) -> Iterator[SharedArchive]:
    """A run that has begun to walk a section."""
    with shared(root, ledger, "r1") as one:
        assert one.crew
        assert one.crew.may_walk("jcnews", "xw/gnxw")
        yield one


def end_of_walk(one: SharedArchive, articles: int) -> None:
    """Lets the section show so many articles, none of which is there."""
    assert one.crew
    with one.ledger.transaction():
        one.ledger.sections.add("jcnews", "xw/gnxw", None)
        one.ledger.sections.note_page("jcnews", "xw/gnxw", 1, unknown=True, now=EVER)
        for docid in range(articles):
            url = f"http://www.jcnews.com.cn/xw/gnxw/202210/t20221009_{docid}.html"
            one.ledger.articles.add(f"jcnews:{docid}", replace(address(docid), url=url), None, 0)
            one.ledger.sections.add_member("jcnews", "xw/gnxw", f"jcnews:{docid}")
    one.crew.end_walks()


# ---- members


def opened(kind: type[Archive], root: Path, run_id: str) -> Archive:
    return kind(root, run_id, min_free_mb=0, seal_records=500, seal_seconds=600)


@contextmanager
def shared(root: Path, ledger: str, run_id: str, site: str = "s") -> Iterator[SharedArchive]:
    archive = opened(SharedArchive, root, run_id)
    try:
        archive.open(site, ledger)
        yield archive  # type: ignore[misc]
    finally:
        archive.close()


def claimed(archive: Archive, limit: int = 2) -> list[str]:
    assert archive.crew
    crew = archive.crew
    scope = Scope("s", EVER, member=crew.number, run_id=archive.run_id)
    return [known.id for known in crew.claimed(lambda: archive.ledger.due.waiting(scope, None, limit))]


def found(archive: Archive, number: int) -> None:
    with archive.ledger.transaction():
        for docid in range(1, number + 1):
            archive.ledger.articles.add(f"s:{docid}", address(docid), None, 0)


def test_what_a_run_claims_is_due_to_nobody_else_until_it_is_dead_and_buried(ledger: str, tmp_path: Path) -> None:
    one = opened(SharedArchive, tmp_path, "r1")
    one.open("s", ledger)
    with shared(tmp_path, ledger, "r2") as two:
        assert one.crew
        assert two.crew
        found(one, 5)
        assert claimed(one) == ["s:5", "s:4"]
        assert claimed(two) == ["s:3", "s:2"]
        assert claimed(one) == ["s:1"]
        assert (claimed(one), claimed(two)) == ([], [])
        assert one.crew.may_walk("s", "xw")
        assert not two.crew.may_walk("s", "xw")
        assert two.crew.others_walk("s")
        assert not two.crew.others_walk("another")
        assert not two.crew.bury()

        one.ledger.close()  # it has lost its connection, and may still be writing
        assert not two.crew.bury()
        one.close()
        wait_until(two.crew.bury)  # the server may not know at once that a connection has ended
        assert not two.crew.bury()
        assert not two.crew.others_walk("s")
        assert claimed(two, 9) == ["s:5", "s:4", "s:1"]
        assert two.crew.may_walk("s", "xw")


def test_a_section_is_walked_once_for_all_that_are_there_and_anew_for_who_comes_later(
    ledger: str, tmp_path: Path
) -> None:
    with shared(tmp_path, ledger, "r1") as one, shared(tmp_path, ledger, "r2") as two:
        assert one.crew
        assert two.crew
        assert one.crew.may_walk("s", "xw")
        one.crew.end_walks()
        assert not two.crew.may_walk("s", "xw")
        with shared(tmp_path, ledger, "r3") as three:
            assert three.crew
            assert three.crew.may_walk("s", "xw")


def share_of(crew: Crew, begin: Callable[[str], list[Request]], walks: dict[str, object], *paths: str) -> Share:
    """The share of a run with no articles to ask, over some sections."""
    spider = Mock(sections=dict.fromkeys(paths))
    spider.site.name, spider.articles.next_requests.return_value = "s", []
    spider.lists.begin, spider.lists.walks = begin, walks
    return Share(spider, crew)


def test_a_section_whose_walk_is_broken_off_just_when_it_is_asked_for_is_walked_all_the_same(
    ledger: str, tmp_path: Path
) -> None:
    one = opened(SharedArchive, tmp_path, "r1")
    one.open("s", ledger)
    with shared(tmp_path, ledger, "r2") as two:
        assert one.crew
        assert two.crew
        assert one.crew.may_walk("s", "xw")

        def begin(path: str) -> list[Request]:
            assert two.crew
            may_walk = two.crew.may_walk("s", path)
            if not may_walk:
                one.finish()
                one.close()
            return [Request("http://h/")] if may_walk else []

        share = share_of(two.crew, begin, {}, "xw")
        assert share.next_requests() is None
        assert share.next_requests()


def test_a_section_that_a_run_leaves_unwalked_is_walked_by_one_that_was_refused_it_before(
    ledger: str, tmp_path: Path
) -> None:
    one = opened(SharedArchive, tmp_path, "r1")
    one.open("s", ledger)
    with shared(tmp_path, ledger, "r2") as two:
        assert one.crew
        assert two.crew
        assert one.crew.may_walk("s", "xw")
        walks: dict[str, object] = {}

        def begin(path: str) -> list[Request]:
            assert two.crew
            if path in walks or not two.crew.may_walk("s", path):
                return []
            walks[path] = object()
            return [Request(f"http://h/{path}/")]

        share = share_of(two.crew, begin, walks, "xw", "lm")
        first = share.next_requests()
        one.finish()
        one.close()
        second = share.next_requests()
        assert [[request.url for request in found or []] for found in (first, second, share.next_requests())] == [
            ["http://h/lm/"], ["http://h/xw/"], []
        ]  # fmt: skip


def test_a_run_that_is_alone_needs_no_burial_of_those_before(ledger: str, tmp_path: Path) -> None:
    with shared(tmp_path, ledger, "r1") as one:
        found(one, 1)
        assert claimed(one) == ["s:1"]
        leftovers = [tmp_path / ".tmp" / "half", tmp_path / ".members" / "r0"]
        for path in leftovers:
            path.touch()
    with shared(tmp_path, ledger, "r2") as two:
        assert not any(path.exists() for path in leftovers)
        assert claimed(two) == ["s:1"]
        two.finish()
    assert not any((tmp_path / ".members").iterdir())


def test_a_run_that_is_finished_is_a_member_until_its_report_is_written(ledger: str, tmp_path: Path) -> None:
    half, lock = tmp_path / ".tmp" / "runs~r1", tmp_path / ".members" / "r1"
    with shared(tmp_path, ledger, "r1") as one:
        one.finish()
        half.touch()
        with shared(tmp_path, ledger, "r2") as two:
            assert half.exists()
            assert lock.exists()
            two.finish()
    assert not any((tmp_path / ".members").iterdir())
