"""How much markup a page may hold: libxml2 takes minutes, or a gigabyte, for ten megabytes made to that end.

Measured on 10 MB: 2.5 million elements take 430 MB, a million attributes of one tag take hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from jcnews_spider.errors import TooComplex

MOST_TAGS = 200_000
"""Tags, and references to characters, above which a page is none; the richest of 85 real ones has 4,442 and 500."""
MOST_ATTRIBUTES = 3_000
"""Attributes of one tag: libxml2 walks all of them to add another."""
MOST_WORDS = 300_000
"""Words inside the tags of a page, which bound its attributes and the names of its classes."""
MOST_READ = 50_000_000
"""Bytes that are read to count them: a tag may hold the beginnings of others, and each is read to its end."""
SMALL = 100_000
"""Bytes below which a page cannot hold too much."""

_BEGIN = re.compile(rb"<[a-zA-Z]")
_UNUSUAL = re.compile(
    rb"""<[a-zA-Z](?![^\s/<>"'=]*+(?:[\s/]++(?:[^\s/<>"'=]++"""
    rb"""(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s/<>"'=]++(?=[\s>])))?+)?+){0,1000}+>)"""
)
"""Begins a tag that is not written as nearly all are: no quote but around a value, no angle in it, few attributes."""
_ONE_ATTRIBUTE = rb"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>]*+))?+"""
_ATTRIBUTE = re.compile(_ONE_ATTRIBUTE)
_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+(?:[\s/]*+%b)*+[\s/]*+" % _ONE_ATTRIBUTE)
_WORD = re.compile(rb"""[^\s/>"']++|["']""")


def require_bounded(page: bytes) -> None:
    """Raises TooComplex for a page of more markup than any real one has.

    Where the words of the whole page are few enough, only unusual tags are read one by one: ten times faster.
    """
    if len(page) < SMALL:
        return
    if len(page) > MOST_TAGS and (page.count(b"<") > MOST_TAGS or page.count(b"&#") > MOST_TAGS):
        raise TooComplex(f"more than {MOST_TAGS} tags or references")
    words = read = seen = 0
    for begin, end in _tags(page, _UNUSUAL if _has_few_words(page) else _BEGIN):
        read += end - begin
        words += _count(_WORD, page[max(begin, seen) : end], MOST_WORDS)
        seen = max(seen, end)
        if words > MOST_WORDS or read > MOST_READ:
            raise TooComplex(f"more than {MOST_WORDS} words inside tags")
        if (
            end - begin > MOST_ATTRIBUTES
            and _count(_ATTRIBUTE, page[begin + 1 : end], MOST_ATTRIBUTES) > MOST_ATTRIBUTES
        ):
            raise TooComplex(f"a tag of more than {MOST_ATTRIBUTES} attributes")


def _has_few_words(page: bytes) -> bool:
    """True when not even all words of a page, with those outside its tags, are too many."""
    if len(page) < MOST_WORDS:
        return True
    marks = len(page) - len(page.translate(None, b"/>\"'"))
    return sum(len(page[at : at + SMALL].split()) for at in range(0, len(page), SMALL)) + 2 * marks < MOST_WORDS


def _tags(page: bytes, begins: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Where a tag may begin and would end: wherever libxml2 sees one, it is among them, whatever hides it."""
    for begin in begins.finditer(page):
        tag = _TAG.match(page, begin.start())
        if tag:
            yield tag.span()


def _count(pattern: re.Pattern[bytes], part: bytes, most: int) -> int:
    """How often a pattern matches; one more than the most where it is more."""
    return sum(1 for _ in islice(pattern.finditer(part), most + 1))
