"""List pages (SITE.md §3)."""

import pytest

from jcnews_spider.errors import EmptyPage, NotHtml
from jcnews_spider.sites import site_named
from jcnews_spider.trs.listing import Listing, parse_listing, parse_navigation

SITE = site_named("jcnews")
URL = "http://www.jcnews.com.cn/xw/jcxw/"
SIDE = "".join(f'<li><a href="../../lm/cj/202210/t20221008_{n}.html">边栏{n}</a></li>' for n in range(70, 80))


def listing(items: str, url: str = URL) -> Listing:
    page = f'<html><body><div class="list"><ul>{items}</ul></div><div class="side"><ul>{SIDE}</ul></div></body></html>'
    return parse_listing(page.encode(), url, SITE)


@pytest.mark.parametrize(
    ("item", "title", "date"),
    [
        (
            '<li><a href="./202210/t20221009_1.html" title="完整的标题">截断的…</a><span>10-09</span></li>',
            "完整的标题",
            "10-09",
        ),
        (
            '<li><a href="./202210/t20221009_1.html"><div><em>2022-10-09 18:59</em></div><h3>标题</h3></a></li>',
            "标题",
            "2022-10-09 18:59",
        ),
        ('<li><time>2022年10月9日</time><a href="./202210/t20221009_1.html">标题</a></li>', "标题", "2022年10月9日"),
        ('<li><span>10-09</span><a href="./202210/t20221009_1.html">标题</a></li>', "标题", "10-09"),
        ('<li><a href="./202210/t20221009_1.html">标题</a><i>10-09</i></li>', "标题", "10-09"),
        ('<li><a href="./202210/t20221009_1.html">标题</a></li>', "标题", None),
    ],
)
def test_item_shapes(item: str, title: str, date: str | None) -> None:
    (entry,) = listing(item).entries
    assert (entry.url, entry.kind, entry.docid) == (f"{URL}202210/t20221009_1.html", "article", 1)
    assert (entry.title, entry.shown_date) == (title, date)


def test_table_rows_are_items() -> None:
    rows = "".join(
        f'<tr><td><img></td><td><a href="./202210/t20221009_{n}.html">标题{n}</a></td><td>2022-10-09</td></tr>'
        for n in (1, 2)
    )
    found = parse_listing(f"<body><table>{rows}</table></body>".encode(), URL, SITE)
    assert [(entry.docid, entry.shown_date) for entry in found.entries] == [(1, "2022-10-09"), (2, "2022-10-09")]


@pytest.mark.parametrize(
    "script",
    [
        'var url="./202210/t20221009_1.html"; var title="标题"; document.writeln("<a href="+url+">"+title+"</a>");',
        (
            'var str_1 = "./202210/t20221009_1.html";\nvar str_3 = "标题";\n'
            """document.write('<a href="'+str_1+'">'+str_3+'</a>');"""
        ),
        'document.write(\'<li><a href="./202210/t20221009_1.html" title="标题">标…</a></li>\');',
    ],
)
def test_items_that_a_script_writes(script: str) -> None:
    (entry,) = listing(f"<script>{script}</script>").entries
    assert (entry.docid, entry.title) == (1, "标题")


def test_references_to_other_channels_belong_to_the_list_and_side_boxes_do_not() -> None:
    own = '<li><a href="./202210/t20221009_1.html">一</a></li>'
    other = "".join(f'<li><a href="../../sy/whyw/202210/t20221009_{n}.html">引用{n}</a></li>' for n in range(2, 9))
    assert [entry.docid for entry in listing(own + other).entries] == list(range(1, 9))


def test_a_list_of_references_alone_is_told_by_its_dates() -> None:
    items = "".join(
        f'<li><a href="../../xw/sxxw/202210/t20221009_{n}.html">引用{n}</a><span>2022-10-09</span></li>' for n in (1, 2)
    )
    assert [entry.docid for entry in listing(items).entries] == [1, 2]


