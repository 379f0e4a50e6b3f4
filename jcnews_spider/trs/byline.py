"""What header and tail lines say in words: date, source, editor, persons, notice (SITE.md §4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jcnews_spider.article import Author

_LABELS = (
    "作者|学生编辑|实习编辑|见习编辑|编辑|责任编辑|责编|校对|审核|本[报台网]记者|记者|通讯员|字号|字体|大小|发布|更新|时间|日期|浏览|点击|阅读|访问|评论|分享|打印|关闭"
    "|查看|我要|来源|发表|稿源|编稿|关键字|关键词|供稿|初审|复审|终审|一审|二审|三审|审校|审签|签发|监制|摄影|收藏|字数"
)
_IN_NAMES = "发布|时间|阅读|评论|摄影"
"""Labels that names of media hold: 北京发布, 中国摄影报."""
_END = (
    rf"(?=\s+(?:{_LABELS})|(?!{_IN_NAMES})(?:{_LABELS})|(?!发布\s\d{{4}})(?:{_IN_NAMES})(?:时间|日期|[于者人量数次])?\s?[:：(（\d]"
    rf"|\s*(?:\s[\u4e00-\u9fa5]{{2,4}}\s?[:：]|\d{{4}}\s?[-年/.]|[|｜【\[<>\]】]|$))"
)

_DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?:\s?[-年/.]\s?|\s(?=\d\d/\d\d\s))(?P<month>\d{1,2})\s?[-月/.]\s?(?P<day>\d{1,2})(?:\s?日)?"
    r"(?:(?:\s?[（(]?(?:星期|周)[一二三四五六日天][)）]?)?[\sT]{0,3}(?:(?P<half>[上下中]午|凌晨|早上|晚上|晚)\s?)?(?P<hour>[01]?\d|2[0-3])\s?[:：时]\s?(?P<minute>[0-5]\d)"
    r"(?:\s?(?:[:：]|分(?=\s?\d\d?秒))\s?(?P<second>[0-5]\d|\d(?=秒))(?:秒|(?:\.\d+)?(?P<utc>Z(?![A-Za-z])))?|分)?)?"
)
_CHINESE_DATE = re.compile(
    r"(?P<year>[一二][〇○零一二三四五六七八九]{3})年(?P<month>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})日"
)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_WIDE = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")
_OTHER_DATE = re.compile(r"(?:更新|修改|成文|印发|生成|生效|施行|实施)(?:时间|日期)?\s?[:：]?\s?$")
"""What stands before a date that is not the publication's; the page may print that behind it."""
_SOURCE = re.compile(
    rf"(?:(?:信息|文章|稿件|新闻|资料)?来\s?源\s?于?|出处|稿源|转载自|来自)\s?[:：]\s*(?P<value>.*?){_END}"
)
_SOURCE_LINE = re.compile(
    r"[（(【\[]?\s?(?:(?:信息|文章|稿件|新闻)?来\s?源|转载?自)\s?[:：]\s?(?P<value>[^，。、：:]{2,30}?)\s?[)）】\]]?"
)
_MEDIUM = re.compile(
    r"[《]?[\u4e00-\u9fa5A-Za-z·—-]{1,18}"
    r"(?:网|报|社|台|客户端|在线|周刊|杂志|融媒|发布|电视|广播|中文站|频道)"
    r"[》]?(?:[—·-][\u4e00-\u9fa5]{2,8})?"
)
_IN_BRACKETS = re.compile(
    r"[（(【\[]\s?(?!此件|该件|本?[页件]?公开)(?:据\s?|转自)?(?P<name>[^（()）]{2,20}?)\s?[)）】\]]"
)
_NO_TOOL = r"(?!\s?(?:删除|修改|预览|发布|返回))"
_EDITOR = re.compile(
    r"(?:责任编辑|责\s?编|网络编辑|本文编辑|编\s?辑)\s?(?:[:：]"
    rf"|(?!\s?丨){_NO_TOOL}(?=\s?[\u4e00-\u9fa5·]{{2,4}}(?:[\])】）]|\s+(?:[\u4e00-\u9fa5]{{0,3}}编辑|校对|审[核校]|[初复终]审)))"
    rf"|[/／|｜丨]{_NO_TOOL}(?=\s?[\u4e00-\u9fa5·]{{2,4}}(?:\s|$)))"
    r"|(?<![\u4e00-\u9fa5])(?:本[版期])?(?:责任编辑|责\s?编)(?=\s[\u4e00-\u9fa5·]{2,4}$)"
)
_NAME = re.compile(r"[\u4e00-\u9fa5]{2,4}|[\u4e00-\u9fa5]{1,8}(?:·[\u4e00-\u9fa5]{1,8})+")
_ROLE = (
    r"(?:[\u4e00-\u9fa5·]{0,10}?(?:记者|通讯员|特约撰稿人|特约评论员|评论员|撰稿|摄影报道|摄影|实习生|见习生)"
    r"|作者|(?:文字|图片|图文)(?=[\s:：/／|丨])|撰文|供图|摄像|供稿|执笔|编译|采写|(?:文\s?[/／]\s?图|图\s?[/／]\s?文)(?=\s)"
    r"|(?:文|图|文图|视频|整理)(?=\s?[/／:：|丨]))"
)
_NO_PERSON = (
    rf"(?!{_ROLE}|(?:评论|点击|阅读|浏览|打印|分享|收藏)(?![\u4e00-\u9fa5])"
    r"|训练营|手记|札记|调查|观察|来信|从|了解|获悉|来源)"
)
_PERSON = rf"{_NO_PERSON}[\u4e00-\u9fa5·]++(?!\s?[:：])(?!\s?[/／](?![文图摄]))"
_PERSONS = re.compile(rf"(?P<role>{_ROLE})\s?(?:[:：/／|丨]|\s)?\s*(?P<names>{_PERSON}(?:[\s、，,&]+{_PERSON})*)")
_PEN_NAMES = re.compile(rf"作\s?者\s?[:：]\s*(?P<names>[^\s，。,：:]{{2,10}}?)(?!\s?记者){_END}")
_NAME_AND_MEDIUM = re.compile(r"(?P<name>[\u4e00-\u9fa5]{2,4})\s?[/／]\s?(?P<medium>[\u4e00-\u9fa5·]{2,12})")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝"
)
_BARE_NAME = re.compile(rf"[（(]\s?(?P<name>[{_SURNAMES}][\u4e00-\u9fa5]\s?[\u4e00-\u9fa5]?)\s?[)）]")
_SQUARE_NAME = re.compile(rf"□\s?(?P<name>[{_SURNAMES}][\u4e00-\u9fa5]\s?[\u4e00-\u9fa5]?)")
_DOT = re.compile(r"(?<=[\u4e00-\u9fa5])[•・‧](?=[\u4e00-\u9fa5])")
"""What stands for the · in names of minorities."""
_AUTHOR_LINE = re.compile(r"[（(\[【\s]*(?:作\s?者|本报记者|记\s?者|撰\s?文)\s?[:：]")
_BRACKETED = re.compile(rf"[（(](?P<inside>[^（）()]{{0,30}}?{_ROLE}[^（）()]{{1,60}})[）)]")
_WHOLE = re.compile(
    rf"[（(《》□■◎●○△▲◆◇—\s]*(?:[\u4e00-\u9fa5·]{{2,10}}[/\s》])?{_ROLE}[:：/／|丨\s]?[^，。,.！？]{{2,60}}[）)]?"
)
_NOTICE_HEAD = re.compile(r"(?:版权|免责|转载).{0,6}声明|版权说明|特别声明")
_SENTENCE = re.compile(r".*?[。！!](?=.|$)|.+$")

