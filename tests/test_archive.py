"""The archive: sealed segments, recovery at the start, one writer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from jcnews_spider.archive import Archive, disk, files, lock
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.article import Article, Crawl, Event, Snapshot, content_hash, read_article
from jcnews_spider.errors import ArchiveBusy, StorageFault
from tests.archives import flip
from tests.ledgers import address, due, opened


def keep(
    archive: Archive,
    docid: int,
    version: int = 1,
    event: Event = Event.NEW,
    exchanges: Sequence[tuple[str, int]] = (),
) -> None:
    """One record with one snapshot, committed but not sealed."""
    id_, suffix = f"s:{docid}", "" if version == 1 else f".v{version}"
    sent = []
    if event is not Event.GONE:
        page = f"page {docid} {version}".encode()
        path = f"html/{docid}{suffix}.html"
        files.write_whole(archive.root, path, page)
        sent = [(path, sha256(page).hexdigest())]
    article = Article(
        id=id_,
        version=version,
        event=event,
        text=f"text {docid} {version}",
        published_at="2022-10-09",
        snapshot=Snapshot(html=f"html/{docid}{suffix}.html"),
        crawl=Crawl(parser_version="1"),
    )
    article = replace(article, content_hash=content_hash(article))
    ledger = archive.ledger
    with ledger.transaction():
        ledger.articles.add(id_, address(docid), None, 0)
        archive.send(article, sent, text_digest=f"digest {docid} {version}".encode(), exchanges=exchanges)
        known = ledger.articles.get(id_)
        assert known
        ledger.articles.seen(known, 0, known.url, (("e", None),))


def versions(root: Path) -> list[int]:
    lines = [line for path in sorted(root.glob("articles/*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["version"] for line in lines]


def records(root: Path) -> list[str]:
    lines = [line for path in sorted(root.glob("articles/*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["id"] for line in lines]


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


def test_a_record_whose_exchange_is_damaged_is_due_again_though_later_ones_are_whole(tmp_path: Path) -> None:
    plan = WarcPlan(10**9)
    archive = Archive(tmp_path, "r1", min_free_mb=0, seal_records=9, seal_seconds=9, warc=plan)
    archive.open("s")
    found = [archive.capture(Exchange(f"http://h/{number}", 0.0, 200, [], b"page", [])) for number in (1, 2)]
    for number, place in enumerate(found, 1):
        keep(archive, number, exchanges=[(place.file, place.offset + place.length)])
    archive.close()
    flip(tmp_path / f"{found[0].file}.open", found[0].offset + found[0].length - 9)
    with opened(tmp_path, "r2") as again:
        assert due(again) == ["s:1"]
        again.seal()
    assert records(tmp_path) == ["s:2"]


@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_record_whose_page_did_not_survive_is_due_again(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        keep(archive, 2)
    page = tmp_path / "html/1.html"
    page.unlink() if damage == "lost" else page.write_bytes(b"pa")
    with opened(tmp_path, "r2") as archive:
        assert due(archive) == ["s:1"]
        assert archive.ledger.articles.same_text(b"digest 1 1") is None
        archive.seal()
    assert records(tmp_path) == ["s:2"]


def test_a_record_whose_page_did_not_survive_takes_its_article_back_to_the_version_before(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
        for version in (2, 3):
            keep(archive, 1, version, Event.UPDATED)
        keep(archive, 1, 4, Event.GONE)
    (tmp_path / "html/1.v3.html").write_bytes(b"torn")
    with opened(tmp_path, "r2") as archive:
        known = archive.ledger.articles.get("s:1")
        assert known
        assert (known.state, known.version, known.validators) == ("kept", 2, ())
        assert due(archive) == ["s:1"]
        assert not (tmp_path / "html/1.v3.html").exists()
        assert archive.ledger.articles.same_text(b"digest 1 2") == "s:1"
        assert archive.ledger.articles.same_text(b"digest 1 3") is None
        archive.seal()
    assert versions(tmp_path) == [1, 2]


def test_a_report_with_bytes_that_are_no_text_is_written(tmp_path: Path) -> None:
    report = {"site": "s", "exit_code": 0, "why": "done", "arguments": {"articles": "@\udcbd\udcfa"}}
    with opened(tmp_path) as archive:
        archive.write_report(report, "nothing new")
    assert json.loads((tmp_path / "runs/r1.json").read_bytes()) == report


def test_a_version_before_that_is_damaged_keeps_no_start_from_its_work(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        keep(archive, 2)
        archive.seal()
        keep(archive, 1, version=2, event=Event.UPDATED)
    (segment,) = tmp_path.glob("articles/*")
    flip(segment, segment.read_bytes().index(b"s:1") + 60)
    (tmp_path / "html/1.v2.html").unlink()
    with opened(tmp_path, "r2") as archive:
        known = archive.ledger.articles.get("s:1")
        assert known
        assert (known.version, known.state, due(archive)) == (1, "kept", ["s:1"])
        keep(archive, 3)
        archive.seal()
    assert len(list(tmp_path.glob("articles/*"))) == 2


def test_a_gone_article_is_gone_again_when_its_return_did_not_survive(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        keep(archive, 1, 2, Event.GONE)
        archive.seal()
        keep(archive, 1, 3, Event.UPDATED)
    (tmp_path / "html/1.v3.html").unlink()
    with opened(tmp_path, "r2") as archive:
        known = archive.ledger.articles.get("s:1")
        assert known
        assert (known.state, known.version) == ("gone", 2)
        last = archive.last_record(known)
    assert last
    assert (last.event, last.text) == (Event.GONE, "text 1 2")


def test_the_last_record_is_found_before_and_after_its_seal(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        for docid in (1, 2, 3):
            keep(archive, docid)
        found = []
        for _ in range(2):
            known = archive.ledger.articles.get("s:2")
            assert known
            found.append(archive.last_record(known))
            archive.seal()
    assert found[0] == found[1]
    assert found[0]
    assert found[0].text == "text 2 1"


class Interrupted(BaseException):
    """The sudden end of a seal."""


SEAL_STEPS = ["fsync", "checkpoint", "write", "rename", "append", "commit"]


@pytest.mark.parametrize("step", SEAL_STEPS)
def test_an_interrupted_seal_is_finished_once(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
        before = (tmp_path / "manifest-sha256.txt").read_bytes()
        keep(archive, 2)
        calls = []

        def interrupt(*arguments: object) -> None:
            calls.append(arguments)
            if step != "commit" or len(calls) == 2:  # the first commit is the stamp
                raise Interrupted
            arguments[0].execute("COMMIT")  # type: ignore[attr-defined]

        with monkeypatch.context() as patched:
            patched.setattr(disk, step, interrupt)
            with pytest.raises(Interrupted):
                archive.seal()
    if step == "append":
        (tmp_path / "manifest-sha256.txt").write_bytes(before + b"0123456789abcdef  html/2.ht")
    with opened(tmp_path, "r2") as archive:
        assert archive.ledger.outbox.size() == 0
        assert [segment.path for segment in archive.ledger.outbox.segments()] == [
            "articles/r1-001.jsonl",
            "articles/r1-002.jsonl",
        ]
    assert records(tmp_path) == ["s:1", "s:2"]
    listed = [line.split("  ")[1] for line in (tmp_path / "manifest-sha256.txt").read_text().splitlines()]
    assert listed == ["html/1.html", "articles/r1-001.jsonl", "html/2.html", "articles/r1-002.jsonl"]
    assert (tmp_path / "manifest-sha256.txt").read_bytes().startswith(before)


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
    (line,) = (tmp_path / "articles/r1-001.jsonl").read_text().splitlines()
    assert read_article(line).to_json() == line


def test_unfinished_files_are_swept(tmp_path: Path) -> None:
    with opened(tmp_path):
        (tmp_path / files.STAGING / "half").write_bytes(b"h")
    with opened(tmp_path, "r2"):
        assert list((tmp_path / files.STAGING).iterdir()) == []


def test_a_seal_of_nothing_makes_no_segment(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        with suppress(ZeroDivisionError), archive.ledger.transaction():
            archive.ledger.articles.add("s:1", address(1), None, 0)
            archive.send(Article(id="s:1", published_at="2022-10-09"), [], text_digest=None)
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


def test_a_missing_ledger_beside_segments_is_never_started_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
    (tmp_path / "state.sqlite3").unlink()
    with pytest.raises(StorageFault, match="missing"), opened(tmp_path, "r2"):
        pass
    assert not (tmp_path / "state.sqlite3").exists()


def test_an_empty_ledger_beside_segments_is_never_started_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
    (tmp_path / "state.sqlite3").write_bytes(b"")
    with pytest.raises(StorageFault, match="--rebuild"), opened(tmp_path, "r2"):
        pass


def test_a_ledger_older_than_the_archive_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1)
        archive.seal()
    backup = (tmp_path / "state.sqlite3").read_bytes()
    with opened(tmp_path, "r2") as archive:
        keep(archive, 2)
        archive.seal()
    manifest = (tmp_path / "manifest-sha256.txt").read_bytes()
    (tmp_path / "state.sqlite3").write_bytes(backup)
    with pytest.raises(StorageFault, match="older than the archive"), opened(tmp_path, "r3"):
        pass
    assert (tmp_path / "manifest-sha256.txt").read_bytes() == manifest


def test_a_deep_path_is_written_whole(tmp_path: Path) -> None:
    path = "html/" + "/".join(["x" * 60] * 8) + "/page.html"
    with opened(tmp_path):
        files.write_whole(tmp_path, path, b"page")
    assert (tmp_path / path).read_bytes() == b"page"


def test_who_holds_an_archive_alone_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("jcnews_spider.archive.lock.time.sleep", waited.append)
    held = lock.Lock(tmp_path)
    assert (lock.is_held(tmp_path), sum(waited)) == (True, 0)
    held.release()
    assert not lock.is_held(tmp_path)