@pytest.mark.parametrize("date", ["", "<span>2022-10-09</span>"])
def test_a_last_page_with_one_reference_is_told_from_a_box_with_an_article_of_the_section(date: str) -> None:
    item = f'<div class="list"><ul><li><a href="../sxxw/202210/t20221009_1.html">引用</a>{date}</li></ul></div>'
    side = f'<div class="side"><ul>{SIDE}<li><a href="./202210/t20221009_2.html">要闻</a></li></ul></div>'
    found = parse_listing(f"<body>{item}{side}</body>".encode(), URL, SITE)
    assert [entry.docid for entry in found.entries] == [1, 2]


WRITTEN = """<script>var url="http://mp.weixin.qq.com/s/1"; var title="转载推文";
document.writeln("<a href="+url+" target=_blank>"+title+"</a>");</script>"""


@pytest.mark.parametrize("link", [WRITTEN, '<a href="http://mp.weixin.qq.com/s/1">转载推文</a>'])
def test_a_last_page_with_one_item_of_another_site_is_told_by_its_date(link: str) -> None:
    (entry,) = listing(f"<li>{link}<span>2022-08-26</span></li>").entries
    assert (entry.url, entry.kind, entry.title) == ("http://mp.weixin.qq.com/s/1", "external", "转载推文")
    assert entry.shown_date == "2022-08-26"
    assert listing(f"<li>{link}</li>").entries == ()


@pytest.mark.parametrize("name", ["foot jz", "side"])
def test_a_dated_link_below_or_beside_an_empty_list_is_not_the_list(name: str) -> None:
    link = '<p>2017年12月01日核发 <a href="http://www.12377.cn/">举报专区</a></p>'
    page = f'<div class="list"><ul></ul></div><div class="{name}"><div>{link}</div></div>'
    assert parse_listing(page.encode(), URL, SITE).entries == ()


def test_the_box_beside_an_empty_list_is_not_the_list() -> None:
    assert listing("").entries == ()


def test_cards_with_pictures_and_summaries_are_told_by_their_dates() -> None:
    links = [f"./202210/t20221009_{n}.html" for n in (1, 2)] + [f"../sxxw/202210/t20221009_{n}.html" for n in (3, 4, 5)]
    cards = "".join(
        f'<div class="card"><a class="pic" href="{link}"><img src="a.jpg"></a><div class="words">'
        f'<h3><a href="{link}">题目</a></h3><p>几句话。<a href="{link}">[详细]</a></p>'
        "<span>2022-10-09</span></div></div>"
        for link in links
    )
    box = "".join(f'<li><a href="../../lm/cj/202210/t20221008_{n}.html">边栏</a>2022-10-08</li>' for n in range(70, 74))
    page = f'<div class="cards">{cards}</div><div class="box"><ul>{box}</ul></div>'
    found = parse_listing(page.encode(), URL, SITE).entries
    assert [(entry.docid, entry.shown_date) for entry in found] == [(n, "2022-10-09") for n in range(1, 6)]


def test_an_article_of_the_section_counts_wherever_it_stands() -> None:
    page = f'<div><ul>{SIDE}</ul></div><div class="top"><h2><a href="./202210/t20221009_1.html">置顶</a></h2></div>'
    assert 1 in {entry.docid for entry in parse_listing(page.encode(), URL, SITE).entries}


def references(numbers: range, date: str = "", path: str = "../sxxw/") -> str:
    """Items that lead to articles of another section."""
    return "".join(f'<li><a href="{path}202210/t20221009_{n}.html">引用{n}</a>{date}</li>' for n in numbers)


def numbers_of(page: str, url: str = URL) -> list[int | None]:
    return [entry.docid for entry in parse_listing(page.encode(), url, SITE).entries]


DATED_BOX = f'<div class="hot"><ul>{references(range(70, 80), "<span>2022-10-08</span>")}</ul></div>'
OWN_BOX = f'<div class="hot"><ul>{references(range(70, 80), path="./")}</ul></div>'


