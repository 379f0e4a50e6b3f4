"""`scrapy crawl jcnews` as users run it: real processes over HTTP against the replica."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import jsonschema
import pytest

from jcnews_spider import schema
from tests.crawling import ROOT, Run, asked, crawl, environment, wait_until
from tests.replica import Answer, Plan, Replica
from tests.scoring import FIELDS, score
from tests.skeleton import editor, page

COLUMN = "牢记嘱托 山西答卷"


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=300, cap=3)) as running:
        yield running


@pytest.fixture(scope="module")
def whole(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One crawl of every section."""
    return crawl(replica, tmp_path_factory.mktemp("whole") / "output")


def test_every_listed_article_is_archived_once_with_every_field(replica: Replica, whole: Run) -> None:
    result = score(whole.records, replica.gold())
    assert whole.code == 0
    assert (result.missing, result.surplus, result.twice) == ([], [], [])
    assert {name: result.examples.get(name) for name in FIELDS if result.wrong[name]} == {}
    assert result.articles > 150
    assert result.copies_marked == result.copies > 0
    assert result.wrongly_marked == []


def test_every_record_fits_the_schema(whole: Run) -> None:
    validator = jsonschema.Draft202012Validator(schema.article_schema())
    for record in whole.records:
        validator.validate(record)


def test_snapshots_are_the_bytes_as_served(replica: Replica, whole: Run) -> None:
    for record in whole.records:
        served = replica.site.page("/" + record["url"].split("/", 3)[3]).body
        stored = (whole.output / record["snapshot"]["html"]).read_bytes()
        assert stored == served
        assert hashlib.sha256(stored).hexdigest() == record["snapshot"]["sha256"]


def test_further_pages_stand_beside_the_first(whole: Run) -> None:
    several = [record for record in whole.records if record["crawl"]["pages"] > 1]
    assert several
    for record in several:
        first = whole.output / record["snapshot"]["html"]
        parts = {path.name for path in first.parent.glob(f"{first.stem}*")}
        assert parts == {first.name, *(f"{first.stem}_{k}.html" for k in range(1, record["crawl"]["pages"]))}


def test_further_pages_of_which_each_names_the_next_are_all_had(tmp_path: Path) -> None:
    gold = next(g for g in Replica(Plan(articles=20)).gold() if g["shape"] == "P" and g["listed"])
    head, _, suffix = gold["url"].removeprefix("http://www.jcnews.com.cn").rpartition(".")
    paths = [f"{head}.{suffix}", *(f"{head}_{part}.{suffix}" for part in (1, 2))]
    names = [path.rpartition("/")[2] for path in paths]
    links = [f'<a href="{names[1]}">下一页</a>', f'<a href="{names[0]}">1</a><a href="{names[2]}">下一页</a>', ""]
    texts = [f"这是虚构的正文的第{part}页，说明本页由测试写成。" for part in (1, 2, 3)]
    faults = {
        path: Answer(200, body=page(editor(text) + link)) for path, text, link in zip(paths, texts, links, strict=True)
    }
    with Replica(Plan(articles=20, faults=faults)) as replica:
        run = crawl(replica, tmp_path)
    record = next(record for record in run.records if record["id"] == gold["id"])
    assert (record["crawl"]["pages"], record["text"].split("\n\n")) == (3, texts)


def test_the_manifest_holds(whole: Run) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"], cwd=whole.output, check=False
    )
    listed = {line.split("  ")[1] for line in (whole.output / "manifest-sha256.txt").read_text().splitlines()}
    there = {path.relative_to(whole.output).as_posix() for path in whole.output.glob("html/**/*.html")}
    there |= {
        path.relative_to(whole.output).as_posix()
        for folder in ("articles", "warc", "media/full")
        for path in whole.output.glob(f"{folder}/*")
    }
    assert done.returncode == 0
    assert listed == there


def test_nothing_else_is_left_behind(whole: Run) -> None:
    assert {path.name for path in whole.output.iterdir() if not path.name.startswith(".")} <= {
        "articles", "html", "media", "warc", "runs", "manifest-sha256.txt",
        "state.sqlite3", "state.sqlite3-wal", "state.sqlite3-shm",
    }  # fmt: skip
    assert not list((whole.output / ".tmp").iterdir())


