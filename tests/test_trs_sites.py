"""Layouts of other TRS sites and newspapers, made up from SITE.md §4, through the general templates alone."""

from __future__ import annotations

from typing import Any

import pytest

from jcnews_spider.article import Article, Author, Image, Resource
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.site import Site

SITE = Site(name="x", title="某某市人民政府", root="http://www.x.gov.cn/")
URL = "http://www.x.gov.cn/zwgk/zwdt/202206/t20220612_123456.html"
TEXT = "为深入贯彻落实会议精神，进一步推动各项工作落到实处，某某市召开专题会议，研究部署下一阶段重点任务。"
LINKS = "".join(
    f'<li><a href="./202206/t20220612_{n}.html">某某市召开会议之{n}，研究部署。</a><span>2022-06-12</span></li>'
    for n in range(20)
)

GOVERNMENT = f"""<html><head><title>某某市召开专题会议_工作动态_某某市人民政府</title>
<meta name="ArticleTitle" content="某某市召开专题会议"><meta name="PubDate" content="2022-06-12 14:46:00">
<meta name="ContentSource" content="市政府办"><meta name="Author" content=""><meta name="author" content="王丽平">
</head><body>
<div class="BreadcrumbNav">当前位置：<a href="../../../">首页</a> &gt; <a href="../../">政务公开</a>
&gt; <a href="../">政务动态</a></div>
<div class="content"><h1>某某市召开专题会议</h1><div class="pc"><span>2022-06-12</span><span>来源：市政府办</span>
</div>
<div class="mobile"><span>2022-06-12</span><span>来源：市政府办</span></div>
<div class="view TRS_UEDITOR trs_paper_default trs_web"><p style="text-indent:2em">{TEXT}</p></div>
<div>扫一扫在手机打开当前页</div><div>【打印】【关闭】</div></div><div>版权所有：某某市人民政府</div></body></html>"""

TABLES = f"""<html><head><title>某某新闻-某某网</title></head><body>
<div class="position">您现在的位置：<a href="/index.html">首页</a>&gt;<a href="/zwgk/">政务</a></div><table><tr><td>
<h2 class="title">某某新闻</h2></td></tr><tr><td>时间：2020-12-04 字号：大 中 小</td></tr><tr><td class="b12">
<div class=TRS_Editor>
<p>&nbsp;&nbsp;&nbsp;{TEXT}<br>&nbsp;&nbsp;{TEXT}<br/>　　本报讯（记者 孙 宇 通讯员 李明、王小二）三</p></div></td>
</tr></table></body></html>"""

AUTOADD = f"""<html><head><title>标题_某某网</title></head><body><h1>标题</h1>
<div class="info"><span>发布：2025-11-28 08:36</span><span>来源：</span></div><DIV id='TRS_AUTOADD_1234567890123'>
<style id=_Custom_V6_Style_>#TRS_AUTOADD_1234567890123 P{{}} /**---JSON--{{}}--**/</style>
<DIV id='TRS_AUTOADD_1234567890123'><style>P{{}}</style><P>{TEXT}<P>{TEXT}</DIV></DIV>
<div>[责任编辑：李四、王五]</div></body></html>"""

WITHOUT_LABELS = f"""<html><head><title>中证网讯标题-中证网</title></head><body><div class="article-t">
<h1>中证网讯标题</h1>
<div class="info"><p><em>王博</em><em>中国证券报·中证网</em><time>2020-12-01 18:59</time></p></div></div>
<section><style>.TRS_Editor P{{}}</style><p>　　中证网讯（记者 王博）{TEXT}</p><p>{TEXT}</p></section>
<p>责任编辑：某某</p></body></html>"""

NEWSPAPER = f"""<html><head><title>大会开幕 某某致辞_要闻_某某报</title></head><body><h1>大会开幕<br>某某致辞</h1>
<p class="date">2022.10.02 10:42 来源：某某日报 作者：张三 李四</p><div id="zoom"><p>{TEXT}</p><p>{TEXT}</p></div>
<p>（责编：赵六、钱七）</p><div><h3>相关新闻</h3><ul><li><a href="a.html">另一条新闻</a>2021-01-01</li></ul></div>
</body></html>"""

PICTURES = """<html><head><title>图集：某某_某某网</title></head><body><h1>图集：某某</h1>
<div>2022-06-12 10:00 来源：新华社</div>
<div class="TRS_Editor"><p align="center"><img src="./W020220612.jpg"></p>
<p align="center">工人在作业。新华社记者 某某 摄</p></div>
</body></html>"""


RELATED = "".join(f'<p><a href="./t2022061{n}_{n}.html">某某县另一条相关的新闻标题{n}</a></p>' for n in range(4))

