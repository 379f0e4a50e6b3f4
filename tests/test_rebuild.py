"""`scrapy verify --rebuild`: a lost ledger made anew knows what the lost one knew."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider.archive import disk
from jcnews_spider.archive.lock import Lock
from jcnews_spider.archive.rebuild import Rebuilt, rebuild
from jcnews_spider.errors import ArchiveBusy, UsageFault
from jcnews_spider.sites import SITES
from tests import archives
from tests.archives import MANIFEST, checks, found, lines, rows
from tests.crawling import ROOT, crawl, environment, read_records, scrapy, wait_until
from tests.replica import Replica
from tests.scoring import score


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with archives.standing() as running:
        yield running


@pytest.fixture(scope="module")
def whole(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that nobody changes."""
    output = tmp_path_factory.mktemp("whole") / "output"
    archives.with_history(replica, output)
    return output


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, whose ledger is lost."""
    output = Path(shutil.copytree(whole, tmp_path / "output"))
    lose(output)
    return output


def lose(root: Path) -> None:
    for path in root.glob("state.sqlite3*"):
        path.unlink()


def anew(root: Path) -> tuple[Rebuilt, list[tuple[str, str]]]:
    """What the new ledger knows, and what was skipped."""
    *skipped, rebuilt = rebuild(root, SITES, lambda *_: None)
    assert isinstance(rebuilt, Rebuilt)
    return rebuilt, [item for item in skipped if not isinstance(item, Rebuilt)]


ARTICLES = (
    "SELECT a.id, url, day, state, version, content_hash, parser, published, s.path, offset, list_url, first_seen, "
    "{more} FROM articles a JOIN segments s ON s.n = segment WHERE version ORDER BY 1"
)


def test_the_new_ledger_knows_what_the_lost_one_knew(whole: Path, root: Path) -> None:
    rebuilt, skipped = anew(root)
    assert skipped == []
    assert rebuilt.records == len(read_records(root))
    queries = [
        ARTICLES.format(more="1"),
        "SELECT path, records, sha256 FROM segments ORDER BY n",
        "SELECT path, bytes, sha256, manifest_end FROM warcs ORDER BY n",
        "SELECT hex(digest), path, offset FROM payloads JOIN warcs ON n = warc ORDER BY 1",
        "SELECT url, path, offset FROM captures JOIN warcs ON n = warc ORDER BY 1",
        "SELECT hex(digest), id, t.version FROM texts t JOIN articles ON n = article ORDER BY 1",
        "SELECT value, id, near.version FROM near JOIN articles ON n = article ORDER BY 1",
    ]
    for query in queries:
        assert rows(root, query) == rows(whole, query)
    assert found(root) == []


def test_validators_of_articles_of_one_page_are_back(whole: Path, root: Path) -> None:
    anew(root)
    query = "SELECT id, validators FROM articles WHERE state = 'kept' AND validators LIKE '[[%' ORDER BY 1"
    before, after = dict(rows(whole, query)), dict(rows(root, query))
    assert len(after) > len(before) / 2
    assert {id_: before[id_] for id_ in after} == after


def test_sections_and_memberships_come_from_the_records(whole: Path, root: Path) -> None:
    anew(root)
    query = "SELECT s.path, a.id FROM memberships JOIN sections s ON s.n = section JOIN articles a ON a.n = article"
    before, after = set(rows(whole, query)), set(rows(root, query))
    assert after <= before
    assert len(after) > 0.8 * len(before)
    assert rows(root, "SELECT * FROM sections WHERE complete") == []
    names = dict(rows(whole, "SELECT path, name FROM sections"))
    assert {path: name for path, name in rows(root, "SELECT path, name FROM sections") if name} == {
        path: names[path] for path, name in rows(root, "SELECT path, name FROM sections") if name
    }


def test_the_next_crawl_adds_no_record(replica: Replica, root: Path) -> None:
    done = scrapy("verify", "--rebuild", "-s", f"JCNEWS_OUTPUT={root}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "is made anew" in done.stdout
    before, since = read_records(root), len(replica.requests)
    run = crawl(replica, root)
    assert (run.code, read_records(root)) == (0, before)
    known = {record["url"] for record in before}
    assert [request.url for request in replica.requests[since:] if request.url in known] == []
    assert "unchanged" not in {section["end"] for section in run.report["sections"].values()}
    again = crawl(replica, root, "recheck=all")
    assert (again.code, read_records(root)) == (0, before)
    assert found(root) == []


def test_an_edit_after_a_rebuild_is_the_next_version(tmp_path: Path) -> None:
    with archives.standing() as replica:
        first = crawl(replica, tmp_path)
        lose(tmp_path)
        anew(tmp_path)
        id_ = first.records[0]["id"]
        replica.edit(id_)
        replica.withdraw(first.records[1]["id"])
        for _ in range(2):
            run = crawl(replica, tmp_path, "recheck=all")
    assert [(r["version"], r["event"]) for r in run.records if r["id"] == id_] == [(1, "new"), (2, "updated")]
    assert [r["event"] for r in run.records if r["id"] == first.records[1]["id"]] == ["new", "gone"]
    assert found(tmp_path) == []


def test_a_ledger_that_is_lost_after_a_kill_loses_no_article(tmp_path: Path) -> None:
    with archives.standing(120) as replica:
        command = [sys.executable, "-m", "scrapy", "crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path}",
                   "-s", "DOWNLOAD_DELAY=0.01", "-s", "JCNEWS_SEAL_RECORDS=20"]  # fmt: skip
        killed = subprocess.Popen(command, cwd=ROOT, env=environment(replica.proxy), stderr=subprocess.DEVNULL)
        wait_until((tmp_path / "articles").is_dir)
        killed.kill()
        killed.wait()
        lose(tmp_path)
        anew(tmp_path)
        assert found(tmp_path) == []
        run = crawl(replica, tmp_path)
        result = score(run.records, replica.gold())
    assert (run.code, result.missing, result.surplus, result.twice) == (0, [], [], [])
    assert found(tmp_path) == []


def test_an_edit_that_was_captured_and_never_sealed_is_asked_again(root: Path, whole: Path) -> None:
    """The last run's segments are gone with the ledger, as when they had not been sealed; its WARC is there."""
    edited = next(record["id"] for _, _, record in lines(root) if record["version"] == 3)
    path = next(path for path, _, record in lines(root) if record["id"] == edited and record["version"] == 3)
    runs_after = {one.name for one in root.glob("articles/*") if one.name >= path.name}
    manifest = (root / MANIFEST).read_text().splitlines(keepends=True)
    gone = [line for line in manifest if line[66:-1].removeprefix("articles/") in runs_after]
    (root / MANIFEST).write_text("".join(line for line in manifest if line not in gone))
    for name in runs_after:
        (root / "articles" / name).unlink()
    anew(root)
    assert rows(root, f"SELECT version, checked, validators FROM articles WHERE id = '{edited}'") == [(2, None, None)]
    due = {id_ for (id_,) in rows(root, "SELECT id FROM articles WHERE checked IS NULL AND state = 'kept'")}
    assert due == {edited}