@pytest.mark.parametrize("box", [DATED_BOX, OWN_BOX], ids=["dated", "of the section"])
def test_a_side_box_with_more_signs_takes_nothing_from_a_list_of_references(box: str) -> None:
    found = numbers_of(f'<div class="list"><ul>{references(range(1, 4))}</ul></div>{box}')
    assert {1, 2, 3} <= set(found)


def test_a_box_without_a_telling_name_takes_nothing_from_a_list_of_references() -> None:
    found = numbers_of(DATED_BOX.replace("hot", "panel") + f'<div id="news"><ul>{references(range(1, 4))}</ul></div>')
    assert {1, 2, 3} <= set(found)


def test_a_topic_page_is_all_its_lists_and_no_side_box() -> None:
    lists = [f'<div class="{name}"><ul>{references(range(n, n + 3))}</ul></div>' for n, name in ((1, "zx"), (4, "pl"))]
    page = f'<div class="head"><h1><a href="../../xw/jcxw/202210/t20221009_9.html">头条</a></h1></div>{"".join(lists)}'
    url = "http://www.jcnews.com.cn/zt/sxdj/"
    beside = f"<aside><ul>{references(range(70, 80))}</ul></aside>"
    assert numbers_of(f"{page}{beside}{DATED_BOX}", url)[:7] == [9, 1, 2, 3, 4, 5, 6]
    assert numbers_of(page + beside, url) == [9, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "items",
    [
        '<ul class="list"><li><a href="./202210/t20221009_1.html">一</a></li></ul>',
        '<ul class="list"><li><div><a href="./202210/t20221009_1.html">一</a></div></li></ul>',
        '<table><tr><td><a href="./202210/t20221009_1.html">一</a></td></tr></table>',
    ],
)
def test_headlines_above_the_list_are_of_it(items: str) -> None:
    head = '<div class="top"><h2><a href="../sxxw/202210/t20221009_9.html">头条</a></h2></div>'
    box = f'<div class="box"><ul>{references(range(70, 80))}</ul></div>'
    assert numbers_of(f'<div class="main">{head}{items}</div>{box}') == [9, 1]
    assert numbers_of(f'<div class="box">{head}</div><div class="main">{items}</div>{box}') == [1]


@pytest.mark.parametrize(("left", "right"), [("col fl", "col fr"), ("pull-left half", "pull-right half")])
def test_two_columns_that_only_float_apart_are_one_list(left: str, right: str) -> None:
    date = "<span>2022-10-09</span>"
    columns = (
        f'<div class="{left}"><ul>{references(range(1, 4), date, "./")}</ul></div>'
        f'<div class="{right}"><ul>{references(range(4, 7), date)}</ul></div>'
    )
    beside = f'<div class="right fr"><ul>{references(range(70, 80))}</ul></div>'
    assert numbers_of(columns + beside) == [1, 2, 3, 4, 5, 6]


TOPIC = "http://www.jcnews.com.cn/zt/sxdj/"
MENU = '<div class="left_menu"><ul><li><a href="../../xw/gnxw/">国内新闻</a></li></ul></div>'


@pytest.mark.parametrize("menu", ["", MENU])
@pytest.mark.parametrize("name", ["list", "fr", "right", "main_right", "con right_con"])
def test_a_list_may_stand_in_the_column_on_the_right(name: str, menu: str) -> None:
    assert numbers_of(f'{menu}<div class="{name}"><ul>{references(range(1, 4))}</ul></div>', TOPIC) == [1, 2, 3]


def test_a_column_on_the_right_of_an_empty_list_is_none() -> None:
    column = f'<div class="right fr"><ul>{references(range(70, 80))}</ul></div>'
    assert numbers_of(f'<div class="left fl"><h2>栏目</h2><ul class="list"></ul></div>{column}') == []