LEAD = f"""<html><head><title>某市开会_要闻_某某网</title></head><body><div class=nav><a href=/>首页</a></div>
<div class="main"><h1>某市开会</h1><div class="msg"><span>2022年06月12日 14:46</span><span>来源：某某日报</span>
<span>作者：张三</span></div><div style="text-align:center"><img src="./W020220612531234567890.jpg"/></div>
<div class="TRS_UEDITOR trs_paper_default trs_web"><p>　　{TEXT}</p>
<p style="text-align:right">（某某日报记者 李四）</p></div>
<div class="list_fj"><ul><li><a href="./P020220612531234567.pdf">附件1.某某表.pdf</a></li></ul></div>
<p>责任编辑：王五</p></div></body></html>"""

TWINS = f"""<html><head><title>某市开会-某某网</title></head><body><div class="pc-only"><h1>某市开会</h1>
<p>时间：2022-06-12 来源：市政府办</p><div class="TRS_Editor"><p>{TEXT}</p></div></div>
<div class="m-only"><h1>某市开会</h1>
<p>2022-06-12</p><div class="TRS_Editor"><p>{TEXT}</p></div></div></body></html>"""

INSIDE = f"""<html><head><title>某市开会_某某网</title></head><body><h2 class="article-tit">某市开会</h2>
<div class="xx">2022-06-12 14:46:01 <em>中国证券报·中证网</em></div><div class=TRS_Editor><p>{TEXT}</p>
<p><strong>相关阅读：</strong></p>{RELATED}<p>{TEXT}二</p>
<p align="right">（编辑 王五 学生编辑 赵六）</p></div></body></html>"""

ZOOM = f"""<html><head><title>关于开会的通知_某某市</title><meta name="ArticleTitle" content="关于开会的通知">
<meta name="PubDate" content="2022-06-12 14:46"><meta name="ContentSource" content="市政府办"></head><body>
<table class="head"><tr><td>索引号</td><td>0123/2022-001</td></tr><tr><td>成文日期</td><td>2022-05-30</td></tr></table>
<div class="tit">关于开会的通知</div><div id="zoom"><p align=center>某政发〔2022〕1号</p>
<p>各县区人民政府：</p><p>　　{TEXT}</p>
<p align=right>某某市人民政府</p><p align=right>2022年5月30日</p></div>
<div class="share">分享到：</div></body></html>"""

NO_CLASS = f"""<html><head><title>某市开会 - 某某新闻网</title></head><body><div class="c1">
<div class="c2">某市开会</div>
<div class="c3">2022/06/12 14:46 | 来源：<a href=http://a.cn>新华社</a> |
点击：<script>document.write(1)</script>次</div>
<div class="c4"><style>.TRS_Editor P{{}}</style>　　{TEXT}<br/><br/>　　{TEXT}一<br/>
　　新华社记者张三、李四摄<br/></div>
<div class="c5">[责任编辑：王五]</div></div></body></html>"""

PAGES = (LEAD, TWINS, INSIDE, ZOOM, NO_CLASS, GOVERNMENT, TABLES, AUTOADD, WITHOUT_LABELS, NEWSPAPER, PICTURES)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            GOVERNMENT,
            {"title": "某某市召开专题会议", "published_at": "2022-06-12T14:46:00+08:00", "source": "市政府办",
             "text": TEXT, "breadcrumb": ("政务公开", "政务动态"), "editor": None, "authors": (),
             "id": "x:123456"},
        ),
        (
            TABLES,
            {"title": "某某新闻", "published_at": "2020-12-04", "source": None,
             "text": f"{TEXT}\n\n{TEXT}\n\n本报讯（记者 孙 宇 通讯员 李明、王小二）三"},
        ),
        (
            AUTOADD,
            {"title": "标题", "published_at": "2025-11-28T08:36:00+08:00", "source": None, "editor": "李四、王五",
             "text": f"{TEXT}\n\n{TEXT}"},
        ),
        (
            WITHOUT_LABELS,
            {"title": "中证网讯标题", "published_at": "2020-12-01T18:59:00+08:00", "editor": "某某",
             "text": f"中证网讯（记者 王博）{TEXT}\n\n{TEXT}"},
        ),
        (
            NEWSPAPER,
            {"title": "大会开幕 某某致辞", "published_at": "2022-10-02T10:42:00+08:00", "source": "某某日报",
             "editor": "赵六、钱七", "text": f"{TEXT}\n\n{TEXT}"},
        ),
        (
            LEAD,
            {"title": "某市开会", "source": "某某日报", "editor": "王五", "text": f"{TEXT}\n\n（某某日报记者 李四）",
             "authors": (Author("张三", "作者"), Author("李四", "某某日报记者")),
             "images": (Image("http://www.x.gov.cn/zwgk/zwdt/202206/W020220612531234567890.jpg"),),
             "attachments": (
                 Resource("http://www.x.gov.cn/zwgk/zwdt/202206/P020220612531234567.pdf", "附件1.某某表.pdf"),)},
        ),
        (TWINS, {"title": "某市开会", "published_at": "2022-06-12", "source": "市政府办", "text": TEXT}),
        (
            INSIDE,
            {"title": "某市开会", "published_at": "2022-06-12T14:46:01+08:00", "source": "中国证券报·中证网",
             "editor": "王五", "text": f"{TEXT}\n\n{TEXT}二\n\n（编辑 王五 学生编辑 赵六）"},
        ),
        (
            ZOOM,
            {"title": "关于开会的通知", "published_at": "2022-06-12T14:46:00+08:00", "source": "市政府办",
             "text": f"某政发〔2022〕1号\n\n各县区人民政府：\n\n{TEXT}\n\n某某市人民政府\n\n2022年5月30日"},
        ),
        (
            NO_CLASS,
            {"title": "某市开会", "published_at": "2022-06-12T14:46:00+08:00", "source": "新华社", "editor": "王五",
             "authors": (Author("张三", "新华社记者"), Author("李四", "新华社记者")),
             "text": f"{TEXT}\n\n{TEXT}一\n\n新华社记者张三、李四摄"},
        ),
        (PICTURES, {"title": "图集：某某", "source": "新华社", "text": "工人在作业。新华社记者 某某 摄"}),
    ],
    ids="government tables autoadd labels newspaper lead twins inside zoom classless pictures".split(),
)  # fmt: skip
def test_layouts_of_other_sites(page: str, expected: dict[str, Any]) -> None:
    article = parse_article(page.encode(), URL, SITE)
    assert {name: getattr(article, name) for name in expected} == expected


