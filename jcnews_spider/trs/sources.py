"""The medium that a text comes from: 来源 and what says so without the word (SITE.md §4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jcnews_spider.trs.moment import DATE, find_moment

LABELS = (
    "作者|学生编辑|实习编辑|见习编辑|编辑|责任编辑|责编|校对|审核|本[报台网]记者|记者|通讯员|字号|字体|大小|发布|更新|时间|日期|浏览|点击|阅读|访问|评论|分享|打印|关闭"
    "|查看|我要|来源|发表|稿源|编稿|关键字|关键词|供稿|初审|复审|终审|一审|二审|三审|审校|审签|签发|监制|摄影|收藏|字数"
)
_IN_NAMES = "发布|时间|阅读|评论|摄影"
"""Labels that names of media hold: 北京发布, 中国摄影报."""
_MARKED = r"(?:时间|日期|[于者人量数次])?\s?[:：(（\d]"
_REST = r"\s*(?:\s[\u4e00-\u9fa5]{2,4}\s?[:：]|\d{4}\s?[-年/.]|[|｜【\[<>\]】]|$)"
END = rf"(?=\s+(?:{LABELS})|(?!{_IN_NAMES})(?:{LABELS})|(?!发布\s\d{{4}})(?:{_IN_NAMES}){_MARKED}|{_REST})"
_IN_MEDIA = "作者|编辑|记者|更新|分享|收藏|关键字|关键词"
"""Labels that end or hold names of media, and are printed without a mark too: 中国记者, but 山西日报记者王涛."""
_MEDIUM_ENDS = "[网报社台端线刊志心播视道布》部局委厅办院学站]"
_IN_NAME = rf"(?:{LABELS})(?:网站?|报社?|社|台|部|杂志|周刊|频道|客户端|》)(?=\s|$|[)）|｜])"
"""A label that a medium's name goes on behind: 城市更新网, 本报编辑部."""
_END_OF_SOURCE = (
    rf"(?=\s+(?:{LABELS})|(?!{_IN_NAMES}|{_IN_MEDIA}|{_IN_NAME})(?:{LABELS})|(?<={_MEDIUM_ENDS})(?!{_IN_NAME})(?:{_IN_MEDIA})"
    rf"|(?!发布\s\d{{4}})(?:{_IN_NAMES}|{_IN_MEDIA}){_MARKED}|{_REST})"
)

_SOURCE = re.compile(
    rf"(?:(?:信息|文章|稿件|新闻|资料)?来\s?源\s?于?|出处|稿源|转载自|来自)\s?[:：]\s*(?P<value>.*?){_END_OF_SOURCE}"
)
_SOURCE_LINE = re.compile(
    r"[（(【\[]?\s?(?:(?:信息|文章|稿件|新闻)?来\s?源|转载?自)\s?[:：]\s?(?P<value>[^，。、：:]{2,30}?)\s?[)）】\]]?"
)
MEDIUM = re.compile(
    r"[《]?[\u4e00-\u9fa5A-Za-z·—-]{1,18}"
    r"(?:网|报|社|台|客户端|在线|周刊|杂志|融媒(?:体?中心)?|发布|电视|广播|中文站|频道|[早晚]报[早晚]?版)"
    r"[》]?(?:[—·-][\u4e00-\u9fa5]{2,8})?"
)
_OFFICE = re.compile(
    r"(?!(?:新闻|信息|资讯|服务|视频|下载|会员)中心)[\u4e00-\u9fa5]{2,16}"
    r"(?:局|厅|委|委员会|(?<![主承举协])办|办公室|中心|政府|法院|检察院|医院|学院|大学|[总支]队|工会|协会)"
)
"""Who issues notices, where no label says so."""
_IN_BRACKETS = re.compile(
    r"[（(【\[]\s?(?!此件|该件|本?[页件]?公开)(?:据\s?|转自)?(?P<name>[^（()）]{2,20}?)\s?[)）】\]]"
)

_OPENING = re.compile("[（(]")

MOST_OF_MEDIUM = 16
"""Characters of a line that is a medium's name, or an author's and a medium's."""
LONGEST_LINE = 60
"""Characters of a line behind a body that names a source or an author."""


def find_source(lines: Iterable[str]) -> str | None:
    """What stands behind 来源： in the first line that has it; None when nothing does."""
    for line in lines:
        match = _SOURCE.search(line) if any(word in line for word in ("源", "出处", "自")) else None
        value = match["value"].strip(" 　:：;；,，、/（(") if match else ""
        if not _OPENING.search(value):
            value = value.rstrip("）)")  # of （来源：新华社）
        if value:
            return value
    return None


def find_opening_source(tail: Iterable[str]) -> str | None:
    """The source of a line behind the body that begins with it: `来源: 法制网 （责任编辑:于澄）`."""
    return find_source(line for line in tail if len(line) < LONGEST_LINE and _SOURCE.match(line.lstrip("（([【 ")))


def find_dated_source(tail: Iterable[str]) -> str | None:
    """The source that a line behind the body names together with a date; a notice names sources without one."""
    return find_source(line for line in tail if len(line) < LONGEST_LINE and find_moment(line))


def find_bracketed_medium(lines: Iterable[str]) -> str | None:
    """The medium that stands alone in brackets: `（京华时报）`."""
    return next(
        (m["name"].strip() for line in lines if (m := _IN_BRACKETS.fullmatch(line)) and MEDIUM.fullmatch(m["name"])),
        None,
    )


def as_medium(text: str) -> str | None:
    """The medium that a short text is, without its label; None for a date, a tool or a sentence."""
    text = re.sub(r"^.{0,4}[:：]", "", DATE.sub("", text)).strip()
    words = re.split(r"[\s/／]+", text)
    word = next((word for word in words if MEDIUM.fullmatch(word) or _OFFICE.fullmatch(word)), None)
    return word if len(text) <= 24 else None


def find_medium(dateline: str) -> str | None:
    """The medium that a line of date and names prints without a label: `中国网 2019-11-25 10:37:31`."""
    rest = DATE.sub(" ", dateline)
    if len(rest) > (50 if rest != dateline else MOST_OF_MEDIUM):
        return None
    words = re.split(r"[\s/]+", rest.strip(" 　/"))
    is_office = rest != dateline and bool(_OFFICE.fullmatch(words[0]))
    return words[0] if is_office else next((word for word in words if MEDIUM.fullmatch(word)), None)


def find_source_line(lines: Iterable[str]) -> str | None:
    """The source of the first line that says nothing else: some sites print it behind the body (SITE.md §4.3)."""
    return next((match["value"].strip() for line in lines if (match := _SOURCE_LINE.fullmatch(line))), None)
