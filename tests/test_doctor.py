"""`scrapy doctor`: a visit of the replica over HTTP, saved pages, what it says and how it exits."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jcnews_spider.checkup import short_name
from jcnews_spider.checkup.shelf import address_of, place_of
from jcnews_spider.trs.site import Section, Site
from tests.crawling import ROOT, environment, scrapy
from tests.neighbours import HTML, listing
from tests.replica import Answer, Plan, Replica
from tests.skeleton import editor, page
from tests.test_trs_diagnosis import GONE, JSL, TEXT, WZWS
from tests.test_trs_fallback import SOUP

HOST = "http://www.jcnews.com.cn"
RELAUNCHED = f"<html><body>{SOUP}</body></html>".encode()


def doctor(plan: Plan, *arguments: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """(the finished process, paths that were asked)."""
    with Replica(plan) as replica:
        done = scrapy("doctor", "-s", "DOWNLOAD_DELAY=0", *arguments, proxy=replica.proxy)
        return done, [request.url.removeprefix(HOST) for request in replica.requests]


def places(text: str, field: str) -> list[tuple[str, str]]:
    """(pages, where) of one field."""
    return sorted((cells[2], cells[-1]) for cells in (re.split(" {2,}", line) for line in rows(text, field)))


def rows(text: str, field: str) -> list[str]:
    """The lines of the table of fields for one field."""
    return [line for line in text.splitlines() if re.match(rf"\w+ +{field}  ", line)]


def offered(text: str) -> Site:
    """The site whose file is offered."""
    told = re.search(r'^""".*?^\)$', text, re.DOTALL | re.MULTILINE)
    assert told, text
    names: dict[str, object] = {}
    exec(told[0], names)
    site = names["SITE"]
    assert isinstance(site, Site)
    return site


def test_a_visit_asks_home_lists_and_three_articles_of_each_and_knows_them_all(tmp_path: Path) -> None:
    done, asked = doctor(Plan(articles=60), "--sections", "4", "-s", f"JCNEWS_OUTPUT={tmp_path / 'o'}")
    assert done.returncode == 0, done.stdout
    assert asked[:2] == ["/robots.txt", "/"]
    assert {"/zt/sxdj/", "/xw/", "/xw/jcxw/", "/xw/sxxw/"} <= set(asked)
    articles = [path for path in asked if "/t20" in path]
    assert 9 <= len(articles) <= 4 * 3 + 1
    assert len(asked) == len(set(asked)) == len(articles) + 6
    assert "robots.txt: status 404, everything is allowed" in done.stdout
    assert "missing pages: status 404" in done.stdout
    assert "24 of the table's 24 paths" in done.stdout
    assert "Found by name: 牢记嘱托 山西答卷 zt/sxdj." in done.stdout
    assert "div.source > span" in rows(done.stdout, "source")[0]
    assert "createPageHTML" in rows(done.stdout, "pager")[0]
    assert not (tmp_path / "o").exists()


def test_saved_pages_know_their_addresses_and_are_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    visited, asked = doctor(Plan(articles=40), "--sections", "1", "--save", str(folder))
    files = sorted(folder.rglob("*.html"))
    assert len(files) == len(asked) - 2
    assert f"{len(files)} pages in {folder}" in visited.stdout
    assert re.search(r"scrapy savepage --url http://www\.jcnews\.com\.cn/\S+/t\d{8}_\d+\.html ", visited.stdout)
    again = scrapy("doctor", *map(str, files))
    assert again.returncode == 0
    for field in ("title", "source", "entries", "sections"):
        assert places(again.stdout, field) == places(visited.stdout, field)


def test_no_golden_page_is_offered_where_no_article_came(tmp_path: Path) -> None:
    done, _ = doctor(Plan(articles=40), f"{HOST}/xw/", "--save", str(tmp_path))
    assert f"1 page in {tmp_path}" in done.stdout
    assert "savepage" not in done.stdout


def test_addresses_alone_are_asked_alone() -> None:
    done, asked = doctor(Plan(articles=40), f"{HOST}/xw/", f"{HOST}/none/")
    assert asked == ["/robots.txt", "/xw/", "/none/"]
    assert done.returncode == 0
    assert "/none/: not there." in done.stdout


