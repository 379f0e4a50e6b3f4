"""Articles without running text in containers that no template names, and pages that only look like them."""

from __future__ import annotations

import pytest

from jcnews_spider.errors import UnknownLayout
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.site import Site

SITE = Site(name="x", title="某某新闻网", root="http://www.x.com.cn/")
URL = "http://www.x.com.cn/yw/202206/t20220612_123456.html"
HEADER = "2022-06-12 08:15　来源：某某日报"
LINKS = "".join(f'<li><a href="/yw/202206/t20220611_{n}.html">另一条新闻的标题之{n}</a></li>' for n in range(6))
FOOT = "<div class=q9><p>主办：某某融媒体中心</p><p>某ICP备06001234号</p></div>"

BOX = """<div class=w1><h1>{title}</h1><p class=i7>{header}</p><div class=q3>{body}</div><p>责任编辑：王五</p></div>"""
SIBLINGS = """<div class=w1><h1>{title}</h1><p>{header}</p>{body}<p>责任编辑：王五</p>
<p>上一篇：<a href="1.html">甲</a></p></div>"""
CELLS = """<table><tr><td><b>{title}</b></td></tr><tr><td>{header}</td></tr><tr><td>{body}</td></tr>
<tr><td>【打印】【关闭】</td></tr></table>"""
SOURCE_LAST = (
    """<div><h1>{title}</h1><p>2022-06-12 08:15</p><div>{body}</div><p>来源：某某日报</p><p>编辑：王五</p></div>"""
)
ROW = """<div><h2>{title}</h2><ul><li>来源：某某日报</li><li>2022-06-12 08:15</li><li>编辑：王五</li></ul>
<div>{body}</div>
<div>分享到：<a>微信</a></div></div>"""
ASIDE = """<div><div><h3>{title}</h3><div>{header}</div><div>分享到：</div><div>{body}</div></div><div><h3>热点</h3>
<ul>{links}</ul></div></div>"""


def page(skeleton: str, body: str, header: str = HEADER) -> bytes:
    title = "某某县十月停水"
    shown = skeleton.format(title=title, header=header, body=body, links=LINKS)
    return f"<html><title>{title}_某某新闻网</title><body><ul>{LINKS}</ul>{shown}{FOOT}</body></html>".encode()


@pytest.mark.parametrize(
    "skeleton", [BOX, SIBLINGS, CELLS, SOURCE_LAST, ROW, ASIDE], ids="box siblings cells last row aside".split()
)
@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<p>因检修，城东今起停水。</p>", ["因检修，城东今起停水。"]),
        ("　　24小时报修电话 0356-0000000", ["24小时报修电话 0356-0000000"]),
        ("　　王一　李二<br><br>　　赵三　孙四", ["王一 李二", "赵三 孙四"]),
        ("<div>风从北来</div><div>水向南流</div>", ["风从北来", "水向南流"]),
        ("<ol><li>关好水阀</li><li>备好用水</li></ol>", ["关好水阀", "备好用水"]),
        ('<p><img src="./W020220612001.jpg"></p><p align=center>停水的街</p>', ["停水的街"]),
        ('<p><img src="./W020220612001.jpg"></p>', []),
    ],
    ids="sentence telephone names verses list caption picture".split(),
)
def test_what_stands_under_a_printed_date_and_source_is_the_text(
    skeleton: str, body: str, paragraphs: list[str]
) -> None:
    article = parse_article(page(skeleton, body), URL, SITE)
    assert article.text == "\n\n".join(paragraphs)
    assert (article.title, article.source) == ("某某县十月停水", "某某日报")
    assert article.published_at == "2022-06-12T08:15:00+08:00"
    assert len(article.images) == body.count("<img")
    assert article.crawl.extractor == "fallback"


@pytest.mark.parametrize("skeleton", [BOX, SIBLINGS, CELLS, ROW], ids="box siblings cells row".split())
@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>&nbsp;</p>",
        "<div id=text></div><script>load(1)</script>",
        "<p>正在加载，请稍候……</p>",
        "<p>您的浏览器不支持视频播放</p>",
        "<p>该文章已被删除</p>",
        "<p>暂无内容</p>",
        "<p>某某日报微信</p>",
        '<div>分享到：<a href="#">微信</a></div>',
        '<img src="/images/weixin.png">',
        f"<ul>{LINKS}</ul>",
        f"<p>请选择年份 2021 2022</p><ul>{LINKS}</ul>{LINKS * 9}",
    ],
)
def test_a_page_without_a_text_of_its_own_stays_none(skeleton: str, body: str) -> None:
    with pytest.raises(UnknownLayout):
        parse_article(page(skeleton, body), URL, SITE)


@pytest.mark.parametrize("header", ["", "2022-06-12", "某某日报", '<a href="1.html">2022-06-12 08:15 一条新闻</a>'])
def test_without_a_date_beside_a_source_a_label_or_a_time_a_line_is_no_article(header: str) -> None:
    with pytest.raises(UnknownLayout):
        parse_article(page(BOX, "<p>城东停水</p>", header), URL, SITE)


def test_one_line_beside_attachments_is_a_text() -> None:
    files = '<p><a href="./P020220612001.xls">某某县2022年二季度考核结果一览表.xls</a></p>'
    article = parse_article(page(BOX, f"<div class=TRS_Editor><p>结果见附件</p>{files}</div>"), URL, SITE)
    assert article.text.startswith("结果见附件")
    assert [file.name for file in article.attachments] == ["某某县2022年二季度考核结果一览表.xls"]
