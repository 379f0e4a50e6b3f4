"""How much markup a page may hold: libxml2 takes minutes, or a gigabyte, for ten megabytes made to that end.

Measured on 10 MB: 2.5 million elements take 430 MB, a million attributes of one tag take hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
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
_USUAL_REST = (
    rb"""[^\s/<>"'=]*+(?:[\s/]++(?:[^\s/<>"'=]++"""
    rb"""(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s/<>"'=]++(?=[\s>])))?+)?+){0,1000}+>"""
)
"""A tag as nearly all are written: no quote but around a value, no angle in it, few attributes."""
_USUAL = re.compile(rb"<[a-zA-Z]" + _USUAL_REST)
_UNUSUAL = re.compile(rb"<[a-zA-Z](?!%b)" % _USUAL_REST)
_ONE_ATTRIBUTE = rb"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>]*+))?+"""
_ATTRIBUTE = re.compile(_ONE_ATTRIBUTE)
_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+(?:[\s/]*+%b)*+[\s/]*+" % _ONE_ATTRIBUTE)
_WORD = re.compile(rb"""[^\s/>"']++|["']""")


def require_bounded(page: bytes) -> None:
    """Raises TooComplex for a page of more markup than any real one has.

    Usual tags hide no others and have few attributes: where their words are few as well, as their bytes tell, only
    the others are read one by one, which is ten times faster. Bytes are more than words: what is too much by them is
    counted anew, word by word.
    """
    if len(page) < SMALL:
        return
    if page.count(b"<") > MOST_TAGS or (page.count(b"&") > MOST_TAGS and page.count(b"&#") > MOST_TAGS):
        raise TooComplex(f"more than {MOST_TAGS} tags or references")
    usual = sum(map(len, _USUAL.findall(page))) if len(page) >= MOST_WORDS else 0
    if usual < MOST_WORDS:
        with suppress(TooComplex):
            _require_few(page, _UNUSUAL, usual)
            return
    _require_few(page, _BEGIN, 0)


def _require_few(page: bytes, begins: re.Pattern[bytes], words: int) -> None:
    """Raises TooComplex where the tags that begin so hold too much, with as many words as were counted before."""
    may_hold_words = len(page) >= MOST_WORDS
    read = seen = 0
    for begin, end in _tags(page, begins):
        read += end - begin
        words += _count(_WORD, page[max(begin, seen) : end], MOST_WORDS) if may_hold_words else 0
        seen = max(seen, end)
        if words > MOST_WORDS or read > MOST_READ:
            raise TooComplex(f"more than {MOST_WORDS} words inside tags")
        if (
            end - begin > MOST_ATTRIBUTES
            and _count(_ATTRIBUTE, page[begin + 1 : end], MOST_ATTRIBUTES) > MOST_ATTRIBUTES
        ):
            raise TooComplex(f"a tag of more than {MOST_ATTRIBUTES} attributes")


def _tags(page: bytes, begins: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Where a tag may begin and would end: wherever libxml2 sees one, it is among them, whatever hides it."""
    for begin in begins.finditer(page):
        tag = _TAG.match(page, begin.start())
        if tag:
            yield tag.span()


def _count(pattern: re.Pattern[bytes], part: bytes, most: int) -> int:
    """How often a pattern matches; one more than the most where it is more."""
    return sum(1 for _ in islice(pattern.finditer(part), most + 1))
