"""Pages without any container that a template names: layouts made up here, and pages that must stay none."""

from __future__ import annotations

from typing import Any

import pytest

from jcnews_spider.errors import UnknownLayout
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.site import Site

SITE = Site(name="x", title="某某新闻网", root="http://www.x.com.cn/")
URL = "http://www.x.com.cn/yw/202206/t20220612_123456.html"
ONE = "清晨六点，某某县的蔬菜批发市场已经热闹起来，满载黄瓜和番茄的货车排成长队，等待过磅。"
TWO = "“今年雨水足，产量比往年高了一成。”合作社负责人说，为了卖得远，他们新建了两座冷库，还学会了直播。"
THREE = "据了解，当地把蔬菜产业作为富民的第一产业，几年来先后投入资金建设大棚，带动周边群众就近就业。"
BODY = f"{ONE}\n\n{TWO}\n\n{THREE}"
LINKS = "".join(f'<li><a href="/yw/202206/t20220611_{n}.html">另一条新闻的标题之{n}</a></li>' for n in range(6))
COMMENTS = "".join(
    f"<div><b>网友{n}</b><p>说得好，我们这里也一样，希望越来越好，为家乡点赞，{n}。</p></div>" for n in range(20)
)

SOUP = f"""<title>冷库建到田间 | 蔬菜卖到远方_要闻_某某新闻网</title><div class="top"><ul>{LINKS}</ul></div>
<div class="w1000"><div class="ttl9">冷库建到田间 | 蔬菜卖到远方</div>
<div class="i7">2022年06月12日 08:15 某某日报</div>
<div class="q3"><div>{ONE}</div><div class="more"><b>相关新闻</b><ul>{LINKS}</ul></div>
<div>{TWO}</div><div>{THREE}</div>
<div>（本报记者 张三 通讯员 李四光）</div></div><div class="act"><span>点赞</span><span>收藏</span></div>
<h4>网友评论</h4><div class="pinglun">{COMMENTS}</div></div><div class="foot">联系我们，欢迎来电，谢谢。</div>"""

NAMELESS = f"""<title>某某新闻网</title><h3>首页</h3><div><h5>冷库建到田间</h5><img src="/i/W020220612001.jpg">
<span class="cap">图为冷库</span><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></div><p>发布时间：2022-06-12 08:15</p>
<p>编辑：王五</p><p>版权所有，未经本网许可不得转载、摘编或以其他方式使用，违者必究。</p>"""

SIDE = "".join(f'<tr><td><a href="/{n}.html">侧栏标题之{n}，很长很长</a></td></tr>' for n in range(9))

TABLE = f"""<title>冷库建到田间--某某报</title><table><tr><td><a href="/">首页</a></td></tr></table>
<table><tr><td><table><tr><td><font size=5><b>冷库建到田间</b></font></td></tr>
<tr><td>2022-6-12 8:15:00　来源：某某日报　作者：赵六　栏目：要闻</td></tr>
<tr><td>　　{ONE}<br><br>　　{TWO}<br><br>　　{THREE}<br></td></tr><tr><td>【大 中 小】【打印】【关闭】</td></tr>
<tr><td>上一篇：<a href="/1.html">甲</a>　下一篇：<a href="/2.html">乙</a></td></tr></table></td>
<td><table>{SIDE}</table></td></tr></table>"""

PAPER = f"""<title>某某报数字报-冷库建到田间</title><table id="pages"><tr><td>第A04版：要闻</td></tr></table>
<p class="riqi">2022年06月12日 星期日</p><div class="nr"><h2>冷库建到田间</h2><p class="ft">——某某县蔬菜产业见闻</p>
<founder-content><!--enpcontent--><P>　　本报讯（记者 张三）{ONE}</P><P>　　{TWO}</P><P>　　{THREE}</P>
<!--/enpcontent--></founder-content>
</div><div>某某报社出版|国内统一刊号</div>"""

SHORT = f"""<title>冷库建到田间_某某网</title><meta name="description" content="x"><h1>冷库建到田间</h1>
<div>2022-06-12 08:15:09<span>来源：<span>某某日报</span></span></div><article class="zz"><p>{ONE}{TWO}</p></article>
<p>责任编辑：王五</p><div class="side-box"><p>{THREE}</p><p>{THREE}</p><p>{THREE}</p><p>{THREE}</p></div>"""


