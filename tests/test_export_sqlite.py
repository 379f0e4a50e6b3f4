"""`scrapy export --format sqlite`: one file that any SQLite reads, with search in Chinese."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.crawling import ROOT, command, environment, read_records, wait_until
from tests.exporting import HOSTILE, archive_of, article, export

SEARCH = re.search(r"```sql\n(WITH .*?)```", (ROOT / "docs/data.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def exported(history: Path) -> Path:
    target = history.parent / "archive.db"
    done = export(history, "sqlite", target)
    assert (done.returncode, done.stdout) == (0, f"{target}: {len(newest(history))} articles\n")
    return target


def newest(output: Path) -> dict[str, dict[str, Any]]:
    records = sorted(read_records(output), key=lambda record: int(record["version"]))
    return {record["id"]: record for record in records}


def ask(path: Path, query: str, **values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query, values).fetchall()


def found(path: Path, word: str) -> set[str]:
    """Ids of what the documented query finds."""
    assert SEARCH
    return {row[0] for row in ask(path, SEARCH[1], word=word)}


def test_articles_are_the_newest_and_versions_all_of_them(history: Path, exported: Path) -> None:
    records = read_records(history)
    assert sorted(ask(exported, "SELECT id, version, content_hash FROM versions")) == sorted(
        (record["id"], record["version"], record["content_hash"]) for record in records
    )
    assert sorted(ask(exported, "SELECT id, version, event, text, html, crawl_run_id FROM articles")) == sorted(
        (id_, *(record[key] for key in ("version", "event", "text", "html")), record["crawl"]["run_id"])
        for id_, record in newest(history).items()
    )
    assert ask(exported, "PRAGMA integrity_check") == [("ok",)]
    assert ask(exported, "PRAGMA foreign_key_check") == []
    assert not list(exported.parent.glob("archive.db-*"))


def test_what_belongs_to_an_article_stands_in_tables_of_its_own(history: Path, exported: Path) -> None:
    records = newest(history)
    sections = {(id_, section["name"]) for id_, record in records.items() for section in record["sections"]}
    assert sections == set(
        ask(exported, "SELECT article_id, name FROM article_sections JOIN sections ON sections.id = section_id")
    )
    for table, keys in {
        "authors": ["name", "role"],
        "images": ["url", "caption", "path", "sha256"],
        "attachments": ["url", "name"],
        "videos": ["url", "name"],
    }.items():
        wanted = [
            (id_, position, *(item[key] for key in keys))
            for id_, record in records.items()
            for position, item in enumerate(record[table], 1)
        ]
        assert sorted(ask(exported, f"SELECT * FROM {table}"), key=repr) == sorted(wanted, key=repr)


def test_search_finds_substrings_of_every_length_and_nothing_else(history: Path, exported: Path) -> None:
    texts = {id_: [*record["text"].split(), *record["title"].split()] for id_, record in newest(history).items()}
    sample = next(iter(texts.values()))[0]
    for word in (sample[3:4], sample[3:5], sample[2:7], sample[1:20], "晋", "5", "没有这个词"):
        assert found(exported, word) == {id_ for id_, runs in texts.items() if any(word in run for run in runs)}, word


def test_search_takes_any_character(tmp_path: Path) -> None:
    archive_of(tmp_path / "output", (article(docid, title, text="") for docid, title in HOSTILE.items()))
    export(tmp_path / "output", "sqlite", tmp_path / "a.db")
    assert dict(ask(tmp_path / "a.db", "SELECT docid, title FROM articles")) == HOSTILE
    for word, docid in {"层气": 10, "gdp": 10, "5.2%": 10, "😀": 10, "cmd|'/c": 1, '："你': 7, "-0.5": 3}.items():
        assert found(tmp_path / "a.db", word) == {f"jcnews:{docid}"}, word


def test_latest_has_one_version_of_each(history: Path, tmp_path: Path) -> None:
    export(history, "sqlite", tmp_path / "a.db", "--latest")
    assert ask(tmp_path / "a.db", "SELECT id, version FROM versions ORDER BY id") == ask(
        tmp_path / "a.db", "SELECT id, version FROM articles ORDER BY id"
    )


def test_it_is_for_files_only(history: Path) -> None:
    done = export(history, "sqlite", "-")
    assert (done.returncode, done.stdout) == (1, "")
    assert "to stdout (-o -) go csv, jsonl" in done.stderr


def test_a_kill_leaves_the_older_file_and_the_next_export_goes_on(tmp_path: Path) -> None:
    output, target = tmp_path / "output", tmp_path / "x" / "a.db"
    archive_of(output, (article(docid, "很长的正文" * 200) for docid in range(1, 2001)))
    target.parent.mkdir()
    target.write_bytes(b"an older one")
    line = command("export", "--format", "sqlite", "-o", str(target), "-s", f"JCNEWS_OUTPUT={output}")
    process = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    part = target.with_name(f".a.db.{process.pid}.part")
    wait_until(lambda: part.exists() and part.stat().st_size > 1_000_000)
    process.kill()
    process.wait()
    assert part.exists(), "it was through before the kill"
    assert target.read_bytes() == b"an older one"
    assert export(output, "sqlite", target).returncode == 0
    assert [path.name for path in target.parent.iterdir()] == ["a.db"]
    assert ask(target, "SELECT count(*) FROM articles") == [(2000,)]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 on this machine")
def test_the_shell_of_sqlite_reads_it(exported: Path) -> None:
    done = subprocess.run(
        ["sqlite3", "-readonly", str(exported), ".tables"], capture_output=True, text=True, check=True
    )
    assert {"articles", "versions", "sections", "images"} <= set(done.stdout.split())