def test_pages_of_an_unknown_layout_get_a_template_that_reads_them() -> None:
    plan = Plan(articles=40)
    with Replica(plan) as replica:
        paths = {entry.removeprefix(HOST) for gold in replica.gold() for entry in [gold["url"]]}
    faults = {path: Answer(body=RELAUNCHED) for path in paths}
    done, _ = doctor(Plan(articles=40, faults=faults), "--sections", "2")
    assert done.returncode == 5
    assert "fallback" in rows(done.stdout, "template")[0]
    told = re.search(r"A template that reads (\d+) of (\d+) pages that none fits; put it first in (.*):", done.stdout)
    assert told, done.stdout
    assert (told[1], told[3]) == (told[2], "the templates of jcnews_spider/sites/jcnews.py")
    assert 'Marked(tokens("q3"))' in done.stdout
    assert "1 of 1" in rows(done.stdout, "template")[-1]


@pytest.mark.parametrize(
    ("plan", "code", "said", "most_asked"),
    [
        (Plan(articles=20, robots="disallow"), 4, "robots.txt forbids it", 1),
        (Plan(articles=20, robots="error"), 4, "robots.txt cannot be had, or wants longer", 3),
        (Plan(articles=20, faults={"/": Answer(521, body=JSL)}), 4, "an anti-bot product answers", 2),
        (Plan(articles=20, faults={"/xw/": Answer(body=WZWS)}), 5, "an anti-bot product answers", 9),
        (Plan(articles=20, faults={"/xw/": Answer(body=b"")}), 5, "/xw/: nothing in it.", 12),
        (Plan(articles=20, faults={"/xw/": Answer(body=b"<p>x</p>")}), 5, "/xw/: no entry was found.", 12),
        (Plan(articles=20, faults={"/": Answer(404)}), 0, "all recognised", 12),
        (Plan(articles=20, soft_404=True), 0, "missing pages: status 200, told from articles", 12),
    ],
    ids="disallow robots5xx jsl wzws empty entryless homeless soft404".split(),
)
def test_what_went_wrong_is_said_with_what_to_do(plan: Plan, code: int, said: str, most_asked: int) -> None:
    done, asked = doctor(plan, "--sections", "2")
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout
    assert len(asked) <= most_asked


ROBOTS = b"User-agent: other\nDisallow: /\nCrawl-delay: 77\n\nUser-agent: jcnews_spider\nCrawl-delay: 0.01\n"


@pytest.mark.parametrize(
    ("robots", "code", "said"),
    [
        (Answer(429), 4, f"{HOST}/robots.txt cannot be had: status 429: nothing may be asked"),
        (Answer(503), 4, f"{HOST}/robots.txt cannot be had: status 503: nothing may be asked"),
        (Answer(body=ROBOTS), 0, "robots.txt: status 200, obeyed; Crawl-delay 0.01 s\n"),
        (Answer(body=ROBOTS.replace(b"0.01", b"")), 0, "robots.txt: status 200, obeyed\n"),
        (Answer(body=ROBOTS.replace(b"0.01", b"86400")), 4, "wants 86400 s between two requests"),
        (Answer(302, {"Location": "/rules.txt"}), 0, "robots.txt: status 200, obeyed; Crawl-delay 0.01 s\n"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else None,
)
def test_robots_txt_is_told_as_a_crawl_takes_it(robots: Answer, code: int, said: str) -> None:
    faults = {"/robots.txt": robots, "/rules.txt": Answer(body=ROBOTS)}
    done, asked = doctor(Plan(articles=20, faults=faults), f"{HOST}/xw/")
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout
    assert ("/xw/" in asked) == (code == 0)


def test_a_signal_ends_a_visit_and_what_came_is_shown() -> None:
    with Replica(Plan(articles=20)) as replica:
        command = [sys.executable, "-m", "scrapy", "doctor"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(replica.proxy), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while len(replica.requests) < 3 and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        shown, said = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "24 of the table's 24 paths" in shown
    assert "stopped" not in shown
    assert "stopped early" in said


def test_nothing_reachable_is_4() -> None:
    done = scrapy("doctor", "-s", "RETRY_ENABLED=0", proxy="http://127.0.0.1:9")
    assert done.returncode == 4
    assert "nothing could be had" in done.stdout
    assert f"{HOST}/robots.txt cannot be had: Connection was refused" in done.stdout


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (page(editor(TEXT)), 0, "1 page, all recognised"),
        (page(editor(TEXT)).decode().replace("utf-8", "gb2312").encode("gb18030"), 0, "meta gb2312"),
        (WZWS, 4, "an anti-bot product answers"),
        (GONE, 5, "none could be read"),
        (b"", 5, "nothing in it"),
        (b"%PDF-1.4", 5, "no HTML"),
        (RELAUNCHED, 5, "put it first in the templates of the site's file"),
        ("<p>清单</p>".encode() * 9, 5, "no template can be proposed"),
    ],
    ids="good gbk challenge gone empty pdf relaunched nothing".split(),
)
def test_a_saved_page_is_judged_alike(tmp_path: Path, body: bytes, code: int, said: str) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(body)
    done = scrapy("doctor", str(file))
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout


@pytest.mark.parametrize(
    ("empty", "code", "said"), [(1, 0, "2 pages, all recognised"), (2, 5, "show a title and no text")]
)
def test_articles_most_of_which_show_no_text_are_5(tmp_path: Path, empty: int, code: int, said: str) -> None:
    files = [tmp_path / f"{number}.html" for number in range(empty + 1)]
    for number, file in enumerate(files):
        file.write_bytes(GONE if number else page(editor(TEXT)))
    done = scrapy("doctor", *map(str, files))
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["none.html"],
        ["--site", "none"],
        ["--sections", "0"],
        ["--sections", "2", f"{HOST}/xw/"],
        ["--url", HOST],
        [f"{HOST}/", "http://www.x.gov.cn/"],
        ["http://[foo"],
        [f"{HOST}/", "http://[foo"],
        ["--url", "http://[foo", "README.md"],
        ["--url", "www.jcnews.com.cn/x/202210/t20221009_7.html", "README.md"],
        ["--site", "cmse", "README.md"],
        ["--site", "cmse", f"{HOST}/"],
        ["--sections", "9" * 400],
    ],
    ids="file site sections both url sites address addresses of bare place places many".split(),
)
def test_wrong_arguments_are_1(arguments: list[str]) -> None:
    done = scrapy("doctor", *arguments)
    assert done.returncode == 1
    assert "scrapy doctor: " in done.stderr
    assert "Traceback" not in done.stderr


