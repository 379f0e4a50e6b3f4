"""`scrapy extract`, `scrapy sections`, `scrapy list`, help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jcnews_spider import exporters, job, options
from tests import quality
from tests.crawling import ROOT, command, crawl_arguments, environment, scrapy
from tests.exporting import archive_of, article
from tests.replica import Plan, Replica
from tests.skeleton import editor, page

TEXT = "这是一段虚构的正文，说明本页由测试写成。"

MODULES_LOADED = """
import sys
from scrapy.cmdline import execute
try:
    execute(["scrapy", *sys.argv[1:]])
finally:
    print(*sys.modules)
"""
HEAVY = {
    "jcnews_spider.access",
    "jcnews_spider.archive",
    "jcnews_spider.checkup",
    "jcnews_spider.exporters",
    "jcnews_spider.fetching",
    "jcnews_spider.pipelines",
    "jcnews_spider.runner",
    "jcnews_spider.spiders.articles",
    "jcnews_spider.spiders.lists",
    "jcnews_spider.trs.byline",
    "jcnews_spider.trs.listing",
    "isal",
    "nh3",
    "sqlite3",
    "warcio",
}
"""What a command loads for its work alone: plain Scrapy starts without it."""


def test_extract_prints_a_line_a_page_in_the_order_given(tmp_path: Path) -> None:
    good, bad, missing = tmp_path / "good.html", tmp_path / "bad.html", tmp_path / "missing.html"
    good.write_bytes(page(editor(TEXT)))
    bad.write_bytes(b"%PDF-1.4")
    done = scrapy("extract", str(bad), str(good), str(missing))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(bad), str(good), str(missing)]
    assert [line.get("error") for line in lines] == ["not_html", None, "cannot be read: No such file or directory"]
    assert (lines[1]["id"], lines[1]["url"], lines[1]["text"]) == (None, None, TEXT)
    assert done.returncode == 1


def test_extract_takes_the_address_of_a_file(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_bytes(page(editor(TEXT)))
    url = "http://jcnews.com.cn/zt/sxdj/202210/t20221009_956123.html"
    done = scrapy("extract", "--url", url, str(saved))
    record = json.loads(done.stdout)
    assert (done.returncode, record["id"]) == (0, "jcnews:956123")
    assert record["url"] == "http://www.jcnews.com.cn/zt/sxdj/202210/t20221009_956123.html"
    elsewhere = json.loads(scrapy("extract", "--url", "http://a.gov.cn/x/202210/t20221009_7.html", str(saved)).stdout)
    assert elsewhere["id"] == "a.gov.cn:7"


def test_extract_fetches_addresses_and_touches_no_state(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        gold = next(g for g in replica.gold() if g["shape"] == "P")
        missing = gold["url"].replace("_", "_99")
        done = scrapy(
            "extract", gold["url"], missing, proxy=replica.proxy, variables={"JCNEWS_OUTPUT": str(tmp_path / "o")}
        )
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["text"], first["file"]) == (gold["id"], gold["text"], gold["url"])
    assert (second["file"], second["error"], done.returncode) == (missing, "http_404", 1)
    assert not (tmp_path / "o").exists()


def test_json_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    saved, output = tmp_path / "page.html", tmp_path / "output"
    saved.write_bytes(page(editor(f"{TEXT}\U0001f600")))
    archive_of(output, [article(1, text=f"{TEXT}\U0001f600")])
    for line, key in ((["extract", str(saved)], "text"), (["search", "--json", "虚构的正文"], "snippet")):
        done = scrapy(*line, variables={"JCNEWS_OUTPUT": str(output), "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"})
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[key] == f"{TEXT}\U0001f600"


def test_extract_without_pages_says_what_it_wants() -> None:
    done = scrapy("extract")
    assert done.returncode == 1
    assert "name the pages" in done.stderr


def test_savepage_writes_a_case_and_its_record(tmp_path: Path) -> None:
    saved, cases = tmp_path / "t20221009_956123.html", tmp_path / "pages"
    saved.write_bytes(page(editor(TEXT)))
    url = "http://www.jcnews.com.cn/zt/sxdj/202210/t20221009_956123.html"
    done = scrapy("savepage", "--url", url, "--folder", str(cases), "--case", "plain", str(saved))
    assert done.returncode == 0
    assert (cases / "jcnews/plain.html").read_bytes() == saved.read_bytes()
    record = json.loads((cases / "jcnews/plain.json").read_text(encoding="utf-8"))
    assert (record["id"], record["text"], record["crawl"]["extractor"]) == ("jcnews:956123", TEXT, "jcnews")
    assert "豆晓军" in done.stdout
    assert quality.golden_score(cases) == {"golden pages": 1.0}


def test_savepage_writes_an_existing_case_anew_only_by_force(tmp_path: Path) -> None:
    saved, cases = tmp_path / "case.html", tmp_path / "pages"
    arguments = ("savepage", "--folder", str(cases), str(saved))
    saved.write_text("<title>404</title><h1>页面不存在</h1>", encoding="utf-8")
    assert scrapy(*arguments).returncode == 0
    saved.write_bytes(page(editor(TEXT)))
    refused = scrapy(*arguments)
    assert (refused.returncode, (cases / "jcnews/case.html").read_bytes() == saved.read_bytes()) == (1, False)
    assert "case.html is there already" in refused.stderr
    assert "unknown_layout" in (cases / "jcnews/case.json").read_text(encoding="utf-8")
    assert scrapy(*arguments, "--force").returncode == 0
    assert (cases / "jcnews/case.html").read_bytes() == saved.read_bytes()


def test_savepage_keeps_what_is_no_article_and_refuses_what_it_cannot_name(tmp_path: Path) -> None:
    saved, cases = tmp_path / "404.html", tmp_path / "pages"
    saved.write_text("<title>404</title><h1>页面不存在</h1>", encoding="utf-8")
    done = scrapy("savepage", "--folder", str(cases), str(saved))
    assert json.loads((cases / "jcnews/404.json").read_text(encoding="utf-8")) == {"url": "", "error": "unknown_layout"}
    assert "no article" in done.stdout
    for wrong in (["--case", "../x", str(saved)], [], [str(tmp_path / "none.html")]):
        assert scrapy("savepage", "--folder", str(cases), *wrong).returncode == 1


def test_sections_are_listed_and_discovered(tmp_path: Path) -> None:
    variables = {"JCNEWS_OUTPUT": str(tmp_path / "o"), "JCNEWS_MIN_FREE_MB": "0"}
    before = scrapy("sections", variables=variables)
    assert before.returncode == 0
    assert "xw/jcxw" in before.stdout
    assert "牢记嘱托 山西答卷  ?" in before.stdout
    assert not (tmp_path / "o").exists()
    with Replica(Plan(articles=20)) as replica:
        discovered = scrapy(
            "sections", "--discover", "-s", "DOWNLOAD_DELAY=0", proxy=replica.proxy, variables=variables
        )
        asked = [request.url for request in replica.requests]
    assert discovered.returncode == 0
    assert "牢记嘱托 山西答卷  zt/sxdj" in discovered.stdout
    assert asked == ["http://www.jcnews.com.cn/robots.txt", "http://www.jcnews.com.cn/"]


def test_help_of_export_has_an_example_a_format() -> None:
    shown = scrapy("export", "--help").stdout
    for exporter in exporters.every():
        assert f"{exporter.name:<8} {exporter.about}" in shown
        assert f"scrapy export --format {exporter.name} {exporter.example}" in shown


def test_help_lists_arguments_and_settings() -> None:
    shown = scrapy("crawl", "--help").stdout
    assert [name for name in job.ARGUMENTS if f"-a {name}=" not in shown] == []
    assert [row.name for row in options.rows() if row.name not in shown] == []


@pytest.mark.parametrize("argument", ["--help", "list"])
def test_a_start_loads_nothing_that_only_work_needs(argument: str) -> None:
    start = [sys.executable, "-c", MODULES_LOADED, argument]
    loaded = set(subprocess.run(start, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
    assert {"jcnews_spider.commands.crawl", "jcnews_spider.commands.verify"} <= loaded
    assert loaded & HEAVY == set()


def test_a_crawl_loads_no_component_of_scrapy_that_is_switched_off(tmp_path: Path) -> None:
    line = crawl_arguments(tmp_path, "sections=xw/jcxw", "max_pages=1")
    with Replica(Plan(articles=20)) as replica:
        loaded = subprocess.run(
            [sys.executable, "-c", MODULES_LOADED, *line], cwd=ROOT, env=environment(replica.proxy),
            capture_output=True, text=True, check=False,
        ).stdout.split()  # fmt: skip
    assert "jcnews_spider.pipelines.store" in loaded
    assert {"aiohttp", "tldextract", "twisted.conch"}.isdisjoint(loaded)


def test_a_lost_ledger_is_no_new_archive(tmp_path: Path) -> None:
    (tmp_path / "manifest-sha256.txt").write_text("")
    for line in (["status"], ["sections"], ["cat", "jcnews:1"], ["reparse"], ["forget", "jcnews:1", "--reason", "x"]):
        done = scrapy(*line, "-s", f"JCNEWS_OUTPUT={tmp_path}")
        assert (done.returncode, "--rebuild" in done.stderr) == (7, True), line
    assert [path.name for path in tmp_path.iterdir()] == ["manifest-sha256.txt"]


@pytest.mark.parametrize("name", ["extract", "savepage"])
@pytest.mark.parametrize("url", ["http://[foo", "http://", "www.jcnews.com.cn/x/202210/t20221009_7.html"])
def test_what_is_no_address_is_refused(name: str, url: str, tmp_path: Path) -> None:
    lines = [["--url", url, "README.md"], *([[url]] if url.startswith("http") else [])]
    for line in lines:
        done = scrapy(name, *(["--folder", str(tmp_path)] if name == "savepage" else []), *line)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1].endswith(f"{url!r} is no address, such as http://www.jcnews.com.cn/")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("line", [["extract", "README.md"], ["status"], ["sections"]])
def test_a_full_disk_behind_stdout_is_a_message_and_7(line: list[str], tmp_path: Path, *, buffered: bool) -> None:
    variables = environment() | {"JCNEWS_OUTPUT": str(tmp_path), "PYTHONUNBUFFERED": "" if buffered else "1"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(*line), cwd=ROOT, env=variables, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 7
    said = [one for one in done.stderr.splitlines() if "started (bot: jcnews_spider)" not in one]
    assert [one.partition(": ")[0] for one in said] == [f"scrapy {line[0]}"]
    assert said[0].endswith("No space left on device")


def test_a_reader_that_has_seen_enough_is_no_storage_fault() -> None:
    process = subprocess.Popen(command("sections"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    process.stdout.close()
    _, stderr = process.communicate(timeout=60)
    assert b"storage" not in stderr
    assert b"archive" not in stderr


def test_extract_of_an_address_says_no_more_than_that_scrapy_runs(tmp_path: Path) -> None:
    with Replica(Plan(articles=3)) as replica:
        url = next(g["url"] for g in replica.gold())
        done = scrapy("extract", url, "-s", "DOWNLOAD_DELAY=0", proxy=replica.proxy)
    assert [line for line in done.stderr.splitlines() if "started (bot: jcnews_spider)" not in line] == []
