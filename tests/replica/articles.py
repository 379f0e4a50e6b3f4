"""Article pages: the skeleton of SITE.md §2.5 with everything that stands around a body."""

from __future__ import annotations

from collections.abc import Sequence

from tests.replica import frame
from tests.replica.documents import ROOT, Document
from tests.replica.register import local
from tests.replica.sections import up
from tests.replica.shapes import SHAPES, words

NOTICE = (
    "《太行日报》、《太行日报·晚报版》和晋城新闻网自采的稿件（含图片、视频）归测试站点所有，未经许可请勿转载！",
    "凡本网未注明“来源：晋城新闻网、《太行日报》、《太行日报·晚报版》”的作品，均转自其它媒体，不代表测试站点的观点。",
    "如对内容有疑义，请与测试站点联系。电话：0000-2025100。",
)
_STUB_TARGET = "http://mp.weixin.qq.com/s/replica"


def page(document: Document, part: int, headlines: Sequence[tuple[str, str]], plain_header: bool) -> str:
    """The HTML of one page of a document."""
    if document.shape == "STUB_META":
        refresh = f'<meta http-equiv="refresh" content="0;url={_STUB_TARGET}{document.docid}">'
        return f"<html><head>{refresh}</head><body></body></html>\n"
    if document.shape == "STUB_JS":
        return (
            frame.head(document.title, document.charset)
            + f'<script>window.location.href="{_STUB_TARGET}{document.docid}";</script>\n</body></html>\n'
        )
    root = up(document.section.path) + "../"
    early_end = "</body></html>\n" if document.pick(43, 40) == 0 else ""
    return "".join(
        (
            frame.head(f"{document.title_raw}_{document.section.name}_{frame.SITE_TITLE}", document.charset),
            frame.top(root),
            early_end,
            frame.crumbs(root, document.section, "../"),
            '<div id="article">\n',
            _title(document),
            f"<div>{_header(document, plain_header)}</div>\n<div></div>\n<div>\n<div></div>\n<div>",
            SHAPES[document.shape](document, document.parts[part]),
            "</div>\n</div>\n",
            _pager(document, part),
            _tail(document, plain_header, headlines),
            "</div>\n",
            frame.side(root, headlines),
            frame.footer(root),
        )
    )


def pages(document: Document) -> int:
    """How many pages a document has."""
    return len(document.parts) if document.shape in {"PARTS", "GALLERY"} else 1


def published(document: Document, plain_header: bool) -> tuple[str, str]:
    """The date as printed, and what a record must make of it."""
    moment = local(document.shown)
    form = 0 if plain_header else max(0, document.pick(47, 60) - 52)
    printed, known = (
        ("%Y年%m月%d日 %H:%M:%S", "%Y-%m-%dT%H:%M:%S+08:00"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:00+08:00"),
        ("%Y-%m-%d", "%Y-%m-%d"),
        ("%Y.%m.%d %H:%M", "%Y-%m-%dT%H:%M:00+08:00"),
        ("%Y/%m/%d", "%Y-%m-%d"),
        ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+08:00"),
        ("%Y年%m月%d日", "%Y-%m-%d"),
        ("%Y年%m月%d日 %H:%M", "%Y-%m-%dT%H:%M:00+08:00"),
    )[form]
    return moment.strftime(printed), moment.strftime(known)


def _title(document: Document) -> str:
    raw = words(document.title_raw)
    title = f'<h1 id="title">{raw}</h1>\n' if document.pick(53, 10) == 0 else f'<h1 id="title">\n{raw}\n</h1>\n'
    if document.subtitle is None:
        return title
    if document.pick(54, 2):
        return f'<h3 class="yinti">{words(document.subtitle)}</h3>\n{title}'
    return f'{title}<h2 class="subtitle">{words(document.subtitle)}</h2>\n'


def _header(document: Document, plain: bool) -> str:
    """Date, source and author; the rare forms are those of SITE.md §4.3."""
    printed, _ = published(document, plain)
    label = "" if plain else ("",) * 12 + ("时间：", "发布时间：", "发布：")
    date = (label[document.pick(51, 15)] if label else "") + printed
    source, form = document.source, 0 if plain else document.pick(49, 24)
    author = f"&nbsp;<span>作者：{document.header_author}</span>" if document.header_author else ""
    if form == 1:
        both = f"更新时间：{printed} 来源：{source}"
        return f'<div class="source"><span class="time">{both}</span>{author}</div>'
    line = f"来源：{source}"
    if form == 2:
        line = f"来源 ：{source}"
    elif form == 3 and source:
        line = f'来源：<a href="http://www.example.invalid/" target="_blank">{source}</a>'
    elif form == 4:
        line = f"信息来源：{source}"
    return f'<div class="source"><span class="time">{date}</span>&nbsp;<span>{line}</span>{author}</div>'


def _pager(document: Document, part: int) -> str:
    total = pages(document)
    if total == 1 and document.pick(44, 20):
        return ""
    return f'<div class="fenye"><script>createPageHTML({total}, {part}, "{document.stem}", "html");</script></div>\n'


def _tail(document: Document, plain: bool, headlines: Sequence[tuple[str, str]]) -> str:
    """QR captions, tools, editor, related list, notice and comment form: all inside the article box."""
    editor = _editor(document, plain)
    items = "".join(
        f'<li><a href="{ROOT}{path}">{words(title)}</a> <span>2021-06-18 08:00</span></li>'
        for path, title in headlines[:2]
    )
    related = f'<div class="xgxw"><p>相关阅读</p><ul>{items}</ul></div>\n'
    comment = (
        f'<div class="pl"><a href="/comment/comment?newsid={document.docid}&amp;encoding=UTF-8&amp;'
        f'data={document.look ^ document.stamp:x}">我要评论</a>' + "&nbsp;" * 11 + "</div>\n"
    )
    notice = "".join(f"<p>{paragraph}</p>\n" for paragraph in NOTICE)
    return (
        '<div class="ewm"><p>太行日报微信</p><p>晋城新闻app</p></div>\n'
        f'<div><a href="javascript:window.print()">【打印】</a> {editor}</div>\n'
        + (related if document.pick(45, 3) == 0 else "")
        + f'<div class="bq"><p>晋城市融媒体中心版权与免责声明</p>\n{notice}</div>\n{comment}'
    )


def _editor(document: Document, plain: bool) -> str:
    names = document.editors
    form = 0 if plain else document.pick(50, 16)
    joined = ("、" if document.pick(52, 2) else " ").join(names)
    if form == 1:
        return f'<span class="editor">[责任编辑:{joined}]</span>'
    if form == 2:
        return f'<span class="editor">（责编：{joined}）</span>'
    if form == 3 and len(names) == 1 and len(joined) == 2:
        joined = "　".join(joined)
    return f'<span class="editor">\n[ 责任编辑:\n {joined}\n ]\n</span>'