def test_the_report_counts_what_the_lists_and_pages_held(replica: Replica, whole: Run) -> None:
    report = whole.report
    gold = [g for g in replica.gold() if g["listed"]]
    kinds = Counter(g["expect"] for g in gold)
    listings = replica.listings()
    assert (report["exit_code"], report["why"], report["site"]) == (0, "done", "jcnews")
    assert report["articles"]["new"] == kinds["article"] == len(whole.records)
    assert report["articles"]["skipped"] == {"no_body": kinds["no_body"], "stub": kinds["stub"]}
    assert report["articles"]["failed"] == {}
    assert report["entries"]["article"] == sum(listing.articles for listing in listings)
    assert report["entries"]["external"] == sum(listing.external for listing in listings)
    assert report["entries"]["file"] == sum(listing.files for listing in listings)
    assert report["requests"]["by_status"]["200"] > len(whole.records)
    assert set(report["versions"]) == {"jcnews_spider", "scrapy", "lxml", "warcio", "python"}
    assert all(section["end"] == "complete" for section in report["sections"].values())


def test_no_page_is_asked_twice_and_nothing_outside_the_site(replica: Replica, whole: Run) -> None:
    requests = replica.requests[: whole.report["requests"]["total"]]
    urls = Counter(request.url for request in requests)
    firsts = {listing.url for listing in replica.listings() if listing.pages > 1}  # looked at again at a walk's end
    behind = {request.url for request in requests if request.status == 404 and "/index_" in request.url}  # a list's end
    assert {url for url, times in urls.items() if times > 1} <= firsts | behind
    assert max(urls.values()) == 2
    assert sum(request.conditional for request in requests) == sum(urls[url] == 2 for url in firsts)
    assert not [url for url in urls if "/comment/" in url or "search" in url]
    assert urls["http://www.jcnews.com.cn/robots.txt"] == 1


def test_a_second_run_asks_only_the_lists_and_makes_no_segment(replica: Replica, whole: Run) -> None:
    before, since = sorted(whole.output.glob("articles/*")), len(replica.requests)
    again = crawl(replica, whole.output)
    assert (again.code, again.report["articles"]["new"]) == (0, 0)
    assert sorted(whole.output.glob("articles/*")) == before
    lists = [url for url in asked(replica, since) if "/t20" not in url and "robots" not in url]
    assert len(lists) == len(replica.listings())
    assert all(request.conditional for request in replica.requests[since:] if request.url in lists)


def test_a_section_is_found_by_its_name_alone(replica: Replica, tmp_path: Path) -> None:
    since = len(replica.requests)
    run = crawl(replica, tmp_path, f"sections={COLUMN}")
    listing = next(listing for listing in replica.listings() if listing.name == COLUMN)
    assert run.code == 0
    assert {record["sections"][0]["name"] for record in run.records} >= {COLUMN}
    assert (
        len(run.records)
        + run.report["articles"]["skipped"].get("stub", 0)
        + run.report["articles"]["skipped"].get("no_body", 0)
        == listing.articles
    )
    assert "http://www.jcnews.com.cn/" in asked(replica, since)
    since = len(replica.requests)
    assert crawl(replica, tmp_path, f"sections={COLUMN.replace(' ', '　')}").code == 0
    assert "http://www.jcnews.com.cn/" not in asked(replica, since)


@pytest.mark.parametrize("spelled", ["晋城新闻", "xw/jcxw", "/xw/jcxw/", "http://jcnews.com.cn/xw/jcxw/index.html"])
def test_a_section_has_several_spellings(replica: Replica, tmp_path: Path, spelled: str) -> None:
    run = crawl(replica, tmp_path, f"sections={spelled}", "max_pages=1")
    assert (run.code, list(run.report["sections"])) == (0, ["xw/jcxw"])


def test_a_parent_that_redirects_is_walked_as_its_child(replica: Replica, tmp_path: Path) -> None:
    run = crawl(replica, tmp_path, "sections=lm")
    assert run.code == 0
    assert "lm/cj" in run.report["sections"]
    assert run.records


def test_days_bound_what_is_recorded(replica: Replica, tmp_path: Path) -> None:
    run = crawl(replica, tmp_path, "since=2022-10-01", "until=2022-10-05")
    wanted = {
        g["id"] for g in replica.gold()
        if g["listed"] and g["expect"] == "article" and "t20221001" <= g["url"].rsplit("/", 1)[1][:9] <= "t20221005"
    }  # fmt: skip
    assert run.code == 0
    assert {record["id"] for record in run.records} == wanted
    later = crawl(replica, tmp_path, "sections=xw/jcxw")
    assert {record["id"] for record in later.records} > wanted


