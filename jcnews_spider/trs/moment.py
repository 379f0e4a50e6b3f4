"""When a page says that it was published: the dates of its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?:\s?[-年/.]\s?|\s(?=\d\d/\d\d\s))(?P<month>\d{1,2})\s?[-月/.]\s?(?P<day>\d{1,2})(?:\s?日)?"
    r"(?:(?:\s?[（(]?(?:星期|周)[一二三四五六日天][)）]?)?[\sT]{0,3}(?:(?P<half>[上下中]午|凌晨|早上|晚上|晚)\s?)?(?P<hour>[01]?\d|2[0-3])\s?[:：时]\s?(?P<minute>[0-5]\d)"
    r"(?:\s?(?:[:：]|分(?=\s?\d\d?秒))\s?(?P<second>[0-5]\d|\d(?=秒))(?:秒|(?:\.\d+)?(?P<utc>Z(?![A-Za-z])))?|分)?)?"
)
_CHINESE_DATE = re.compile(
    r"(?P<year>[一二][〇○零一二三四五六七八九]{3})年(?P<month>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})日"
)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_WIDE = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")
_OTHER_DATE = re.compile(
    r"(?:更新|修改|成文|印发|生成|生效|施行|实施|签发|登记|发文|制发|废止|失效|有效|截止)(?:时间|日期|期限?)?至?\s?[:：]?\s?$"
)
"""What stands before a date that is not the publication's; the page may print that behind it."""

META_DATES = ("pubdate", "publishdate", "article:published_time")
"""Meta tags that hold the date of publication, the most usual first."""

LABEL = 12
"""Characters before a date in which its label stands."""


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

    The date of an update, or of a document's making, force or end counts only where there is no other.
    """
    plain = text.translate(_WIDE) if "２０" in text or "１９" in text else text
    matches = list(DATE.finditer(plain))
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
