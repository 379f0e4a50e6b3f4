"""`scrapy verify`: every planted damage is found, nothing else is."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.lock import Lock
from jcnews_spider.archive.reader import Reader, entity
from jcnews_spider.archive.walk import Flaw, walk_warc
from jcnews_spider.article import WarcPointer
from tests import archives
from tests.archives import MANIFEST, change, checks, flip, found, lines, reseal
from tests.crawling import ROOT, environment, scrapy, wait_until


@pytest.fixture
def root(history: Path, tmp_path: Path) -> Path:
    """An archive with a history, to be damaged."""
    return Path(shutil.copytree(history, tmp_path / "output"))


def record(root: Path, *, version: int = 1) -> tuple[Path, int, dict[str, Any]]:
    """(segment, offset, record) of one that has a successor, or of its successor."""
    edited = next(record["id"] for _, _, record in lines(root) if record["version"] == 3)
    return next(one for one in lines(root) if one[2]["id"] == edited and one[2]["version"] == version)


def rewrite(root: Path, path: Path, offset: int, line: bytes) -> None:
    """Puts another line in the place of one, and seals the segment anew."""
    data = path.read_bytes()
    end = data.index(b"\n", offset) + 1
    path.write_bytes(data[:offset] + line + data[end:])
    reseal(root, path)


def line_of(one: dict[str, Any]) -> bytes:
    return json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def test_nothing_is_found_in_a_whole_archive(history: Path) -> None:
    assert found(history) == []
    events = {record["event"] for _, _, record in lines(history)}
    assert events == {"new", "updated", "gone"}
    assert any(record["crawl"]["pages"] > 1 for _, _, record in lines(history))
    assert len(list(history.glob("articles/*"))) > 3


# ---- the eight damages


def test_a_byte_in_a_warc(root: Path) -> None:
    _, _, one = record(root)
    pointer = one["snapshot"]["warc"]
    flip(root / pointer["file"], pointer["offset"] + pointer["length"] // 2)
    damages = {damage.check: damage for damage in found(root)}
    assert list(damages) == ["files", "warcs", "pointers"]
    assert damages["files"].where == pointer["file"]
    assert damages["warcs"].where == f"{pointer['file']} at {pointer['offset']}"
    assert one["snapshot"]["html"] in damages["warcs"].again
    assert [damage.check for damage in found(root)].count("pointers") == 1
    assert damages["pointers"].again == f"its page stands in {one['snapshot']['html']}"


@pytest.mark.parametrize("byte", [b"\xff", b"{", b"0"])
def test_a_byte_in_a_segment(root: Path, byte: bytes) -> None:
    path, offset, _ = record(root, version=2)
    data = path.read_bytes()
    place = data.index(b'"text":"', offset) + 8
    path.write_bytes(data[:place] + byte + data[place + 1 :])
    name = path.relative_to(root).as_posix()
    damages = found(root)
    assert [(one.where, one.again.startswith("cannot")) for one in damages if one.check == "files"] == [(name, True)]
    assert [one.where for one in damages if one.check == "segments"] == [f"{name} at {offset}"]
    assert all(not one.again.startswith("can be") for one in damages if one.check == "segments")


def test_a_byte_in_an_html_file_and_what_it_can_be_made_from(root: Path) -> None:
    _, _, one = record(root, version=2)
    path = one["snapshot"]["html"]
    flip(root / path, 100)
    (damage,) = found(root)
    assert (damage.check, damage.where, damage.what) == ("files", path, "its sha256 is another")
    file, _, offset = damage.again.removeprefix("can be made again from ").partition(" at ")
    length = next(m.length for m in walk_warc(root / file) if not isinstance(m, Flaw) and m.offset == int(offset))
    with closing(Ledger(root / "state.sqlite3", read_only=True)) as ledger:
        body = entity(Reader(root, ledger).exchange(WarcPointer(file, int(offset), length)))
    assert sha256(body).hexdigest() == one["snapshot"]["sha256"]


def test_a_further_page_can_be_made_from_the_warc_too(root: Path) -> None:
    html = next(record["snapshot"]["html"] for _, _, record in lines(root) if record["crawl"]["pages"] > 1)
    part = html.replace(".html", "_1.html")
    (root / part).unlink()
    (damage,) = found(root)
    assert (damage.check, damage.where, damage.what) == ("files", part, "missing")
    assert damage.again.startswith("can be made again from warc/")


@pytest.mark.parametrize("folder", ["articles", "warc", "html"])
def test_a_deleted_file(root: Path, folder: str) -> None:
    path = sorted(path for path in root.glob(f"{folder}/**/*") if path.is_file())[0]
    path.unlink()
    damages = found(root)
    assert (damages[0].check, damages[0].where, damages[0].what) == (
        "files",
        path.relative_to(root).as_posix(),
        "missing",
    )
    assert {damage.check for damage in damages} <= {"files", "warcs", "pointers", "versions", "ledger"}
    if folder == "warc":
        assert "pages to which records point can be made again from HTML files" in damages[0].again


def test_two_swapped_files(root: Path) -> None:
    one, other = sorted(root.glob("html/**/*.html"))[:2]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    names = [path.relative_to(root).as_posix() for path in (one, other)]
    assert [(damage.check, damage.where) for damage in found(root)] == [("files", name) for name in names]


def test_two_swapped_segments_or_warcs(root: Path) -> None:
    for pattern in ("articles/*", "warc/*"):
        one, other = sorted(root.glob(pattern))[:2]
        first, second = one.read_bytes(), other.read_bytes()
        one.write_bytes(second)
        other.write_bytes(first)
        names = {path.relative_to(root).as_posix() for path in (one, other)}
        assert {damage.where for damage in found(root) if damage.check == "files"} >= names


@pytest.mark.parametrize("cut", ["inside a record", "between two"])
def test_a_truncated_segment(root: Path, cut: str) -> None:
    path, offset, one = [found for found in lines(root) if found[2]["event"] == "new"][15]
    path.write_bytes(path.read_bytes()[: offset + (100 if cut == "inside a record" else 0)])
    damages = found(root)
    name = path.relative_to(root).as_posix()
    assert [damage.where for damage in damages if damage.check == "files"] == [name]
    assert any(one["id"] in damage.what for damage in damages if damage.check == "ledger")
    torn = [damage.where for damage in damages if damage.check == "segments"]
    assert torn == ([f"{name} at {offset}"] if cut == "inside a record" else [])


@pytest.mark.parametrize("wrong", ["other page", "no record", "other length", "other file"])
def test_a_wrong_pointer(root: Path, wrong: str) -> None:
    path, offset, one = record(root, version=2)
    pointer = one["snapshot"]["warc"]
    other = next(r for _, _, r in lines(root) if r["snapshot"]["warc"]["offset"] not in (0, pointer["offset"]))
    changed = {
        "other page": other["snapshot"]["warc"],
        "no record": {**pointer, "offset": pointer["offset"] + 1},
        "other length": {**pointer, "length": pointer["length"] + 1},
        "other file": {**pointer, "file": "warc/none.warc.gz"},
    }[wrong]
    following = path.read_bytes()[offset:].count(b"\n")
    rewrite(root, path, offset, line_of({**one, "snapshot": {**one["snapshot"], "warc": changed}}))
    damages = [damage for damage in found(root) if damage.check != "ledger" or following == 1]
    assert [(damage.check, damage.where) for damage in damages] == [
        ("pointers", f"{path.relative_to(root).as_posix()} at {offset}")
    ]
    assert one["snapshot"]["html"] in damages[0].again


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_missing_version(root: Path, version: int) -> None:
    path, offset, one = record(root, version=version)
    rewrite(root, path, offset, b"")
    damages = found(root)
    assert {damage.check for damage in damages} == ({"versions", "ledger"} if version < 3 else {"ledger"})
    assert any(one["id"] in damage.what and str(version) in damage.what for damage in damages)


# ---- more of them


def test_a_version_twice_and_a_wrong_previous_hash(root: Path) -> None:
    path, offset, one = record(root, version=2)
    rewrite(root, path, offset, line_of(one) * 2)
    assert any("stands twice" in damage.what for damage in found(root))
    path, offset, one = record(root, version=3)
    rewrite(root, path, offset, line_of({**one, "previous_hash": "0" * 64}))
    assert any("previous_hash" in damage.what for damage in found(root))


def test_a_record_whose_digest_is_not_that_of_its_file(root: Path) -> None:
    path, offset, one = record(root, version=2)
    rewrite(root, path, offset, line_of({**one, "snapshot": {**one["snapshot"], "sha256": "0" * 64}}))
    assert checks(root)[:2] == ["snapshots", "pointers"]


def test_a_warc_whose_digests_do_not_fit_is_told_from_one_whose_member_is_torn(root: Path) -> None:
    path = root / record(root)[2]["snapshot"]["warc"]["file"]
    member = next(
        one for one in walk_warc(path) if not isinstance(one, Flaw) and one.kind == "response" and one.payload
    )
    data = path.read_bytes()
    content = gzip.decompress(data[member.offset : member.offset + member.length])
    changed = gzip.compress(content.replace(member.payload, member.payload[:-1] + b"\0"))
    path.write_bytes(data[: member.offset] + changed + data[member.offset + member.length :])
    flaws = [one for one in walk_warc(path) if isinstance(one, Flaw)]
    assert [(flaw.offset, flaw.end) for flaw in flaws] == [(member.offset, member.offset + len(changed))]
    assert "the block digest" in flaws[0].what


@pytest.mark.parametrize("end", [b"\0" * 100, b"\x1f\x8b\x08 no gzip", b"more"])
def test_what_stands_behind_the_records_of_a_closed_warc(root: Path, end: bytes) -> None:
    path = sorted(root.glob("warc/*"))[0]
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + end)
    reseal(root, path)
    (damage,) = found(root)
    assert (damage.check, damage.where) == ("warcs", f"{path.relative_to(root).as_posix()} at {size}")
    assert damage.what.startswith(f"{len(end)} bytes: ")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE articles SET version = version + 1 WHERE n = 1", "neither in a segment nor in the outbox"),
        ("UPDATE articles SET version = 1 WHERE version = 3", "version 1 in the ledger, 3 in the segments"),
        ("UPDATE articles SET content_hash = x'00' WHERE n = 1", "another content_hash"),
        ("UPDATE articles SET offset = offset + 1 WHERE n = 1", "in the ledger"),
        ("UPDATE articles SET segment = 99 WHERE n = 1", "in the ledger"),
        ("UPDATE articles SET state = 'kept' WHERE state = 'gone'", "the last record says gone"),
        ("DELETE FROM articles WHERE n = 1", "not in the ledger"),
        ("DELETE FROM segments WHERE n = 1", "the ledger does not"),
        ("UPDATE segments SET records = 1 WHERE n = 1", "the ledger has 1 records, 20 were read"),
        ("UPDATE segments SET sha256 = 'x' WHERE n = 1", "another sha256"),
        ("UPDATE warcs SET sha256 = 'x' WHERE n = 1", "another sha256"),
        ("UPDATE warcs SET path = 'warc/y.warc.gz' WHERE n = 1", "the manifest does not"),
        ("UPDATE warcs SET manifest_end = 1000000000", "the ledger knows of 1000000000"),
        ("INSERT INTO outbox (id, line, files, exchanges) VALUES ('jcnews:1', 'no', '[]', '[]')", "it is no record"),
        ("PRAGMA user_version = 99", "schema 99"),
    ],
)  # fmt: skip
def test_a_ledger_that_does_not_agree(root: Path, statement: str, said: str) -> None:
    change(root, statement)
    damages = found(root)
    assert {damage.check for damage in damages} == {"ledger"}
    assert any(said in damage.what for damage in damages)
    assert all("--rebuild" in damage.again for damage in damages)


def test_an_outbox_row_that_is_sealed_already(root: Path) -> None:
    path, _, one = record(root, version=3)
    statement = "INSERT INTO outbox (id, line, files, exchanges, segment) VALUES (?, ?, '[]', '[]', ?)"
    stamped = path.relative_to(root).as_posix()
    change(root, statement, one["id"], json.dumps(one), stamped)
    assert found(root) == []
    change(root, "UPDATE outbox SET segment = NULL")
    (damage,) = found(root)
    assert f"version 3 stands in {stamped} already" in damage.what


def test_an_article_of_the_ledger_without_any_record(root: Path) -> None:
    change(root, "UPDATE articles SET version = 1 WHERE n = (SELECT n FROM articles WHERE version = 0)")
    assert any("no segment and no outbox" in damage.what for damage in found(root))


@pytest.mark.parametrize("content", [b"no database", None])
def test_a_ledger_that_is_damaged_or_lost_does_not_keep_the_rest_from_being_checked(
    root: Path, content: bytes | None
) -> None:
    for path in root.glob("state.sqlite3*"):
        path.unlink()
    if content:
        (root / "state.sqlite3").write_bytes(content)
    html = sorted(root.glob("html/**/*.html"))[0]
    html.unlink()
    damages = {damage.check: damage.where for damage in found(root)}
    assert damages["files"] == html.relative_to(root).as_posix()
    assert damages["ledger"] == "state.sqlite3"


def test_a_manifest_with_a_line_too_few_or_a_torn_one(root: Path) -> None:
    manifest = root / MANIFEST
    text = manifest.read_text().splitlines(keepends=True)
    segment = next(line for line in text if "articles/" in line)
    html = next(line for line in text if "html/" in line)
    manifest.write_text("".join(line for line in text if line not in (segment, html)) + "0123")
    missing = [line[66:-1] for line in (segment, html)]
    assert [damage.where for damage in found(root) if damage.check == "manifest"][1:] == [missing[1]]
    assert missing[0] in [damage.where for damage in found(root) if damage.check == "ledger"]
    change(root, "DELETE FROM segments WHERE path = ?", missing[0])
    assert missing[0] in [damage.where for damage in found(root) if damage.check == "manifest"]


# ---- what is none


def test_the_unsealed_work_of_a_run_is_no_damage(root: Path) -> None:
    warc = sorted(root.glob("warc/*"))[0]
    (root / "warc/20990101T000000Z-0000-001.warc.gz.open").write_bytes(warc.read_bytes()[:-10])
    (root / "html/jcnews/t20991231_1.html").write_bytes(b"not yet sealed")
    assert found(root) == []
    segment = sorted(root.glob("articles/*"))[0].read_bytes()
    with _Held(root):
        (root / "articles/20990101T000000Z-0000-001.jsonl").write_bytes(segment)
        assert "manifest" not in checks(root)
    assert "manifest" in checks(root)


class _Held:
    """An archive that a run holds."""

    def __init__(self, root: Path) -> None:
        self._lock = Lock(root)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_what_a_takedown_removed_is_no_damage(root: Path) -> None:
    path, offset, one = record(root, version=3)
    withdrawn = {**one, "version": 4, "event": "withdrawn", "previous_hash": None, "snapshot": {
        "html": None, "sha256": None, "warc": None}}  # fmt: skip
    data = path.read_bytes()
    line = data[offset : data.index(b"\n", offset) + 1]
    rewrite(root, path, offset, line + line_of(withdrawn))
    for version in (1, 2, 3):
        (root / record(root, version=version)[2]["snapshot"]["html"]).unlink()
    assert {damage.check for damage in found(root)} == {"ledger"}
    for version in (1, 2, 3):
        path, offset, cut = next(r for r in lines(root) if r[2]["id"] == one["id"] and r[2]["version"] == version)
        rewrite(root, path, offset, b"")
        kept = [line for line in (root / MANIFEST).read_text().splitlines(keepends=True)
                if line[66:-1] != cut["snapshot"]["html"]]  # fmt: skip
        (root / MANIFEST).write_text("".join(kept))
    assert {damage.check for damage in found(root)} == {"ledger"}


def test_a_killed_run_leaves_no_damage(tmp_path: Path) -> None:
    with archives.standing(120) as replica:
        command = [sys.executable, "-m", "scrapy", "crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path}",
                   "-s", "DOWNLOAD_DELAY=0.01", "-s", "JCNEWS_SEAL_RECORDS=20"]  # fmt: skip
        running = subprocess.Popen(command, cwd=ROOT, env=environment(replica.proxy), stderr=subprocess.DEVNULL)
        wait_until((tmp_path / "articles").is_dir)
        while_running = found(tmp_path)
        running.kill()
        running.wait()
    assert while_running == []
    assert found(tmp_path) == []


# ---- the command


def test_the_command_says_what_it_finds_and_ends_with_7(root: Path) -> None:
    setting = ("-s", f"JCNEWS_OUTPUT={root}")
    whole = scrapy("verify", *setting)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "files      0" in whole.stdout
    path = sorted(root.glob("html/**/*.html"))[0]
    flip(path, 0)
    broken = scrapy("verify", *setting)
    assert broken.returncode == 7
    assert broken.stdout.startswith(f"{path.relative_to(root).as_posix()}: its sha256 is another (files; can be made")


def test_a_name_that_would_steer_the_terminal_is_shown_escaped(root: Path) -> None:
    with (root / MANIFEST).open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  html/\x1b[2J\u202egone.html\n")
    done = scrapy("verify", "-s", f"JCNEWS_OUTPUT={root}")
    assert "\\x1b[2J\\u202egone.html" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_command_without_an_archive_ends_with_1(tmp_path: Path) -> None:
    none = scrapy("verify", "-s", f"JCNEWS_OUTPUT={tmp_path / 'none'}")
    assert (none.returncode, none.stdout) == (1, "")
    assert "no archive yet" in none.stderr
    assert not (tmp_path / "none").exists()


def test_verify_leaves_no_file_and_needs_none(root: Path) -> None:
    for suffix in ("-wal", "-shm"):
        (root / f"state.sqlite3{suffix}").unlink(missing_ok=True)
    before = sorted(root.rglob("*"))
    root.chmod(0o555)
    try:
        assert found(root) == []
    finally:
        root.chmod(0o755)
    assert sorted(root.rglob("*")) == before
