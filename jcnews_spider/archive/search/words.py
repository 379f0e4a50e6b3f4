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
from jcnews_spider.text import one_line, safe

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


def folded(text: str) -> str:
    """The text as it is matched."""
    return " ".join(text.split()).translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class Line:
    """A text, made safe and put on one line."""

    text: str
    seen: str
    """Folded, character for character."""


def line_of(text: str) -> Line:
    """A text as it is sought and shown."""
    line = one_line(text)
    return Line(line, folded(line))


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


def _spans(seen: str, words: Sequence[str]) -> Spans:
    """Where any of the folded words stand in a folded text; those that overlap are one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(place for word in words for place in _each(seen, word)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _each(seen: str, word: str) -> Iterator[tuple[int, int]]:
    start = seen.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = seen.find(word, start + 1)


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


def marked(line: Line, words: Sequence[str]) -> Marked:
    """A line with its marks."""
    return Marked(line.text, _spans(line.seen, words))


def snippet(line: Line, words: Sequence[str], length: int) -> Marked:
    """About so many characters of a line, around the place where most of the words stand together."""
    whole = marked(line, words)
    if len(whole.text) <= length:
        return whole
    start = _best(line.seen, whole.marks, length)
    end = min(start + length, len(whole.text))
    head, tail = "…" * (start > 0), "…" * (end < len(whole.text))
    shift = len(head) - start
    inside = tuple((first + shift, last + shift) for first, last in whole.marks if first >= start and last <= end)
    return Marked(f"{head}{whole.text[start:end]}{tail}", inside)


def _best(seen: str, marks: Spans, length: int) -> int:
    """Where the snippet begins: a fifth of it before the marks that fit into the rest and show most different words."""
    lead, best, most = length // 5, 0, 0
    for place, (start, _) in enumerate(marks):
        fitting = [mark for mark in marks[place : place + length] if mark[1] <= start + length - lead]
        different = len({seen[first:last] for first, last in fitting})
        if different > most:
            most, best = different, start
    return max(0, min(best - lead, len(seen) - length))
