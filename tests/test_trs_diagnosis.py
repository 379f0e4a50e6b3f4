"""What `diagnose` finds on pages, and where it says it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jcnews_spider.sites import site_named
from jcnews_spider.trs.challenge import challenger
from jcnews_spider.trs.diagnosis import Diagnosis, diagnose, kind_of
from jcnews_spider.trs.proposal import evidence, propose
from tests.skeleton import editor, page

SITE = site_named("jcnews")
LIST = "http://www.jcnews.com.cn/xw/jcxw/"
ARTICLE = f"{LIST}202210/t20221009_956123.html"
TEXT = "这是一段虚构的正文，说明本页由测试写成，它有两句话。这是第二句。"
ITEMS = "".join(
    f'<li><a href="./202210/t2022100{n}_95612{n}.html">标题{n}…</a><i>10-0{n}</i></li>' for n in range(1, 6)
)


def places(found: Diagnosis) -> dict[str, tuple[str, str]]:
    return {finding.name: (finding.value, finding.where) for finding in found.findings}


def test_every_field_of_an_article_says_where_it_stands() -> None:
    found = places(diagnose(page(editor(TEXT, "本报记者陈俊琦")), ARTICLE, SITE))
    expected = {
        "encoding": ("utf-8", "the bytes; header says nothing, meta utf-8"),
        "template": ("jcnews", "1 of 6"),
        "title": ("【系列】标题", "header: h1#title"),
        "published_at": ("2022-10-09T10:28:00+08:00", "header: span.time"),
        "source": ("山西日报", "header: div.source > span"),
        "editor": ("豆晓军", "tail: span.editor"),
        "breadcrumb": ("牢记嘱托 山西答卷", "a.CurrChnlCls"),
        "text": ("39 characters", "div.TRS_Editor"),
        "series": ("系列", "header: h1#title"),
        "subtitle": ("", "not on the page"),
        "authors": ("陈俊琦", "body: div.TRS_Editor > p"),
    }
    assert {name: found[name] for name in expected} == expected


def test_a_value_of_the_head_is_said_to_be_of_the_head() -> None:
    head = '<meta name="PubDate" content="2022-10-09 10:28:00"><meta name="ContentSource" content="山西日报">'
    found = places(diagnose(page(editor(TEXT), date="2022-10-09", source="", head=head), ARTICLE, SITE))
    assert found["published_at"] == ("2022-10-09T10:28:00+08:00", "header: span.time, the time from a meta tag")
    assert found["source"] == ("山西日报", "meta contentsource")


def test_what_a_page_lacks_is_missing() -> None:
    found = diagnose(page(editor(TEXT), source="", editor=""), ARTICLE, SITE)
    assert [finding.name for finding in found.findings if finding.is_missing] == ["source", "editor"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('createPageHTML(50, 0, "index", "html");', ("50 pages", "script: createPageHTML(…, 'index', 'html')")),
        ("createPageHTML('pg',50,0,'index','html')", ("50 pages", "script: createPageHTML(…, 'index', 'html')")),
        ("var countPage = 1//共多少页", ("1 page", "script: countPage")),
        ("", ("", "no script counts pages: they are asked until one is missing")),
    ],
    ids=["call", "container", "variable", "none"],
)
def test_the_form_of_the_pager_is_told(script: str, expected: tuple[str, str]) -> None:
    body = f"<html><body><ul class=list>{ITEMS}</ul><script>{script}</script></body></html>".encode()
    found = diagnose(body, LIST, SITE)
    assert places(found)["pager"] == expected
    assert places(found)["entries"] == ("5 articles", "ul.list > li")
    assert places(found)["dates"] == ("5 of 5", "beside the entries")
    assert places(found)["titles cut"][0] == "5 of 5"


@pytest.mark.parametrize(
    ("links", "box", "reason"),
    [(3, "", "other_addresses"), (2, "", "empty_list"), (3, "/gn/202210/t20221009_1.html", "empty_list")],
    ids=["other", "few", "article"],
)
def test_a_list_of_pages_with_other_addresses_is_told_from_an_empty_one(links: int, box: str, reason: str) -> None:
    items = "".join(f'<li><a href="2026-03/05/content_{880 + i}.html">某地要闻</a></li>' for i in range(links))
    side = f'<div class="side"><ul><li><a href="{box}">某地</a></ul></div>'
    found = diagnose(f"<html><body>{side}<ul>{items}</ul></body></html>".encode(), LIST, SITE)
    assert found.reason == reason
    assert ("/xw/jcxw/2026-03/05/content_880.html" in found.detail) == (reason == "other_addresses")


def test_a_home_page_tells_sections_that_the_table_lacks() -> None:
    links = '<a href="/xw/jcxw/">晋城新闻</a><a href="/zt/sxdj/">牢记嘱托　山西答卷</a><a href="/xx/yy/">新栏目</a>'
    found = places(diagnose(f"<html><body>{links}</body></html>".encode(), SITE.root, SITE))
    assert found["sections"] == ("3", "navigation; 1 of the table's 24 paths")
    assert found["other sections"][0] == "新栏目 xx/yy"
    assert found["sections by name"][0] == "牢记嘱托 山西答卷 zt/sxdj"


def test_gbk_under_a_wrong_header_is_read_and_told() -> None:
    body = page(editor(TEXT * 3)).decode().replace("utf-8", "gb2312").encode("gb18030")
    found = places(diagnose(body, ARTICLE, SITE, "utf-8"))
    assert found["encoding"] == ("gb18030", "the bytes; header says utf-8, meta gb2312")
    assert found["title"][0] == "【系列】标题"


JSL = b"<script>document.cookie=('__jsl_clearance=1');location.href='/'</script>"
WZWS = "<html><body>请开启JavaScript并刷新该页.<script>eval(1)</script></body></html>".encode()
GONE = f"<title>页面不存在</title><h1>页面不存在</h1><p>2022-06-12</p><p>{TEXT * 3}</p>".encode()


@pytest.mark.parametrize("url", [ARTICLE, LIST, SITE.root, None], ids=["article", "list", "home", "file"])
@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (JSL, {"challenged"}),
        (WZWS, {"challenged"}),
        (GONE, {"no_body", "empty_list", "no_sections"}),
        (b"", {"empty_page"}),
        (b"%PDF-1.4", {"not_html"}),
        (b"\xff\xfe\x00<", {"empty_page", "not_html"}),
    ],
    ids="jsl wzws gone empty pdf bytes".split(),
)
def test_what_is_no_page_of_its_kind_has_a_reason(body: bytes, reasons: set[str], url: str | None) -> None:
    assert diagnose(body, url, SITE).reason in reasons


def test_a_page_that_fits_nothing_tells_what_each_template_missed() -> None:
    found = diagnose("<p>清单</p>".encode() * 9, ARTICLE, SITE)
    why = places(found)["template"]
    assert why[0] == ""
    assert why[1].startswith("jcnews: no container; jcnews_bare: no container; trs_editor: no container")
    assert found.wants_template


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (page(editor(TEXT)), "article"),
        (f"<html><body><ul>{ITEMS}</ul></body></html>".encode(), "list"),
        ("".join(f'<a href="/xw/p{n}/">栏目{n}</a>' for n in range(5)).encode(), "home"),
        (b"", "article"),
    ],
    ids=["article", "list", "home", "nothing"],
)
def test_a_page_without_an_address_is_told_by_what_it_holds(body: bytes, expected: str) -> None:
    assert kind_of(body, None, SITE) == expected


def test_golden_pages_are_diagnosed() -> None:
    pages = sorted((Path(__file__).parent / "pages").rglob("*.html"))
    found = [diagnose(path.read_bytes(), None, SITE) for path in pages]
    assert pages
    assert {diagnosis.template for diagnosis in found if not diagnosis.reason} >= {"jcnews", "jcnews_bare"}


def test_an_article_that_names_a_product_is_no_challenge() -> None:
    assert challenger(f"<p>{TEXT * 20}</p><script src=/acw_sc__v2.js></script>".encode()) is None
    assert challenger(b"<script>var arg1='x';acw_sc__v2</script>") == "Aliyun"
    assert challenger("<p>请开启JavaScript并刷新该页.</p>".encode("gbk")) == "网站卫士"
    assert challenger(b"", 521) == "加速乐"
    assert challenger(b"403", 403, b"set-cookie: HWWAFSESID=1") == "Huawei"
    assert challenger(b"", 404, b"server: nginx") is None


@given(st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_page_cut_and_spliced_anywhere_is_diagnosed_all_the_same(data: st.DataObject) -> None:
    whole = page(editor(TEXT))
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    body = whole[:first] + data.draw(st.binary(max_size=20)) + whole[second:]
    for url in (ARTICLE, LIST, SITE.root, None):
        assert diagnose(body, url, SITE, data.draw(st.sampled_from([None, "gbk", "nonsense"]))).findings
    known = evidence(body)
    assert known is None or propose([known], "x") is None or known.layout.title