def test_max_pages_cuts_and_a_later_run_completes(replica: Replica, tmp_path: Path) -> None:
    cut = crawl(replica, tmp_path, "sections=xw/jcxw", "max_pages=1")
    assert (cut.code, cut.report["sections"]["xw/jcxw"]["end"]) == (0, "max_pages")
    rest = crawl(replica, tmp_path, "sections=xw/jcxw")
    assert rest.report["sections"]["xw/jcxw"]["end"] == "complete"
    assert rest.report["articles"]["new"] > 0


def test_a_list_page_that_comes_empty_leaves_the_section_incomplete(tmp_path: Path) -> None:
    blank = {"/xw/jcxw/index_1.html": Answer(200, body="<html><body><h1>稍后再来</h1></body></html>".encode())}
    with Replica(Plan(articles=300, faults=blank)) as replica:
        holed = crawl(replica, tmp_path, "sections=xw/jcxw")
    assert (holed.code, holed.report["sections"]["xw/jcxw"]["end"]) == (0, "empty_page")
    with Replica(Plan(articles=300)) as replica:
        mended = crawl(replica, tmp_path, "sections=xw/jcxw")
        wanted = {g["id"] for g in replica.gold() if g["expect"] == "article" and
                  any(url.endswith("/xw/jcxw/") for url in g["shown_in"])}  # fmt: skip
    assert mended.report["sections"]["xw/jcxw"]["end"] == "complete"
    assert {record["id"] for record in mended.records} == wanted


def list_pages(names: Sequence[str], foot: str) -> dict[str, Answer]:
    """Pages of 晋城新闻 with those names, each with three articles of a replica of 60, above a foot."""
    with Replica(Plan(articles=60)) as replica:
        urls = iter([g["url"] for g in replica.gold() if g["expect"] == "article" and g["listed"]])
    pages = {}
    for name in names:
        items = "".join(f"<li><a href='{url}'>一条新闻的标题</a> 2022-10-09</li>" for url in islice(urls, 3))
        body = f"<html><body><ul>{items}</ul><div>{foot}</div></body></html>"
        pages[f"/xw/jcxw/{name}"] = Answer(headers={"Content-Type": "text/html; charset=utf-8"}, body=body.encode())
    return pages


def test_a_list_whose_pages_are_counted_from_one_is_walked_to_its_end(tmp_path: Path) -> None:
    pages = list_pages(
        ["", "index_2.html", "index_3.html"], "<a href='index_2.html'>2</a> <a href='index_3.html'>3</a>"
    )
    with Replica(Plan(articles=60, faults=pages)) as replica:
        run = crawl(replica, tmp_path, "sections=xw/jcxw")
    walked = run.report["sections"]["xw/jcxw"]
    assert (walked["pages"], walked["found"], walked["end"]) == (3, {"article": 9}, "complete")


@pytest.mark.parametrize(
    ("foot", "end"), [("", "complete"), ("<script>createPageHTML(9, 0, 'index', 'html');</script>", "redirected")]
)
@pytest.mark.parametrize("target", ["/", "/xw/jcxw/"])
def test_a_redirect_home_behind_a_list_is_its_end_unless_its_pager_names_more(
    tmp_path: Path, foot: str, end: str, target: str
) -> None:
    pages = list_pages(["", "index_1.html"], foot) | {"/xw/jcxw/index_2.html": Answer(302, {"Location": target})}
    with Replica(Plan(articles=60, faults=pages)) as replica:
        run = crawl(replica, tmp_path, "sections=xw/jcxw")
    assert (run.code, run.report["sections"]["xw/jcxw"]["end"]) == (0, end)


def test_a_first_page_that_leads_home_is_no_list(tmp_path: Path) -> None:
    home = Answer(302, {"Location": "/"})
    with Replica(Plan(articles=60, faults={"/xw/jcxw/": home, "/zt/gone/": home})) as replica:
        known = crawl(replica, tmp_path, "sections=xw/jcxw,xw/gnxw")
        unknown = crawl(replica, tmp_path, "sections=zt/gone")
    assert (known.code, known.report["sections"]["xw/jcxw"]["end"]) == (0, "absent")
    assert known.report["sections"]["xw/gnxw"]["end"] == "complete"
    assert unknown.code == 1


NO_PAGE = Answer(headers={"Content-Type": "text/html; charset=utf-8"}, body="<html><body>系统繁忙</body>".encode())