def test_a_column_with_articles_of_the_section_is_whole_beside_dated_headlines() -> None:
    headlines = references(range(70, 76), "<span>2022-10-08</span>", "../../xw/gnxw/")
    items = references(range(1, 3), path="./") + references(range(3, 6), path="../../xw/jcxw/")
    page = f'<div class="left"><ul>{headlines}</ul></div><div class="right"><ul>{items}</ul></div>'
    assert {1, 2, 3, 4, 5} <= set(numbers_of(page, TOPIC))


@pytest.mark.parametrize("marks", [("id=n1", "id=n2", "id=n30"), ("class=odd", "class=even", "class='odd last'")])
def test_items_in_numbered_blocks_are_one_list(marks: tuple[str, ...]) -> None:
    blocks = "".join(
        f'<div {mark}><div><a href="{path}202210/t20221009_{n}.html">题{n}</a></div></div>'
        for n, (mark, path) in enumerate(zip(marks, ("./", "../gnxw/", "./"), strict=True))
    )
    assert numbers_of(f'<div class="main">{blocks}</div><div class="side"><ul>{SIDE}</ul></div>') == [0, 1, 2]


def test_lists_in_blocks_and_columns_are_one_list() -> None:
    blocks = [
        f'<ul class="{side}"><li><a href="{path}202210/t20221009_{n}.html">题{n}</a></li></ul>'
        for n, (side, path) in enumerate([("left", "./"), ("left", "./"), ("right", "../gnxw/")])
    ]
    page = f'<div id="main">{"".join(blocks)}</div><div id="side"><ul>{SIDE}</ul></div>'
    assert [entry.docid for entry in parse_listing(page.encode(), URL, SITE).entries] == [0, 1, 2]


def test_external_and_file_items_are_told_apart() -> None:
    items = (
        '<li><a href="./202210/t20221009_1.html">文</a></li>'
        '<li><a href="http://mp.weixin.qq.com/s/abc">微信</a></li>'
        '<li><a href="../zcwj/202506/P020250624600205358001.zip">附件</a></li>'
        '<li><a href="http://other.cn/a/b.pdf">通知</a></li>'
        '<li><a href="javascript:void(0)">无</a><a href="http://[bad">坏</a></li>'
    )
    found = listing(items)
    assert [entry.kind for entry in found.entries] == ["article", "external", "file", "file"]


def test_relative_links_are_joined_with_the_final_address_and_base() -> None:
    item = '<a href="./202210/t20221009_1.html">文</a>'
    assert listing(item, URL + "index_1.html").entries[0].url == f"{URL}202210/t20221009_1.html"
    based = f'<head><base href="http://jcnews.com.cn/lm/cj/"></head>{item}'
    (entry,) = parse_listing(based.encode(), URL, SITE).entries
    assert entry.url == "http://www.jcnews.com.cn/lm/cj/202210/t20221009_1.html"


@pytest.mark.parametrize(
    ("script", "suffix"), [("", "shtml"), ("var countPage = 3", "shtml"), ('f(3, 0, "index", "htm")', "htm")]
)
def test_further_pages_have_the_suffix_of_the_script_or_of_the_articles(script: str, suffix: str) -> None:
    found = listing(f'<li><a href="./202210/t20221009_1.shtml">文</a></li><script>{script}</script>')
    assert found.page_url(URL, 2) == f"{URL}index_2.{suffix}"


@pytest.mark.parametrize(
    "item",
    [
        """<a href="javascript:void(0)" onclick="window.open('{}')">标题</a>""",
        """<a href="#" onclick="openDoc(7, '{}')">标题</a>""",
        """<a href="javascript:openDoc('{}');">标题</a>""",
        """<div title="标题" onclick="location.href='{}'">标题</div>""",
        """<a href="{}" onclick="return counted('./202210/t20221009_2.html')">标题</a>""",
    ],
)
@pytest.mark.parametrize("address", ["./202210/t20221009_1.html", "/xw/jcxw/202210/t20221009_1.html"])
def test_links_that_a_click_calls(item: str, address: str) -> None:
    (entry,) = listing(f"<li>{item.format(address)}<span>10-09</span></li>").entries
    assert (entry.url, entry.title, entry.shown_date) == (f"{URL}202210/t20221009_1.html", "标题", "10-09")


