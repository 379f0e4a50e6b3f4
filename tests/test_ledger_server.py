"""An archive whose ledger is on a PostgreSQL server: crawled, broken off by the server's end, read by every command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider import options
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.pairing import PAIRED, open_ledger
from jcnews_spider.errors import StorageFault, UsageFault
from tests import sealed
from tests.crawling import Run, crawl, newest_report, scrapy, start, wait_until
from tests.killing import loop
from tests.postgres import Server
from tests.replica import Plan, Replica
from tests.scoring import score

ONE = "sections=xw/jcxw"
KILLS = 5
SECRET = "S3CRET"


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=60)) as running:
        yield running


@pytest.fixture
def address(server: Server) -> str:
    """Of a ledger of the test's own."""
    return server.new_address()


def assert_whole(replica: Replica, run: Run) -> None:
    """Exit 0, nothing lost, nothing twice, nothing damaged."""
    result = score(run.records, replica.gold())
    assert run.code == 0, run.stderr
    assert (result.missing, result.surplus, result.twice) == ([], [], [])
    assert not sealed.read(run.output)[1].total()


def content(records: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Records without what differs from run to run, by id."""
    run = {"fetched_at", "first_seen_at", "crawl", "snapshot", "images"}
    return sorted(({k: v for k, v in r.items() if k not in run} for r in records), key=lambda r: str(r["id"]))


def said(output: Path, address: str, *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    done = scrapy(*arguments, "-s", f"JCNEWS_OUTPUT={output}", "-s", f"JCNEWS_LEDGER={address}")
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_a_crawl_gives_the_same_records_as_with_a_file_and_every_command_reads_them(
    replica: Replica, address: str, tmp_path: Path
) -> None:
    file, output = tmp_path / "file", tmp_path / "server"
    run = crawl(replica, output, JCNEWS_LEDGER=address)
    assert_whole(replica, run)
    assert content(run.records) == content(crawl(replica, file).records)
    assert not list(output.glob("state.sqlite3*"))

    again = crawl(replica, output, JCNEWS_LEDGER=address)
    assert (again.code, again.records) == (0, run.records)
    known = run.records[0]
    assert f"{len(run.records)} sealed, 0 waiting" in said(output, address, "status")
    assert "<body" in said(output, address, "cat", known["id"])
    assert known["id"] in said(output, address, "search", "--json", known["title"][:4])
    assert "would change" in said(output, address, "reparse")
    said(output, address, "verify")
    said(output, address, "export", "--format", "jsonl", "-o", str(tmp_path / "all.jsonl"))
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == len(run.records)
    said(output, address, "forget", known["id"], "--reason", "a test")
    assert "withdrawn" in said(output, address, "status")


def test_a_server_that_stops_in_mid_crawl_ends_it_with_7_and_the_next_run_completes(
    replica: Replica, server: Server, address: str, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"JCNEWS_LEDGER": address, "JCNEWS_SEAL_RECORDS": 7}
    for asked in (25, 20, 45):
        since = len(replica.requests)
        with start(replica, tmp_path, **settings) as process:
            try:
                wait_until(lambda asked=asked, since=since: len(replica.requests) > since + asked)  # type: ignore[misc]
                server.stop()
                _, stderr = process.communicate(timeout=60)
            finally:
                process.kill()
                server.start()
        assert process.returncode == 7, stderr
        assert "storage failed: the ledger's server: " in stderr
        assert newest_report(tmp_path)["exit_code"] == 7
    assert_whole(replica, crawl(replica, tmp_path, **settings))
    said(tmp_path, address, "verify")


def test_runs_killed_at_random_lose_nothing_and_write_nothing_twice(address: str, tmp_path: Path) -> None:
    figures = loop(KILLS, seed=2, root=tmp_path / "output", server=address)
    print(figures)
    assert figures.is_good, str(figures)
    assert figures.kills == KILLS


def test_whoever_waits_for_a_transaction_sees_what_it_wrote_whatever_is_set_for_the_role(address: str) -> None:
    patience = ("statement_timeout", "lock_timeout", "idle_session_timeout")
    with closing(Ledger(address)) as ledger, ThreadPoolExecutor(1) as pool:
        ledger._db.execute("CREATE ROLE odd LOGIN SUPERUSER")
        ledger._db.execute("ALTER ROLE odd SET default_transaction_isolation = 'repeatable read'")
        for name in patience:
            ledger._db.execute(f"ALTER ROLE odd SET {name} = '1min'")
        with closing(Ledger(address.replace("//jcnews@", "//odd@"))) as other:
            assert [other._db.execute(f"SHOW {name}").fetchone() for name in patience] == [("0",)] * 3
            with ledger.transaction():
                seen = pool.submit(runs_in_a_transaction, other)
                wait_until(lambda: ledger._db.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone())
                ledger.runs.begin("r1", "s", 0)
            assert seen.result() == ["r1"]


def runs_in_a_transaction(ledger: Ledger) -> list[str]:
    with ledger.transaction():
        return [run.run_id for run in ledger.runs.last("s", 9)]


def test_what_stood_before_a_checkpoint_survives_the_end_of_the_server(server: Server, address: str) -> None:
    with closing(Ledger(address)) as ledger:
        for number in range(20):
            ledger.runs.begin(f"before {number}", "s", 0)
        (written,) = ledger._db.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        ledger.checkpoint()
        assert ledger._db.execute("SELECT pg_current_wal_flush_lsn() >= CAST(? AS pg_lsn)", (written,)).fetchone()[0]
        for number in range(20):
            ledger.runs.begin(f"behind {number}", "s", 0)
        server.stop()
        server.start()
        with pytest.raises(StorageFault, match="the ledger's server: "), ledger.transaction():
            pass
    with closing(Ledger(address)) as ledger:
        kept = [run.run_id for run in ledger.runs.last("s", 99)][::-1]
    assert kept[:20] == [f"before {number}" for number in range(20)]
    assert len(kept) < 40  # else nothing is proved: the server wrote every commit at once


def test_a_server_that_is_restarted_between_two_runs_changes_nothing(
    replica: Replica, server: Server, address: str, tmp_path: Path
) -> None:
    first = crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address)
    server.stop("fast")
    away = crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address)
    server.start()
    again = crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address)
    assert (first.code, away.code, again.code) == (0, 7, 0)
    assert "the ledger's server: connection failed" in away.stderr
    assert again.records == first.records


def test_a_lost_ledger_is_made_anew_on_the_server(
    replica: Replica, server: Server, address: str, tmp_path: Path
) -> None:
    first = crawl(replica, tmp_path, JCNEWS_LEDGER=address)
    assert "a ledger is there" in said(tmp_path, address, "verify", "--rebuild", code=1)
    assert "JCNEWS_LEDGER must say where" in said(tmp_path, "", "verify", "--rebuild", code=1)
    anew = server.new_address()
    assert "is made anew" in said(tmp_path, anew, "verify", "--rebuild")
    said(tmp_path, anew, "verify")
    again = crawl(replica, tmp_path, JCNEWS_LEDGER=anew)
    assert_whole(replica, again)
    assert again.records == first.records
    assert "is not that of" in said(tmp_path, address, "status", code=7)


def test_verify_says_where_a_ledger_on_a_server_differs(replica: Replica, address: str, tmp_path: Path) -> None:
    id_ = crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address).records[0]["id"]
    with closing(Ledger(address)) as ledger:
        ledger.articles.sealed(id_, 1, 7)
    done = scrapy("verify", "-s", f"JCNEWS_OUTPUT={tmp_path}", "-s", f"JCNEWS_LEDGER={address}")
    assert (done.returncode, f"{id_}: at 7 of articles/" in done.stdout) == (7, True)


def test_a_ledger_that_is_older_than_its_archive_is_refused(replica: Replica, address: str, tmp_path: Path) -> None:
    crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address)
    with closing(Ledger(address)) as ledger:
        ledger._db.execute("DELETE FROM segments")
    refused = crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address)
    assert (refused.code, f"{address} is older than the archive" in refused.stderr) == (7, True)


def test_a_folder_and_its_copy_never_go_on_with_one_ledger(replica: Replica, address: str, tmp_path: Path) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    crawl(replica, original, ONE, JCNEWS_LEDGER=address)
    shutil.copytree(original, copy)
    assert crawl(replica, copy, "sections=xw/gnxw", JCNEWS_LEDGER=address).code == 0
    refused = crawl(replica, original, JCNEWS_LEDGER=address)
    assert (refused.code, f"{original} is older than its ledger, or there is a copy" in refused.stderr) == (7, True)
    assert_whole(replica, crawl(replica, copy, JCNEWS_LEDGER=address))


# ---- which ledger belongs to which folder


def test_a_ledger_is_read_only_where_it_belongs(server: Server, address: str, tmp_path: Path) -> None:
    one, other, file = (tmp_path / name for name in ("one", "other", "file"))
    for folder in (one, other, file):
        (folder / ".tmp").mkdir(parents=True)
    with closing(open_ledger(one, address)) as ledger, ledger.transaction():
        ledger.runs.begin("r1", "s", 0)
    token = (one / PAIRED).read_text()
    for folder in (other, file):
        with pytest.raises(StorageFault, match="is not that of"):
            open_ledger(folder, address)
        assert not (folder / PAIRED).exists()
    (other / PAIRED).write_text(token)
    with closing(open_ledger(other, address, read_only=True)) as ledger:
        assert ledger.runs.any()
        with pytest.raises(StorageFault, match="read-only"):
            ledger.rests.forget(1)
    for is_read in (True, False):  # what is lost is never begun anew unasked
        with pytest.raises(StorageFault, match="has no ledger in the schema nowhere"):
            open_ledger(one, server.address("nowhere"), read_only=is_read)


def test_of_two_folders_that_begin_at_once_one_has_the_ledger(address: str, tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    for folder in (one, other):
        (folder / ".tmp").mkdir(parents=True)
    with closing(open_ledger(one, address)):
        with pytest.raises(StorageFault, match="is not that of"):
            open_ledger(other, address)
        assert not (other / PAIRED).exists()
    open_ledger(one, address).close()


def test_a_crawl_never_begins_a_second_ledger(replica: Replica, address: str, tmp_path: Path) -> None:
    assert crawl(replica, tmp_path / "a", ONE, JCNEWS_LEDGER=address).code == 0
    without = crawl(replica, tmp_path / "a", ONE)
    assert (without.code, "JCNEWS_LEDGER must say where" in without.stderr) == (7, True)
    assert crawl(replica, tmp_path / "b", ONE).code == 0
    beside = crawl(replica, tmp_path / "b", ONE, JCNEWS_LEDGER=address)
    assert (beside.code, "JCNEWS_LEDGER must be empty" in beside.stderr) == (7, True)


def test_many_that_begin_at_once_make_one_ledger(address: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        ledgers = list(pool.map(lambda _: Ledger(address), range(6)))
    assert len({ledger.token for ledger in ledgers}) == 1
    for ledger in ledgers:
        ledger.close()


def test_a_statement_that_fails_undoes_its_transaction_though_nobody_says_so(address: str) -> None:
    with closing(Ledger(address)) as ledger:
        transaction = ledger.transaction()
        transaction.__enter__()
        ledger.runs.begin("r1", "s", 0)
        with pytest.raises(StorageFault, match="duplicate key"):
            ledger.runs.begin("r1", "s", 0)
        with pytest.raises(StorageFault, match="was undone"):
            transaction.__exit__(None, None, None)
        assert not ledger.runs.any()


# ---- addresses


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://u:{SECRET}@h/d",
        f"postgresql://h/d?password={SECRET}",
        f"postgresql://h/d?pass%77ord={SECRET}",
        f"mysql://u:{SECRET}@h/d",
        f"postgresql://u:{SECRET}/\u2100@h/d",
        f"postgresql://u:@[{SECRET}@h/d",
    ],
)
def test_a_password_in_an_address_is_refused_and_never_repeated(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="JCNEWS_LEDGER makes no sense") as fault:
        options.checked({**options.defaults({}), "JCNEWS_LEDGER": address}, ())
    assert SECRET not in str(fault.value)
    done = scrapy("crawl", "jcnews", "-s", f"JCNEWS_LEDGER={address}", "-s", f"JCNEWS_OUTPUT={tmp_path}", "-L", "DEBUG")
    assert (done.returncode, SECRET in done.stdout + done.stderr) == (1, False)


def test_a_schema_is_a_plain_name(server: Server) -> None:
    with pytest.raises(UsageFault, match="is no name of small letters"):
        Ledger(server.address('x"; DROP SCHEMA public'))


def test_a_run_report_names_no_server(replica: Replica, address: str, tmp_path: Path) -> None:
    run = crawl(replica, tmp_path, ONE, JCNEWS_LEDGER=address)
    assert address not in json.dumps(run.report)