@pytest.mark.parametrize("passing", [Answer(404, body=b"<h1>404</h1>"), NO_PAGE])
def test_a_list_without_a_pager_does_not_end_where_a_page_is_missing_once(tmp_path: Path, passing: Answer) -> None:
    pages = list_pages(["", "index_1.html", "index_2.html", "index_3.html"], "")
    pages["/xw/jcxw/index_2.html"] = replace(passing, times=1, then=pages["/xw/jcxw/index_2.html"])
    with Replica(Plan(articles=60, faults=pages)) as replica:
        run = crawl(replica, tmp_path, "sections=xw/jcxw")
        asked = Counter(request.url.rpartition("/")[2] for request in replica.requests if "/index_" in request.url)
    walked = run.report["sections"]["xw/jcxw"]
    assert (walked["pages"], walked["found"], walked["end"]) == (4, {"article": 12}, "complete")
    assert asked == {"index_1.html": 1, "index_2.html": 2, "index_3.html": 1, "index_4.html": 2}


def test_what_a_pager_hid_that_named_too_few_pages_is_found_when_it_names_all(tmp_path: Path) -> None:
    names = ["", *(f"index_{number}.html" for number in range(1, 6))]
    walks = []
    for count in (2, 6, 6):
        pages = list_pages(names, f"<script>createPageHTML({count}, 0, 'index', 'html');</script>")
        with Replica(Plan(articles=60, faults=pages)) as replica:
            walks.append(crawl(replica, tmp_path, "sections=xw/jcxw").report["sections"]["xw/jcxw"])
    assert [(walk["pages"], walk["new"], walk["end"]) for walk in walks] == [
        (2, 6, "complete"), (6, 12, "complete"), (2, 0, "complete")
    ]  # fmt: skip


def test_news_behind_a_cut_walk_of_a_complete_section_is_found_later(tmp_path: Path) -> None:
    with Replica(Plan(articles=200, seed=1, page_size=3)) as before:
        assert crawl(before, tmp_path, "sections=xw/jcxw").report["sections"]["xw/jcxw"]["end"] == "complete"
    with Replica(Plan(articles=200, seed=2, page_size=3)) as news:
        cut = crawl(news, tmp_path, "sections=xw/jcxw", "max_pages=2")
        rest = crawl(news, tmp_path, "sections=xw/jcxw")
    assert (cut.report["sections"]["xw/jcxw"]["end"], rest.report["sections"]["xw/jcxw"]["end"]) == (
        "max_pages",
        "complete",
    )
    assert rest.report["articles"]["new"] > 0
    assert rest.report["sections"]["xw/jcxw"]["pages"] > 2


def test_articles_that_no_list_shows_are_brought_by_hand(replica: Replica, tmp_path: Path) -> None:
    hidden = [g for g in replica.gold() if not g["listed"] and g["expect"] == "article"][:3]
    links = tmp_path / "links.txt"
    links.write_text("\n".join(g["url"] + "?from=timeline" for g in hidden), encoding="utf-8")
    run = crawl(replica, tmp_path / "output", "sections=", f"articles=@{links}")
    assert run.code == 0
    assert {record["id"] for record in run.records} == {g["id"] for g in hidden}
    assert {record["crawl"]["list_url"] for record in run.records} == {None}


PLANTED = {
    "unknown_layout": Answer(200, body="<html><title>出错了</title><body><h1>页面不存在</h1></body></html>".encode()),
    "empty_page": Answer(200, body=b""),
    "not_html": Answer(200, body=b"%PDF-1.4 \x00\x01\x02"),
    "unknown_layout#deep": Answer(200, body=b"<html><body>" + b"<div>" * 5000 + b"x</body></html>"),
    "too_large": Answer(200, body=b"<p>" + b"x" * 30_000_000),
    "http_403": Answer(403, body=b"no"),
    "redirected": Answer(302, {"Location": "http://www.jcnews.com.cn/"}),
    "private_address": Answer(302, {"Location": "http://127.0.0.1:9/private"}),
}


def test_bad_pages_are_counted_with_their_reason_and_the_run_goes_on(tmp_path: Path) -> None:
    gold = [g for g in Replica(Plan(articles=60)).gold() if g["shape"] == "P" and g["listed"]]
    faults = {g["url"].removeprefix("http://www.jcnews.com.cn"): answer
              for g, answer in zip(gold, PLANTED.values(), strict=False)}  # fmt: skip
    with Replica(Plan(articles=60, faults=faults)) as replica:
        run = crawl(replica, tmp_path, JCNEWS_FAIL_RATIO="1")
        result = score(run.records, replica.gold())
    assert run.code == 0
    assert run.report["articles"]["failed"] == Counter(name.partition("#")[0] for name in PLANTED)
    assert sorted(result.missing) == sorted(g["id"] for g in gold[: len(PLANTED)])
    assert result.surplus == []


