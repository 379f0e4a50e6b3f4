"""Two sites in one archive: what one does never touches the other, and a reprint is known across them."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import browsing
from tests.crawling import Run, asked, crawl, scrapy, start, wait_until
from tests.neighbours import cmse_page, cmse_site, crawl_of, sections_of
from tests.replica import Answer, Plan, Replica

HOST = "www.cmse.gov.cn"
ROOT_URL = f"http://{HOST}"
LIST = "/xwzx/zhxw/"
OWN_TEXT = [
    f"第{n}个单元的测试今天在某某大厅里完成，参加的技师有{n + 3}位，数据已经交给总体组复核。" for n in range(1, 7)
]


@dataclass
class Both:
    """An archive of jcnews and cmse, and what was asked for it."""

    output: Path
    replica: Replica
    original: dict[str, Any]
    """The record of jcnews that cmse reprints twice."""
    runs: list[tuple[str, Run, list[str]]]
    """(site, run, addresses asked) of each crawl."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """Every sealed record."""
        return self.runs[-1][1].records

    def of(self, site: str) -> list[dict[str, Any]]:
        """The records of a site."""
        return [record for record in self.records if record["id"].startswith(f"{site}:")]

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of a command on the archive."""
        name, *rest = arguments
        done = scrapy(name, "-s", f"JCNEWS_OUTPUT={self.output}", "-L", "ERROR", *rest)
        return done.returncode, done.stdout, done.stderr


