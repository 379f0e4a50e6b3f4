"""`scrapy export --format jsonl`: the records, filtered."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests import archives
from tests.crawling import read_records, scrapy
from tests.exporting import HOSTILE, archive_of, article, export


@pytest.fixture
def output(history: Path, tmp_path: Path) -> Path:
    """An archive of one's own."""
    return shutil.copytree(history, tmp_path / "output", ignore=shutil.ignore_patterns("*-shm"))


def exported(output: Path, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    done = export(output, "jsonl", "-", *arguments)
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def key(record: dict[str, Any]) -> tuple[str, int]:
    return record["id"], record["version"]


def test_every_version_is_a_line_as_it_was_sealed(history: Path) -> None:
    sealed = {key(record): record for record in read_records(history)}
    lines = exported(history)
    assert Counter(map(key, lines)) == Counter(sealed.keys())
    for record in lines:
        assert {**record, "sections": sealed[key(record)]["sections"]} == sealed[key(record)]
    assert max(record["version"] for record in lines) == 3


def test_latest_is_the_newest_record_of_each_also_of_what_is_gone(history: Path) -> None:
    newest = {record["id"]: record["version"] for record in sorted(read_records(history), key=key)}
    lines = exported(history, "--latest")
    assert sorted(map(key, lines)) == sorted(newest.items())
    assert Counter(record["event"] for record in lines)["gone"] == 1


def test_a_listing_that_shows_it_later_is_among_its_sections(output: Path) -> None:
    id_ = exported(output, "--latest")[0]["id"]
    archives.change(output, "INSERT INTO sections (site, path, name) VALUES ('jcnews', 'zt/later', '后来的专题')")
    archives.change(
        output,
        "INSERT INTO memberships SELECT s.n, a.n FROM sections s, articles a WHERE s.path = 'zt/later' AND a.id = ?",
        id_,
    )
    later = {"name": "后来的专题", "url": "http://www.jcnews.com.cn/zt/later/"}
    for record in exported(output):
        assert (record["sections"][-1] == later) == (record["id"] == id_)
    assert {record["id"] for record in exported(output, "--section", "后来的专题")} == {id_}


def test_section_and_days_bound_what_is_in_it(history: Path) -> None:
    listed = defaultdict(set)
    for record in read_records(history):
        day = "-".join(re.findall(r"/t(\d{4})(\d\d)(\d\d)_", record["url"])[0])
        for section in record["sections"]:
            listed[section["name"]].add((day, *key(record)))
    name, members = max(listed.items(), key=lambda item: len(item[1]))
    days = sorted(day for day, _, _ in members)
    since, until = days[len(days) // 4], days[len(days) * 3 // 4]
    wanted = sorted(member[1:] for member in members if since <= member[0] <= until)
    assert 0 < len(wanted) < len(members)
    assert sorted(map(key, exported(history, "--section", name, "--since", since, "--until", until))) == wanted
    assert exported(history, "--since", "2032-10-09") == []


def test_withdrawn_articles_are_in_none_of_their_versions(output: Path) -> None:
    id_ = next(record["id"] for record in read_records(output) if record["version"] == 3)
    assert scrapy("forget", id_, "--reason", "a wish", "-s", f"JCNEWS_OUTPUT={output}").returncode == 0
    for arguments in ([], ["--latest"]):
        lines = exported(output, *arguments)
        assert id_ not in {record["id"] for record in lines}
        assert "withdrawn" not in {record["event"] for record in lines}


def test_no_character_of_a_text_ends_a_line(tmp_path: Path) -> None:
    archive_of(tmp_path / "output", (article(docid, title) for docid, title in HOSTILE.items()))
    lines = exported(tmp_path / "output")
    assert {int(record["id"].rpartition(":")[2]): record["title"] for record in lines} == HOSTILE


def test_what_is_no_text_is_named_and_left_out(tmp_path: Path) -> None:
    output = tmp_path / "output"
    archive_of(output, [article(1, "甲甲"), article(2, "乙乙")])
    (segment,) = output.glob("articles/*.jsonl")
    segment.write_bytes(segment.read_bytes().replace("乙乙".encode(), rb"\ud800"))
    for arguments in ([], ["--latest"]):
        done = export(output, "jsonl", "-", *arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (7, False)
        assert "left out: " in done.stderr
        assert [json.loads(line)["title"] for line in done.stdout.splitlines()] == ["甲甲"]
