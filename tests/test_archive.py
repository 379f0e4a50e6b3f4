"""The archive: sealed segments, recovery at the start, one writer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest

from jcnews_spider.archive import Archive, files
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import RETRY_AFTER_S, Scope
from jcnews_spider.errors import ArchiveBusy, StorageFault
from jcnews_spider.urls import ArticleAddress, parse_article_address


def address(docid: int, day: date = date(2022, 10, 9), section: str = "xw") -> ArticleAddress:
    found = parse_article_address(f"http://host/{section}/{day:%Y%m}/t{day:%Y%m%d}_{docid}.html")
    assert found
    return found


@contextmanager
def opened(root: Path, run_id: str = "r1", *, min_free_mb: int = 0) -> Iterator[Archive]:
    archive = Archive(root, run_id, min_free_mb=min_free_mb, seal_records=500, seal_seconds=600)
    try:
        archive.open()
        yield archive
    finally:
        archive.close()


def keep(archive: Archive, docid: int) -> None:
    """One record with one snapshot, committed but not sealed."""
    path, id_ = f"html/{docid}.html", f"s:{docid}"
    files.write_whole(archive.root, path, f"page {docid}".encode())
    digest = subprocess.run(["sha256sum", archive.root / path], capture_output=True, text=True, check=True).stdout[:64]
    with archive.ledger.transaction():
        archive.ledger.articles.add(id_, address(docid), None, 0)
        archive.ledger.articles.keep(id_, 1, "00", f"digest {docid}".encode(), 0)
        archive.send(id_, json.dumps({"id": id_}), [(path, digest)])


def records(root: Path) -> list[str]:
    lines = [line for path in sorted(root.glob("articles/*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["id"] for line in lines]


def due(archive: Archive) -> list[str]:
    return [known.id for known in archive.ledger.articles.due("s", Scope(), 10**10, ("~", ""), 100)]


def test_a_seal_puts_every_waiting_record_into_one_segment(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        keep(archive, 2)
        assert records(tmp_path) == []
        archive.seal()
        archive.seal()
        keep(archive, 3)
        archive.seal()
    assert sorted(path.name for path in tmp_path.glob("articles/*")) == ["r1-001.jsonl", "r1-002.jsonl"]
    assert records(tmp_path) == ["s:1", "s:2", "s:3"]


def test_the_manifest_is_one_that_sha256sum_reads(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
    check = subprocess.run(
        ["sha256sum", "-c", "--strict", "manifest-sha256.txt"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert check.stdout.split() == ["html/1.html:", "OK", "articles/r1-001.jsonl:", "OK"]


def test_what_was_committed_before_a_crash_is_sealed_by_the_next_run(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
    with opened(tmp_path, "r2") as archive:
        assert due(archive) == []
        archive.seal()
    assert records(tmp_path) == ["s:1"]


@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_record_whose_page_did_not_survive_is_due_again(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        keep(archive, 2)
    page = tmp_path / "html/1.html"
    page.unlink() if damage == "lost" else page.write_bytes(b"pa")
    with opened(tmp_path, "r2") as archive:
        assert due(archive) == ["s:1"]
        assert archive.ledger.articles.same_text(b"digest 1") is None
        archive.seal()
    assert records(tmp_path) == ["s:2"]


@pytest.mark.parametrize("reached", ["stamp", "segment", "manifest", "torn manifest"])
def test_an_interrupted_seal_is_finished_once(tmp_path: Path, reached: str) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
        before = (tmp_path / "manifest-sha256.txt").read_bytes()
        keep(archive, 2)
        with archive.ledger.transaction():
            archive.ledger.outbox.stamp("articles/r1-002.jsonl")
        if reached != "stamp":
            files.write_whole(tmp_path, "articles/r1-002.jsonl", b'{"id": "s:2"}\n', durable=True)
        if reached.endswith("manifest"):
            archive._finish_seal("articles/r1-002.jsonl")
            with archive.ledger.transaction():
                archive.ledger.outbox.send("s:2", '{"id": "s:2"}', [])
                archive.ledger.outbox.stamp("articles/r1-002.jsonl")
        if reached == "torn manifest":
            whole = (tmp_path / "manifest-sha256.txt").read_bytes()
            (tmp_path / "manifest-sha256.txt").write_bytes(whole[: len(before) + 30])
    with opened(tmp_path, "r2") as archive:
        assert archive.ledger.outbox.size() == 0
    assert records(tmp_path) == ["s:1", "s:2"]
    listed = [line.split("  ")[1] for line in (tmp_path / "manifest-sha256.txt").read_text().splitlines()]
    assert listed.count("articles/r1-002.jsonl") == 1
    assert (tmp_path / "manifest-sha256.txt").read_bytes().startswith(before)


def test_unfinished_files_are_swept(tmp_path: Path) -> None:
    with opened(tmp_path):
        (tmp_path / files.STAGING / "half").write_bytes(b"h")
    with opened(tmp_path, "r2"):
        assert list((tmp_path / files.STAGING).iterdir()) == []


def test_a_seal_of_nothing_makes_no_segment(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        with suppress(ZeroDivisionError), archive.ledger.transaction():
            archive.send("s:1", "{}", [])
            raise ZeroDivisionError
        archive.seal()
    assert not (tmp_path / "articles").exists()


def test_a_second_writer_is_refused_at_once(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(ArchiveBusy):
        Archive(tmp_path, "r2", min_free_mb=0, seal_records=1, seal_seconds=1)


def test_a_full_disk_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(StorageFault, match="MB free"), opened(tmp_path, min_free_mb=10**9):
        pass


@pytest.mark.parametrize("content", [b"no database", None])
def test_a_ledger_of_another_kind_is_never_started_anew(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "state.sqlite3"
    if content is None:
        with opened(tmp_path) as archive:
            archive.ledger._db.execute("PRAGMA user_version = 99")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StorageFault), opened(tmp_path):
        pass
    assert path.read_bytes() == before


def test_an_output_that_is_a_file_is_a_storage_fault(tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(b"")
    with pytest.raises(StorageFault), opened(tmp_path / "output"):
        pass


def test_the_ledger_is_private(tmp_path: Path) -> None:
    with opened(tmp_path):
        assert (tmp_path / "state.sqlite3").stat().st_mode & 0o077 == 0


def test_due_articles_come_newest_first_and_in_batches(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        articles = archive.ledger.articles
        for docid, day in ((1, date(2022, 1, 1)), (2, date(2022, 3, 1)), (3, date(2022, 2, 1))):
            articles.add(f"s:{docid}", address(docid, day), None, 0)
        articles.add("other:9", address(9), None, 0)
        first = articles.due("s", Scope(), 0, ("~", ""), 2)
        rest = articles.due("s", Scope(), 0, (first[-1].day, first[-1].id), 2)
    assert [known.id for known in first + rest] == ["s:2", "s:3", "s:1"]


def test_a_scope_bounds_what_is_due(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        ledger = archive.ledger
        for docid, section, day in ((1, "xw", 1), (2, "xw", 5), (3, "lm", 5)):
            ledger.sections.add("s", section, None)
            ledger.articles.add(f"s:{docid}", address(docid, date(2022, 1, day)), None, 0)
            ledger.sections.add_member("s", section, f"s:{docid}")

        def ids(scope: Scope) -> set[str]:
            return {known.id for known in ledger.articles.due("s", scope, 0, ("~", ""), 9)}

        assert ids(Scope(sections=["xw"])) == {"s:1", "s:2"}
        assert ids(Scope(sections=["xw"], since=date(2022, 1, 2))) == {"s:2"}
        assert ids(Scope(until=date(2022, 1, 1))) == {"s:1"}
        assert ids(Scope(sections=[], ids=["s:3"])) == {"s:3"}
        assert ids(Scope(sections=[])) == set()


def test_retries_wait_longer_each_time(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        articles = archive.ledger.articles
        articles.add("s:1", address(1), None, 0)
        now, waits = 1000, []
        for _ in range(6):
            articles.miss("s:1", "failed", "http_500", now)
            later = next(t for t in (*RETRY_AFTER_S, 10**9) if articles.due("s", Scope(), now + t, ("~", ""), 1))
            waits.append(later)
            now += later
    assert waits == [0, 3600, 21600, 86400, 604800, 604800]


def test_a_failed_article_is_asked_at_its_new_address(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        articles = archive.ledger.articles
        articles.add("s:1", address(1, section="old"), None, 0)
        articles.miss("s:1", "failed", "http_404", 1000)
        articles.add("s:1", address(1, section="new"), None, 0)
        (known,) = articles.due("s", Scope(), 0, ("~", ""), 1)
    assert known.url == address(1, section="new").url


def test_an_unknown_article_clears_the_mark_and_the_end_sets_it(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        sections = archive.ledger.sections
        sections.add("s", "xw", None)
        marks = []
        for page, unknown, complete in ((1, True, False), (2, False, True), (1, False, False), (2, True, False)):
            sections.note_page("s", "xw", page, unknown=unknown, complete=complete, now=0)
            known = sections.get("s", "xw")
            assert known
            marks.append(known.complete)
    assert marks == [False, True, True, False]


def test_reading_never_creates_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="unable to open"):
        Ledger(tmp_path / "state.sqlite3", read_only=True)
    assert list(tmp_path.iterdir()) == []
