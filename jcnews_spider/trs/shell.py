"""Pages that say in an article's place that there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jcnews_spider.trs.body import is_icon
from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.trim import prose

LEAST_UNDER_ERROR = 150
"""Running text from which a page is an article though its title reads like that of an error page."""

_ERROR = re.compile(
    r"\W*(?:[45]0\d\b|error|错误|出错|not found|forbidden|access denied|TRS_ERROR|置标解析"
    r"|.{0,12}(?:页面|网页|文件|内容|信息|文章|资源|地址).{0,6}"
    r"(?:不存在|没有?找到|找不到|已(?:被)?删除|无法(?:访问|找到|查看)|丢失|出错|失效|下线|审核中)"
    r"|.{0,10}(?:安全验证|人机验证|访问(?:被拒绝|受限|验证|过于频繁)|拦截提示|网站维护|系统提示|请.{0,4}登录))",
    re.IGNORECASE,
)
_WAITING = re.compile(
    r".{0,12}(?:加载中|正在(?:加载|跳转)|请稍[候等后][。.…！!]*$|浏览器不支持)|暂无(?:内容|数据|信息|相关)"
    r"|请(?:开启|启用|打开).{0,6}javascript|(?:微信)?扫一扫|扫描二维码",
    re.IGNORECASE,
)
"""What stands where a script puts the text."""
_GONE = re.compile(
    r"\W*(?:(?:很|非常)?(?:抱歉|对不起|遗憾)\W*)?(?:[您你]?[所要想]*(?:访问|浏览|查看|查找|请求|打开)的)?(?:[该此本]|这[篇条个]|当前)?"
    r"(?:页面|网页|文章|文档|稿件|新闻|信息|内容)(?:可能)?"
    r"(?:(?:并|已经?)?不存在|(?:已经?被?|被)(?:作者|管理员)?(?:删除|撤[稿回销]|下[线架])|(?:没有?|未)找到|找不到)(?=\W|[了或]|$)"
)
"""What a page says in the place of an article that was withdrawn; no trouble of a server's, which passes."""


def says_error(titles: Sequence[str], body: Sequence[Line]) -> bool:
    """True for a few words under a title that says what went wrong: 成绩公布 请登录查询 may be an article's."""
    return any(map(_ERROR.match, titles)) and sum(map(prose, body)) < LEAST_UNDER_ERROR


def is_empty(body: Sequence[Line]) -> bool:
    """True for nothing but icons, and for a single line that says that the text is gone or still to come."""
    if any(line.is_media and not is_icon(line.node) for line in body):
        return False
    texts = [line.text for line in body if not line.is_media]
    return not texts or (len(texts) == 1 and is_placeholder(texts[0]))


def says_gone(lines: Sequence[Line]) -> bool:
    """True when a line of a page that is no article says that the article is there no more; headlines are links."""
    return any(len(line.text) < LEAST_UNDER_ERROR and not line.is_linked and _GONE.match(line.text) for line in lines)


def is_placeholder(text: str) -> bool:
    """True for a line that stands in a text's place."""
    return len(text) < LEAST_UNDER_ERROR and bool(_ERROR.match(text) or _WAITING.match(text))