@pytest.mark.parametrize(
    "page",
    [
        "<title>404</title><div class='content'><h1>页面不存在</h1><p>3秒后返回首页。2022-06-12</p></div>",
        f"<title>政务动态_某某市</title><h1>政务动态</h1><div class='content'><ul>{LINKS}</ul></div>",
        f"<title>某某网</title><div class=TRS_Editor><p><a href='/a/'>横幅广告</a></p></div><ul>{LINKS}</ul>",
    ],
    ids=["soft 404", "list", "home"],
)
def test_pages_that_are_no_articles_fit_nothing(page: str) -> None:
    with pytest.raises(UnknownLayout):
        parse_article(f"<html><body>{page}</body></html>".encode(), URL, SITE)


@pytest.mark.parametrize("line", ["编辑：李四", "责任编辑：李四", "来源：某某日报　责任编辑：李四"])
def test_an_editor_between_date_and_body_is_of_the_header(line: str) -> None:
    page = GOVERNMENT.replace('<div class="view', f'<div>{line}</div><div class="view')
    article = parse_article(page.encode(), URL, SITE)
    assert (article.text, article.editor) == (TEXT, "李四")


@pytest.mark.parametrize(
    ("before", "text"),
    [(f"<p>{TEXT}</p>", TEXT), ('<p><img src="./W020220612.jpg"></p>', "")],
    ids=("text", "picture"),
)
def test_a_box_behind_the_editor_of_another_body_is_none(before: str, text: str) -> None:
    head = "<html><head><title>标题标题_某某网</title></head><body><h1>标题标题</h1><p>2022-06-12 来源：某某日报</p>"
    page = f"{head}{before}<p>责任编辑：李四</p><div class=TRS_Editor><p>侧栏。{TEXT}</p></div></body></html>"
    article = parse_article(page.encode(), URL, SITE)
    assert (article.text, article.editor, bool(article.images)) == (text, "李四", not text)


@pytest.mark.parametrize("arrow", ["&gt;", "&nbsp;&gt;&gt; ", " » ", "-&gt;"])
def test_links_behind_the_home_page_and_an_arrow_are_a_breadcrumb(arrow: str) -> None:
    links = ('<a href="/">某某网首页</a>', '<a href="/zwgk/">政务公开</a>', '<a href="/zwgk/zwdt/">动态</a>')
    page = AUTOADD.replace("<h1>", f"<div>{arrow.join(links)}</div><h1>")
    article = parse_article(page.encode(), URL, SITE)
    assert article.breadcrumb == ("政务公开", "动态")
    assert [section.url for section in article.sections] == ["http://www.x.gov.cn/zwgk/zwdt/"]


@pytest.mark.parametrize("home", ["/", "http://www.x.gov.cn/", "../../../"])
def test_a_breadcrumb_may_call_the_home_page_by_the_sites_name(home: str) -> None:
    links = f'<a href="{home}">某某网</a> &gt; <a href="../../">政务公开</a> &gt; <a href="../">动态</a> &gt; 正文'
    page = AUTOADD.replace("<h1>", f"<div>{links}</div><h1>")
    assert parse_article(page.encode(), URL, SITE).breadcrumb == ("政务公开", "动态")