PAGES = (SOUP, NAMELESS, TABLE, PAPER, SHORT)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (SOUP, {"title": "冷库建到田间 | 蔬菜卖到远方", "published_at": "2022-06-12T08:15:00+08:00",
                "source": "某某日报", "text": f"{BODY}\n\n（本报记者 张三 通讯员 李四光）"}),
        (NAMELESS, {"title": "冷库建到田间", "published_at": "2022-06-12T08:15:00+08:00", "editor": "王五"}),
        (TABLE, {"title": "冷库建到田间", "published_at": "2022-06-12T08:15:00+08:00", "source": "某某日报",
                 "text": BODY}),
        (PAPER, {"title": "冷库建到田间", "published_at": "2022-06-12", "subtitle": "——某某县蔬菜产业见闻",
                 "text": f"本报讯（记者 张三）{BODY}"}),
        (SHORT, {"title": "冷库建到田间", "published_at": "2022-06-12T08:15:09+08:00", "source": "某某日报",
                 "editor": "王五", "text": ONE + TWO}),
    ],
    ids=["soup", "nameless", "table", "paper", "short"],
)  # fmt: skip
def test_an_article_is_found_by_its_text(page: str, expected: dict[str, Any]) -> None:
    article = parse_article(f"<html><body>{page}</body></html>".encode(), URL, SITE)
    assert {name: getattr(article, name) for name in expected} == expected
    assert ONE in article.text
    assert article.crawl.extractor == "fallback"


@pytest.mark.parametrize("box", ["{}", '<div class="q3">{}</div>', '<div class="content">{}</div>'])
def test_a_heading_above_the_first_paragraph_is_text_where_others_stand_between(box: str) -> None:
    head = "<title>冷库建到田间_某某网</title><h1>冷库建到田间</h1><div>2022-06-12 来源：某某日报</div>"
    text = f"<h2>冷库进村</h2><p>{ONE}</p><p>{TWO}</p><h2>蔬菜出山</h2><p>{THREE}</p>"
    article = parse_article(f"<html><body>{head}{box.format(text)}</body></html>".encode(), URL, SITE)
    assert article.text == f"冷库进村\n\n{ONE}\n\n{TWO}\n\n蔬菜出山\n\n{THREE}"


SUMMARIES = "".join(
    f'<div class="item"><h3><a href="/yw/{n}.html">某某县冷库建到田间之{n}</a></h3><p>{ONE}</p><i>2022-06-12</i></div>'
    for n in range(8)
)


@pytest.mark.parametrize(
    "figure",
    [
        '<figure><img src="./W020220612001.jpg"><figcaption>{}</figcaption></figure>',
        '<div><img src="./W020220612001.jpg"></div><div align="center">{}</div>',
    ],
    ids=["figure", "centred"],
)
def test_captions_at_the_edges_of_a_text_are_text(figure: str) -> None:
    head = "<title>冷库建到田间_某某网</title><h1>冷库建到田间</h1><div>2022-06-12 来源：某某日报</div>"
    before, behind = figure.format("冷库一角 王五 摄"), figure.format("大棚一角 王五 摄")
    text = f"{before}<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>{behind}"
    article = parse_article(f"<html><body>{head}<div class=q3>{text}</div></body></html>".encode(), URL, SITE)
    assert article.text == f"冷库一角 王五 摄\n\n{BODY}\n\n大棚一角 王五 摄"


def test_a_box_of_other_articles_with_summaries_is_no_text() -> None:
    head = "<title>冷库建到田间_某某网</title><h1>冷库建到田间</h1><div>2022-06-12 来源：某某日报</div>"
    text = f"<div class=q3><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></div><div>分享到：<a>微信</a></div>"
    box = "".join(f'<dl><dt><a href="/{n}.html">另一条新闻的标题之{n}</a></dt><dd>{ONE}</dd></dl>' for n in range(3))
    body = f"<html><body>{head}{text}<div class=r2><h4>今日导读</h4>{box}</div></body></html>"
    assert parse_article(body.encode(), URL, SITE).text == BODY