MOST_OF_MEDIUM = 16
"""Characters of a line that is a medium's name, or an author's and a medium's."""
LABEL = 12
"""Characters before a date in which its label stands."""
TELEGRAM_HEAD = 60
"""Characters of a first paragraph in which `本报讯（记者 王涛）` stands."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as a page prints it."""

    value: str
    """RFC 3339 with +08:00 to the second, or the date alone: pages name no zone, it is Asia/Shanghai."""
    raw: str

    @property
    def has_time(self) -> bool:
        """True when the page printed a time."""
        return "T" in self.value


def find_moment(text: str) -> Moment | None:
    """The first date of a text that has a year; where its day is printed again with a time, that one.

    The date of an update or of a document's making counts only where there is no other.
    """
    plain = text.translate(_WIDE) if "２０" in text or "１９" in text else text
    matches = list(_DATE.finditer(plain))
    own = [match for match in matches if not _OTHER_DATE.search(text, max(0, match.start() - LABEL), match.start())]
    moments = [moment for match in own or matches if (moment := _moment(match, text))]
    if not moments:
        return _chinese_moment(text)
    first = moments[0]
    return next((moment for moment in moments if moment.has_time and moment.value.startswith(first.value)), first)


def _moment(match: re.Match[str], text: str) -> Moment | None:
    """The moment of a match, as the text prints it."""
    numbers = [int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    if match["half"]:
        numbers[3] = _hour_of_day(match["half"], numbers[3])
    try:
        moment = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - the zone is added in words
    except ValueError:
        return None
    moment += timedelta(hours=8 if match["utc"] else 0)
    value = f"{moment.isoformat()}+08:00" if match["hour"] else moment.date().isoformat()
    return Moment(value, text[match.start() : match.end()].strip())


def _hour_of_day(half: str, hour: int) -> int:
    """下午3:20 and 凌晨12:10 on a clock of 24 hours; 下午15:20 is on one already."""
    if half == "凌晨":
        return hour % 12
    is_late = half in ("下午", "晚上", "晚") or (half == "中午" and hour < 3)
    return hour + 12 if is_late and hour < 12 else hour


def _chinese_moment(text: str) -> Moment | None:
    """The first date in Chinese digits: `二〇二四年十月二十五日`."""
    match = _CHINESE_DATE.search(text) if "年" in text else None
    if match is None:
        return None
    try:
        day = date(int(match["year"].translate(_CHINESE_DIGITS)), _number(match["month"]), _number(match["day"]))
    except ValueError:
        return None
    return Moment(day.isoformat(), match[0])


def _number(chinese: str) -> int:
    """The number that 十, 十二 or 二十五 says; ValueError for what is none."""
    tens, ten, ones = chinese.rpartition("十")
    return int(f"{(tens or '1') if ten else ''}{ones or '0'}".translate(_CHINESE_DIGITS))


def find_source(lines: Iterable[str]) -> str | None:
    """What stands behind 来源： in the first line that has it; None when nothing does."""
    for line in lines:
        match = _SOURCE.search(line) if any(word in line for word in ("源", "出处", "自")) else None
        if match and (value := match["value"].strip(" 　:：;；,，、/（(")):
            return value
    return None


def find_opening_source(tail: Iterable[str]) -> str | None:
    """The source of a line behind the body that begins with it: `来源: 法制网 （责任编辑:于澄）`."""
    return find_source(line for line in tail if len(line) < TELEGRAM_HEAD and _SOURCE.match(line.lstrip("（([【 ")))


def find_dated_source(tail: Iterable[str]) -> str | None:
    """The source that a line behind the body names together with a date; a notice names sources without one."""
    return find_source(line for line in tail if len(line) < TELEGRAM_HEAD and find_moment(line))


def find_bracketed_medium(lines: Iterable[str]) -> str | None:
    """The medium that stands alone in brackets: `（京华时报）`."""
    return next(
        (m["name"].strip() for line in lines if (m := _IN_BRACKETS.fullmatch(line)) and _MEDIUM.fullmatch(m["name"])),
        None,
    )


def as_medium(text: str) -> str | None:
    """The medium that a short text is, without its label; None for a date, a tool or a sentence."""
    text = re.sub(r"^.{0,4}[:：]", "", _DATE.sub("", text)).strip()
    word = next((word for word in re.split(r"[\s/／]+", text) if _MEDIUM.fullmatch(word)), None)
    return word if len(text) <= 24 else None


def find_medium(dateline: str) -> str | None:
    """The medium that a line of date and names prints without a label: `中国网 2019-11-25 10:37:31`."""
    rest = _DATE.sub(" ", dateline)
    if len(rest) > (50 if rest != dateline else MOST_OF_MEDIUM):
        return None
    return next((word for word in re.split(r"[\s/]+", rest) if _MEDIUM.fullmatch(word)), None)


def find_source_line(lines: Iterable[str]) -> str | None:
    """The source of the first line that says nothing else: some sites print it behind the body (SITE.md §4.3)."""
    return next((match["value"].strip() for line in lines if (match := _SOURCE_LINE.fullmatch(line))), None)


def find_editor(lines: Iterable[str]) -> str | None:
    """The names behind 责任编辑, joined by 、; None for empty brackets."""
    labels = [(label, line) for line in lines if "编" in line and (label := _EDITOR.search(line))]
    telling = [found for found in labels if "责" in found[0][0]] or labels[:1]
    if not telling:
        return None
    label, line = telling[0]
    value = re.split(rf"[\]】）)\[【|]|{_LABELS}", line[label.end() :])[0].strip(" :：、，,；;")
    names = list(_names(value)) or ([value] if 0 < len(value) <= 20 else [])
    return "、".join(names) or None


def says_all(tail: Sequence[str]) -> bool:
    """True when lines behind a body name the 责任编辑 and have the notice: those that follow change neither."""
    return any("责" in line and (label := _EDITOR.search(line)) and "责" in label[0] for line in tail) and any(
        _NOTICE_HEAD.search(line) for line in tail[:-1]
    )


def find_authors(header: Iterable[str], body: list[str]) -> tuple[Author, ...]:
    """The persons that header and body name, each once, in order.

    In the body only where bylines stand: a line of its own, a bracket at the head of the first paragraph or at the
    end of the last one; running text that mentions a 记者 names no author.
    """
    found: dict[str, Author] = {}
    for text in (_DOT.sub("·", line) for line in [*header, *_byline_places(body)]):
        for match in _PERSONS.finditer(text):
            for name in _names(match["names"]):
                found.setdefault(name, Author(name, match["role"]))
        if (both := _NAME_AND_MEDIUM.fullmatch(text)) and _MEDIUM.fullmatch(both["medium"]):
            found.setdefault(both["name"], Author(both["name"]))
        for match in _PEN_NAMES.finditer(text):
            if not any(name in match["names"] for name in found):
                found.setdefault(match["names"], Author(match["names"], "作者"))
    bare = [m for line in body[-2:] if (m := _BARE_NAME.fullmatch(line))]
    bare += [m for line in body[:2] if (m := _SQUARE_NAME.fullmatch(line))]
    if bare and not found:
        name = "".join(bare[0]["name"].split())
        found[name] = Author(name)
    return tuple(found.values())


def author_lines(tail: Iterable[str]) -> list[str]:
    """The lines behind a body that say who wrote it."""
    return [line for line in tail if len(line) < TELEGRAM_HEAD and _AUTHOR_LINE.match(line)]


def _byline_places(body: list[str]) -> Iterator[str]:
    for line in body[:4]:
        if match := _BRACKETED.search(line[:TELEGRAM_HEAD]):
            yield match["inside"]
    for line in body[2:] if len(body) > 2 else []:
        if len(line) <= 60 and _WHOLE.fullmatch(line):
            yield line.strip("（()）□■◎●○△▲◆◇— ")
    for line in body[:2]:
        if len(line) <= 60 and _WHOLE.fullmatch(line):
            yield line.strip("（()）□■◎●○△▲◆◇— ")
    for line in body[-2:]:
        if (matches := list(_BRACKETED.finditer(line))) and line.rstrip("。").endswith(matches[-1][0]):
            yield matches[-1]["inside"]


def _names(text: str) -> Iterator[str]:
    """The names at the head of a text; two single characters are one name printed with a blank."""
    pending = ""
    for word in re.split(r"[\s、，,&]+", text.strip()):
        part = word.removesuffix("摄") if len(word) > 2 else word
        if len(part) == 1:
            if pending:
                yield pending + part
            pending = "" if pending else part
        elif _NAME.fullmatch(part) and not pending:
            yield part
        else:
            return


def find_notice(lines: list[str]) -> str | None:
    """The first sentence of the copyright notice, without its heading."""
    for index, line in enumerate(lines):
        head = _NOTICE_HEAD.search(line) if "声明" in line or "说明" in line else None
        if head is None:
            continue
        behind = line[head.end() :]
        rest = behind.strip(" ：:") if len(line) > 30 or behind.startswith(("：", ":")) else ""
        text = rest or next(iter(lines[index + 1 :]), "")
        sentence = _SENTENCE.match(text)
        return sentence[0].strip() if sentence and text else None
    return None
