"""Pairs of texts with a label: reprints as newspapers make them, and what only looks like one.

Everything is made from texts that the caller brings (the replica's prose, or real pages that are only measured).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests import notices
from tests.replica import prose


@dataclass(frozen=True, slots=True)
class Pair:
    """A text that is archived first, one that comes later, and whether the later one is a reprint of it."""

    kind: str
    first: str
    later: str
    is_reprint: bool


EDITS = (1, 2, 5, 10, 20)
"""Percent of the characters that are edited."""

NO_GOAL = frozenset({"edits 20 %"})
"""Kinds that are measured only: with a fifth of its characters edited, a reprint is as far away as a filled form."""


def made_text(rng: Random, length: int) -> str:
    """About so many characters of made-up prose, in paragraphs."""
    found: list[str] = []
    while sum(map(len, found)) < length:
        found.append(prose.paragraph(rng))
    return "\n\n".join(found)


def pairs(text: str, other: str, rng: Random) -> Iterator[Pair]:
    """Every kind of pair of a text; the other one serves where a kind needs two."""
    for percent in EDITS:
        yield Pair(f"edits {percent} %", text, edited(rng, text, percent), is_reprint=True)
    for kind, change in REPRINTS.items():
        yield Pair(kind, text, change(rng, text), is_reprint=True)
    yield Pair("unrelated", text, other, is_reprint=False)
    yield Pair("shared paragraph", text, _with_paragraph(text, other), is_reprint=False)
    size = min(len(text), len(other))
    both = f"{text[:size]}\n\n{other[:size]}"
    yield Pair("concatenation of it", text[:size], both, is_reprint=False)
    yield Pair("part of a concatenation", both, text[:size], is_reprint=False)
    for kind in notices.FORMS:
        first = notices.notice(rng, kind)
        yield Pair(kind, first, notices.notice(rng, kind), is_reprint=False)
        if kind in notices.DAILY:
            yield Pair(f"{kind}, next day", first, notices.next_day(rng, first), is_reprint=False)


def edited(rng: Random, text: str, percent: float) -> str:
    """The text with so many percent of its characters replaced, left out or added, anywhere."""
    letters = list(text)
    for place in rng.sample(range(len(letters)), round(len(letters) * percent / 100)):
        strange = chr(rng.randrange(0x4E00, 0x9000))
        letters[place] = rng.choice((strange, "", letters[place] + strange))
    return "".join(letters)


# ---- reprints


def _other_words(rng: Random, text: str) -> str:
    """One word in twenty-five replaced by another."""
    words = re.findall(r".{1,4}", text, re.DOTALL)
    return "".join(prose.place(rng)[: len(word)] if rng.random() < 0.04 else word for word in words)


def _other_byline(rng: Random, text: str) -> str:
    return f"晋城新闻网讯（记者 {prose.person(rng)} 通讯员 {prose.person(rng)}）{text}\n\n编辑：{prose.person(rng)}"


def _other_start(rng: Random, text: str) -> str:
    """Another first paragraph of the same length, at most a fifth of the text."""
    size = min(len(text.partition("\n\n")[0]), len(text) // 5)
    return made_text(rng, size)[:size] + text[size:]


def _cut_tail(rng: Random, text: str) -> str:
    return text[: round(len(text) * rng.uniform(0.65, 0.95))]


def _cut_and_new_start(rng: Random, text: str) -> str:
    return _other_start(rng, text)[: round(len(text) * rng.uniform(0.8, 0.95))]


def _web_double(rng: Random, text: str) -> str:
    """Other quotes, blanks and paragraphs, a new first line, a sentence less."""
    sentences = re.findall(r"[^。]+。?", text.translate(_WEB))
    if len(sentences) > 6:
        del sentences[rng.randrange(len(sentences))]
    return f"本网{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日讯 " + "\n\n".join(sentences)


_WEB = str.maketrans("“”，：；（）0123456789", '"",:;()０１２３４５６７８９')

REPRINTS: dict[str, Callable[[Random, str], str]] = {
    "other words": _other_words,
    "other byline": _other_byline,
    "other first paragraph": _other_start,
    "cut tail": _cut_tail,
    "cut tail, other start": _cut_and_new_start,
    "newspaper and web": _web_double,
}


def _with_paragraph(text: str, other: str) -> str:
    """The other text with a quarter of this one in it, as a quoted speech or the same background would be."""
    size = min(len(text), len(other)) // 4
    return f"{other[: len(other) // 2]}\n\n{text[:size]}\n\n{other[len(other) // 2 :]}"