def articles_of(original: dict[str, Any]) -> dict[str, Answer]:
    """cmse's: one of its own under the very docid and day of an article of jcnews, two reprints, one that fails."""
    stem = original["url"].rpartition("/")[2]
    text = original["text"].split("\n\n")
    return {
        f"{LIST}202210/{stem}": cmse_page("大厅里的六次测试", OWN_TEXT, "某某研究院"),
        f"{LIST}202210/t20221009_47801.html": cmse_page("转载一则", text, "晋城新闻网"),
        f"{LIST}202210/t20221009_47802.html": cmse_page("转载又一则", [*text, "（本站有删改）"], "晋城新闻网"),
        f"{LIST}202210/t20221009_47803.html": Answer(404),
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    output = tmp_path_factory.mktemp("both") / "output"
    hosts: dict[str, dict[str, Answer]] = {HOST: {}}
    with Replica(Plan(articles=40, copies_percent=0, other_hosts=hosts)) as replica:
        runs = []
        for site in ("jcnews", "cmse", "jcnews", "cmse"):
            before = len(replica.requests)
            run = crawl_of(site, replica, output)
            runs.append((site, run, asked(replica, before)))
            if not hosts[HOST]:
                whole = [r for r in run.records if r["crawl"]["pages"] == 1 and r["near_hash"]]
                original = max(whole, key=lambda record: record["char_count"])
                hosts[HOST].update(cmse_site(articles_of(original)))
        yield Both(output, replica, original, runs)


def test_a_run_asks_its_own_site_alone(both: Both) -> None:
    for site, run, urls in both.runs:
        host = HOST if site == "cmse" else "www.jcnews.com.cn"
        assert urls
        assert {url.split("/")[2] for url in urls} == {host}
        assert (run.code, run.report["site"]) == (0, site)


def test_a_later_run_asks_only_first_pages_and_what_failed_on_its_site(both: Both) -> None:
    site, run, urls = both.runs[3]
    paths = [url.removeprefix(ROOT_URL) for url in urls]
    failed = f"{LIST}202210/t20221009_47803.html"
    assert sorted(paths) == sorted(["/robots.txt", *sections_of(site), failed])
    assert run.report["articles"]["new"] == 0
    _, run, urls = both.runs[2]
    assert run.report["articles"]["new"] == 0
    assert not [url for url in urls if url.endswith("/index_1.html")]


def test_named_sections_are_those_of_the_site(both: Both, tmp_path: Path) -> None:
    shutil.copytree(both.output, tmp_path / "output")
    before = len(both.replica.requests)
    run = crawl_of("cmse", both.replica, tmp_path / "output", "sections=研制进展,gfgg", "recheck=all")
    assert run.code == 0
    paths = {url.removeprefix(ROOT_URL) for url in asked(both.replica, before)}
    assert paths == {"/robots.txt", "/xwzx/yzjz/", "/gfgg/"}


def test_ids_files_and_sections_are_each_sites_own(both: Both) -> None:
    mine, theirs = both.of("cmse"), both.of("jcnews")
    docids = [{record["id"].partition(":")[2] for record in records} for records in (mine, theirs)]
    assert docids[0] & docids[1] == {both.original["id"].partition(":")[2]}
    for site, records in (("cmse", mine), ("jcnews", theirs)):
        assert all(record["snapshot"]["html"].startswith(f"html/{site}/") for record in records)
    assert {section["url"] for record in mine for section in record["sections"]} == {f"{ROOT_URL}{LIST}"}
    shown = rows_of(
        both.output,
        "SELECT DISTINCT s.site, substr(a.id, 1, instr(a.id, ':') - 1) FROM memberships m "
        "JOIN sections s ON s.n = m.section JOIN articles a ON a.n = m.article",
    )
    assert sorted(shown) == [("cmse", "cmse"), ("jcnews", "jcnews")]


def test_a_reprint_on_the_other_site_is_marked(both: Both) -> None:
    copies = {record["id"]: (record["duplicate_of"], record["similarity"]) for record in both.of("cmse")}
    assert copies["cmse:47801"] == (both.original["id"], 1.0)
    original, similarity = copies["cmse:47802"]
    assert original == both.original["id"]
    assert 0.8 < similarity < 1
    assert [pair for id_, pair in copies.items() if id_ not in ("cmse:47801", "cmse:47802")] == [(None, None)]


def test_status_and_sections_tell_of_one_site(both: Both) -> None:
    code, text, _ = both.command("status", "cmse")
    assert code == 0
    assert both.runs[1][1].report["run_id"] in text
    assert both.runs[0][1].report["run_id"] not in text
    assert "jcnews.com.cn" not in text
    assert "jcnews:" not in text
    _, jcnews, _ = both.command("status", "jcnews")
    assert HOST not in jcnews
    _, all_sites, _ = both.command("status")
    assert all_sites == f"cmse: 中国载人航天官方网站\n\n{text}\njcnews: 晋城新闻网\n\n{jcnews}"
    _, text, _ = both.command("sections", "cmse")
    assert [line.split()[1] for line in text.splitlines()[1:]] == [path.strip("/") for path in sections_of("cmse")]


@pytest.mark.parametrize("line", [["sections"], ["sections", "--discover"], ["browse"], ["doctor", "--site"]])
def test_a_command_about_one_site_asks_which_one_where_there_are_several(both: Both, line: list[str]) -> None:
    name, *option = line
    code, shown, notes = both.command(name, *(one for one in option if one != "--site"))
    assert (code, shown) == (1, "")
    such_as = " ".join(["scrapy", name, *(one for one in option if one == "--site"), "cmse"])
    assert notes == f"scrapy {name}: the archive has several sites, cmse, jcnews: name one, such as {such_as}\n"


@pytest.mark.parametrize(
    "line",
    [
        ["status", "bynr"],
        ["reparse", "bynr"],
        ["search", "--site", "bynr", "大厅"],
        ["export", "--format", "csv", "-o", "-", "bynr"],
    ],
)
def test_a_site_of_which_there_is_nothing_is_refused_with_those_that_are_there(both: Both, line: list[str]) -> None:
    code, shown, notes = both.command(*line)
    assert (code, shown) == (1, "")
    assert notes == f"scrapy {line[0]}: the archive has nothing of bynr; its sites: cmse, jcnews\n"


def test_without_a_name_the_only_site_of_the_archive_is_meant(tmp_path: Path) -> None:
    paths = {path: Answer(404) for path in ("/robots.txt", "/", *sections_of("cmse"))}
    with Replica(Plan(articles=3, other_hosts={HOST: paths})) as replica:
        failed = crawl_of("cmse", replica, tmp_path)
        assert (failed.code, failed.report["site"]) == (4, "cmse")  # it has a run, and no article
        place = ("-s", f"JCNEWS_OUTPUT={tmp_path}", "-L", "ERROR")
        status, sections, doctor = (
            scrapy(*line, *place, "-s", "DOWNLOAD_DELAY=0", proxy=replica.proxy)
            for line in (["status"], ["sections"], ["doctor", "--sections", "1"])
        )
    assert failed.report["run_id"] in status.stdout
    assert "xwzx/zhxw" in sections.stdout
    assert f"Asking {ROOT_URL}/" in doctor.stderr
    with browsing(tmp_path) as site:
        assert "中国载人航天官方网站" in site.ask("/").text


def test_health_is_compared_within_a_site(both: Both) -> None:
    rows = rows_of(
        both.output,
        "SELECT site, subject FROM measures JOIN runs ON n = run WHERE subject IN ('xwzx/zhxw', 'xw/jcxw')",
    )
    assert set(rows) <= {("cmse", "xwzx/zhxw"), ("jcnews", "xw/jcxw")}


def exported(both: Both, *arguments: str) -> list[str]:
    """ids of an export to stdout."""
    code, text, notes = both.command("export", "--format", "jsonl", "--latest", "-o", "-", *arguments)
    assert code == 0, notes
    return [json.loads(line)["id"] for line in text.splitlines()]


def test_an_export_is_of_every_site_or_of_the_one_that_is_named(both: Both) -> None:
    every, one, other = exported(both), exported(both, "cmse"), exported(both, "jcnews")
    assert sorted(one) == sorted({record["id"] for record in both.of("cmse")})
    assert sorted(other) == sorted({record["id"] for record in both.of("jcnews")})
    assert sorted(every) == sorted([*one, *other])
    assert exported(both, "--section", "研制进展") == []
    assert sorted(exported(both, "--section", "xwzx/zhxw")) == sorted(one)


def test_a_database_holds_both_sites_articles_of_one_docid(both: Both, tmp_path: Path) -> None:
    code, _, notes = both.command("export", "--format", "sqlite", "-o", str(tmp_path / "all.db"))
    assert code == 0, notes
    docid = both.original["id"].partition(":")[2]
    with closing(sqlite3.connect(tmp_path / "all.db")) as db:
        (number,) = db.execute("SELECT count(*) FROM articles").fetchone()
        titles = dict(db.execute("SELECT id, title FROM articles WHERE docid = ?", (docid,)))
    assert number == len({record["id"] for record in both.records})
    assert titles == {both.original["id"]: both.original["title"], f"cmse:{docid}": "大厅里的六次测试"}


def test_a_section_that_two_sites_have_is_asked_back(both: Both) -> None:
    for command in (("export", "--format", "jsonl", "-o", "-"), ("search", "的")):
        code, _, notes = both.command(*command, "--section", "综合新闻")
        assert (code, "is one of cmse and of jcnews: name the site" in notes) == (1, True)
    assert sorted(exported(both, "--section", "综合新闻", "cmse")) == sorted(exported(both, "cmse"))


def test_a_section_that_shares_its_name_is_named_by_its_path(both: Both, tmp_path: Path) -> None:
    output = Path(shutil.copytree(both.output, tmp_path / "output"))
    with closing(sqlite3.connect(output / "state.sqlite3")) as ledger, ledger:
        ledger.execute("UPDATE sections SET name = '通知公告' WHERE site = 'jcnews' AND path IN ('xw/jcxw', 'xw/gnxw')")
    line = ["export", "--format", "jsonl", "-o", "-", "jcnews", "-s", f"JCNEWS_OUTPUT={output}", "--section"]
    refused, exact = scrapy(*line, "通知公告"), scrapy(*line, "xw/jcxw")
    assert (refused.returncode, exact.returncode) == (1, 0)
    assert "is xw/gnxw and xw/jcxw: name one by its path" in refused.stderr


def test_a_wacz_of_one_site_holds_no_page_of_the_other_with_the_same_docid(both: Both, tmp_path: Path) -> None:
    target = tmp_path / "cmse.wacz"
    code, _, notes = both.command("export", "--format", "wacz", "-o", str(target), "cmse")
    assert code == 0, notes
    with zipfile.ZipFile(target) as archive:
        warcs = [archive.read(name) for name in archive.namelist() if name.startswith("archive/")]
    whole = b"".join(map(gzip.decompress, warcs))
    assert b"WARC-Target-URI: http://www.cmse.gov.cn/" in whole
    assert b"WARC-Target-URI: http://www.jcnews.com.cn/" not in whole


def test_a_search_finds_both_sites_or_one(both: Both) -> None:
    phrase = both.original["text"].split("\n\n")[0][:12]

    def found(*arguments: str) -> set[str]:
        _, text, _ = both.command("search", "--json", "--limit", "0", *arguments, phrase)
        return {json.loads(line)["id"] for line in text.splitlines()}

    copies = {"cmse:47801", "cmse:47802"}
    assert found() >= {both.original["id"], *copies}
    assert found("--site", "cmse") == copies
    assert found("--site", "jcnews") == found() - copies
    assert found("--section", "xwzx/zhxw") == copies


def test_browse_shows_one_site_and_leads_to_the_original_on_the_other(both: Both) -> None:
    with browsing(both.output, "cmse") as site:
        home = site.ask("/").text
        assert "中国载人航天官方网站" in home
        assert "大厅里的六次测试" in home
        assert both.original["title"] not in home
        assert both.original["title"] in site.ask("/article/cmse:47801").text
        original = site.ask(f"/article/{both.original['id']}")
        assert original.status == 200
        assert "转载一则" in original.text
        assert "转载一则" in site.ask("/?q=%E8%BD%AC%E8%BD%BD").text
        assert both.runs[0][1].report["run_id"] not in site.ask("/runs").text


def test_verify_reparse_and_cat_work_over_both(both: Both) -> None:
    assert both.command("verify")[0] == 0
    code, text, _ = both.command("reparse")
    assert code == 0
    assert "cmse: 中国载人航天官方网站" in text
    assert "jcnews: 晋城新闻网" in text
    number = len({record["id"] for record in both.records})
    read = [int(line.split()[0]) for line in text.splitlines() if line.split()[1:] == ["read"]]
    assert sum(read) == number
    docid = both.original["id"].partition(":")[2]
    assert "大厅里的六次测试" in both.command("cat", f"cmse:{docid}")[1]
    assert "大厅里的六次测试" not in both.command("cat", f"jcnews:{docid}")[1]


def test_a_ledger_made_anew_knows_both(both: Both, tmp_path: Path) -> None:
    output = tmp_path / "output"
    shutil.copytree(both.output, output)
    for path in output.glob("state.sqlite3*"):
        path.unlink()
    again = Both(output, both.replica, both.original, both.runs)
    code, text, notes = again.command("verify", "--rebuild")
    assert code == 0, text + notes
    assert sorted(exported(again, "cmse")) == sorted(exported(both, "cmse"))
    assert sorted(exported(again, "--section", "xwzx/zhxw")) == sorted(exported(both, "cmse"))
    assert sorted(exported(again)) == sorted(exported(both))
    run = crawl_of("cmse", both.replica, output)
    assert (run.code, run.report["articles"]["new"]) == (0, 0)
    assert again.command("verify")[0] == 0


def test_what_a_killed_run_of_one_site_left_is_sealed_by_a_run_of_the_other(tmp_path: Path) -> None:
    output = tmp_path / "output"
    hosts = {HOST: cmse_site({f"{LIST}202210/t20221009_1.html": cmse_page("大厅里的六次测试", OWN_TEXT, "某某研究院")})}
    with Replica(Plan(articles=60, delay_s=0.02, other_hosts=hosts)) as replica:
        process = start(replica, output)
        wait_until(lambda: sum("/t20" in url for url in asked(replica, 0)) > 15)
        process.kill()
        process.communicate()
        left = rows_of(output, "SELECT id FROM outbox")
        assert left
        before = len(replica.requests)
        run = crawl_of("cmse", replica, output)
        assert run.code == 0
        assert not [url for url in asked(replica, before) if HOST not in url]
        assert {id_ for (id_,) in left} <= {record["id"] for record in run.records}
        assert crawl(replica, output).code == 0
        kept = [record["id"] for record in crawl(replica, output).records]
        assert len(kept) == len(set(kept))
        golds = {gold["id"] for gold in replica.gold() if gold["expect"] == "article" and gold["listed"]}
        assert golds | {"cmse:1"} == set(kept)


def test_a_takedown_leaves_the_other_sites_article_of_the_same_docid(tmp_path: Path) -> None:
    output, faults, hosts = tmp_path / "output", dict[str, Answer](), {HOST: dict[str, Answer]()}
    with Replica(Plan(articles=20, weights={"P": 1}, faults=faults, other_hosts=hosts)) as replica:
        first = crawl(replica, output).records[0]
        path = f"{LIST}202210/{first['url'].rpartition('/')[2]}"
        hosts[HOST].update(cmse_site({path: cmse_page("大厅里的六次测试", OWN_TEXT, "某某研究院")}))
        theirs = crawl_of("cmse", replica, output).records[-1]
        faults[first["url"].removeprefix("http://www.jcnews.com.cn")] = Answer(301, {"Location": f"{ROOT_URL}{path}"})
        before = len(replica.requests)
        crawl(replica, output, "recheck=all", f"articles={first['url']}")
        assert first["url"] in asked(replica, before)
    assert theirs["id"] == f"cmse:{first['id'].partition(':')[2]}"
    for name, *rest in (("forget", first["id"], "--reason", "asked", "--purge"), ("verify",)):
        done = scrapy(name, "-s", f"JCNEWS_OUTPUT={output}", "-s", "JCNEWS_MIN_FREE_MB=0", *rest)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (output / theirs["snapshot"]["html"]).exists()
    assert "大厅里的六次测试" in scrapy("cat", "-s", f"JCNEWS_OUTPUT={output}", theirs["id"]).stdout
    assert not (output / first["snapshot"]["html"]).exists()


def rows_of(output: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query of the ledger gives."""
    with closing(sqlite3.connect(output / "state.sqlite3")) as ledger:
        return ledger.execute(query).fetchall()
