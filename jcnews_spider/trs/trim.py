"""What of a container is the article's own: header before it, related links in it, tools and notices behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import dropwhile

from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.moment import Moment, find_moment
from jcnews_spider.trs.sources import find_source, find_source_line
from jcnews_spider.trs.tree import up_to_block

HEADER_REACH = 12
"""Lines before a body among which date and source stand when the title is elsewhere."""
FEW_WORDS = 20
"""Characters beside a date in a header line without labels: `王博 中国证券报·中证网 2020-12-01 18:59`."""
SHORT = 16
"""Characters of a heading such as `相关新闻：` at most."""
LAST_PART = 0.5
"""Share of lines, or of unlinked characters, behind which a line may open a tail."""

_TAIL = re.compile(
    r"[\[【（(<\s※■◆●]*(?:责任编辑|责\s?编|网络编辑|编辑[:：]|稿件来源|返回顶部|返回列表|分享到|分享至|分享按钮|我要评论|网友评论"
    r"|(?:打印|关闭|收藏|字号|字体|点赞)(?:[\W\d本此大]|窗口|页面|网页|文章|打印|关闭|收藏|分享|$)"
    r"|相关新闻|相关阅读|相关链接|相关文章|相关专题|相关报道|相关推荐|延伸阅读|推荐阅读|热点推荐|新闻推荐|上一篇|下一篇|上一条|下一条"
    r"|纠错|附件下载$|为您推荐|猜你喜欢|精彩推荐|热门推荐|标签(?:\s|$)|(?:最新|热门|网友|全部|精彩|用户)评论|更多热点)"
)
"""Opens a tail when it stands in the last part and is no sentence: a text may well begin a line with 相关链接."""
_BOX = re.compile(r"\W*(?:相关(?:链接|新闻|阅读|报道)|延伸阅读)\W*")
"""Heads links to other articles, or a box that the paper printed with the article."""
_INVITATION = re.compile("(?:扫一扫|扫描二维码|下载.{0,8}客户端).*[。！？]")
"""Asks readers to follow the site, or tells how people did something."""
_TOLD = re.compile(
    "(?:扫一扫|扫描二维码|下载.{0,8}客户端|更多精彩)"
    "(?!.*(?:关注|订阅|点击|下载|扫|尽在|敬请|欢迎|查看|更多|资讯|新闻|阅读|手机|观看|我们|[您你]|本[报网站文页])).{16,}[。！？]"
)
"""Tells of such things and asks for none: what an appeal names is missing."""
_APPEAL = re.compile(
    r"[\[【（(<\s※■◆●]*(?:版权(?:与免责)?声明|免责声明|版权所有|更多精彩|扫一扫|扫描二维码|长按.{0,8}二维码|阅读原文|转载请注明|分享让更多|下载.{0,8}客户端"
    r"|(?:(?:特别)?声明|关键词|标签|原标题|热线电话|发[布表](?:日期|时间|于))[:：]"
    r"|.{0,10}(?:新闻热线|投稿邮箱|投稿信箱|爆料)[:：])"
)
"""The same, in whole sentences too."""
_SENTENCE_END = re.compile("[。！？][”’）]?$")
_OTHER_PAGE = re.compile("见.{0,8}版[）)]?$")
"""Where the paper prints more of it."""
_END = re.compile(
    r".{0,30}(?:责任编辑|网络编辑|责\s?编)\s?[:：]"
    r"|[（(\[【]?(?:[\u4e00-\u9fa5]{2,6}网?|来源\s?[:：][^，。]{2,20}\s)?编\s?辑\s?[:：]"
    r"\s?[\u4e00-\u9fa5 、]{2,12}[\])）】]?$"
    r"|.{0,12}版权(?:与|及|和)?(?:免责)?声明|.{0,4}免责声明|我要评论$"
)
"""Stands only behind an article."""
_NOTICE = re.compile(
    r"[（(]?(?:本文|以上(?:内容|文章))来自.{0,16}(?:原创|资讯|下载|客户端|APP)"
    r"|[（(]原(?:标)?题(?:目)?(?:为|是)?[:：]?\s?《|.{0,20}(?:凡(?:本网|本站|本报|标注|注明|来源)"
    r"|本(?:网(?!格|络)|站|文|报(?!讯|记者|评论)|平台|稿件)[^。]{0,40}(?:版权|转载|不代表|观点|侵权|授权)|如(?:有|需|涉及)?.{0,12}侵权"
    r"|[如若](?:因|遇|有)?.{0,6}作品(?:内容|版权|侵权)|打开.{0,12}(?:APP|客户端)[，,]?.{0,4}(?:阅读|查看|体验)[^。！？]*$"
    r"|未经.{0,24}(?:授权|许可|同意).{0,24}(?:转载|使用|复制)|(?:以上|上述)内容(?:仅|不)代表|仅代表作者)"
)
_TOOL_WORDS = (
    r"点击(?:图片)?(?:浏览|进入)(?:上|下)一(?:张|页)|打印(?:本页|此页|文章|页面)?|关闭(?:窗口|本页|页面)?|字号|字体|大|中|小|[TA][+-]?|返回(?:首页|顶部|列表|上页)?|收藏(?:本页|此页|本文)?|分享(?:到|至)?|纠错"
    r"|(?:我要)?评论|推荐(?:给朋友)?|复制(?:链接|网址)?|(?:上|下)一?页|首页|尾页|微信|微博|(?:新浪|腾讯)微博|QQ(?:空间|好友)?|人人网?|豆瓣"
    r"|朋友圈|更多|点击(?:数|量)?|浏览(?:数|量|次数)?|阅读(?:数|量)?|次|保存|举报|放大|缩小|默认|听新闻|进入|(?:展开|阅读|查看)?全文|广告"
)
_MARKS_OF_TOOLS = r"\s|｜/·:：\[\]【】（）()<>《》+-"
_TOOLS = re.compile(rf"(?>(?:{_TOOL_WORDS})[{_MARKS_OF_TOOLS}]*+|[\d{_MARKS_OF_TOOLS}]++)++")
_OPEN = re.compile(r"[（(【\[]")
_TIME = r"(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?"
_CLOCK = re.compile(_TIME)
_FIGURES = re.compile(rf"(?!1\s2\b|(?:{_TIME}|\d\d?-\d\d?)$|\d{{4}}-\d\d?-\d\d?\s)\d[\d\s:：+·-]*")
"""Telephone numbers, hours, scores, a letter's date, rows of a table: no page numbers, no dates of lists, no times."""
_OTHER_DAY = re.compile("更新|修改|发布|发表|来源")
"""Labels of a date that is the page's whatever its day."""
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?")
_PAGES = re.compile(r".{0,12}[共分]\s?\d+\s?页.{0,30}|第?\s?1\s2(?:\s\d+)*\s?页?.{0,12}")
_RELATED = re.compile(
    r"[\[【（(<\s※■◆●>·]*(?:相关|推荐|更多|延伸|热门|热点|精彩|猜你|为您|往期|新闻链接|新闻回顾|新闻推荐|关于|前期|此前).{0,10}[\])】）:：>\s]*"
)
_SHARE = re.compile(
    r"[\[【（(\s]*分享(?:到|至)?[:：]|.{0,8}—\s?分享\s?—|点击(?:进入|查看|阅读|收听|播放).{0,20}$|原标题[:：]"
)
_ABSTRACT = re.compile(
    r"[\[【（(\s]*(?:内容|本文|文章)?(?:摘\s?要|导\s?读|核心提示|内容提要|提要)\s?[\])】）]?\s?[:：\]】]"
)
_QR_CAPTION = re.compile(r".{0,14}(?:微信|微博|公众号|app|客户端|二维码|抖音)", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")
_HEADER_LINE = re.compile(r"来\s?源|作者|字号|字体|点击|浏览|时间|日期|更新|发布|打印|大\s中\s小")


def ends_article(text: str) -> bool:
    """True for a line that stands only behind an article: the editor in brackets, the tools, the notice."""
    return bool(_END.match(text))


def is_notice(text: str) -> bool:
    """True for a sentence of a copyright notice or disclaimer."""
    return bool(_NOTICE.match(text))


def is_tool(text: str) -> bool:
    """True for a line of nothing but tools: type size, print, share, page numbers."""
    is_tool_text = len(text) < 80 and bool(_TOOLS.fullmatch(text) or _PAGES.fullmatch(text))
    return is_tool_text and not _FIGURES.fullmatch(text)


def is_day(text: str) -> bool:
    """True for a date alone: it stands beside the links of lists, and under letters."""
    return bool(_DAY.fullmatch(text))


def opens_tail(text: str) -> bool:
    """True for a line that opens a tail where it stands in the last part."""
    is_heading = bool(_TAIL.match(text)) and not (_SENTENCE_END.search(text) or _OTHER_PAGE.search(text))
    is_appeal = bool(_APPEAL.match(text)) and not _TOLD.fullmatch(text)
    return is_heading or is_appeal or is_notice(text)


def goes_on(text: str, behind: Sequence[Line]) -> bool:
    """True for 相关链接, or for an invitation, before sentences: these are the article's, bare headlines are none."""
    if not behind or not (_BOX.fullmatch(text) or _INVITATION.fullmatch(text)):
        return False
    following = behind[0].text
    return bool(prose(behind[0]) and _SENTENCE_END.search(following)) and not (
        opens_tail(following) or ends_article(following)
    )


def cut_tail(lines: list[Line]) -> list[Line]:
    """The lines before the tail: before a line that ends an article, or one in the last part that may open a tail.

    QR captions and 来源 right before it go with it.
    """
    texts = [index for index, line in enumerate(lines) if not line.is_media]
    mass = [len(lines[index].text) - lines[index].linked for index in texts]
    before, total = 0, sum(mass)
    for place, index in enumerate(texts):
        text = lines[index].text
        is_late = place >= len(texts) * LAST_PART or before >= total * LAST_PART
        opens = is_late and opens_tail(text) and not goes_on(text, lines[index + 1 :])
        if ends_article(text) or opens:
            return without_qr_captions(lines[: index - _names_source(lines[:index])])
        before += mass[place]
    return lines


def _names_source(lines: list[Line]) -> bool:
    """True for a last line such as 来源：某某日报, right before the editor; one in brackets ends a text."""
    return len(lines) > 1 and bool(find_source_line([lines[-1].text])) and not _OPEN.match(lines[-1].text)


def without_qr_captions(lines: list[Line]) -> list[Line]:
    """The lines without captions of QR codes at their end, and the codes."""
    end = len(lines)
    while end and (lines[end - 1].is_media or _QR_CAPTION.fullmatch(lines[end - 1].text)):
        end -= 1
    return lines[:end] if end < len(lines) and any(not line.is_media for line in lines[end:]) else lines


def without_header(lines: list[Line], *, dated: bool) -> list[Line]:
    """The lines without date, source and tools that a container holds before its text; `dated`: a date came before.

    Behind running text of a dated page nothing is a header: 资料来源 stands between paragraphs too.
    """
    for index, line in enumerate(lines[:HEADER_REACH]):
        if dated and any(_SENTENCE_END.search(text) and not is_abstract(text) for text, *_ in lines[:index]):
            break
        behind = lines[index + 1 :]
        is_first = not index and bool(behind)
        if is_header(line, dated=dated) and (is_first or _characters(lines[:index]) < _characters(behind)):
            repeated = partial(_repeats, find_moment(line.text))
            return without_header(list(dropwhile(repeated, behind)), dated=True)
    return lines


def _repeats(header: Moment | None, line: Line) -> bool:
    """True for another labelled date right behind a header, of the same day or an update's; an event has its own."""
    if not _HEADER_LINE.search(line.text) or not is_header(line, dated=False):
        return False
    moment = find_moment(line.text)
    is_other = header and moment and header.value[:10] != moment.value[:10]
    return not is_other or bool(_OTHER_DAY.search(line.text))


def _characters(lines: list[Line]) -> int:
    return sum(len(line.text) for line in lines)


def is_header(line: Line, *, dated: bool) -> bool:
    """True for a short line that names the source or, as the page's first, a date with a label or a few words.

    On a dated page 时间：2023年10月15日 says when something takes place.
    """
    if line.is_media or len(line.text) >= 80 or _SENTENCE_END.search(line.text):
        return False
    if find_source([line.text]):
        return True
    moment = None if dated else find_moment(line.text)
    if moment is None:
        return False
    return len(_URL.sub("", line.text)) - len(moment.raw) < FEW_WORDS or bool(_HEADER_LINE.search(line.text))


def is_abstract(text: str) -> bool:
    """True for a summary in front of the text, which says the same again."""
    return bool(_ABSTRACT.match(text))


def without_opening_tools(lines: list[Line]) -> list[Line]:
    """The lines without tools, abstract and the title before an editor's that stand before the text."""
    first = next((index for index, line in enumerate(lines) if prose(line) and not is_opening(line)), 0)
    kept = [line for line in lines[:first] if not is_opening(line)]
    return kept + lines[first + _says_less(lines[first:]) :]


def _says_less(lines: Sequence[Line]) -> bool:
    """True when the first line is a summary made of the beginning of those behind it, in an element of its own."""
    if len(lines) < 2 or up_to_block(lines[0].node)[-1].getparent() is up_to_block(lines[1].node)[-1].getparent():
        return False
    opening = "".join("".join(line.text for line in lines[1:5]).split())
    text = "".join(lines[0].text.split()).rstrip(".…")
    return len(text) >= SHORT and opening.startswith(text)


def is_opening(line: Line) -> bool:
    """True for tools, an abstract and the like between header and text."""
    text = line.text
    return is_tool(text) or is_abstract(text) or bool(_SHARE.match(text)) or is_day(text)


def without_related(lines: list[Line]) -> list[Line]:
    """The lines without blocks of links to other articles, their heading, and tools between paragraphs.

    A time above a paragraph is none: it says when a live report was made.
    """
    kept: list[Line] = []
    index = 0
    while index < len(lines):
        end = _end_of_links(lines, index)
        links = [line for line in lines[index:end] if line.is_linked]
        headed = bool(kept) and is_related_heading(kept[-1])
        if (len(links) >= 2 and not (kept and _announces(kept[-1]))) or (links and headed):
            kept = kept[:-1] if headed else kept
        else:
            end = max(end, index + 1)
            is_time = _CLOCK.fullmatch(lines[index].text) and any(map(prose, lines[end : end + 1]))
            kept += [line for line in lines[index:end] if is_time or not is_tool(line.text)]
        index = end
    return kept


def _announces(line: Line) -> bool:
    """True for a sentence that says what the links behind it are: 现将办事入口汇总如下："""
    return len(line.text) > SHORT and line.text.endswith(("：", ":")) and bool(prose(line))


def is_related_heading(line: Line) -> bool:
    """True for a short line that heads links to other articles."""
    return 0 < len(line.text) <= SHORT and bool(_RELATED.fullmatch(line.text))


def _end_of_links(lines: Sequence[Line], start: int) -> int:
    """Index behind the linked lines that begin here, with images and dates between; of images alone, behind these."""
    end = index = start
    while index < len(lines) and (
        lines[index].is_media or lines[index].is_linked or (index > start and is_day(lines[index].text))
    ):
        index += 1
        if not lines[index - 1].is_media:
            end = index
    return end if end > start else index


def prose(line: Line) -> int:
    """Characters of running text: those outside links of a line with the marks of a sentence."""
    return 0 if line.is_linked or not _MARKS.search(line.text) else len(line.text) - line.linked


_MARKS = re.compile("[，。！？；]")