def test_a_row_of_links_without_arrows_is_no_breadcrumb() -> None:
    page = AUTOADD.replace("<h1>", '<div><a href="/">首页</a> | <a href="/zwgk/">政务公开</a></div><h1>')
    assert parse_article(page.encode(), URL, SITE).breadcrumb == ()


@pytest.mark.parametrize(
    "title", ["成绩公布 请登录查询", "重要文件丢失 民警找回", "错误的观念要改", "全市网站维护人员培训开班"]
)
def test_a_title_that_reads_like_an_error_is_an_articles_where_a_text_follows(title: str) -> None:
    page = AUTOADD.replace("标题", title)
    assert parse_article(page.replace(TEXT, TEXT * 2).encode(), URL, SITE).title == title
    with pytest.raises(UnknownLayout):
        parse_article(page.replace(TEXT, "请稍后再试，谢谢。").encode(), URL, SITE)


REST = f"<p>第二段。{TEXT}</p><p>第三段。{TEXT}</p><p>本报记者 张三</p>"


@pytest.mark.parametrize(
    ("behind", "paragraphs"),
    [
        (f"{REST}<p>责任编辑：李四</p>", 4),
        (f'<div>{REST}<p><img src="./W020220612001.jpg"></p></div><p>某某日报微信</p><p>责任编辑：李四</p>', 4),
        (f"{REST}<p>关于我们</p>", 1),
        (f"<p>{TEXT}</p><p>责任编辑：李四</p>", 1),
        (f"<p>某某日报微信</p><p>某某新闻app</p><p>责任编辑：李四</p>{REST}", 1),
        (f'<div class="comment">{REST}</div><p>责任编辑：李四</p>', 1),
        (f"<ul>{LINKS}</ul>{REST}<p>责任编辑：李四</p>", 1),
    ],
    ids="paragraphs box endless boilerplate behind comments list".split(),
)
def test_the_rest_of_a_text_that_a_stray_end_tag_put_behind_its_wrapper_is_found(behind: str, paragraphs: int) -> None:
    head = "<title>标题标题_某某网</title><h1>标题标题</h1><p>2022-06-12 来源：某某日报</p>"
    page = f"<html><body>{head}<div><div class=TRS_Editor><p>{TEXT}</p></div></div>{behind}</body></html>"
    article = parse_article(page.encode(), URL, SITE)
    assert len(article.text.split("\n\n")) == paragraphs
    assert article.html.count(TEXT) == min(paragraphs, 3)


FOOTER = f'<div class="footer"><p>{TEXT}</p><p>{TEXT}</p></div>'
SIDE = f'<div class="side_r"><h3>热点</h3><ul>{LINKS}</ul></div>'


@pytest.mark.parametrize("end", ["", FOOTER, SIDE, "<p>责任编辑：李四</p>"], ids=("none", "footer", "side", "editor"))
@pytest.mark.parametrize("rest", [f"<p>第二段。{TEXT}</p>", REST], ids=("paragraph", "paragraphs"))
def test_the_rest_of_a_text_right_beside_its_wrapper_needs_no_end(rest: str, end: str) -> None:
    article = _stray(rest, end)
    assert article.text.count("\n\n") == rest.count("<p>")
    assert article.text.count(TEXT) == 1 + rest.count(TEXT)


@pytest.mark.parametrize("end", ["", FOOTER, SIDE, "<p>责任编辑：李四</p>"], ids=("none", "footer", "side", "editor"))
def test_pictures_right_beside_a_wrapper_are_the_texts(end: str) -> None:
    picture = '<p><img src="./W020220612345678901234.jpg"></p>'
    assert len(_stray(picture, end).images) == 1
    assert len(_stray(picture.replace("W020220612345678901234", "more"), end).images) == 0


@pytest.mark.parametrize("end", ["", FOOTER, SIDE, "<p>责任编辑：李四</p>"], ids=("none", "footer", "side", "editor"))
def test_a_word_or_a_box_beside_a_wrapper_is_no_rest(end: str) -> None:
    for rest in ("<p>如有疑问，请来电。</p>", f"<ul>{LINKS}</ul>{REST}", f'<div class="comment">{REST}</div>'):
        assert _stray(rest, end).text == TEXT


def _stray(rest: str, end: str) -> Article:
    """An article whose wrapper a stray end tag closes in front of `rest`."""
    head = "<title>标题标题_某某网</title><h1>标题标题</h1><p>2022-06-12 来源：某某日报</p>"
    body = f"<div><div class=TRS_Editor><p>{TEXT}</p></div>{rest}</div></div>{end}"
    return parse_article(f"<html><body>{head}<div>{body}</body></html>".encode(), URL, SITE)
