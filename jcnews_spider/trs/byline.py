"""What header and tail lines say in words: editor, persons, notice (SITE.md §4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from jcnews_spider.article import Author
from jcnews_spider.trs.sources import END, LABELS, LONGEST_LINE, MEDIUM

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
_REPORTED = "(?:综合|摄影|采访|图文|联合)?报[道导]"
_DEED = f"{_REPORTED}|综合|整理|编译|采写"
"""What a person did, printed behind the name: 本报记者 王涛 摄影报道."""
_NO_PERSON = (
    rf"(?!{_ROLE}|(?:{_DEED})(?![\u4e00-\u9fa5])|(?:评论|点击|阅读|浏览|打印|分享|收藏)(?![\u4e00-\u9fa5])"
    r"|训练营|手记|札记|调查|观察|来信|从|了解|获悉|来源)"
)
_PERSON = rf"{_NO_PERSON}[\u4e00-\u9fa5·]++(?!\s?[:：])(?!\s?[/／](?![文图摄]))"
_PERSONS = re.compile(rf"(?P<role>{_ROLE})\s?(?:[:：/／|丨]|\s)?\s*(?P<names>{_PERSON}(?:[\s、，,&]+{_PERSON})*)")
_DEED_BEHIND = re.compile(rf"(?<=[\u4e00-\u9fa5]{{2}})(?:{_REPORTED}|摄影|摄)$")
"""The same without a blank; `网络整理` is whom some sites call the author."""
_PEN_NAMES = re.compile(
    rf"作\s?者\s?[:：]\s*(?![\u4e00-\u9fa5]{{2}}来源)(?P<names>[^\s，。,：:]{{2,10}}?)(?!\s?记者){END}"
)
_NAME_AND_MEDIUM = re.compile(r"(?P<name>[\u4e00-\u9fa5]{2,4})\s?[/／]\s?(?P<medium>[\u4e00-\u9fa5·]{2,12})")
_OFFICE = re.compile(r"[\u4e00-\u9fa5]{2,}(?:系|学院|部|处|局|中心|办公室|支队|大队)")
"""Where a person works: 图文/数学系 尉迟明."""
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

TELEGRAM_HEAD = 60
"""Characters of a first paragraph in which `本报讯（记者 王涛）` stands."""


def find_editor(lines: Iterable[str]) -> str | None:
    """The names behind 责任编辑, joined by 、; None for empty brackets."""
    labels = [(label, line) for line in lines if "编" in line and (label := _EDITOR.search(line))]
    telling = [found for found in labels if "责" in found[0][0]] or labels[:1]
    if not telling:
        return None
    label, line = telling[0]
    value = re.split(rf"[\]】）)\[【|]|{LABELS}", line[label.end() :])[0].strip(" :：、，,；;")
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
        if (both := _NAME_AND_MEDIUM.fullmatch(text)) and MEDIUM.fullmatch(both["medium"]):
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
    return [line for line in tail if len(line) < LONGEST_LINE and _AUTHOR_LINE.match(line)]


def _byline_places(body: list[str]) -> Iterator[str]:
    for line in body[:4]:
        if match := _BRACKETED.search(line[:TELEGRAM_HEAD]):
            yield match["inside"]
    for line in (*body[2:], *body[:2]):
        if len(line) <= 60 and _WHOLE.fullmatch(line):
            yield line.strip("（()）□■◎●○△▲◆◇— ")
    for line in body[-2:]:
        if (matches := list(_BRACKETED.finditer(line))) and line.rstrip("。").endswith(matches[-1][0]):
            yield matches[-1]["inside"]


def _names(text: str) -> Iterator[str]:
    """The names at the head of a text; two single characters are one name printed with a blank."""
    pending = ""
    for word in re.split(r"[\s、，,&]+", text.strip()):
        part = _DEED_BEHIND.sub("", word)
        if len(part) == 1:
            if pending:
                yield pending + part
            pending = "" if pending else part
        elif _OFFICE.fullmatch(part):
            continue
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
