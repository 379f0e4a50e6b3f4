"""What counts as the same text in a search, and the tokens by which SQLite finds it.

Folded text is matched character by character: full-width and compatibility forms (NFKC) and upper case are folded where
that gives one character, and every run of blanks, the one between two paragraphs too, is one space. Each character
gives one token: itself and the next one (bigrams), so a word of two characters is one token, a longer one a phrase, and
a single character the beginning of a token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jcnews_spider.errors import UsageFault
from jcnews_spider.text import safe

Spans = tuple[tuple[int, int], ...]
"""(start, end) of stretches of a text, in order, none overlapping another."""

_SHIFT = 0xF0000
"""ASCII signs are moved here in tokens: the tokenizer `ascii` would part or drop what is neither letter nor digit."""


class _Folding(dict[int, int]):
    """For `str.translate`: each character as one character, worked out when it first comes."""

    def __missing__(self, code: int) -> int:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        is_one = len(folded) == 1 and not folded.isspace()
        self[code] = ord(folded) if is_one else code
        if 0xD800 <= code <= 0xDFFF or _SHIFT <= code < _SHIFT + 128:
            self[code] = 0xFFFD
        return self[code]


_FOLDING = _Folding()
_SIGNS = {code: _SHIFT + code for code in range(128) if not chr(code).isalnum()}
_QUOTED = re.compile(r'["“”]([^"“”]*)["“”]|(\S+)')
_BLANKS = re.compile(r"\s+")


def folded(text: str) -> str:
    """The text as it is matched."""
    return " ".join(text.split()).translate(_FOLDING)


def tokens(folded_text: str) -> str:
    """Its tokens, parted by spaces, for the tokenizer `ascii`."""
    shifted = folded_text.translate(_SIGNS)
    return " ".join([*map("".join, pairwise(shifted)), shifted[-1:]])


def matching(words: Sequence[str]) -> str:
    """The FTS5 expression for texts that hold every one of these folded words."""
    return " AND ".join(map(_phrase, words))


def _phrase(word: str) -> str:
    shifted = word.translate(_SIGNS)
    if len(shifted) == 1:
        return f'"{shifted}" *'
    return f'"{" ".join(map("".join, pairwise(shifted)))}"'


def words_of(query: str) -> tuple[str, ...]:
    """The folded words of a query; what stands in quotes, "…" or “…”, is one word with its blanks."""
    found = (folded(safe(phrase or word)) for phrase, word in _QUOTED.findall(query))
    return tuple(dict.fromkeys(filter(None, found)))


def words_of_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """As `words_of`, of what a shell gives: it has taken the quotes, so an argument with blanks is one word.

    Raises UsageFault when no word is there.
    """
    has_quotes = re.compile('["“”]').search
    found = (word for given in arguments for word in words_of(given if has_quotes(given) else f'"{given}"'))
    if words := tuple(dict.fromkeys(found)):
        return words
    raise UsageFault("say what is sought: scrapy search 晋城 煤层气")


def places(text: str, words: Sequence[str]) -> Spans:
    """Where any of the folded words stand in a text that is not folded; those that overlap are one."""
    seen = folded(text)
    found = sorted(place for word in words for place in _each(seen, word))
    if not found:
        return ()
    back = _positions(text)
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple((back[start], back[end - 1] + 1) for start, end in merged)


def _each(seen: str, word: str) -> Iterator[tuple[int, int]]:
    start = seen.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = seen.find(word, start + 1)


def _positions(text: str) -> list[int]:
    """Where each character of the folded text stands in the text."""
    bare = text.strip()
    shift = text.find(bare)
    gone = {place for run in _BLANKS.finditer(bare) for place in range(run.start() + 1, run.end())}
    return [shift + place for place in range(len(bare)) if place not in gone]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text on one line in which the words are marked."""

    text: str
    marks: Spans

    def painted(self, before: str, after: str) -> str:
        """The text with something put before and after each mark."""
        end, parts = 0, []
        for start, stop in self.marks:
            parts += [self.text[end:start], before, self.text[start:stop], after]
            end = stop
        return "".join([*parts, self.text[end:]])


def marked(text: str, words: Sequence[str]) -> Marked:
    """A text, made safe and put on one line, with its marks."""
    line = " ".join(safe(text).split())
    return Marked(line, places(line, words))


def snippet(text: str, words: Sequence[str], length: int) -> Marked:
    """About so many characters of a text around the place where most of the words stand together."""
    whole = marked(text, words)
    if len(whole.text) <= length:
        return whole
    start = _best(whole, length)
    end = min(start + length, len(whole.text))
    inside = [mark for mark in whole.marks if mark[0] >= start and mark[1] <= end]
    head, tail = "…" * (start > 0), "…" * (end < len(whole.text))
    shift = len(head) - start
    return Marked(
        f"{head}{whole.text[start:end]}{tail}", tuple((first + shift, last + shift) for first, last in inside)
    )


def _best(whole: Marked, length: int) -> int:
    """Where the snippet begins: a fifth of it before the marks that fit into the rest and show most different words."""
    lead, best, most = length // 5, 0, 0
    for place, (start, _) in enumerate(whole.marks):
        fitting = [mark for mark in whole.marks[place : place + length] if mark[1] <= start + length - lead]
        different = len({folded(whole.text[first:last]) for first, last in fitting})
        if different > most:
            most, best = different, start
    return max(0, min(best - lead, len(whole.text) - length))