def on_terminal(file: Path, variables: dict[str, str]) -> str:
    """What a terminal is shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scrapy", "doctor", str(file)]
    env = environment() | {"TERM": "xterm", **variables}
    subprocess.run(command, cwd=ROOT, env=env, stdout=theirs, stderr=subprocess.DEVNULL, timeout=60, check=False)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_what_is_missing_is_red_on_a_terminal_alone(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(page(editor(TEXT), source=""))
    shown = on_terminal(file, {})
    assert "\x1b[31msource\x1b[0m" in shown
    assert re.search(r"\x1b\[31marticle +source +1 +missing, [^\n]*\x1b\[0m", shown)
    assert "\x1b" not in on_terminal(file, {"NO_COLOR": "1"})
    assert "\x1b" not in scrapy("doctor", str(file)).stdout


def test_a_page_is_saved_inside_the_folder_whatever_its_address() -> None:
    assert place_of(f"{HOST}/xw/jcxw/") == Path("www.jcnews.com.cn/xw/jcxw/index.html")
    assert place_of(f"{HOST}/../..%2f/{'x' * 300}?a=1") == Path("www.jcnews.com.cn/.._2f", "x" * 100)
    assert address_of(Path("a/www.jcnews.com.cn/xw/index.html")) == f"{HOST}/xw/index.html"
    assert address_of(Path("a/page.html")) is None


@pytest.mark.parametrize(
    ("case", "path", "title", "sections"),
    [
        ("bynr", "xw/dt/202203/t20220315_4.html", "巴彦淖尔市人民政府", {"xw/dt": "政务动态", "lywh": "旅游文化"}),
        ("edu_youth", "jyzx/jyxw/201702/t20170221_9.htm", "中国青年网", {"jyzx/jyxw": "教育新闻"}),
        ("finance_ce", "rolling/201111/23/t20111123_1.shtml", "中国经济网", {"rolling": "财经滚动新闻"}),
        ("tianjinwe", "tj/yw/201112/t20111220_4.html", "天津网", {"tj/yw": "民生", "hotnews/zxxx": "滚动新闻"}),
    ],
)
def test_pages_of_a_site_without_a_file_give_that_file(
    case: str, path: str, title: str, sections: dict[str, str]
) -> None:
    done = scrapy("doctor", "--url", f"http://paper.example.com/{path}", f"tests/pages/{case}/article.html")
    assert (
        "paper.example.com is no site yet. With this file, jcnews_spider/sites/paper_example.py, scrapy" in done.stdout
    )
    site = offered(done.stdout)
    assert (site.name, site.title, site.root) == ("paper_example", title, "http://paper.example.com/")
    assert [site.templates[0].name, site.templates[-1].name][case != "tianjinwe" :] == (
        ["paper_example_new", "fallback"] if case == "tianjinwe" else ["fallback"]
    )
    assert {Section(name, path) for path, name in sections.items()} <= set(site.sections)


def test_the_home_page_of_a_host_without_a_file_leads_to_the_whole_file() -> None:
    article = Answer(headers=HTML, body=(ROOT / "tests/pages/tianjinwe/article.html").read_bytes())
    articles = [f"http://paper.example.com/tj/yw/201112/t20111220_{docid}.html" for docid in range(4, 7)]
    home = "".join(f"<li><a href='/s{number}/'>栏目{number}</a></li>" for number in range(20))
    pages = {
        "/": Answer(headers=HTML, body=f"<html><body><a href='/tj/yw/'>民生</a>{home}</body></html>".encode()),
        "/tj/yw/": listing(articles),
        **{urlsplit(url).path: article for url in articles},
    }
    plan = Plan(articles=1, other_hosts={"paper.example.com": pages})
    done, asked = doctor(plan, "http://paper.example.com/")
    assert "Asking http://paper.example.com/, up to 8 sections and 3 articles of each" in done.stderr
    assert len([url for url in asked if re.search("/(s[0-9]+|tj/yw)/$", url)]) == 8
    site = offered(done.stdout)
    assert len(site.sections) >= 21
    assert site.templates[0].name == "paper_example_new"
    assert "Linked but not in the table" not in done.stdout


def test_a_site_whose_articles_have_other_addresses_is_offered_no_file() -> None:
    home = "<html><body><a href='/xw/'>新闻</a><a href='/wh/'>文化</a></body></html>".encode()
    lists = listing(f"http://paper.example.com/xw/2026-03/05/content_{number}.html" for number in range(100, 104))
    plan = Plan(articles=1, other_hosts={"paper.example.com": {"/": Answer(headers=HTML, body=home), "/xw/": lists}})
    done, _ = doctor(plan, "http://paper.example.com/")
    assert done.returncode == 5
    assert "/xw/: what is linked has other addresses than TRS gives to articles" in done.stdout
    assert "is no site yet" not in done.stdout


def test_pages_of_known_sites_or_without_an_address_give_no_file() -> None:
    page = "tests/pages/cmse/article.html"
    for arguments in ((page,), ("--url", "http://www.cmse.gov.cn/xwzx/zhxw/202103/t20210318_1.html", page)):
        assert "is no site yet" not in scrapy("doctor", *arguments).stdout


def test_the_file_of_a_new_site_replaces_no_other_s() -> None:
    arguments = ("--url", "http://www.cmse.org.cn/xwzx/zhxw/202103/t20210318_1.html", "tests/pages/cmse/article.html")
    assert "jcnews_spider/sites/www_cmse_org_cn.py, scrapy crawl www_cmse_org_cn" in scrapy("doctor", *arguments).stdout


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.jcnews.com.cn", "jcnews"),
        ("finance.ce.cn", "finance_ce"),
        ("sfj.jcgov.gov.cn:8080", "sfj_jcgov"),
        ("www.my-paper.com", "my_paper"),
        ("www.12371.cn", "site_12371"),
    ],
)
def test_a_new_site_is_named_by_its_host(host: str, name: str) -> None:
    assert short_name(host) == name


def test_a_page_cannot_write_into_the_file_that_it_is_offered(tmp_path: Path) -> None:
    evil = b'<title>x_a""";import os;os.abort();"""\x1b[2J\\\xe7\xbd\x91</title><a href="/xw/">"),import os</a>'
    (tmp_path / "home.html").write_bytes(evil)
    done = scrapy("doctor", "--url", "http://paper.example.com/", str(tmp_path / "home.html"))
    told = re.search(r'^""".*?^\)$', done.stdout, re.DOTALL | re.MULTILINE)
    assert told, done.stdout
    assert "\x1b" not in told[0]
    names: dict[str, object] = {}
    exec(told[0], names)
    site = names["SITE"]
    assert isinstance(site, Site)
    assert site.sections == (Section("),import os", "xw"),)
