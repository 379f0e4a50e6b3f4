"""The sites: what their files hold, and a crawl of each over HTTP."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from jcnews_spider.sites import SITES, site_of
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import canonical_url, section_path
from tests.crawling import ROOT, environment, scrapy
from tests.neighbours import CASES, crawl_of, golden, host_of, listing, parts_of, site_of_one_page
from tests.replica import Plan, Replica

DOCUMENT = (ROOT / "docs/sites.md").read_text(encoding="utf-8")
OWN = {"crawl", "event", "first_seen_at", "fetched_at", "images", "near_hash", "snapshot", "version"}
"""What a run says of itself, and images, which nobody serves here."""
JOINED = {"text", "html", "char_count", "content_hash"}
"""What further parts add to."""


def test_each_file_holds_the_site_of_its_name() -> None:
    files = {path.stem for path in (ROOT / "jcnews_spider/sites").glob("[a-z]*.py")}
    assert files == set(SITES)
    assert scrapy("list").stdout.split() == sorted(SITES)


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
def test_a_site_is_named_and_placed_as_ids_files_and_addresses_need_it(site: Site) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", site.name)
    assert canonical_url(site.root) == site.root
    paths = [section.path for section in site.sections if section.path]
    assert [section_path(path) for path in paths] == paths
    assert len(set(paths)) == len(paths)
    assert site.templates[-1].name == "fallback"
    assert site_of(site.root) is site


@pytest.mark.parametrize(
    "url",
    [
        "http://www.jcnews.com.cn:80/xw/",
        "HTTP://WWW.JCNEWS.COM.CN/xw/",
        "https://jcnews.com.cn:443",
        " http://www.jcnews.com.cn./ ",
        "http://user@www.jcnews.com.cn/#top",
    ],
)
def test_every_writing_of_an_address_is_of_its_site(url: str) -> None:
    assert site_of(url) is SITES["jcnews"]


@pytest.mark.parametrize(
    ("url", "name", "root"),
    [
        ("HTTPS://News.Example.CN:443/a/index.html", "news.example.cn", "https://news.example.cn/"),
        (
            "http://www.jcnews.com.cn.example.cn/",
            "www.jcnews.com.cn.example.cn",
            "http://www.jcnews.com.cn.example.cn/",
        ),
        ("http://[x/a.html", "", ":///"),
    ],
)
def test_a_site_is_made_up_for_another_host(url: str, name: str, root: str) -> None:
    assert (site_of(url).name, site_of(url).root) == (name, root)


def test_no_two_sites_share_a_host() -> None:
    hosts = Counter(host for site in SITES.values() for host in site.hosts)
    assert hosts.most_common(1)[0][1] == 1


def test_every_site_has_a_golden_page() -> None:
    assert {path.parent.name for path in CASES} == set(SITES) - {"jcnews"}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_crawl_of_the_site_gives_the_golden_record(case: Path, tmp_path: Path) -> None:
    site, expected = case.parent.name, golden(case)
    plan = Plan(articles=1, https="good", other_hosts={host_of(case): site_of_one_page(case)})
    with Replica(plan if expected["url"].startswith("https") else Plan(articles=1, other_hosts=plan.other_hosts)) as it:
        (tmp_path / "authority.pem").write_bytes(it.authority)
        secure = {"https_proxy": it.proxy, "SSL_CERT_FILE": str(tmp_path / "authority.pem")}
        run = crawl_of(site, it, tmp_path / "output", variables=secure)
        assert {request.url.split("/")[2] for request in it.requests if "://" in request.url} <= {host_of(case)}
    (record,) = run.records
    assert record["text"] == "\n\n".join(golden(part)["text"] for part in parts_of(case))
    assert record["crawl"]["pages"] == len(parts_of(case))
    kept = record.keys() - OWN - (JOINED if len(parts_of(case)) > 1 else set())
    assert {key: record[key] for key in kept} == {key: expected[key] for key in kept}
    assert record["crawl"]["extractor"] == expected["crawl"]["extractor"]
    assert record["snapshot"]["html"].startswith(f"html/{site}/")
    assert (tmp_path / "output" / record["snapshot"]["html"]).read_bytes() == case.read_bytes()
    assert scrapy("verify", "-s", f"JCNEWS_OUTPUT={tmp_path / 'output'}").returncode == 0


def test_a_site_none_of_whose_sections_is_found_is_no_success(tmp_path: Path) -> None:
    case = next(path for path in CASES if path.parent.name == "bynr")
    pages = {**site_of_one_page(case), "/": listing([])}
    with Replica(Plan(articles=1, https="good", other_hosts={host_of(case): pages})) as it:
        (tmp_path / "authority.pem").write_bytes(it.authority)
        secure = {"https_proxy": it.proxy, "SSL_CERT_FILE": str(tmp_path / "authority.pem")}
        run = crawl_of("bynr", it, tmp_path / "output", variables=secure)
    assert (run.code, run.report["lists"]["failed"]) == (4, {"not_linked": 1})


def test_every_command_of_the_document_runs_as_it_stands(tmp_path: Path) -> None:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", DOCUMENT, re.DOTALL | re.MULTILINE)
    commands = [line for block in blocks for line in dedent(block).splitlines()]
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    case = ROOT / "tests/pages/edu_youth/article.html"
    variables = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "SCRAPY_SETTINGS_MODULE": "jcnews_spider.settings",
        "JCNEWS_IMAGES": "0",
        "JCNEWS_MIN_FREE_MB": "0",
    }
    with Replica(Plan(articles=1, other_hosts={host_of(case): site_of_one_page(case)})) as it:
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-m", *shlex.split(command)], cwd=tmp_path, env=environment(it.proxy) | variables,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert len(commands) == 9
    assert "edu_youth:9200456" in (tmp_path / "edu_youth.csv").read_text(encoding="utf-8")
    assert "edu_youth:9200456" in done.stdout


def test_the_document_lists_every_site() -> None:
    assert re.findall(r"^\| \[`(\w+)`\]", DOCUMENT, re.MULTILINE) == ["jcnews", *sorted(set(SITES) - {"jcnews"})]
