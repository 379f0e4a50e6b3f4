"""Page counts in scripts (SITE.md §3.1)."""

import pytest

from jcnews_spider.trs.page import PageLines
from jcnews_spider.trs.pager import Linked, find_list_pager, find_pager, linked_pages, page_behind, parts_of
from jcnews_spider.trs.tree import parse_tree, scripts


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('createPageHTML(50, 0, "index", "html");', 50),
        ("createPageHTML( 12 , 3 , 'index' , 'htm' , 849 );", 12),
        ('createPageHTML(9,0,"index","html","500")', 9),
        ('pageControl(1, 0, "index", "shtml", 10, \'pages-nav\')', 1),
        ("createPageHTML('page_div',67, 0,'index','html',1000)", 67),
        ('createPageHTML("67", "0", "index", "html")', 67),
        ('wcmUtil.createPageHTML5(7, 0, "index", "html")', 7),
        ("var currentPage = 0;//所在页从0开始\nvar countPage = 2//共多少页\nvar next = 1", 2),
        ('//createPageHTML(9, 0, "index", "html");\nvar countPage = 17;', 17),
        ('/* createPageHTML(9, 0, "index", "html"); */ createPageHTML(3, 0, "index", "html");', 3),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){return 5}", None),
        ('createPageHTML(4, 0, "t20221009_956123", "html");', None),
        ("var u = 'http://a.cn/'; createPageHTML(6, 0, 'index', 'html')", 6),
        ('if (narrow) f(1, 0, "index", "html"); else f(20, 0, "index", "html");', 20),
        ("var countPage = 1; if (more) countPage = 31;", 31),
        ("", None),
    ],
)
def test_a_lists_pages(script: str, expected: int | None) -> None:
    pager = find_pager(scripts(parse_tree(f"<html><body><script>{script}</script></body></html>")), "index")
    assert (pager.pages if pager else None) == expected


def test_an_articles_pages_are_told_from_a_lists() -> None:
    script = 'createPageHTML(4, 0, "t20221009_956123", "html"); var countPage = 9;'
    written = scripts(parse_tree(f"<p>文</p><script>{script}</script>"))
    pager = find_pager(written, "t20221009_956123")
    assert pager is not None
    assert pager.pages == 4
    assert find_pager(written, "t20221009_1") is None


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('f(6, 0, "list", "shtml")', ("list", 6)),
        ('f(6, 0, "list", "shtml"); f(2, 0, "index", "html")', ("index", 2)),
        ('f(1, 0, "zt", "html")', None),
        ('f(6, 0, "t20221009_956123", "html")', None),
        ('// f(6, 0, "list", "shtml")', None),
    ],
)
def test_a_list_may_have_another_name(script: str, expected: tuple[str, int] | None) -> None:
    pager = find_list_pager([script])
    assert ((pager.name, pager.pages) if pager else None) == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('<a href="index_1.shtml">下一页</a>', ("index", "shtml")),
        ('<a href="/xw/index_1.htm">2</a>', ("index", "htm")),
        ("""<a href="javascript:;" onclick="location.href='./index_1.shtml'">下一页</a>""", ("index", "shtml")),
        ('<select><option value="index.shtml">1<option value="index_1.shtml">2</select>', ("index", "shtml")),
        ('<a href="list_1.html">下一页</a>', ("list", "html")),
        ('<a href="list_1.html">图集</a>', None),
        ('<a href="../gn/index_1.shtml">下一页</a><a href="./">首页</a><a href="#">下一页</a>', None),
    ],
)
def test_links_name_the_further_pages(links: str, expected: tuple[str, str] | None) -> None:
    linked = linked_pages(parse_tree(f"<body>{links}</body>"), "http://a.cn/xw/index_3.html")
    assert linked == (expected and Linked(*expected))


@pytest.mark.parametrize(
    ("links", "second"),
    [
        ('<a href="./">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a>', "index_2.html"),
        ('<a href="index_2.html">下一页</a><a href="index_9.html">尾页</a>', "index_2.html"),
        ('<a href="list_2.html">2</a><a href="list_2.html">下一页</a><a href="list_2.html">末页</a>', "list_2.html"),
        ('<a href="index_2.html" class="next"><i class="icon"></i></a><a href="index_9.html">尾页</a>', "index_2.html"),
        ('<select><option value="index.html">1/9<option value="index_2.html">2/9</select>', "index_2.html"),
        ('<a href="index_1.html">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a>', "index_2.html"),
        ('<a href="./">1</a><a href="index_1.html">2</a><a href="index_2.html">3</a>', "index_1.html"),
        ('<a href="#">下一页</a><a href="index_2.html">尾页</a>', "index_1.html"),
        ('<a href="index_2.html">3</a>', "index_1.html"),
    ],
)
def test_links_say_whether_pages_are_counted_from_one(links: str, second: str) -> None:
    linked = linked_pages(parse_tree(f"<body>{links}</body>"), "http://a.cn/xw/")
    assert linked is not None
    assert linked.url("http://a.cn/xw/", 1) == f"http://a.cn/xw/{second}"


def test_behind_a_numbered_page_comes_the_next_number() -> None:
    assert page_behind("http://a.cn/xw/list_2.shtml") == "http://a.cn/xw/list_3.shtml"
    assert page_behind("http://a.cn/xw/") is None


def test_page_addresses_keep_name_and_suffix() -> None:
    pager = find_pager(scripts(parse_tree("<p>1</p><script>f(4, 0, 'index', 'shtml')</script>")), "index")
    assert pager is not None
    assert [pager.url("http://a.cn/xw/", index) for index in (0, 3)] == [
        "http://a.cn/xw/index.shtml",
        "http://a.cn/xw/index_3.shtml",
    ]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("1,<A href='t20111209_16_1.shtml'>2</A>,<a href='./t20111209_16_2.shtml'>3</a>", 3),
        ("1,<a href='t20111209_17_1.shtml'>2</a>", 1),
        ("1,<a name='t20111209_16_1.shtml'>2</a>", 1),
        ("1,<a href='t20111209_16.shtml'>1</a><a href='../201112/t20111208_15_3.shtml'>另一篇</a>", 1),
        ("</div><p>1 <a href='./t20111209_16_1.shtml#p'>2</a> <a href='t20111209_16_2.shtml?from=1'>尾页</a>", 3),
        ("</div><a href='http://a.cn/b/t20111209_16_1.shtml'><img src='W01.jpg'></a>", 2),
        ("</div><select><option value='t20111209_16.shtml'>1<option value='t20111209_16_1.shtml'>2</select>", 2),
        ("</div><a href='#' onclick=\"location.href='./t20111209_16_1.shtml'\">下一页</a>", 2),
        ("<a href='t20111209_16_1.shtml'>2</a><script>f(4, 0, 't20111209_16', 'shtml')</script>", 4),
    ],
    ids=["parts", "another's", "no link", "first", "row", "picture", "menu", "click", "the script says more"],
)
def test_parts_are_named_by_links_too(links: str, expected: int) -> None:
    page = f"<html><body><div id='idTRSNavigator' style='display:none'>{links}</div></body></html>"
    assert parts_of(PageLines(parse_tree(page)), "t20111209_16", page) == expected