@pytest.mark.parametrize(
    "page",
    [
        f"<title>页面不存在</title><h1>页面不存在</h1><p>2022-06-12 08:15</p><p>{ONE}{TWO}{THREE}</p>",
        "<title>某某网</title><h1>404 Not Found</h1><p>您访问的页面不存在或已被删除，请返回首页。2022-06-12</p>",
        "<title>安全验证</title><h1>安全验证</h1><p>请完成安全验证，拖动滑块，证明您不是机器人，谢谢合作，2022-06-12。</p>"
        * 9,
        f"<title>要闻_某某网</title><h1>要闻</h1>{SUMMARIES}",
        f"<title>要闻</title><h1>要闻动态</h1>{SUMMARIES[: len(SUMMARIES) // 8 * 3]}",
        f"<title>某某网</title><div><ul>{LINKS}</ul></div><div><h2>专题</h2>{SUMMARIES}</div><ul>{LINKS}</ul>",
        f"<title>搜索结果_某某网</title><h1>搜索：冷库</h1><p>共8条，用时0.1秒。2022-06-12</p>{SUMMARIES}",
        "<title>标题_某某网</title><h1>标题</h1><p>2022-06-12</p><p>请稍候。</p>",
        "<title>某某网</title><p>系统维护中，请稍后再试，给您带来不便，敬请谅解，2022-06-12。</p>",
        f"<title>某某网</title><h1>友情链接</h1><p>2022-06-12</p><ul>{LINKS * 9}</ul>",
    ],
    ids="gone soft404 challenge summaries three home search stub maintenance links".split(),
)
def test_what_is_no_article_stays_none(page: str) -> None:
    with pytest.raises(UnknownLayout):
        parse_article(f"<html><body>{page}</body></html>".encode(), URL, SITE)


def test_files_behind_the_paragraphs_of_a_body_are_attachments() -> None:
    head = "<title>冷库建到田间_某某网</title><h1>冷库建到田间</h1><p>2022-06-12 来源：某某日报</p>"
    files = '附件：<br><p><a href="./P020220612001.doc">登记表.doc</a></p>'
    page = f"<html><body>{head}<div>{ONE}<br>{TWO}<br>{THREE}<br>{files}</div><p>责任编辑：王五</p></body></html>"
    article = parse_article(page.encode(), URL, SITE)
    assert [file.name for file in article.attachments] == ["登记表.doc"]


HEAD = "<title>冷库建到田间_某某网</title><h1>冷库建到田间</h1><p>2022-06-12 08:15 来源：某某日报</p>"


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        (
            f'<p>{ONE}</p><p>{TWO}</p><div class="r5"><h4>相关新闻</h4><ul>{LINKS}</ul></div><p>{THREE}</p>',
            [ONE, TWO, THREE],
        ),
        (
            f"<p>{ONE}</p><p>{TWO}</p><p><b>相关阅读</b></p><ul>{LINKS}</ul><p>本网声明：{THREE}</p>",
            [ONE, TWO, "本网声明：" + THREE],
        ),
        (f"<p>{ONE}</p><p>{TWO}</p><ul>{LINKS}</ul><p>责任编辑：王五</p><p>{THREE}</p>", [ONE, TWO]),
        (f"<p>{ONE}</p><p>{TWO}</p><ul>{LINKS}</ul><div><div>{THREE}</div></div>", [ONE, TWO]),
        (f"<section><p>01</p><p>冷库</p></section><p>{ONE}</p><p>{TWO}</p>", ["01", "冷库", ONE, TWO]),
        (f"<pre>{ONE}{TWO}</pre><p>某某县农业局</p><p>2022年6月12日</p>", [ONE + TWO, "某某县农业局", "2022年6月12日"]),
        (f"<h3>一、冷库</h3><p>{ONE}</p><h3>二、直播</h3><p>{TWO}</p>", ["一、冷库", ONE, "二、直播", TWO]),
        (
            f"{ONE}<br>{TWO}<br><div align=right>读者 李四光</div><div style='text-align: right'>2022年6月12日</div>",
            [ONE, TWO, "读者 李四光", "2022年6月12日"],
        ),
        (f"{ONE}<br>{TWO}<br><div align=right>（某某日报编辑部供稿）</div>", [ONE, TWO]),
        (f"<font>{ONE}<br>{TWO}<br><p align=right>读者 李四光</p></font>", [ONE, TWO, "读者 李四光"]),
        (
            f"<p>{ONE}</p><p>{TWO}</p><div><b>相关阅读</b><ul>{LINKS}</ul></div><ul><li>黄瓜</li></ul><p>{THREE}</p>",
            [ONE, TWO, "黄瓜", THREE],
        ),
        (
            f"<p>{ONE}</p><p>{TWO}</p><ul>{LINKS}</ul><ul><li>黄瓜</li></ul><p>未经本网授权不得转载。{THREE}</p>",
            [ONE, TWO],
        ),
        (f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p><p>长按识别二维码，关注“某某网”</p>", [ONE, TWO, THREE]),
    ],
    ids="box heading editor elsewhere section pre heads signature label font list notice appeal".split(),
)
def test_how_far_a_text_without_a_known_container_reaches(body: str, paragraphs: list[str]) -> None:
    page = f"<html><body>{HEAD}<div class=q>{body}</div><p>责任编辑：王五</p></body></html>"
    assert parse_article(page.encode(), URL, SITE).text.split("\n\n") == paragraphs