def test_where_there_is_a_ledger_nothing_is_done(whole: Path) -> None:
    before = (whole / "state.sqlite3").read_bytes()
    done = scrapy("verify", "--rebuild", "-s", f"JCNEWS_OUTPUT={whole}")
    assert (done.returncode, done.stdout) == (1, "")
    assert "move it" in done.stderr
    assert (whole / "state.sqlite3").read_bytes() == before


def test_where_a_run_holds_the_archive_or_nothing_is_there_it_is_refused(root: Path, tmp_path: Path) -> None:
    lock = Lock(root)
    with pytest.raises(ArchiveBusy):
        anew(root)
    lock.release()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageFault, match="neither segments nor WARCs"):
        anew(tmp_path / "empty")


@pytest.mark.parametrize("step", ["checkpoint", "fsync", "rename", "commit"])
def test_a_crash_on_the_way_leaves_no_ledger(root: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(BaseException):
        """The sudden end of a rebuild."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(disk, step, interrupt)
        with pytest.raises(Interrupted):
            anew(root)
    assert not (root / "state.sqlite3").exists()
    anew(root)
    assert found(root) == []
    assert list((root / ".tmp").iterdir()) == []


def test_the_log_of_the_lost_ledger_is_not_played_into_the_new_one(root: Path) -> None:
    (root / "state.sqlite3-wal").write_bytes(b"of another database")
    anew(root)
    assert (root / "lost-state.sqlite3-wal").read_bytes() == b"of another database"
    assert found(root) == []


def test_lines_that_the_manifest_lacks_are_put_into_it(root: Path, whole: Path) -> None:
    manifest = (root / MANIFEST).read_text().splitlines(keepends=True)
    lost = [line for line in manifest if "articles/" in line][:1] + [line for line in manifest if "html/" in line][3:6]
    kept = [line for line in manifest if line not in lost]
    (root / MANIFEST).write_text("".join([*kept[:5], "no line\n", *kept[5:]]) + "0123456789")
    _, skipped = anew(root)
    assert [where.partition(" at ")[0] for where, _ in skipped] == [MANIFEST, MANIFEST]
    assert sorted((root / MANIFEST).read_text().splitlines()) == sorted((whole / MANIFEST).read_text().splitlines())
    assert found(root) == []


def test_a_manifest_that_is_lost_too_is_written_anew_but_for_the_warcs(
    root: Path, whole: Path, replica: Replica
) -> None:
    (root / MANIFEST).unlink()
    anew(root)
    assert found(root) == []
    before = read_records(root)
    crawl(replica, root)
    assert read_records(root) == before
    assert set((whole / MANIFEST).read_text().splitlines()) <= set((root / MANIFEST).read_text().splitlines())


def test_damaged_segments_and_warcs_are_skipped_and_named(root: Path) -> None:
    path, offset, one = next(found for found in lines(root) if found[2]["event"] == "new")
    data = bytearray(path.read_bytes())
    data[offset] = ord("x")
    path.write_bytes(data)
    warc = root / one["snapshot"]["warc"]["file"]
    archives.flip(warc, one["snapshot"]["warc"]["offset"] + 50)
    done = scrapy("verify", "--rebuild", "-s", f"JCNEWS_OUTPUT={root}")
    assert done.returncode == 7
    assert f"{path.relative_to(root).as_posix()} at {offset}: skipped" in done.stdout
    assert f"{one['snapshot']['warc']['file']} at {one['snapshot']['warc']['offset']}: skipped" in done.stdout
    known: list[Any] = rows(root, "SELECT count(*) FROM articles WHERE version")
    assert known[0][0] == len({json.loads(line)["id"] for line in _good_lines(root)})
    assert "files" in checks(root)


def _good_lines(root: Path) -> Iterator[str]:
    for path in root.glob("articles/*"):
        yield from (line for line in path.read_text(errors="replace").splitlines() if line.startswith("{"))


def test_the_images_are_known_again(tmp_path: Path) -> None:
    with archives.standing(30) as replica:
        first = crawl(replica, tmp_path)
        assert any(image["path"] for record in first.records for image in record["images"])
        lose(tmp_path)
        anew(tmp_path)
        since = len(replica.requests)
        replica.edit(first.records[0]["id"])
        crawl(replica, tmp_path, "recheck=all")
        assert [request.url for request in replica.requests[since:] if "/W0" in request.url] == []
    assert found(tmp_path) == []


def test_texts_of_a_withdrawn_article_are_not_known_again(root: Path) -> None:
    anew(root)
    identity = next(record["id"] for record in read_records(root) if record["near_hash"])
    forget = ["forget", identity, "--reason", "x", "-s", f"JCNEWS_OUTPUT={root}", "-s", "JCNEWS_MIN_FREE_MB=0"]
    assert scrapy(*forget).returncode == 0
    lose(root)
    anew(root)
    for table in ("texts", "near"):
        query = f"SELECT id FROM {table} JOIN articles ON articles.n = article WHERE id = '{identity}'"
        assert rows(root, query) == []
    assert rows(root, f"SELECT state FROM articles WHERE id = '{identity}'") == [("withdrawn",)]
