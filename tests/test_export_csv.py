"""`scrapy export --format csv`: for Excel, and for `csv.DictReader`."""

from __future__ import annotations

import csv
import os
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from jcnews_spider.article import Article
from jcnews_spider.columns import SEPARATOR, columns
from tests.crawling import ROOT, Run, command, crawl, environment, wait_until
from tests.exporting import HOSTILE, archive_of, article, export
from tests.replica import Plan, Replica

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
HEAD = b"schema_version,id,version,event,url,title,"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    output = tmp_path_factory.mktemp("crawled") / "output"
    with Replica(Plan(articles=20)) as replica:
        return crawl(replica, output)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that takes a while to export."""
    output = tmp_path_factory.mktemp("many") / "output"
    archive_of(output, (article(docid, "很长的正文" * 200) for docid in range(1, 3001)))
    return output


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_a_row_says_what_its_record_says(crawled: Run, tmp_path: Path) -> None:
    target = tmp_path / "articles.csv"
    done = export(crawled.output, "csv", target)
    assert (done.returncode, done.stdout) == (0, f"{target}: {len(crawled.records)} records\n")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf" + HEAD)
    found = {row["id"]: row for row in rows(target)}
    assert len(found) == len(crawled.records)
    for record in crawled.records:
        row = found[record["id"]]
        assert {row[key] for key in ("title", "text", "source")} == {
            record["title"], record["text"], record["source"] or ""
        }  # fmt: skip
        assert row["sections"].split(SEPARATOR) == [section["name"] for section in record["sections"]]
        assert row["images_count"] == str(len(record["images"]))
        assert row["crawl_run_id"] == record["crawl"]["run_id"]
        assert int(row["snapshot_warc_offset"]) == record["snapshot"]["warc"]["offset"]
    assert any(record["images"] for record in crawled.records)


def test_columns_are_those_of_the_record_in_its_order() -> None:
    names = [column.name for column in columns()]
    assert len(names) == len(set(names))
    top = [name for name in Article.__dataclass_fields__ if name in names]
    assert sorted(top, key=names.index) == top
    assert set(Article.__dataclass_fields__) - set(top) == {"rights", "snapshot", "crawl"}


def test_no_cell_is_a_formula_and_every_cell_can_be_had_back(tmp_path: Path) -> None:
    archive_of(tmp_path / "output", (article(docid, title) for docid, title in HOSTILE.items()))
    assert export(tmp_path / "output", "csv", tmp_path / "a.csv").returncode == 0
    found = {int(row["id"].rpartition(":")[2]): row for row in rows(tmp_path / "a.csv")}
    cells = [cell for row in found.values() for cell in row.values()]
    assert [cell for cell in cells if cell.lstrip(" \u3000").startswith(FORMULA)] == []
    neutral = {docid for docid, row in found.items() if row["title"] != HOSTILE[docid]}
    assert neutral == {1, 2, 3, 4, 5, 6, 9}
    assert {docid: row["title"].removeprefix("'") for docid, row in found.items() if docid in neutral} == {
        docid: title for docid, title in HOSTILE.items() if docid in neutral
    }
    assert (found[1]["authors"], found[1]["authors_role"]) == ("陈俊琦; 王某", "本报记者; ")
    assert (found[1]["images_count"], found[1]["images_caption"], found[1]["images_path"]) == ("2", "; 图", "")
    assert (found[1]["version"], found[1]["similarity"], found[1]["rights_original"]) == ("1", "", "")


def test_line_ends_are_crlf_outside_of_cells(tmp_path: Path) -> None:
    archive_of(tmp_path / "output", [article(7, HOSTILE[7], text="甲\n\n乙")])
    export(tmp_path / "output", "csv", tmp_path / "a.csv")
    data = (tmp_path / "a.csv").read_bytes()
    assert (data.count(b"\r\n"), data.endswith(b"\r\n")) == (2, True)
    assert '"甲\n\n乙"'.encode() in data
    assert '"他说：""你好""，\n然后,走了"'.encode() in data


def test_stdout_has_the_table_alone(crawled: Run, tmp_path: Path) -> None:
    export(crawled.output, "csv", tmp_path / "a.csv")
    done = export(crawled.output, "csv", "-")
    assert done.stderr == f"-: {len(crawled.records)} records\n"
    assert list(csv.reader(StringIO(done.stdout))) == list(
        csv.reader(StringIO((tmp_path / "a.csv").read_text(encoding="utf-8")))
    )


def test_a_reader_that_has_seen_enough_is_no_fault(many: Path) -> None:
    line = command("export", "--format", "csv", "-o", "-", "-s", f"JCNEWS_OUTPUT={many}")
    with subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert HEAD in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_full_disk_behind_stdout_is_named(many: Path) -> None:
    line = command("export", "--format", "csv", "-o", "-", "-s", f"JCNEWS_OUTPUT={many}")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            line, cwd=ROOT, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 7
    assert done.stderr == "scrapy export: stdout cannot be written: [Errno 28] No space left on device\n"


def test_a_kill_leaves_the_older_file_and_the_next_export_goes_on(many: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"an older one")
    line = command("export", "--format", "csv", "-o", str(target), "-s", f"JCNEWS_OUTPUT={many}")
    process = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    part = tmp_path / f".a.csv.{process.pid}.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 100_000)
    process.kill()
    process.wait()
    assert part.exists(), "it was through before the kill"
    assert target.read_bytes() == b"an older one"
    assert export(many, "csv", target).returncode == 0
    assert os.listdir(tmp_path) == ["a.csv"]  # noqa: PTH208
    assert len(rows(target)) == 3000
