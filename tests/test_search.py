"""`scrapy search`: what is found, what is no longer, and an index that may be lost at any time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider.archive import search
from jcnews_spider.archive.search import NAME, Query, catch_up
from jcnews_spider.archive.search.index import Index
from jcnews_spider.archive.search.words import words_of_arguments
from jcnews_spider.article import read_article
from jcnews_spider.errors import Damaged
from tests.crawling import ROOT, Run, command, crawl, environment, read_records, scrapy
from tests.replica import Plan, Replica


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=60)) as running:
        yield running


@pytest.fixture(scope="module")
def whole(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return crawl(replica, tmp_path_factory.mktemp("whole") / "output", JCNEWS_SEAL_RECORDS=10)


@pytest.fixture
def output(whole: Run, tmp_path: Path) -> Path:
    """An archive of one's own, without an index."""
    left_out = shutil.ignore_patterns("*-shm", "search.*")
    return shutil.copytree(whole.output, tmp_path / "output", ignore=left_out)


def run(output: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return scrapy("search", *arguments, "-s", f"JCNEWS_OUTPUT={output}", variables=variables)


def hits(output: Path, *arguments: str) -> list[dict[str, Any]]:
    done = run(output, *arguments, "--json", "--limit", "0")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    said = "nothing found" if not found else f"{len(found)} article{'s' * (len(found) != 1)}"
    assert done.stderr.splitlines()[-1] == said
    return found


def ids(output: Path, *words: str) -> set[str]:
    """As the command finds them, without a process of its own."""
    query, said = Query(words_of_arguments(words), limit=None), list[str]()
    answer = search.search(output, query, said.append)
    found = {hit.record.id for hit in answer.hits}
    assert (len(found), len(answer.hits), answer.damages, said) == (answer.total, answer.total, (), [])
    return found


def newest(output: Path) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for record in read_records(output)}


def holding(records: dict[str, dict[str, Any]], *words: str) -> set[str]:
    """ids of the records that hold every word, by comparison."""
    return {
        id_ for id_, record in records.items()
        if all(word in record["title_raw"] or word in f"{record['subtitle']} {record['text']}" for word in words)
    }  # fmt: skip


def own_words(records: dict[str, dict[str, Any]], id_: str) -> str:
    """A few characters that stand in no other article."""
    text: str = records[id_]["text"].split("\n\n")[0]
    return next(part for start in range(len(text)) if " " not in (part := text[start : start + 10])
                and holding(records, part) == {id_})  # fmt: skip


# ---- what is found


def test_words_of_gold_texts_find_every_article_that_holds_them(replica: Replica, whole: Run) -> None:
    records = newest(whole.output)
    gold = {g["id"]: g["text"] for g in replica.gold() if g["id"] in records and len(g["text"]) > 100}
    for id_, text in list(gold.items())[:4]:
        line = text.split("\n\n")[0]
        for length in (1, 2, 3, 5):
            word = line[3 : 3 + length]
            assert id_ in ids(whole.output, word) == holding(records, word)


def test_several_words_are_all_there_and_a_phrase_is_one_word(whole: Run) -> None:
    records = newest(whole.output)
    assert 1 < len(holding(records, "煤层气", "志愿者")) < len(holding(records, "煤层气"))
    assert ids(whole.output, "煤层气", "志愿者") == holding(records, "煤层气", "志愿者")
    title = next(record["title_raw"] for record in records.values() if " " in record["title_raw"])
    at = title.index(" ")
    phrase = title[at - 2 : at + 3]
    assert ids(whole.output, phrase) == holding(records, phrase) == ids(whole.output, f'"{phrase}"')
    assert ids(whole.output, *phrase.split()) == holding(records, *phrase.split())
    assert ids(whole.output, phrase.replace(" ", "")) == holding(records, phrase.replace(" ", ""))


def test_titles_come_first_and_each_kind_newest_first(whole: Run) -> None:
    found = hits(whole.output, "新")
    in_title = [bool(hit["title_marks"]) for hit in found]
    assert in_title == sorted(in_title, reverse=True)
    assert 0 < sum(in_title) < len(found)
    for kind in (True, False):
        days = [hit["url"].rpartition("/t")[2][:8] for hit in found if bool(hit["title_marks"]) is kind]
        assert days == sorted(days, reverse=True)


