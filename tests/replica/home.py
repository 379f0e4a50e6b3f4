"""The home page (SITE.md §2.2) and the one-line parents."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.replica import frame
from tests.replica.sections import Charset


def page(charset: Charset, headlines: Sequence[tuple[str, str]]) -> str:
    """The HTML of the home page; `headlines` are paths and titles, newest first."""
    links = [f'<a href="./{path}" title="{escape(title)}">{escape(title[:18])}</a>' for path, title in headlines]
    carousel = "".join(f"<li>{link.replace('</a>', '<img src=./images/dot.gif></a>')}</li>\n" for link in links[1:5])
    column = "".join(f"<li>{link}</li>\n" for link in links[5:])
    return "".join(
        (
            frame.head(frame.SITE_TITLE, charset),
            frame.top("./"),
            f'<div class="toutiao jz">{links[0] if links else ""}</div>\n',
            f'<div class="jz"><ul class="rotaion_list">\n{carousel}</ul>\n',
            f'<div class="jdxw"><ul>\n{column}</ul></div></div>\n',
            frame.side("", headlines[:6]),
            frame.footer("./"),
        )
    )


def parent(child: str) -> str:
    """The one-line page of a folder without a list of its own."""
    return f'<meta http-equiv="refresh" content="0;url=./{child}/">\n'


MISSING = (
    "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n"
    "<hr><center>nginx</center>\n</body>\n</html>\n"
)
SOFT_MISSING = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>页面不存在_晋城新闻网（测试站点）</title></head>\n'
    '<body><div class="logo"></div><div class="tip"><p>您访问的页面不存在或已被删除！</p>'
    '<p><a href="/">返回首页</a></p></div>\n</body></html>\n'
)
