"""An article page of the site's skeleton (SITE.md §2.5) around any text, for pages made by tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from jcnews_spider.article import Article
from jcnews_spider.errors import Defect, UnknownLayout
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article

SITE = site_named("jcnews")
URL = "http://www.jcnews.com.cn/zt/sxdj/202210/t20221009_956123.html"
TEXT = "这是一段虚构的正文，说明本页由测试写成。"

EDITOR = '<span class="editor">\n[ 责任编辑:\n {} ]\n</span>'
NOTICE = (
    "晋城市融媒体中心版权与免责声明",
    "《太行日报》和晋城新闻网所有自采新闻版权归晋城市融媒体中心所有，未经许可，不得转载！",
    '凡本网未注明"来源：晋城新闻网、《太行日报》"的作品，均转载自其它媒体。',
)


def page(
    body: str,
    *,
    title: str = "【系列】标题",
    date: str = "2022年10月09日 10:28:00",
    source: str = "来源：山西日报",
    editor: str = "豆晓军",
    crumb: str = "牢记嘱托 山西答卷",
    notice: tuple[str, ...] = NOTICE,
    head: str = "",
) -> bytes:
    """The page as UTF-8; `body` is the HTML of the body's column."""
    paragraphs = "".join(f"<p>{escape(line, quote=False)}</p>" for line in notice)
    return f"""<html><head><meta charset="utf-8"><title>{escape(title)}_晋城新闻网</title>{head}</head><body>
<div class="logo"><div class="jz logo1"><div>主管主办</div><div><table><tr>
<td><a href="../../../xw/jcxw/">晋城新闻</a></td></tr></table></div></div></div>
<div class="jz"><div class="mbx fl"><a href="../../../" class="CurrChnlCls">首页</a>&nbsp;&gt;&gt;&nbsp;<a href="../"
 class="CurrChnlCls">{crumb}</a></div></div>
<div id="article">
<h1 id="title">
{escape(title)}
</h1>
<div><div class="source"><span class="time">{date}</span>&nbsp;<span>{source}</span></div></div>
<div></div>
<div>
  <div></div>
  <div>{body}</div>
</div>
<div class="ewm"><p>太行日报微信</p><p>晋城新闻app</p></div>
<div><a href="javascript:window.print()">【打印】</a> {EDITOR.format(editor)}</div>
<div>{paragraphs}</div><div>我要评论&nbsp;&nbsp;</div>
</div>
<div class="foot">Copyright 2006 - 2017 jcnews.com.cn 联系电话：0356-2025100</div>
</body></html>""".encode()


def editor(*paragraphs: str) -> str:
    """Paragraphs in the editor's wrapper."""
    style = "<style>.TRS_Editor P{line-height:2}</style>"
    return f"<div class=TRS_Editor>{style}" + "\n".join(f"<p>　　{text}</p>" for text in paragraphs) + "</div>"


def bare_page(body: str) -> bytes:
    """A page without any known container."""
    head = "<html><head><title>标题标题_某某网</title></head><body><h1>标题标题</h1><p>2022-10-09 10:28</p>"
    return f"{head}{body}</body></html>".encode()


@contextmanager
def refusals() -> Iterator[None]:
    """Lets pages be refused as no article, but not by a defect of the extractor."""
    try:
        yield
    except Defect:
        raise
    except UnknownLayout:
        pass


def parsed(body: bytes, url: str | None = URL) -> Article:
    """The article that the site's template reads."""
    return parse_article(body, url, SITE)