def test_marks_are_where_the_words_stand(whole: Run) -> None:
    for hit in hits(whole.output, "煤层气", "新"):
        pieces = [hit[name][start:end] for name in ("title", "snippet") for start, end in hit[f"{name}_marks"]]
        assert pieces
        assert set(pieces) <= {"煤层气", "新"}
        record = newest(whole.output)[hit["id"]]
        assert {name: hit[name] for name in ("version", "url", "published_at", "source", "sections")} == {
            name: record[name] for name in ("version", "url", "published_at", "source", "sections")
        }
        assert hit["title"] == record["title_raw"]


def test_section_and_days_bound_what_is_found(whole: Run) -> None:
    records = newest(whole.output)
    days = sorted(url.rpartition("/t")[2][:8] for url in (record["url"] for record in records.values()))
    since, until = days[len(days) // 4], days[len(days) // 2]
    wanted = {id_ for id_ in holding(records, "的") if since <= records[id_]["url"].rpartition("/t")[2][:8] <= until}
    dashed = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in (since, until)]
    found = hits(whole.output, "的", "--since", dashed[0], "--until", dashed[1])
    assert {hit["id"] for hit in found} == wanted
    section = next(iter(records.values()))["sections"][0]
    shown = {id_ for id_ in holding(records, "的")
             if section["url"] in [listed["url"] for listed in records[id_]["sections"]]}  # fmt: skip
    assert 0 < len(shown) < len(holding(records, "的"))
    for spelled in (section["name"], section["url"].removeprefix("http://www.jcnews.com.cn/")):
        assert {hit["id"] for hit in hits(whole.output, "的", "--section", spelled)} == shown


