"""What of a container is not the article's: the header before it, tools and links to other articles in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import dropwhile

from jcnews_spider.trs.body import is_picture
from jcnews_spider.trs.lines import Line, address_of
from jcnews_spider.trs.moment import Moment, find_moment
from jcnews_spider.trs.sources import find_source
from jcnews_spider.trs.tree import up_to_block

HEADER_REACH = 12
"""Lines before a body among which date and source stand when the title is elsewhere."""
FEW_WORDS = 20
"""Characters beside a date in a header line without labels: `王博 中国证券报·中证网 2020-12-01 18:59`."""
SHORT = 16
"""Characters of a heading such as `相关新闻：` at most."""
_TOOL_WORDS = (
    r"点击(?:图片)?(?:浏览|进入)(?:上|下)一(?:张|页)|打印(?:本页|此页|文章|页面)?|关闭(?:窗口|本页|页面)?|字号|字体|大|中|小|[TA][+-]?|返回(?:首页|顶部|列表|上页)?|收藏(?:本页|此页|本文)?|分享(?:到|至)?|纠错"
    r"|(?:我要)?评论|推荐(?:给朋友)?|复制(?:链接|网址)?|(?:上|下)一?页|首页|尾页|微信|微博|(?:新浪|腾讯)微博|QQ(?:空间|好友)?|人人网?|豆瓣"
    r"|朋友圈|更多|点击(?:数|量)?|浏览(?:数|量|次数)?|阅读(?:数|量)?|次|保存|举报|放大|缩小|默认|听新闻|进入|(?:展开|阅读|查看)?全文|广告"
)
_MARKS_OF_TOOLS = r"\s|｜/·:：\[\]【】（）()<>《》+-"
_TOOLS = re.compile(rf"(?>(?:{_TOOL_WORDS})[{_MARKS_OF_TOOLS}]*+|[\d{_MARKS_OF_TOOLS}]++)++")
_TIME = r"(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?"
_CLOCK = re.compile(_TIME)
_WHEN = re.compile(r"(?:时\s?间|日\s?期)\s?[:：]")
_FIGURES = re.compile(rf"(?!1\s2\b|(?:{_TIME}|\d\d?-\d\d?)$|\d{{4}}-\d\d?-\d\d?\s)\d[\d\s:：+·-]*")
"""Telephone numbers, hours, scores, a letter's date, rows of a table: no page numbers, no dates of lists, no times."""
_OTHER_DAY = re.compile("更新|修改|发布|发表|来源")
"""Labels of a date that is the page's whatever its day."""
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?")
_PAGES = re.compile(r".{0,12}[共分]\s?\d+\s?页.{0,30}|第?\s?1\s2(?:\s\d+)*\s?页?.{0,12}")
_RELATED = re.compile(
    r"[\[【（(<\s※■◆●>·]*(?:相关|推荐|更多|延伸|热门|热点|精彩|猜你|为您|往期|新闻链接|新闻回顾|新闻推荐|关于|前期|此前).{0,10}[\])】）:：>\s]*"
)
_ANNOUNCEMENT = re.compile(r"(?:^附件|(?:附件|如下|目录|名单)\s?[:：])$")
"""Ends a line that announces documents, however short it is."""
_SHARE = re.compile(
    r"[\[【（(\s]*分享(?:到|至)?[:：]|.{0,8}—\s?分享\s?—|点击(?:进入|查看|阅读|收听|播放).{0,20}$|原标题[:：]"
)
_ARTICLE = re.compile(r"(?:^|/)t\d{8}_\d+\.s?html?$")
_ABSTRACT = re.compile(
    r"[\[【（(\s]*(?:内容|本文|文章)?(?:摘\s?要|导\s?读|核心提示|内容提要|提要)\s?[\])】）]?\s?[:：\]】]"
)
_URL = re.compile(r"https?://\S+")
SENTENCE_END = re.compile("[。！？][”’）]?$")
_OWN_SOURCE = re.compile(
    rf"(?:^\W*|\s|{_TIME}|\d{{1,2}}日?)(?:(?:信息|文章|稿件|新闻)?来\s?源\s?于?|出处|稿源|转载自|来自)\s?[:：]"
)
"""A source as a field; 图片来源 and （来源：…） behind words are a caption's or a table's."""
_HEADER_LINE = re.compile(r"来\s?源|作者|字号|字体|点击|浏览|时间|日期|更新|发布|打印|大\s中\s小")


def is_tool(text: str) -> bool:
    """True for a line of nothing but tools: type size, print, share, page numbers."""
    is_tool_text = len(text) < 80 and bool(_TOOLS.fullmatch(text) or _PAGES.fullmatch(text))
    return is_tool_text and not _FIGURES.fullmatch(text)