@pytest.mark.parametrize(
    ("header", "end", "source"),
    [
        ('<span class="from">某某日报</span>', "（据新华社）", "某某日报"),
        ('<span class="from">某某日报</span>', "（此件公开发布）", "某某日报"),
        ("", "（据新华社）", "新华社"),
        ("", "（京华时报）", "京华时报"),
        ("", "（此件公开发布）", None),
    ],
)
def test_a_source_in_brackets_stands_back_behind_the_headers(header: str, end: str, source: str | None) -> None:
    head = f"<title>冷库建到田间_某网</title><h1>冷库建到田间</h1><div><span>2022-06-12 08:15</span> {header}</div>"
    page = f"<html><body>{head}<div><p>{ONE}</p><p>{TWO}</p><p>{end}</p></div><p>责任编辑：王五</p></body></html>"
    assert parse_article(page.encode(), URL, SITE).source == source


@pytest.mark.parametrize(
    ("line", "is_text"),
    [
        ("时间：2022年6月20日 地点：图书馆", True),
        ("时间：2022-06-12", False),
        ("更新时间：2022-06-13 来源：某网", False),
    ],
)
def test_the_day_of_an_event_right_behind_the_header_is_text(line: str, is_text: bool) -> None:
    head = "<title>冷库建到田间_某网</title><div><h1>冷库建到田间</h1><div>日期：2022-06-12 来源：某某日报</div>"
    body = f"<div>{line}</div><div>{ONE}</div><div>{TWO}</div>"
    page = f"<html><body>{head}{body}<div>责任编辑：王五</div></div></body></html>"
    assert (line in parse_article(page.encode(), URL, SITE).text) is is_text


@pytest.mark.parametrize("first", ["", "（2022年6月10日）", "公示时间：2022年6月13日至6月19日"])
def test_a_table_with_the_date_above_the_title_leaves_the_texts_own_dates_alone(first: str) -> None:
    rows = "<tr><td>索引号：</td><td>0012</td></tr><tr><td>文号：某发1号</td><td>发布日期：2022年06月12日</td></tr>"
    body = f"<div class=TRS_Editor><p>{ONE}</p><p>{first}</p><p>{TWO}</p></div>"
    head = f"<title>冷库建到田间_某网</title><table>{rows}</table><h1>冷库建到田间</h1>"
    article = parse_article(f"<html><body>{head}{body}</body></html>".encode(), URL, SITE)
    assert article.published_at == "2022-06-12"
    assert article.text.split("\n\n") == [line for line in (ONE, first, TWO) if line]