def test_a_defect_of_the_extractor_costs_one_article_until_it_is_mended(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as replica:
        gold = [g for g in replica.gold() if g["shape"] == "P" and g["listed"]]
        run = crawl(replica, tmp_path, shim=["--defect", gold[0]["id"].partition(":")[2]], JCNEWS_FAIL_RATIO="1")
        again = crawl(replica, tmp_path)
    assert run.code == 0
    assert run.report["articles"]["failed"] == {"defect": 1}
    assert "ZeroDivisionError: a defect" in run.stdout + run.stderr
    assert [record["id"] for record in again.records if record["crawl"]["run_id"] == again.report["run_id"]] == [
        gold[0]["id"]
    ]


def test_a_section_that_robots_txt_forbids_is_not_asked(tmp_path: Path) -> None:
    with Replica(Plan(articles=20, robots="User-agent: *\nDisallow: /xw/gnxw/\n")) as replica:
        run = crawl(replica, tmp_path)
        urls = {request.url for request in replica.requests}
    assert run.code == 0
    assert not [url for url in urls if "/xw/gnxw/" in url]


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    with Replica(Plan(articles=60, robots="User-agent: *\nCrawl-delay: 0.3\n")) as replica:
        started = time.monotonic()
        run = crawl(replica, tmp_path, "sections=xw/jcxw")
        seconds, requests = time.monotonic() - started, len(replica.requests)
    assert run.code == 0
    assert requests > 12
    assert seconds >= 0.3 * (requests - 2)


def test_reprints_are_marked_across_sections_and_runs(tmp_path: Path) -> None:
    with Replica(Plan(articles=300, reprints_percent=25)) as replica:
        assert crawl(replica, tmp_path, "sections=xw/jcxw").code == 0
        run = crawl(replica, tmp_path)
        result = score(run.records, replica.gold())
    assert (run.code, result.missing, result.twice) == (0, [], [])
    assert (result.reprints_marked, result.copies_marked) == (result.reprints, result.copies)
    assert result.reprints > 15
    assert result.wrongly_marked == []
    marked = [record for record in run.records if record["duplicate_of"]]
    assert {record["duplicate_of"] for record in marked} <= {record["id"] for record in run.records}
    assert all(record["similarity"] == 1.0 or 0.55 <= record["similarity"] <= 0.999 for record in marked)
    assert all(record["near_hash"] for record in run.records if record["char_count"] > 200)


def test_soft_404s_never_become_records(tmp_path: Path) -> None:
    with Replica(Plan(articles=60, soft_404=True)) as replica:
        run = crawl(replica, tmp_path)
        result = score(run.records, replica.gold())
    assert (run.code, result.missing, result.surplus) == (0, [], [])


def test_a_killed_run_is_completed_by_the_next(tmp_path: Path) -> None:
    with Replica(Plan(articles=120)) as replica:
        command = [sys.executable, "-m", "scrapy", "crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path}",
                   "-s", "DOWNLOAD_DELAY=0.01", "-s", "JCNEWS_SEAL_RECORDS=20"]  # fmt: skip
        killed = subprocess.Popen(command, cwd=ROOT, env=environment(replica.proxy), stderr=subprocess.DEVNULL)
        wait_until(lambda: list(tmp_path.glob("articles/*")))
        killed.kill()
        killed.wait()
        sealed = {path: path.read_bytes() for path in tmp_path.glob("articles/*.jsonl")}
        run = crawl(replica, tmp_path)
        result = score(run.records, replica.gold())
    assert (run.code, result.missing, result.surplus, result.twice) == (0, [], [], [])
    assert all(path.read_bytes() == content for path, content in sealed.items())


def test_html_snapshots_can_be_switched_off(replica: Replica, tmp_path: Path) -> None:
    run = crawl(replica, tmp_path, "sections=xw/pl", JCNEWS_HTML_SNAPSHOTS="0")
    assert run.code == 0
    assert not (tmp_path / "html").exists()
    assert {record["snapshot"]["html"] for record in run.records} == {None}
    assert all(record["snapshot"]["sha256"] for record in run.records)


def test_the_operator_is_named_to_the_site(tmp_path: Path) -> None:
    with Replica(Plan(articles=1, robots="User-agent: jcnews_spider\nDisallow: /\n")) as replica:
        run = crawl(replica, tmp_path, JCNEWS_CONTACT="ops@example.org")
    assert run.code == 4