def is_day(text: str) -> bool:
    """True for a date alone: it stands beside the links of lists, and under letters."""
    return bool(_DAY.fullmatch(text))


def without_header(lines: list[Line], *, dated: bool) -> list[Line]:
    """The lines without date, source and tools that a container holds before its text; `dated`: a date came before.

    On a dated page only a source is: one in words of its own, behind nothing but lines of a header.
    """
    for index, line in enumerate(lines[:HEADER_REACH]):
        if dated and index and not _is_of_header(lines[index - 1]):
            break
        if dated and not _OWN_SOURCE.search(line.text):
            continue
        behind = lines[index + 1 :]
        is_first = not index and bool(behind)
        if is_header(line, dated=dated) and (is_first or _characters(lines[:index]) < _characters(behind)):
            repeated = partial(_repeats, find_moment(line.text))
            return without_header(list(dropwhile(repeated, behind)), dated=True)
    return lines


def _is_of_header(line: Line) -> bool:
    """True for what may stand in front of a source: tools, an abstract, labelled fields and icons."""
    if line.is_media:
        return line.node.tag == "img" and not is_picture(line.node)
    return is_opening(line) or (bool(_HEADER_LINE.search(line.text)) and not SENTENCE_END.search(line.text))


def _repeats(header: Moment | None, line: Line) -> bool:
    """True for another labelled date right behind a header, of the same day or an update's; an event has its own."""
    if not _HEADER_LINE.search(line.text) or not is_header(line, dated=False):
        return False
    moment = find_moment(line.text)
    is_other = header and moment and header.value[:10] != moment.value[:10]
    return not is_other or bool(_OTHER_DAY.search(line.text))


def is_of_event(line: Line, published: Moment) -> bool:
    """True for a labelled day in words, not the page's own: 时间：2023年10月15日 says when something takes place."""
    moment = find_moment(line.text)
    if moment is None or moment.value[:10] == published.value[:10] or "年" not in moment.raw:
        return False
    return bool(_WHEN.search(line.text)) and not _OTHER_DAY.search(line.text)


def _characters(lines: list[Line]) -> int:
    return sum(len(line.text) for line in lines)


def is_header(line: Line, *, dated: bool) -> bool:
    """True for a short line that names the source or, as the page's first, a date with a label or a few words.

    On a dated page 时间：2023年10月15日 says when something takes place.
    """
    if line.is_media or len(line.text) >= 80 or SENTENCE_END.search(line.text):
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


def without_related(lines: list[Line], told: int) -> list[Line]:
    """The lines without blocks of links to other articles, their heading, and tools between paragraphs.

    Of links without a heading only those to articles are such before index `told`: elsewhere a text may print some.
    A picture among them stays unless it is a headline's own. A time above a paragraph is no tool: it says when a live
    report was made.
    """
    kept: list[Line] = []
    index = 0
    while index < len(lines):
        end = _end_of_links(lines, index)
        block = lines[index:end]
        links = [line for line in block if line.is_linked]
        headed = bool(kept) and is_related_heading(kept[-1])
        if links and headed:
            kept = kept[:-1]
        elif _are_headlines(links, is_amid=end <= told) and not (kept and _announces(kept[-1])):
            kept += _own_media(block)
        else:
            end = max(end, index + 1)
            is_time = _CLOCK.fullmatch(lines[index].text) and any(map(prose, lines[end : end + 1]))
            kept += [line for line in lines[index:end] if is_time or not is_tool(line.text)]
        index = end
    return kept


def _are_headlines(links: list[Line], *, is_amid: bool) -> bool:
    """True for two links or more, one of them at least no whole sentence; amid a text all must lead to articles."""
    if len(links) < 2 or all(line.text.endswith("。") for line in links):
        return False
    return not is_amid or all(_ARTICLE.search(address_of(line)) for line in links)


def _own_media(block: list[Line]) -> list[Line]:
    """The pictures and players among links that do not lead where one of these does."""
    addresses = {address for line in block if line.is_linked and (address := address_of(line))}
    return [line for line in block if line.is_media and address_of(line) not in addresses]


def _announces(line: Line) -> bool:
    """True for a line that says what the links behind it are: 现将办事入口汇总如下：, 附件："""
    is_sentence = len(line.text) > SHORT and line.text.endswith(("：", ":")) and bool(prose(line))
    return is_sentence or bool(_ANNOUNCEMENT.search(line.text))


def is_related_heading(line: Line) -> bool:
    """True for a short line that heads links to other articles; 相关政策如下： announces the text's own."""
    return 0 < len(line.text) <= SHORT and bool(_RELATED.fullmatch(line.text)) and not _ANNOUNCEMENT.search(line.text)


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
