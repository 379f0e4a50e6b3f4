"""Where an article ends inside its container: the tools, notices and appeals behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise, takewhile

from jcnews_spider.trs.body import is_picture
from jcnews_spider.trs.lines import Line
from jcnews_spider.trs.sources import find_source_line
from jcnews_spider.trs.tree import up_to_block
from jcnews_spider.trs.trim import SENTENCE_END, is_tool, prose

LAST_PART = 0.5
"""Share of lines, or of unlinked characters, behind which a line may open a tail."""

LEAST_SENTENCES, LEAST_CHARACTERS = 2, 40
"""Lines of running text, or characters in them, with which a text goes on behind what looks like a tail."""

_TAIL = re.compile(
    r"[\[【（(<\s※■◆●]*(?:责任编辑|责\s?编|网络编辑|编辑[:：]|稿件来源|返回顶部|返回列表|分享到|分享至|分享按钮|我要评论|网友评论"
    r"|(?:打印|关闭|收藏|字号|字体|点赞)(?:[^\w“《]|[\d本此大]|窗口|页面|网页|文章|打印|关闭|收藏|分享|$)"
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
    r"|(?:(?:特别)?声明|关键词|标签|原标题)[:：]|发[布表](?:日期|时间|于)\s?[:：]\s?(?:\d{4}|$)"
    r"|.{0,10}(?:新闻热线|投稿邮箱|投稿信箱|爆料)[:：])"
)
"""The same, in whole sentences too."""
_OTHER_PAGE = re.compile("见.{0,8}版[）)]?$")
"""Where the paper prints more of it."""
_END = re.compile(
    r".{0,30}(?:责任编辑|网络编辑|责\s?编)\s?[:：]"
    r"|[（(\[【]?(?:[\u4e00-\u9fa5]{2,6}网?|来源\s?[:：][^，。]{2,20}\s)?编\s?辑\s?[:：]"
    r"\s?[\u4e00-\u9fa5 、]{2,12}[\])）】]?$"
    r"|(?:.{0,12}版权(?:与|及|和)?(?:免责)?|.{0,4}免责)声明(?:\W?$|\s?[:：])|我要评论$"
)
"""Stands only behind an article."""
_NOTICE = re.compile(
    r"[（(]?(?:本文|以上(?:内容|文章))来自.{0,16}(?:原创|资讯|下载|客户端|APP)"
    r"|[（(]原(?:标)?题(?:目)?(?:为|是)?[:：]?\s?《|.{0,20}(?:凡(?:本网|本站|本报|标注|注明|来源)"
    r"|(?<![\u4e00-\u9fa5])(?:本(?:网(?!格|络)|站|文|报(?!讯|记者|评论)|平台|稿件)[^。]{0,40}(?:版权|转载|不代表|仅代表|侵权|(?<!为).{4}授权)|如(?![何今此同期])(?:有|需|涉及)?.{0,12}侵权)"
    r"|[如若](?:因|遇|有)?.{0,6}作品(?:内容|版权|侵权)|打开.{0,12}(?:APP|客户端)[，,]?.{0,4}(?:阅读|查看|体验)[^。！？]*$"
    r"|未经.{0,24}(?:授权|许可|同意).{0,24}(?:转载|使用|复制)|(?:以上|上述)内容(?:仅|不)代表|仅代表作者)"
)
_ABOUT_SITE = re.compile(
    "版权|转载|侵权|免责|本[网站]|责任编辑|客户端|公众号|二维码|扫码|关注我|来源[:：]|投稿|举报|邮箱|许可证|备案|Copyright"
)
"""What sentences of a tail speak of: rights, the site, its app."""
_FIELD = re.compile(r"[\u4e00-\u9fa5]{2,6}[:：]\s?\S|\d{4}年\d{1,2}月\d{1,2}日$")
"""Begins a contact, a place or the like, or is the day below a signature."""
_RIGHTS = re.compile("版权|转载|免责")
"""Names an appeal behind which the site gives its own contacts."""
_EDITOR = re.compile(r"编\s?辑?\s?[:：]")
"""Some papers print one below each of several pieces."""
_OPEN = re.compile(r"[（(【\[]")
_QR_CAPTION = re.compile(r".{0,14}(?:微信|微博|公众号|app|客户端|二维码|抖音)", re.IGNORECASE)


def ends_article(text: str) -> bool:
    """True for a line that stands only behind an article: the editor in brackets, the tools, the notice."""
    return bool(_END.match(text))


def is_notice(text: str) -> bool:
    """True for a sentence of a copyright notice or disclaimer."""
    return bool(_NOTICE.match(text))


def opens_tail(text: str) -> bool:
    """True for a line that opens a tail where it stands in the last part."""
    is_heading = bool(_TAIL.match(text)) and not (SENTENCE_END.search(text) or _OTHER_PAGE.search(text))
    is_appeal = bool(_APPEAL.match(text)) and not _TOLD.fullmatch(text)
    return is_heading or is_appeal or is_notice(text)


def goes_on(text: str, behind: Sequence[Line]) -> bool:
    """True for 相关链接, or for an invitation, before sentences: these are the article's, bare headlines are none."""
    if not behind or not (_BOX.fullmatch(text) or _INVITATION.fullmatch(text)):
        return False
    following = behind[0].text
    return bool(prose(behind[0]) and SENTENCE_END.search(following)) and not (
        opens_tail(following) or ends_article(following)
    )