def test_a_click_that_names_no_page_is_no_link() -> None:
    assert listing('<li><a href="#" onclick="show(\'tab1\')">页签</a><a href="javascript:;">无</a></li>').entries == ()


@pytest.mark.parametrize(
    ("script", "suffix"), [("", "shtml"), ("var countPage = 3", "shtml"), ('f(3, 0, "index", "htm")', "htm")]
)
def test_further_pages_are_called_as_script_or_links_say(script: str, suffix: str) -> None:
    item = '<li><a href="./202210/t20221009_1.html">文</a></li>'
    found = listing(f'{item}<script>{script}</script><a href="index_1.shtml">下一页</a>')
    assert found.page_url(URL, 2) == f"{URL}index_2.{suffix}"


def test_pages_counted_from_one_are_followed_to_the_last() -> None:
    item = '<li><a href="./202210/t20221009_1.html">文</a></li>'
    first = listing(f'{item}<a href="index_2.html">2</a><a href="index_2.html">下一页</a>')
    assert [first.page_url(URL, 1), listing(item).page_url(f"{URL}index_2.html", 2)] == [
        f"{URL}index_2.html",
        f"{URL}index_3.html",
    ]


def test_an_item_that_is_a_picture_goes_by_what_the_picture_says() -> None:
    own = '<li><a href="./202210/t20221009_1.html"><img src="a.jpg"><img src="b.jpg" alt="图题"></a></li>'
    elsewhere = '<li><a href="http://mp.weixin.qq.com/s/abc"><img src="a.jpg" alt="海报"></a></li>'
    assert [(entry.kind, entry.title) for entry in listing(own + elsewhere).entries] == [
        ("article", "图题"),
        ("external", "海报"),
    ]


def test_one_article_is_one_entry() -> None:
    twice = (
        '<li><a href="./202210/t20221009_1.html"><img src="a.jpg"></a><a href="./202210/t20221009_1.html">文</a></li>'
    )
    (entry,) = listing(twice).entries
    assert entry.title == "文"


@pytest.mark.parametrize(
    "page",
    [
        '<html><head><meta http-equiv="refresh" content="0;url=./cj/"></head></html>',
        "<html><head><META HTTP-EQUIV='REFRESH' CONTENT='0; URL=cj/'></head><body></body></html>",
        '<script>window.location.href="http://www.jcnews.com.cn/lm/cj/"</script>',
    ],
)
def test_a_parent_that_redirects_names_its_target(page: str) -> None:
    assert (
        parse_listing(page.encode(), "http://www.jcnews.com.cn/lm/", SITE).target == "http://www.jcnews.com.cn/lm/cj/"
    )


def test_navigation_names_sections() -> None:
    page = (
        '<div class="logo"><table><tr><td><a href="/xw/jcxw/">晋城新闻</a></td>'
        '<td><a href="http://jcnews.com.cn/zt/sxdj/index.html">牢记嘱托　山西答卷</a></td>'
        '<td><a href="/">首页</a></td><td><a href="http://other.cn/xw/">别处</a></td></tr></table></div>'
    )
    found = parse_navigation(page.encode(), "http://www.jcnews.com.cn/", SITE)
    assert [(section.name, section.url) for section in found] == [
        ("晋城新闻", "http://www.jcnews.com.cn/xw/jcxw/"),
        ("牢记嘱托 山西答卷", "http://www.jcnews.com.cn/zt/sxdj/"),
    ]


@pytest.mark.parametrize(("body", "fault"), [(b"", EmptyPage), (b" \n", EmptyPage), (b"%PDF-1.4 \x00", NotHtml)])
def test_what_is_no_page_is_refused(body: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        parse_listing(body, URL, SITE)