FIELDS = (
    "索引号|0012/2022-1",
    "发布日期|2022-06-12",
    "发布机构|县政府办",
    "主题分类|综合",
    "文号|某发1号",
    "有效性|有效",
)
SHAPES = {
    "list": ("<ul>{}</ul>", "<li>{}：{}</li>"),
    "grid": ("<div>{}</div>", "<div><label>{}</label><span>{}</span></div>"),
    "terms": ("<dl>{}</dl>", "<dt>{}：</dt><dd>{}</dd>"),
    "table": ("<table>{}</table>", "<tr><td>{}</td><td>{}</td></tr>"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("last", ["名称|冷库建到田间", "成文日期|2022-05-30", "有效期至|2027-06-01"])
@pytest.mark.parametrize("first", ["会议时间：2022年7月2日", "一、总体要求"])
def test_the_fields_of_a_document_above_its_title_are_read_from_the_first_on(shape: str, last: str, first: str) -> None:
    box, field = SHAPES[shape]
    fields = box.format("".join(field.format(*said.split("|")) for said in (*FIELDS, last)))
    body = f"<div class=TRS_Editor><p>{first}</p><p>{ONE}</p></div>"
    head = f"<title>冷库建到田间_某网</title><p>今天是2026-01-01</p>{fields}<h1>冷库建到田间</h1>"
    article = parse_article(f"<html><body>{head}{body}</body></html>".encode(), URL, SITE)
    assert (article.published_at, article.text.split("\n\n")) == ("2022-06-12", [first, ONE])


@pytest.mark.parametrize(
    ("line", "is_text", "published"),
    [
        ("时间：2022年7月2日", True, "2022-06-12T08:15:00+08:00"),
        ("会议时间：2022年7月2日上午9:00", True, "2022-06-12T08:15:00+08:00"),
        ("时间：2022年6月12日", False, "2022-06-12T08:15:00+08:00"),
        ("发布时间：2022年6月13日", False, "2022-06-13"),
        ("2022年6月13日 来源：某某日报", False, "2022-06-13"),
        ("时间：2022-06-13", False, "2022-06-13"),
    ],
)
def test_the_day_of_an_event_that_opens_a_text_is_not_the_day_that_the_head_gives(
    line: str, is_text: bool, published: str
) -> None:
    head = '<title>冷库建到田间_某网</title><meta name="PubDate" content="2022-06-12 08:15"><h1>冷库建到田间</h1>'
    body = f"<div class=TRS_Editor><p>{line}</p><p>{ONE}</p><p>{TWO}</p></div>"
    article = parse_article(f"<html><body>{head}{body}</body></html>".encode(), URL, SITE)
    assert (line in article.text, article.published_at) == (is_text, published)


def test_dates_far_above_a_title_without_fields_are_none_of_its() -> None:
    links = "".join(f"<p>第{n}期 2022-06-12</p>" for n in range(6))
    above = "<div>本报评论</div><div>时评</div><div>专栏</div>"
    body = f"{above}<h1>冷库建到田间</h1><div class=TRS_Editor><p>{ONE}</p></div>"
    page = f"<html><body><title>冷库建到田间_某网</title>{links}{body}</body></html>"
    assert parse_article(page.encode(), URL, SITE).published_at is None


@pytest.mark.parametrize(
    ("above", "source"),
    [("<div>来源：某某日报</div>", "某某日报"), ("<div>来源：某网，某报等</div>", None), ("", None)],
)
def test_a_source_above_the_title_is_read(above: str, source: str | None) -> None:
    head = f"<title>冷库建到田间_某网</title><div><em>2022</em> <em>06/12</em> <em>08:15:00</em></div>{above}"
    page = f"<html><body>{head}<h1>冷库建到田间</h1><div class=q><p>{ONE}</p><p>{TWO}</p></div></body></html>"
    article = parse_article(page.encode(), URL, SITE)
    assert (article.source, article.published_at) == (source, "2022-06-12T08:15:00+08:00")


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("2022-06-12 08:15:09.0", "2022-06-12T08:15:09+08:00"),
        ("2022-06-12 00:00:00:0", "2022-06-12"),
        ("2022-06-12", "2022-06-12"),
    ],
)
def test_a_papers_page_with_verses_is_read_by_the_comment_of_its_system(date: str, published: str) -> None:
    verses = [
        "双峰托起一轮清辉",
        "石阶把夜色拧成绳",
        "有人沿着旧时的钟声",
        "一步一步走进松针",
        "月亮不说话",
        "山门不关",
    ]
    comment = f"<!--enpproperty <articleid>88</articleid><date>{date}</date><author></author>/enpproperty-->"
    head = f"<title>望月 - 某某报数字报</title>{comment}<strong class=bt1>望月</strong>"
    body = f"<div id=ozoom><founder-content>{''.join(f'<P>{line}</P>' for line in verses)}</founder-content></div>"
    article = parse_article(f"<html><body>{head}{body}</body></html>".encode(), URL, SITE)
    assert (article.published_at, article.text.split("\n\n")) == (published, verses)