def cut_tail(lines: list[Line]) -> list[Line]:
    """The lines before the tail: before a line that ends an article, or one in the last part that may open a tail.

    An editor amid paragraphs, or what may open a tail, is text where the text goes on behind it, and an appeal where a
    notice does. QR captions and 来源 right before a tail go with it.
    """
    late = _last_part(lines)
    found = [index for index in range(len(lines)) if _is_like_tail(lines, index, is_late=index >= late)]
    entries = _entries(lines) if found else set()
    end = len(lines)
    told: list[int] = []
    is_notice_behind = False
    for index, following in reversed([*pairwise([*found, end])]):
        text = lines[index].text
        is_notice_behind |= any(map(_is_field, lines[index + 1 : following]))
        told += [mass for line in lines[index + 1 : following] if (mass := prose(line)) and _is_text(line)]
        is_sure = _heads_others(text) or (ends_article(text) and not _is_editor_amid(lines, index))
        text_goes_on = len(told) >= LEAST_SENTENCES or sum(told) >= LEAST_CHARACTERS
        is_of_notice = is_notice_behind and _is_of_notice(lines, index)
        if _label(text) not in entries and (is_sure or not (text_goes_on or is_of_notice)):
            end, told, is_notice_behind = index, [], False
    return without_qr_captions(lines[: end - _names_source(lines[:end])]) if end < len(lines) else lines


def _is_like_tail(lines: list[Line], index: int, *, is_late: bool) -> bool:
    text = lines[index].text
    return ends_article(text) or (is_late and opens_tail(text) and not goes_on(text, lines[index + 1 : index + 2]))


def last_told(lines: list[Line]) -> int:
    """Index of the last line of running text, -1 where there is none."""
    text = cut_tail(lines)
    return next((index for index in range(len(text) - 1, -1, -1) if prose(text[index])), -1)


def behind_editor(lines: list[Line]) -> list[Line]:
    """The lines without an editor in front of a text."""
    head = sum(1 for _ in takewhile(lambda line: ends_article(line.text), lines))
    return lines[head:] if head and any(map(prose, cut_tail(lines[head:]))) else lines


def _is_editor_amid(lines: list[Line], index: int) -> bool:
    """True for an editor amid paragraphs; a page's own stands apart."""
    return bool(_EDITOR.search(lines[index].text)) and _is_amid(lines, index)


def _is_of_notice(lines: list[Line], index: int) -> bool:
    """True for an appeal amid paragraphs, as a notice makes one; what speaks of rights is the site's."""
    text = lines[index].text
    return bool(_APPEAL.match(text)) and not _RIGHTS.search(text) and _is_amid(lines, index)


def _is_amid(lines: list[Line], index: int) -> bool:
    """True for a line beside whose element those of the lines before and behind stand."""
    beside = lines[max(0, index - 1) : index + 2]
    return len({up_to_block(line.node)[-1].getparent() for line in beside}) == 1


def _is_field(line: Line) -> bool:
    """True for a contact, a place or a day of a notice; what speaks of the site or is a tool's is none."""
    return bool(_FIELD.match(line.text)) and _is_text(line) and not (opens_tail(line.text) or ends_article(line.text))


def _heads_others(text: str) -> bool:
    """True for a bare heading such as 网友评论 and 相关新闻, under which others have their say, in sentences too."""
    match = _TAIL.match(text)
    return match is not None and not re.search(r"\w", text[match.end() :])


def _last_part(lines: list[Line]) -> int:
    """Index of the line from which on one may open a tail."""
    texts = [index for index, line in enumerate(lines) if not line.is_media]
    mass = [len(lines[index].text) - lines[index].linked for index in texts]
    before = accumulate(mass, initial=0)
    places, least = len(texts) * LAST_PART, sum(mass) * LAST_PART
    late = (place >= places or passed >= least for place, passed in enumerate(before))
    return next((index for index, is_late in zip(texts, late, strict=False) if is_late), len(lines))


def _entries(lines: list[Line]) -> set[str]:
    """Labels such as 编辑： and 关键词： of lines with text between them: a list's entries, they end nothing."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    texts = 0
    for line in lines:
        if ends_article(line.text) or _APPEAL.match(line.text):
            label = _label(line.text)
            found |= {label} if label and seen.get(label, texts) < texts else set()
            seen[label] = texts
        else:
            texts += _is_text(line)
    return found


def _is_text(line: Line) -> bool:
    """True for a line that is nothing of a tail's: no tool, link, caption of a code, and no word about the site."""
    if line.is_media or line.is_linked or is_tool(line.text) or _QR_CAPTION.fullmatch(line.text):
        return False
    return not _ABOUT_SITE.search(line.text)


def _label(text: str) -> str:
    """A line up to its first colon, empty without one."""
    return "".join(re.split("([:：])", text, maxsplit=1)[:2]) if re.search("[:：]", text) else ""


def _names_source(lines: list[Line]) -> bool:
    """True for a last line such as 来源：某某日报, right before the editor; one in brackets ends a text."""
    return len(lines) > 1 and bool(find_source_line([lines[-1].text])) and not _OPEN.match(lines[-1].text)


def without_qr_captions(lines: list[Line]) -> list[Line]:
    """The lines without captions of QR codes at their end, and the codes; a picture named as an article's is none."""
    end = len(lines)
    while end and (_is_code(lines[end - 1]) or _QR_CAPTION.fullmatch(lines[end - 1].text)):
        end -= 1
    return lines[:end] if any(not line.is_media for line in lines[end:]) else lines


def _is_code(line: Line) -> bool:
    return line.is_media and line.node.tag == "img" and not is_picture(line.node)