def test_the_list_for_people(whole: Run) -> None:
    done = run(whole.output, "煤层气", "--limit", "3", TERM="xterm")
    total = len(holding(newest(whole.output), "煤层气"))
    assert (done.returncode, done.stderr) == (0, f"{total} articles, 3 shown\n")
    assert done.stdout.count("http://www.jcnews.com.cn/") == 3
    assert "\033" not in done.stdout
    script = [
        "script",
        "-qec",
        " ".join(command("search", "煤层气", "-s", f"JCNEWS_OUTPUT={whole.output}")),
        "/dev/null",
    ]
    painted = subprocess.run(
        script, cwd=ROOT, env=environment() | {"TERM": "xterm"}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert "\033[1m煤层气\033[0m" in painted


def test_nothing_found_is_said_and_no_failure(whole: Run) -> None:
    done = run(whole.output, "qzx")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing found\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what is sought"),
        (['" "'], "say what is sought"),
        (["晋城", "--since", "yesterday"], "--since 'yesterday'"),
        (["晋城", "--until", "2022"], "--until '2022'"),
        (["晋城", "--limit", "-3"], "--limit"),
        (["晋城", "--limit", "few"], "--limit 'few' is no number"),
        (["晋城", "--section", "牢记嘱托 山西答题"], "牢记嘱托 山西答卷"),
        (["晋城", "-s", "JCNEWS_OUTPUT=/nowhere"], "no archive yet"),
    ],
)
def test_what_makes_no_sense_ends_with_1(whole: Run, arguments: list[str], said: str) -> None:
    done = scrapy("search", "-s", f"JCNEWS_OUTPUT={whole.output}", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_gets_no_traceback(whole: Run) -> None:
    line = command("search", "的", "--limit", "0", "-s", f"JCNEWS_OUTPUT={whole.output}")
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.close()
    _, stderr = process.communicate(timeout=60)
    assert "Traceback" not in stderr
    assert "Exception" not in stderr


# ---- what is no longer found


def test_an_edit_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    with Replica(Plan(articles=30)) as replica:
        crawl(replica, tmp_path)
        before = newest(tmp_path)
        identity = replica.ids()[-1]
        old = own_words(before, identity)
        assert ids(tmp_path, old) == {identity}
        while old in newest(tmp_path)[identity]["text"]:
            replica.edit(identity)
            crawl(replica, tmp_path, "recheck=all")
            changed = newest(tmp_path)[identity]
            old = next((line for line in before[identity]["text"].split("\n\n")
                        if line not in f"{changed['title_raw']} {changed['text']}"), old)  # fmt: skip
    after = newest(tmp_path)
    assert after[identity]["version"] > 1
    assert ids(tmp_path, old) == holding(after, old)
    assert identity not in ids(tmp_path, old)
    new = own_words(after, identity)
    assert [(hit["id"], hit["version"]) for hit in hits(tmp_path, new)] == [(identity, after[identity]["version"])]


@pytest.mark.parametrize("purge", [[], ["--purge"]])
def test_a_withdrawn_article_is_found_no_more_and_leaves_nothing_in_the_index(output: Path, purge: list[str]) -> None:
    records = newest(output)
    identity = next(id_ for id_, record in records.items() if len(record["text"]) > 200)
    word = own_words(records, identity)
    assert ids(output, word) == {identity}
    done = scrapy(
        "forget", identity, "--reason", "x", *purge, "-s", f"JCNEWS_OUTPUT={output}", "-s", "JCNEWS_MIN_FREE_MB=0"
    )
    assert done.returncode == 0, done.stderr
    assert not list(output.glob("search*"))
    assert ids(output, word) == set()
    assert ids(output, "的") == holding(records, "的") - {identity}
    bare = catch_up.tokens_of(read_article(json.dumps(records[identity]))).text.split()
    others = " ".join(
        f"{words.title} {words.text}" for id_, record in records.items() if id_ != identity
        for words in [catch_up.tokens_of(read_article(json.dumps(record)))]
    ).split()  # fmt: skip
    left = b"".join(path.read_bytes() for path in output.glob("search*"))
    assert [token for token in set(bare) - set(others) if token.encode() in left] == []


def test_a_takedown_that_was_only_begun_hides_the_article_at_once(output: Path) -> None:
    records = newest(output)
    identity = next(iter(records))
    expected = holding(records, "的") - {identity}
    search.search(output, Query(("的",)), str)
    with closing(sqlite3.connect(output / "state.sqlite3")) as db, db:
        db.execute("UPDATE articles SET state = 'withdrawn' WHERE id = ?", (identity,))
        db.execute("INSERT INTO takedowns (article, purge) SELECT n, 0 FROM articles WHERE id = ?", (identity,))
    found, said = search.search(output, Query(("的",), limit=None), str), list[str]()
    assert {hit.record.id for hit in found.hits} == expected
    assert search.search(output, Query(("的",)), said.append).total == len(expected)
    assert said == []  # and once is enough


def test_pages_follow_one_another(whole: Run) -> None:
    every = [hit.record.id for hit in search.search(whole.output, Query(("的",), limit=None), str).hits]
    pages = [search.search(whole.output, Query(("的",), limit=7, skip=skip), str) for skip in range(0, len(every), 7)]
    assert [hit.record.id for page in pages for hit in page.hits] == every
    assert {page.total for page in pages} == {len(every)}
    assert search.search(whole.output, Query(()), str).total == 0


def test_a_question_of_any_length_is_answered(whole: Run) -> None:
    record = max(read_records(whole.output), key=lambda record: len(record["text"]))
    assert record["id"] in ids(whole.output, record["text"])
    words = [record["text"][place : place + 2] for place in range(400)]
    assert record["id"] in ids(whole.output, *words)


def test_what_is_gone_is_found_and_marked(output: Path) -> None:
    records = newest(output)
    identity = next(id_ for id_, record in records.items() if len(record["text"]) > 200)
    word = own_words(records, identity)
    ids(output, word)
    append(output, [records[identity] | {"version": 2, "event": "gone"}])
    (hit,) = hits(output, word)
    assert (hit["id"], hit["version"], hit["gone"]) == (identity, 2, True)
    assert run(output, word).stdout.startswith("[gone] ")


def append(output: Path, records: list[dict[str, Any]], name: str = "articles/29990101T000000Z-0000-001.jsonl") -> None:
    """Seals a segment as a run would have done."""
    data = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()
    (output / name).write_bytes(data)
    with closing(sqlite3.connect(output / "state.sqlite3")) as db, db:
        db.execute(
            "INSERT INTO segments (path, records, sha256, manifest_end, sealed_at) VALUES (?, ?, ?, 0, 0)",
            (name, len(records), name),
        )


# ---- an index that may be lost


def spoilt(output: Path) -> list[Sequence[bytes | None]]:
    data = (output / NAME).read_bytes()
    middle = bytearray(data)
    middle[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
    return [(None, None), (b"no database at all" * 500, b"made anew"), (data[: len(data) // 3], b"made anew"),
            (bytes(middle), b"made anew"), (b"", None)]  # fmt: skip


def test_a_lost_or_damaged_index_is_made_anew(output: Path) -> None:
    expected = holding(newest(output), "煤层气")
    assert ids(output, "煤层气") == expected
    for content, said in spoilt(output):
        (output / NAME).unlink()
        if content is not None:
            (output / NAME).write_bytes(content)
        done = run(output, "煤层气", "--json", "--limit", "0")
        assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == expected
        assert (done.returncode, said is None or said.decode() in done.stderr) == (0, True), done.stderr


def test_an_index_of_another_form_is_made_anew(output: Path) -> None:
    ids(output, "煤")
    with closing(sqlite3.connect(output / NAME)) as db:
        db.execute("PRAGMA user_version = 99")
    assert "made anew: its form is 99" in run(output, "煤").stderr


def test_an_index_that_says_what_the_records_do_not_is_made_anew(output: Path) -> None:
    expected = holding(newest(output), "煤层气")
    ids(output, "煤层气")
    with closing(sqlite3.connect(output / NAME)) as db, db:
        db.execute("UPDATE articles SET offset = 0, segment = 1")
    done = run(output, "煤层气", "--json", "--limit", "0")
    assert "made anew" in done.stderr
    assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == expected


KILLED = """
import os, signal, sys
from pathlib import Path
from jcnews_spider.archive.search import Query, catch_up, index, search
catch_up.SLICE, left, put = 1, [int(sys.argv[2])], index.Index.add
def add(*arguments):
    put(*arguments)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
index.Index.add = add
search(Path(sys.argv[1]), Query(("煤",)), print)
"""
"""A search that commits after each segment and is killed after so many articles."""


@pytest.mark.parametrize("slices", [0, 1, 3])
def test_a_kill_while_indexing_loses_nothing(output: Path, slices: int) -> None:
    expected = holding(newest(output), "煤层气")
    line = [sys.executable, "-c", KILLED, str(output), str(slices * 12 + 5)]
    assert subprocess.run(line, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    with closing(Index(output / NAME)) as index:
        assert (0 < index.size() < len(newest(output))) or slices == 0
    assert ids(output, "煤层气") == expected


def test_searches_at_once_take_turns(output: Path) -> None:
    line = command("search", "煤层气", "--json", "--limit", "0", "-s", f"JCNEWS_OUTPUT={output}")
    several = [
        subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    answers = [process.communicate(timeout=120) for process in several]
    assert [process.returncode for process in several] == [0, 0, 0], answers
    assert len({stdout for stdout, _ in answers}) == 1
    assert len(answers[0][0].splitlines()) == len(holding(newest(output), "煤层气"))


def test_an_archive_that_cannot_be_written_is_searched_all_the_same(
    output: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The lock refuses as on a disk that is read-only: root writes everywhere."""
    real, said = os.open, list[str]()

    def refused(path: Any, *arguments: Any, **named: Any) -> int:
        if Path(path).parent == output and arguments[0] & os.O_RDWR:
            raise OSError(30, "Read-only file system", str(path))
        return real(path, *arguments, **named)

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(os, "open", refused)
    before = sorted(output.rglob("*"))
    found = search.search(output, Query(("煤层气",), limit=None), said.append)
    assert {hit.record.id for hit in found.hits} == holding(newest(output), "煤层气")
    assert len(said) == 1
    assert "cannot be written" in said[0]
    assert sorted(output.rglob("*")) == before
    assert not list((tmp_path / "temporary").iterdir())


def test_a_file_that_will_not_hold_is_given_up(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search.search(output, Query(("煤",)), str)
    monkeypatch.setattr("jcnews_spider.archive.search.index.FORM", 99)
    monkeypatch.setattr(search, "_unlink", lambda _folder: None)
    with pytest.raises(Damaged, match="its form is 1, not 99"):
        search.search(output, Query(("煤",)), str)


def test_a_purge_by_hand_of_a_segment_makes_the_index_anew(output: Path) -> None:
    ids(output, "煤")
    with closing(sqlite3.connect(output / "state.sqlite3")) as db, db:
        db.execute("UPDATE segments SET sha256 = 'another' WHERE n = 2")
    assert "was changed" in run(output, "煤").stderr


def test_damage_is_named_and_the_rest_is_found(output: Path) -> None:
    records = newest(output)
    path = sorted(output.glob("articles/*.jsonl"))[1]
    whole, first = path.read_bytes(), json.loads(path.read_text(encoding="utf-8").split("\n")[0])
    path.write_bytes(whole.replace(b'"', b"#", 5))
    done = run(output, "的", "--json", "--limit", "0")
    assert done.returncode == 7
    assert f"left out: articles/{path.name} at 0: " in done.stderr
    assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == holding(records, "的") - {first["id"]}
    path.write_bytes(whole)
    assert ids(output, "的") == holding(records, "的")
    path.unlink()
    lost = run(output, "的", "--limit", "0")
    assert lost.returncode == 7
    assert path.name in lost.stderr
    assert "Traceback" not in lost.stderr