@pytest.mark.parametrize(
    ("summary", "is_text"),
    [(ONE, False), (f"{ONE[:30]}...", False), (ONE + TWO[:20] + "……", False), (THREE[:30] + "。", True)],
    ids="whole cut longer other".split(),
)
def test_a_summary_that_is_the_beginning_of_the_text_is_none_of_it(summary: str, *, is_text: bool) -> None:
    head = "<title>冷库建到田间_某网</title><h1>冷库建到田间</h1><div>2022-06-12 08:15 来源：某某日报</div>"
    body = (
        f"<div class=zz><div class=s9>{summary}</div><div class=q3><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></div></div>"
    )
    article = parse_article(f"<html><body>{head}{body}</body></html>".encode(), URL, SITE)
    assert article.text == (f"{summary}\n\n{BODY}" if is_text else BODY)


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        (["来源：某某日报", "编辑：王五 审核：李明 监制：赵六"], []),
        (["（来源：某某日报）", "编辑：王五 审核：李明"], ["（来源：某某日报）"]),
        (["资料来源：年鉴和县志，编辑时有改动。", "编辑：王五 审核：李明"], ["资料来源：年鉴和县志，编辑时有改动。"]),
    ],
)
def test_a_source_right_before_the_editor_is_no_text(end: list[str], kept: list[str]) -> None:
    head = "<title>冷库建到田间_某网</title><h1>冷库建到田间</h1><div>2022-06-12 08:15</div>"
    lines = "".join(f"<p>{line}</p>" for line in [ONE, TWO, *end])
    page = f"<html><body>{head}<div class=TRS_Editor>{lines}</div></body></html>"
    article = parse_article(page.encode(), URL, SITE)
    assert (article.editor, article.text.split("\n\n")) == ("王五", [ONE, TWO, *kept])


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("2022-06-12 08:15 某某县融媒体中心", "某某县融媒体中心"),
        ("2022-06-12 / 某某县气象局 / 责编 王五", "某某县气象局"),
        ("2022-06-12　某某晚报早报版", "某某晚报早报版"),
        ("<em>2022-06-12</em><em class=from>某某县人民政府办公室</em>", "某某县人民政府办公室"),
        ("<em>2022-06-12</em><em class=from>冷库建到田间</em>", None),
        ("2022-06-12 新闻中心", None),
        ("2022-06-12 某某公司主办", None),
    ],
)
def test_offices_and_media_centres_are_sources_without_a_label(line: str, source: str | None) -> None:
    head = f"<title>冷库建到田间_某网</title><h1>冷库建到田间</h1><div>{line}</div>"
    page = f"<html><body>{head}<div class=q><p>{ONE}</p><p>{TWO}</p></div></body></html>"
    assert parse_article(page.encode(), URL, SITE).source == source


@pytest.mark.parametrize("title", ["娘的石磨", "冷库建到田间地头"])
def test_a_short_title_that_only_its_place_shows_is_found(title: str) -> None:
    crumb = "<div>当前位置：<a href='/'>首页</a> → 新闻中心 → 正文</div>"
    head = f"<title>某某报业网</title>{crumb}<div><span>{title}</span></div><div>2022-06-12 来源：某某日报</div>"
    page = f"<html><body>{head}<div class=q><p>{ONE}</p><p>{TWO}</p></div></body></html>"
    assert parse_article(page.encode(), URL, SITE).title == title
