"""`scrapy export --format parquet`: the records with their types."""

from __future__ import annotations

from pathlib import Path

import pytest

from jcnews_spider import exporters, extras
from jcnews_spider.errors import UsageFault
from jcnews_spider.exporters.parquet import ROWS
from tests.crawling import Run, crawl
from tests.exporting import HOSTILE, archive_of, article, export
from tests.replica import Plan, Replica

parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    output = tmp_path_factory.mktemp("crawled") / "output"
    with Replica(Plan(articles=20)) as replica:
        return crawl(replica, output)


def test_rows_are_the_records(crawled: Run, tmp_path: Path) -> None:
    target = tmp_path / "a.parquet"
    done = export(crawled.output, "parquet", target)
    assert (done.returncode, done.stdout) == (0, f"{target}: {len(crawled.records)} records\n")
    rows = {row["id"]: row for row in parquet.read_table(target).to_pylist()}
    assert {record["id"] for record in crawled.records} == set(rows)
    for record in crawled.records:
        row = rows[record["id"]]
        assert {**row, "sections": record["sections"]} == record
        assert [one for one in record["sections"] if one not in row["sections"]] == []


def test_row_groups_are_bounded(tmp_path: Path) -> None:
    archive_of(tmp_path / "output", (article(docid) for docid in range(1, 2 * ROWS + 2)))
    export(tmp_path / "output", "parquet", tmp_path / "a.parquet", "--latest")
    found = parquet.ParquetFile(tmp_path / "a.parquet").metadata
    assert [found.row_group(number).num_rows for number in range(found.num_row_groups)] == [ROWS, ROWS, 1]


def test_nothing_selected_is_a_file_with_columns(crawled: Run, tmp_path: Path) -> None:
    done = export(crawled.output, "parquet", tmp_path / "a.parquet", "--since", "2032-01-01")
    assert done.returncode == 0
    assert parquet.read_table(tmp_path / "a.parquet").column_names[:3] == ["schema_version", "id", "version"]


def test_texts_come_as_they_are(tmp_path: Path) -> None:
    archive_of(tmp_path / "output", (article(docid, title) for docid, title in HOSTILE.items()))
    export(tmp_path / "output", "parquet", tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet", columns=["id", "title"])
    assert {int(row["id"].rpartition(":")[2]): row["title"] for row in table.to_pylist()} == HOSTILE


def test_a_machine_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(UsageFault, match=r"needs pyarrow: .*pip install -e '\.\[parquet\]'"):
        exporters.exporter_named("parquet")
